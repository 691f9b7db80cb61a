import * as v from 'valibot';
import { QueryStatusSchema } from './stream-health.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The job's status object, as far as it is read: by a run here and by the plugin. `emr/README.md` has all of it. */
export const JobStatusSchema = v.object({
  version: v.literal(1),
  state: v.picklist(['starting', 'running', 'draining', 'stopping', 'stopped', 'failed', 'fenced']),
  generation: v.number(),
  checkpointId: v.nullable(v.string()),
  sparkVersion: v.nullable(v.string()),
  applicationId: v.nullable(v.string()),
  sparkUi: v.nullable(v.string()),
  /** The heartbeat, in ISO 8601. */
  updatedAt: v.string(),
  error: v.nullable(v.object({ code: v.string(), message: v.string() })),
  totals: v.object({
    orders: count,
    duplicates: count,
    late: v.nullable(count),
    badRecords: v.record(v.string(), count),
    windowRows: count,
  }),
  queries: v.record(v.string(), QueryStatusSchema),
});

export type JobStatus = v.InferOutput<typeof JobStatusSchema>;

/** States in which the job writes nothing any more. */
export const endedStates: readonly JobStatus['state'][] = ['stopped', 'failed', 'fenced'];

/** Reads a status object; undefined for none, one of another version, or one of a job that could not read its settings. */
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
