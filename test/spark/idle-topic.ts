import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pipeline from '../../pipeline/definition.ts';
import { tickHeader } from '../../plugins/ecom-analytics/core/tick.ts';
import { parseTimestamp } from '../../plugins/ecom-analytics/core/timestamp.ts';
import type { JobSite } from './job-site.ts';
import { readTopic } from './orders-topic.ts';

/** A tick in the orders topic, epoch milliseconds. */
export interface SentTick {
  readonly timeMs: number;
  /** By the broker's clock. */
  readonly appendedMs: number;
}

/** The ticks that the job has sent. */
export async function readTicks(bootstrapServers: string): Promise<SentTick[]> {
  const records = await readTopic(bootstrapServers, pipeline.topics.orders.name);
  return records
    .filter(({ headers }) => headers?.['ecom-tick-by'] !== undefined)
    .map(({ headers, timestamp }) => ({
      timeMs: parseTimestamp(String(headers?.[tickHeader])),
      appendedMs: Number(timestamp),
    }));
}

/** The environment of a job whose driver takes the time for an hour later than it is. */
export async function anHourAhead({ folder }: JobSite): Promise<{ PYTHONPATH: string }> {
  const clock = path.join(folder, 'clock');
  await mkdir(clock);
  const shifted = 'import time\nreal = time.time\ntime.time = lambda: real() + 3600\n';
  await writeFile(path.join(clock, 'sitecustomize.py'), shifted);
  return { PYTHONPATH: clock };
}
