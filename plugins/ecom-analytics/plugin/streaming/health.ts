import { badRecordReasons } from '../../core/order.ts';
import type { JobStatus } from '../../job/job-status.ts';
import { type Operations, queriesHealth, type StreamHealth } from '../../job/stream-health.ts';
import type { EmrStep } from '../aws/emr-cluster.ts';
import type { StageInput } from '../resources/stage-input.ts';
import type { StepRecord } from './record.ts';
import { type ConsoleLinks, freshSeconds, streamReport } from './stream-report.ts';
import { realTimeSilenceSeconds } from './watch-metrics.ts';

/** An application as it was found: what should run, what EMR says of it, and what its job last published. */
export interface FoundStream {
  readonly record: StepRecord;
  readonly step: EmrStep | undefined;
  readonly status: JobStatus | undefined;
}

function problemOf(report: ReturnType<typeof streamReport>, stage: string): string | null {
  if (report.error !== null) return report.error;
  if (report.healthy) return null;
  if (report.desired === 'stopped') return 'It was stopped, and its step has not ended yet.';
  return `It should run, and gives no sign of life. \`npx sls ecom stream logs --stage ${stage}\` shows why, \`npx sls ecom stream start --stage ${stage}\` starts it.`;
}

function streamHealth(found: FoundStream, { stage, config }: StageInput, nowMs: number): StreamHealth {
  const { record, step, status } = found;
  const report = streamReport(record, step, status, nowMs);
  const own = status?.generation === record.generation ? status : undefined;
  const isRealTime = record.application === 'alerts';
  const noProgressMs = config.monitoring.noProgressMinutes * 60_000;
  return {
    name: record.application,
    state: report.job ?? (record.desired === 'stopped' ? 'stopped' : 'unknown'),
    detail: `step ${report.stepId ?? 'not submitted'} ${report.stepState ?? 'gone'}, generation ${record.generation}`,
    isHealthy: report.healthy,
    problem: problemOf(report, stage),
    heartbeatMs: own === undefined ? null : Date.parse(own.updatedAt),
    sparkUi: report.sparkUi,
    silentMs: noProgressMs + (isRealTime ? realTimeSilenceSeconds * 1000 : 0),
    queries: queriesHealth(own?.queries ?? {}, isRealTime ? null : record.settings),
  };
}

/** Records that the jobs of this start have refused; the samples are on the dead-letter topic. */
function refusedBy(streams: readonly FoundStream[], input: StageInput): Operations['refused'] {
  const meanings = badRecordReasons(input.definition.orderFields);
  const sums = new Map<string, number>();
  for (const { record, status } of streams) {
    if (status?.generation !== record.generation) continue;
    for (const [reason, records] of Object.entries(status.totals.badRecords))
      sums.set(reason, (sums.get(reason) ?? 0) + records);
  }
  return [...sums]
    .map(([reason, records]) => ({ reason, meaning: meanings[reason] ?? '', records, sample: null }))
    .sort((a, b) => b.records - a.records || (a.reason < b.reason ? -1 : 1));
}

/** What the person on call watches of a stage: what `sls ecom stream status` knows, judged by the limits of its alarms. */
export function stageOperations(
  streams: readonly FoundStream[],
  input: StageInput,
  links: ConsoleLinks,
  nowMs: number,
): Operations {
  const { lagOrders, noProgressMinutes } = input.config.monitoring;
  return {
    streams: streams.map((found) => streamHealth(found, input, nowMs)),
    refused: refusedBy(streams, input),
    refusedCommand: `npx sls ecom dead-letters list --stage ${input.stage}`,
    limits: {
      behind: lagOrders,
      watermarkMs: noProgressMinutes * 60_000,
      heartbeatMs: freshSeconds * 1000,
    },
    links: [
      ...(links.dashboard ? [{ name: 'CloudWatch dashboard', url: links.dashboard }] : []),
      ...(links.cluster ? [{ name: 'EMR cluster', url: links.cluster }] : []),
    ],
    problem: null,
  };
}
