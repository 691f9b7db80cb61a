import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { JobStatusSchema } from '../../job/job-status.ts';

/** A run here has one job. One that could not read its settings knows no generation, and says why it failed all the same. */
const RunStatusSchema = v.omit(JobStatusSchema, ['generation']);

export type RunStatus = v.InferOutput<typeof RunStatusSchema>;

/** The status object as it stands; null before the job has written one. Throws valibot's `ValiError` for another one. */
export async function readJobStatus(file: string): Promise<RunStatus | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return v.parse(RunStatusSchema, JSON.parse(text));
}
