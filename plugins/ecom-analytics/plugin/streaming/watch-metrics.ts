import { badRecords, type JobStatus, windowsWatermark } from '../../job/job-status.ts';
import { readingRate, saidMs } from '../../job/stream-health.ts';
import type { StreamMetric } from '../monitoring/metrics.ts';
import type { Application } from './keys.ts';

/** What is counted of one run. */
interface Counted {
  /** Of the run that the counts are of. */
  readonly generation: number;
  readonly deadLetters: number;
  readonly late: number;
}

/** What the watch function remembers of each application, so that it can tell what is new. */
export type WatchMemory = Readonly<Partial<Record<Application, Counted>>>;

/** One application, as it was found. */
export interface Seen {
  readonly application: Application;
  /** Whether its step runs. */
  readonly running: boolean;
  /** What its job last published; undefined before it has published any. */
  readonly status: JobStatus | undefined;
}

/** The metrics of one look, and what to remember of it. */
export interface WatchReading {
  readonly metrics: Readonly<Partial<Record<StreamMetric, number>>>;
  readonly memory: WatchMemory;
}

/**
 * An application in real time tells of a batch when it ends, by the time at which it began: the last word is up to two
 * batches old. Source: `_REAL_TIME_COMMIT` in emr/ecom_streaming/queries.py.
 */
export const realTimeSilenceSeconds = 2 * 300;

const secondsSince = (iso: string, nowMs: number): number => Math.max(0, (nowMs - Date.parse(iso)) / 1000);

/** The largest of what is known; undefined where nothing is. */
function largest(values: readonly (number | null | undefined)[]): number | undefined {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Counts start over with each run of the job. */
function since(now: number, before: number, sameRun: boolean): number {
  return sameRun ? Math.max(0, now - before) : now;
}

function secondsSinceProgress({ application, status }: Told, nowMs: number): number | undefined {
  const newest = largest(Object.values(status.queries).map(saidMs));
  if (newest === undefined) return undefined;
  const allowed = application === 'alerts' ? realTimeSilenceSeconds : 0;
  return Math.max(0, (nowMs - newest) / 1000 - allowed);
}

function watermarkAge({ status }: Told, nowMs: number): number | undefined {
  const watermark = windowsWatermark(status);
  // Where no orders come, event time stands still, and nothing is wrong.
  const isIdle = Object.values(status.queries).every(
    (query) => readingRate(query) === 0 && query.offsetsBehindLatest === 0,
  );
  return watermark === null || isIdle ? undefined : secondsSince(watermark, nowMs);
}

type Told = Seen & { readonly status: JobStatus };

function queryMetrics(running: readonly Told[], nowMs: number): Record<string, number | undefined> {
  const queries = running.flatMap(({ status }) => Object.values(status.queries));
  // A batch of the real-time application takes as long as its setting says.
  const batches = running.filter(({ application }) => application === 'pipeline');
  if (queries.length === 0) return {};
  return {
    OffsetsBehindLatest: largest(queries.map(({ offsetsBehindLatest }) => offsetsBehindLatest)),
    WatermarkAgeSeconds: largest(running.map((told) => watermarkAge(told, nowMs))),
    SecondsSinceProgress: largest(running.map((told) => secondsSinceProgress(told, nowMs))),
    InputRowsPerSecond: largest(queries.map(readingRate)),
    BatchDurationMilliseconds: largest(
      batches.flatMap(({ status }) =>
        Object.values(status.queries).map(({ batchDurationMs }) => batchDurationMs),
      ),
    ),
    StateRows: queries.reduce((sum, { stateRows }) => sum + stateRows, 0),
    StateBytes: queries.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
  };
}

const counted = ({ generation, totals }: JobStatus, deadLetters: number): Counted => ({
  generation,
  deadLetters,
  late: totals.late ?? 0,
});

/** The metrics of a minute, from what the jobs of the applications that should run last published. */
export function readMetrics(seen: readonly Seen[], memory: WatchMemory, nowMs: number): WatchReading {
  const StepRunning = seen.length > 0 && seen.every(({ running }) => running) ? 1 : 0;
  const told = seen.filter((one): one is Told => one.status !== undefined);
  if (told.length === 0) return { metrics: { StepRunning }, memory };
  const fresh = told.map(({ application, status }) => {
    const now = counted(status, badRecords(status));
    const before = memory[application];
    const sameRun = before?.generation === now.generation;
    return {
      application,
      now,
      deadLetters: since(now.deadLetters, before?.deadLetters ?? 0, sameRun),
      late: since(now.late, before?.late ?? 0, sameRun),
    };
  });
  const all: Record<string, number | undefined> = {
    ...queryMetrics(
      told.filter(({ running }) => running),
      nowMs,
    ),
    SecondsSinceHeartbeat: largest(told.map(({ status }) => secondsSince(status.updatedAt, nowMs))),
    DeadLetters: fresh.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    LateOrders: fresh.reduce((sum, { late }) => sum + late, 0),
    StepRunning,
  };
  return {
    metrics: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    memory: { ...memory, ...Object.fromEntries(fresh.map(({ application, now }) => [application, now])) },
  };
}
