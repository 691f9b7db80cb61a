import { analyticsFolder } from '../../../pipeline/window.ts';

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

/**
 * The hour whose folder a file lies in: `analytics/date=2026-11-23/hour=10/…`; undefined where it lies elsewhere, or where
 * its name could be a path of this machine.
 */
export function hourOfFile(key: string): string | undefined {
  const [folder, date = '', hour = '', name = '', ...below] = key.split('/');
  const day = /^date=(\d{4}-\d{2}-\d{2})$/.exec(date)?.[1];
  const of = /^hour=(\d{2})$/.exec(hour)?.[1];
  const isFile = folder === analyticsFolder && below.length === 0 && !/[\\:]/.test(name);
  return isFile && day !== undefined && of !== undefined ? `${day}T${of}` : undefined;
}

export function isWithin(hour: string, { since, before }: HourRange): boolean {
  return (since === undefined || hour >= since) && (before === undefined || hour < before);
}
