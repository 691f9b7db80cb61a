import * as v from 'valibot';

const QueryStatus = v.object({
  batchId: v.number(),
  inputRowsPerSecond: v.number(),
  batchDurationMs: v.number(),
  watermark: v.nullable(v.string()),
  watermarkAgeMs: v.nullable(v.number()),
  offsetsBehindLatest: v.nullable(v.number()),
  stateRows: v.number(),
  stateBytes: v.number(),
  /** ISO time of the last progress, which a query makes only where there are records. */
  at: v.string(),
  /** ISO time at which it last found no records; null where a batch was its last word. */
  idleAt: v.optional(v.nullable(v.string()), null),
});

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
  queries: v.record(v.string(), QueryStatus),
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

/** Records a second, now: an idle query's last batch says nothing of it. */
export function readingRate({ idleAt, inputRowsPerSecond }: JobStatus['queries'][string]): number {
  return idleAt === null ? inputRowsPerSecond : 0;
}

/** Records refused, of all reasons. */
export function badRecords(status: JobStatus): number {
  return Object.values(status.totals.badRecords).reduce((sum, count) => sum + count, 0);
}
