import type { StreamMetric } from '../monitoring/metrics.ts';
import { badRecords, type JobStatus, windowsWatermark } from './status.ts';

/** What the watch function remembers, so that it can tell what is new. */
export interface WatchMemory {
  /** Of the run that the counts are of. */
  readonly generation: number;
  readonly deadLetters: number;
  readonly late: number;
}

export const noMemory: WatchMemory = { generation: -1, deadLetters: 0, late: 0 };

/** The metrics of one look, and what to remember of it. */
export interface WatchReading {
  readonly metrics: Readonly<Partial<Record<StreamMetric, number>>>;
  readonly memory: WatchMemory;
}

const secondsSince = (iso: string, nowMs: number): number => Math.max(0, (nowMs - Date.parse(iso)) / 1000);

/** The largest of what is known; undefined where nothing is. */
function largest(values: readonly (number | null | undefined)[]): number | undefined {
  const known = values.filter((value) => typeof value === 'number');
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Counts begin anew with each run of the job. */
function since(now: number, before: number, sameRun: boolean): number {
  return sameRun ? Math.max(0, now - before) : now;
}

function queryMetrics(status: JobStatus, nowMs: number): Record<string, number | undefined> {
  const queries = Object.values(status.queries);
  const newest = largest(queries.map(({ at }) => Date.parse(at)));
  const watermark = windowsWatermark(status);
  // Where no orders come, event time stands still, and nothing is wrong.
  const isIdle = queries.every(
    ({ inputRowsPerSecond, offsetsBehindLatest }) => inputRowsPerSecond === 0 && offsetsBehindLatest === 0,
  );
  return {
    OffsetsBehindLatest: largest(queries.map(({ offsetsBehindLatest }) => offsetsBehindLatest)),
    WatermarkAgeSeconds: watermark === null || isIdle ? undefined : secondsSince(watermark, nowMs),
    SecondsSinceProgress: newest === undefined ? undefined : Math.max(0, (nowMs - newest) / 1000),
    InputRowsPerSecond: largest(queries.map(({ inputRowsPerSecond }) => inputRowsPerSecond)),
    BatchDurationMilliseconds: largest(queries.map(({ batchDurationMs }) => batchDurationMs)),
    StateRows: queries.reduce((sum, { stateRows }) => sum + stateRows, 0),
    StateBytes: queries.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
  };
}

/**
 * The metrics of a minute, from what the job last published.
 *
 * @param status undefined before a job has published any
 * @param running whether a step of the application runs
 */
export function readMetrics(
  status: JobStatus | undefined,
  running: boolean,
  memory: WatchMemory,
  nowMs: number,
): WatchReading {
  if (status === undefined) return { metrics: { StepRunning: running ? 1 : 0 }, memory };
  const sameRun = status.generation === memory.generation;
  const deadLetters = badRecords(status);
  const late = status.totals.late ?? 0;
  const all: Record<string, number | undefined> = {
    ...(running ? queryMetrics(status, nowMs) : {}),
    SecondsSinceHeartbeat: secondsSince(status.updatedAt, nowMs),
    DeadLetters: since(deadLetters, memory.deadLetters, sameRun),
    LateOrders: since(late, memory.late, sameRun),
    StepRunning: running ? 1 : 0,
  };
  return {
    metrics: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    memory: { generation: status.generation, deadLetters, late },
  };
}
