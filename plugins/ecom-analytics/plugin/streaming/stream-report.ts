import { withCode } from '../../core/error.ts';
import { badRecords, type JobStatus, windowsWatermark } from '../../job/job-status.ts';
import { readingRate, saidMs } from '../../job/stream-health.ts';
import type { EmrStep } from '../aws/emr-cluster.ts';
import { isAlive } from './decision.ts';
import type { StepRecord } from './record.ts';

/** The state of one application, for people and scripts. */
export interface StreamReport {
  readonly application: string;
  readonly desired: StepRecord['desired'];
  readonly stepId: string | null;
  readonly stepState: string | null;
  readonly generation: number;
  readonly job: JobStatus['state'] | null;
  readonly heartbeatSecondsAgo: number | null;
  readonly watermark: string | null;
  readonly offsetsBehindLatest: number | null;
  /** How long ago that was so: while a batch is under way nothing newer is known. */
  readonly offsetsSecondsAgo: number | null;
  readonly inputRowsPerSecond: number;
  readonly orders: number;
  readonly windowRows: number;
  readonly deadLetters: number;
  readonly late: number | null;
  readonly error: string | null;
  readonly sparkUi: string | null;
  /** What should run does, and has shown a sign of life within a minute. */
  readonly healthy: boolean;
}

/** A job that beats every ten seconds is well while its last sign of life is no older. */
export const freshSeconds = 60;

export function streamReport(
  record: StepRecord,
  step: EmrStep | undefined,
  published: JobStatus | undefined,
  nowMs: number,
): StreamReport {
  // What an older run published last says nothing of this one.
  const status = published?.generation === record.generation ? published : undefined;
  const queries = Object.values(status?.queries ?? {});
  const heartbeat = status ? secondsSince(Date.parse(status.updatedAt), nowMs) : null;
  const behind = queries
    .map(({ offsetsBehindLatest }) => offsetsBehindLatest)
    .filter((value) => value !== null);
  const alive = isAlive(step?.state);
  const beating = status?.state === 'running' && heartbeat !== null && heartbeat <= freshSeconds;
  return {
    application: record.application,
    desired: record.desired,
    stepId: step?.id ?? record.stepId,
    stepState: step?.state ?? null,
    generation: record.generation,
    job: status?.state ?? null,
    heartbeatSecondsAgo: heartbeat,
    watermark: status ? windowsWatermark(status) : null,
    offsetsBehindLatest: behind.length === 0 ? null : Math.max(...behind),
    offsetsSecondsAgo:
      behind.length === 0 ? null : Math.max(0, ...queries.map((query) => secondsSince(saidMs(query), nowMs))),
    inputRowsPerSecond: Math.max(0, ...queries.map(readingRate)),
    orders: status?.totals.orders ?? 0,
    windowRows: status?.totals.windowRows ?? 0,
    deadLetters: status ? badRecords(status) : 0,
    late: status?.totals.late ?? null,
    error: status?.error ? withCode(status.error.message, status.error.code) : (step?.reason ?? null),
    sparkUi: alive ? (status?.sparkUi ?? null) : null,
    healthy: record.desired === 'stopped' ? !alive : alive && beating,
  };
}

function secondsSince(atMs: number, nowMs: number): number {
  return Math.max(0, Math.round((nowMs - atMs) / 1000));
}

/** A lag that is older than this says when it was so; Spark has an idle query say something every 10 seconds. */
const recentSeconds = 20;

function lagText({ offsetsBehindLatest, offsetsSecondsAgo }: StreamReport): string {
  if (offsetsBehindLatest === null || offsetsSecondsAgo === null) return 'behind ? records';
  const lag = `behind ${offsetsBehindLatest} records`;
  return offsetsSecondsAgo <= recentSeconds ? lag : `${lag} ${offsetsSecondsAgo} s ago, a batch is under way`;
}

function reportLines(report: StreamReport): string[] {
  const { application, stepId, stepState, generation, job, heartbeatSecondsAgo } = report;
  const beat =
    heartbeatSecondsAgo === null ? 'no sign of life yet' : `last sign of life ${heartbeatSecondsAgo} s ago`;
  const lines = [
    `${application}: step ${stepId ?? 'not submitted'} ${stepState ?? 'gone'}, job ${job ?? 'unknown'}, generation ${generation}, ${beat}`,
    `  ${lagText(report)}, reading ${report.inputRowsPerSecond.toFixed(1)} a second, watermark ${report.watermark ?? 'none'}`,
    `  orders ${report.orders}, window rows ${report.windowRows}, dead letters ${report.deadLetters}, late ${report.late ?? 'not counted'} (since this start)`,
  ];
  if (report.error !== null) lines.push(`  ${report.error}`);
  if (report.sparkUi !== null) lines.push(`  Spark UI ${report.sparkUi}`);
  return lines;
}

/** Addresses in the AWS console. */
export interface ConsoleLinks {
  readonly dashboard?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The state of a stage's stream for a terminal. */
export function streamText(reports: readonly StreamReport[], links: ConsoleLinks): string {
  const lines =
    reports.length === 0
      ? ['The stream has never been started. Start it with `npx sls ecom stream start`.']
      : reports.flatMap(reportLines);
  if (links.dashboard) lines.push(`Dashboard ${links.dashboard}`);
  if (links.cluster) lines.push(`Cluster ${links.cluster}`);
  return lines.join('\n');
}
