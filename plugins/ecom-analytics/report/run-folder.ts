import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { type Alert, AlertSchema } from '../core/alert.ts';
import { UsageError } from '../core/error.ts';
import { currencyDecimals } from '../core/money.ts';
import { parsedAs, readLines } from '../files/json-lines.ts';
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

/** A file of a run's folder, parsed and checked by a schema; null where there is none, or something else is in it. */
export async function readRunFile<T>(file: string, schema: v.GenericSchema<unknown, T>): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : parsedAs(schema, text);
}

/** What a run said when it ended; null where it has not, was killed, or wrote something else. */
export function readSummary(folder: string): Promise<RunSummary | null> {
  return readRunFile(path.join(folder, runFiles.summary), SummarySchema);
}

/** The lines of a file of a run that are as a schema has them, as a stream; none where the run wrote none. */
export async function* readRunLines<T>(file: string, schema: v.GenericSchema<unknown, T>): AsyncGenerator<T> {
  const there = await stat(file).catch(() => null);
  if (!there?.isFile()) return;
  for await (const line of readLines(file)) {
    const value = parsedAs(schema, line);
    if (value !== null) yield value;
  }
}

/** The alerts of a run. */
export function readAlerts(folder: string): AsyncGenerator<Alert> {
  return readRunLines(path.join(folder, runFiles.alerts), AlertSchema);
}
