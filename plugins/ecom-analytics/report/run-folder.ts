import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { type Alert, AlertSchema } from '../core/alert.ts';
import { UsageError } from '../core/error.ts';
import { currencyDecimals } from '../core/money.ts';
import { readLines } from '../files/json-lines.ts';
import { runFiles } from '../files/output-folder.ts';
import type { RunSummary } from '../run/feed.ts';

/**
 * The folder that a run wrote, as an absolute path.
 *
 * @throws UsageError `ECOM_RUN_NOT_FOUND`, `ECOM_RUN_NOT_A_FOLDER`
 */
export async function findRunFolder(dir: string): Promise<string> {
  const folder = path.resolve(dir);
  const fix = 'Run `npm start` first, or name the folder that its --out named.';
  const stats = await stat(folder).catch((cause: unknown) => {
    const what = 'There is no folder of results';
    throw new UsageError('ECOM_RUN_NOT_FOUND', { what, where: folder, fix }, { cause });
  });
  if (!stats.isDirectory()) {
    const what = 'This is a file, not a folder of results';
    throw new UsageError('ECOM_RUN_NOT_A_FOLDER', { what, where: folder, fix });
  }
  return folder;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const SummarySchema: v.GenericSchema<unknown, RunSummary> = v.object({
  orders: count,
  duplicates: count,
  revenue: v.number(),
  currency: v.pipe(
    v.string(),
    v.check((code) => currencyDecimals(code) !== undefined),
  ),
  customers: count,
  windows: count,
  alerts: v.record(v.string(), count),
  dead_letters: count,
  late: count,
  planted: v.record(v.string(), v.object({ planted: count, caught: count, false_alerts: count })),
  out: v.string(),
  engine: v.picklist(['embedded', 'spark']),
  seconds: v.number(),
});

/** What a run said when it ended; null where it has not, was killed, or wrote something else. */
export async function readSummary(folder: string): Promise<RunSummary | null> {
  try {
    const json: unknown = JSON.parse(await readFile(path.join(folder, runFiles.summary), 'utf8'));
    const result = v.safeParse(SummarySchema, json);
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/** The alert of a line of a run's file; null for one that holds none, as one that a kill cut short. */
export function alertOf(line: string): Alert | null {
  try {
    const result = v.safeParse(AlertSchema, JSON.parse(line));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

/** The alerts of a run, as a stream; none where it wrote none. A line that is no alert (cut short by a kill) is passed over. */
export async function* readAlerts(folder: string): AsyncGenerator<Alert> {
  const file = path.join(folder, runFiles.alerts);
  const there = await stat(file).catch(() => null);
  if (!there?.isFile()) return;
  for await (const line of readLines(file)) {
    const alert = alertOf(line);
    if (alert !== null) yield alert;
  }
}
