import { access } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import type { Alert } from '../core/alert.ts';
import { DeadLetterSchema } from '../core/dead-letter.ts';
import type { EngineName } from '../core/engine-name.ts';
import { UsageError } from '../core/error.ts';
import { toUsd } from '../core/money.ts';
import { badRecordReasons } from '../core/order.ts';
import { inCurrency, type PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import { previousFolder, runFiles } from '../files/output-folder.ts';
import { listWindowFiles, readWindows } from '../parquet/read-windows.ts';
import { noDefinition } from '../project/project.ts';
import { readAlerts, readRunFile, readRunLines, readSummary } from '../report/run-folder.ts';
import { WindowSums } from '../report/window-sums.ts';
import type { RunFeed, RunSnapshot, RunSummary } from '../run/feed.ts';
import { Refusals, showRefused } from '../run/refusals.ts';

/** As much of `run.json` as is shown. */
const RecordSchema = v.object({
  started: v.pipe(v.string(), v.isoTimestamp()),
  engine: v.picklist(['embedded', 'spark'] as const satisfies readonly EngineName[]),
  options: v.optional(v.object({ copyOf: v.optional(v.string()) }), {}),
});
type RunRecord = v.InferOutput<typeof RecordSchema>;

/** What a run left behind in a folder: one that has ended or was killed, or windows copied from a stage. */
export interface FinishedRun {
  readonly folder: string;
  /** Null where the run did not come to its end, or these are copied windows. */
  readonly summary: RunSummary | null;
  readonly record: RunRecord | null;
  /** What it is, for the page's head. */
  readonly title: string;
  /** The shop's definition, if it can be had, with the run's own currency and length of windows. */
  readonly definition: PipelineDefinition;
  /** Whether rules, limits and products are those of the shop, and not merely unknown. */
  readonly hasDefinition: boolean;
}

async function firstRow(folder: string): Promise<WindowRow | undefined> {
  for await (const { rows } of readWindows(folder)) if (rows[0] !== undefined) return rows[0];
  return undefined;
}

/**
 * Opens what a run left behind.
 *
 * @param shop its definition, or why that cannot be had: the run is then shown without what only the definition says
 * @throws UsageError `ECOM_RUN_NOT_FOUND` where the folder holds none of the files that a run writes
 * @throws EcomError `ECOM_PARQUET_UNREADABLE`
 */
export async function openFinishedRun(
  folder: string,
  shop: PipelineDefinition | Error,
): Promise<FinishedRun> {
  const files = Object.values(runFiles).map((name) => access(path.join(folder, name)));
  const hasFile = await Promise.any(files).then(
    () => true,
    () => false,
  );
  if (!hasFile && (await listWindowFiles(folder)).length === 0) {
    throw new UsageError('ECOM_RUN_NOT_FOUND', {
      what: 'This folder holds no run: neither window files nor alerts',
      where: folder,
      fix: 'Run `npm start` first, copy windows of a stage with `npx sls ecom windows get`, or name the folder that --out named.',
    });
  }
  const [summary, record, row] = await Promise.all([
    readSummary(folder),
    readRunFile(path.join(folder, runFiles.run), RecordSchema),
    firstRow(folder),
  ]);
  const known = shop instanceof Error ? noDefinition : shop;
  const definition = inCurrency(known, summary?.currency ?? known.currency);
  // The definition may have other windows by now.
  const sizeMs = row === undefined ? definition.windows.sizeMs : row.window_end - row.window_start;
  return {
    folder,
    summary,
    record,
    title: `${titleOf(folder, summary, record)}${shop instanceof Error ? ', without pipeline/definition.ts' : ''}`,
    hasDefinition: !(shop instanceof Error),
    definition: { ...definition, windows: { ...definition.windows, sizeMs } },
  };
}

function titleOf(folder: string, summary: RunSummary | null, record: RunRecord | null): string {
  const name = path.basename(folder);
  const isEarlier = path.basename(path.dirname(folder)) === previousFolder;
  const where = isEarlier ? `${previousFolder}/${name}` : name;
  if (record?.options.copyOf !== undefined) return `${where}, windows of ${record.options.copyOf}`;
  return summary === null ? `${where}, a run that did not finish` : where;
}

/**
 * Tells a feed all that is known of a finished run, as the run would have.
 *
 * @param progress told the number of rows read so far
 */
export async function showFinishedRun(
  run: FinishedRun,
  feed: RunFeed,
  progress: (rows: number) => void,
): Promise<void> {
  const windows = new WindowSums();
  for await (const { rows } of readWindows(run.folder)) {
    windows.add(rows);
    feed.windows(rows);
    progress(windows.rows);
  }
  const alerts = await showAlerts(run, feed);
  const refusals = await readRefusals(run);
  const refused = refusals.byReason();
  feed.operations({
    streams: [],
    refused,
    refusedCommand: showRefused,
    limits: { behind: 0, watermarkMs: null, heartbeatMs: 0 },
    links: [],
    problem: null,
  });
  const deadLetters = refused.reduce((sum, { records }) => sum + records, 0);
  feed.snapshot(lastSnapshot(run, windows, alerts, deadLetters));
}

/** Counts the alerts of each rule; the definition may have other rules by now, so it is not asked which there were. */
async function showAlerts({ folder }: FinishedRun, feed: RunFeed): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let batch: Alert[] = [];
  for await (const alert of readAlerts(folder)) {
    counts.set(alert.rule_id, (counts.get(alert.rule_id) ?? 0) + 1);
    batch.push(alert);
    if (batch.length < 1000) continue;
    feed.alerts(batch);
    batch = [];
  }
  feed.alerts(batch);
  return counts;
}

const LetterSchema = v.object({ ...DeadLetterSchema.entries, line: v.optional(v.number()) });

async function readRefusals({ folder, definition }: FinishedRun): Promise<Refusals> {
  const refusals = new Refusals(badRecordReasons(definition.orderFields));
  for await (const { line, ...letter } of readRunLines(path.join(folder, runFiles.deadLetters), LetterSchema))
    refusals.add([line === undefined ? letter : { ...letter, line }]);
  return refusals;
}

function lastSnapshot(
  { summary, record, definition }: FinishedRun,
  windows: WindowSums,
  alerts: ReadonlyMap<string, number>,
  deadLetters: number,
): RunSnapshot {
  const { span, total } = windows;
  const runMs = (summary?.seconds ?? 0) * 1000;
  const startedMs = record === null ? null : Date.parse(record.started);
  return {
    engine: summary?.engine ?? record?.engine ?? 'spark',
    runMs,
    nowMs: startedMs === null ? (span?.toMs ?? 0) : startedMs + runMs,
    finished: true,
    orders: summary?.orders ?? total.orders,
    duplicates: summary?.duplicates ?? null,
    revenue: summary?.revenue ?? toUsd(total.cents),
    currency: definition.currency,
    customers: summary?.customers ?? null,
    windows: windows.rows,
    alerts: summary?.alerts ?? Object.fromEntries(alerts),
    deadLetters: summary?.dead_letters ?? deadLetters,
    late: summary?.late ?? null,
    ordersPerMinute: 0,
    watermarkMs: span?.toMs ?? null,
    orderToAlert: null,
    orderToWindow: null,
    planted: summary?.planted ?? {},
  };
}
