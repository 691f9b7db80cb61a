import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { type JobStatus, JobStatusSchema } from '../../job/job-status.ts';

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
