import type { Alert } from '../core/alert.ts';
import type { Severity } from '../core/rule.ts';
import type { RunPhase, RunSnapshot } from '../run/feed.ts';

/** What stays the same while a run lasts. */
export interface RunInfo {
  /** What the orders come from, in a few words; null when the dashboard was not told. */
  readonly source: string | null;
  readonly rules: readonly { readonly id: string; readonly severity: Severity }[];
  readonly windowMs: number;
  readonly slideMs: number;
  readonly watermarkMs: number;
  /** ISO 4217, of every amount. */
  readonly currency: string;
}

/** One name's figures, one number per bucket. */
export interface RevenueSeries {
  /** Null for all names that have no series of their own. */
  readonly name: string | null;
  /** In the run's currency. */
  readonly revenue: readonly number[];
}

/** Revenue by event time, from windows that do not overlap: every order that a window counted is in it once. */
export interface Revenue {
  /** The length of a bucket, a multiple of the window's. */
  readonly bucketMs: number;
  /** Epoch milliseconds at which the buckets start, ascending; buckets without orders are left out. */
  readonly starts: readonly number[];
  /** Orders per bucket. */
  readonly orders: readonly number[];
  /** Largest first, then all others. */
  readonly byCategory: readonly RevenueSeries[];
  readonly byLocation: readonly RevenueSeries[];
}

/** The rate over wall-clock time: one point a second at most. */
export interface Rate {
  /** Epoch milliseconds. */
  readonly at: readonly number[];
  readonly ordersPerMinute: readonly number[];
  /** Orders of the run until then. */
  readonly orders: readonly number[];
}

/** What has changed since the last message. */
export interface FrameMessage {
  readonly phase?: RunPhase;
  readonly snapshot?: RunSnapshot;
  readonly rate?: Rate;
  /** The whole of it, not a difference. */
  readonly revenue?: Revenue;
  /** New ones, oldest first. Of a burst only the newest are sent: the snapshot has the counts. */
  readonly alerts?: readonly Alert[];
}

/** All there is to know: the first message to a page, and to one that has fallen too far behind. */
export interface StateMessage {
  /** Names the version of the page that the server has. */
  readonly page: string;
  readonly run: RunInfo;
  /** Null before the run has said what it is at. */
  readonly phase: RunPhase | null;
  readonly snapshot: RunSnapshot | null;
  readonly rate: Rate;
  readonly revenue: Revenue;
  readonly alerts: readonly Alert[];
}

/** The names of the server-sent events that carry them. */
export const stateEvent = 'state';
export const frameEvent = 'frame';
