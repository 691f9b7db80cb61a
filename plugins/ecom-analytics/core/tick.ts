import { maxFutureMs } from './order.ts';
import { parseTimestamp } from './timestamp.ts';
import type { Windowing } from './window.ts';

/** The header that makes a record without a value a tick; its value is the ISO time that event time moves to. */
export const tickHeader = 'ecom-tick';

/** A topic without records for this long is idle, and gets a tick so that its windows close. */
export const idleAfterMs = 20_000;

/**
 * How far after its record's own timestamp a tick may lie, in milliseconds: as far as the tick that drains the window of
 * the furthest order accepted. One further ahead would close everyone else's windows.
 */
export function maxTickFutureMs(windowing: Windowing): number {
  return maxFutureMs + windowing.sizeMs + windowing.watermarkMs;
}

/**
 * Reads the header of a record without a value.
 *
 * @returns the event time that the tick states, in milliseconds, or NaN when the text is not a time, lies before 1970, or
 * lies more than {@link maxTickFutureMs} after the record's own timestamp.
 */
export function parseTick(headerValue: string, recordTimestampMs: number, windowing: Windowing): number {
  const time = parseTimestamp(headerValue);
  return time >= 0 && time <= recordTimestampMs + maxTickFutureMs(windowing) ? time : Number.NaN;
}

/**
 * The time of the tick that drains a run: the smallest whose watermark passes the end of the last window.
 *
 * @param lastWindowEndMs end of the latest window any order fell into
 */
export function drainTickTime(lastWindowEndMs: number, watermarkMs: number): number {
  return lastWindowEndMs + watermarkMs;
}
