import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { QueryStatusSchema } from '../../job/stream-health.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The part of the job's status object that a run here reads; `emr/README.md` has all of it. */
const JobStatusSchema = v.object({
  version: v.literal(1),
  state: v.picklist(['starting', 'running', 'draining', 'stopping', 'stopped', 'failed', 'fenced']),
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

/** The status object as it stands; null before the job has written one. Throws valibot's `ValiError` for another one. */
export async function readJobStatus(file: string): Promise<JobStatus | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return v.parse(JobStatusSchema, JSON.parse(text));
}
