import { analyticsFolder } from '../../core/window.ts';

/**
 * Hours of window starts, in UTC, such as `2026-11-23T10`: as text they are in the order of time. What is left out is not
 * bounded on that side.
 */
export interface HourRange {
  readonly since?: string | undefined;
  /** The first hour that is no more of it. */
  readonly before?: string | undefined;
}

const hourMs = 3_600_000;

/** The hour that begins so many hours before the one under way. */
export function hoursAgo(hours: number, nowMs: number): string {
  return new Date(nowMs - hours * hourMs).toISOString().slice(0, 13);
}

/** `analytics/date=2026-11-23/hour=10/`: what the keys of an hour's files begin with. They sort as their hours do. */
export function hourPrefix(hour: string): string {
  const [date, of] = hour.split('T');
  return `${analyticsFolder}/date=${date}/hour=${of}/`;
}

/**
 * The hour whose folder a file lies in; undefined where it lies elsewhere, or is called what a file of this machine could
 * not be.
 */
export function hourOfFile(key: string): string | undefined {
  const found = /^(.*)\/date=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/([\w.-]+)$/.exec(key);
  return found?.[1] === analyticsFolder ? `${found[2]}T${found[3]}` : undefined;
}

export function isWithin(hour: string, { since, before }: HourRange): boolean {
  return (since === undefined || hour >= since) && (before === undefined || hour < before);
}
