import * as v from 'valibot';
import { QueryStatusSchema } from './stream-health.ts';

/** The part of the job's status object that the plugin reads; emr/README.md describes all of it. */
export const JobStatusSchema = v.object({
  version: v.literal(1),
  state: v.picklist(['starting', 'running', 'draining', 'stopping', 'stopped', 'failed', 'fenced']),
  generation: v.number(),
  checkpointId: v.nullable(v.string()),
  sparkVersion: v.nullable(v.string()),
  applicationId: v.nullable(v.string()),
  sparkUi: v.nullable(v.string()),
  updatedAt: v.string(),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
  totals: v.object({
    orders: v.number(),
    late: v.nullable(v.number()),
    badRecords: v.record(v.string(), v.number()),
    windowRows: v.number(),
  }),
  queries: v.record(v.string(), QueryStatusSchema),
});

export type JobStatus = v.InferOutput<typeof JobStatusSchema>;

/** States in which the job writes nothing any more. */
export const endedStates: readonly JobStatus['state'][] = ['stopped', 'failed', 'fenced'];

/** Reads a status object; undefined for none, or one of another version. */
export function readStatus(json: unknown): JobStatus | undefined {
  const parsed = v.safeParse(JobStatusSchema, json);
  return parsed.success ? parsed.output : undefined;
}

/**
 * How far the windows' event time has come; null before the first order, and for an application that has no windows. The
 * watermark of the rules over customers lies further back, by the length of their windows.
 */
export function windowsWatermark(status: JobStatus): string | null {
  return status.queries.windows?.watermark ?? null;
}

/** Records refused, of all reasons. */
export function badRecords(status: JobStatus): number {
  return Object.values(status.totals.badRecords).reduce((sum, count) => sum + count, 0);
}
