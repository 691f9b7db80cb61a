import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import { readWindows } from '../parquet/read-windows.ts';
import type { RunSummary } from '../run/feed.ts';
import { AlertSums, type RuleAlerts } from './alert-sums.ts';
import { FirstRows } from './first-rows.ts';
import { readAlerts, readSummary } from './run-folder.ts';
import type { TimeSeries } from './time-buckets.ts';
import { type BusyWindow, type Share, WindowSums } from './window-sums.ts';

/** What a run's files say. Times are epoch milliseconds, money is in cents. */
export interface Report {
  readonly folder: string;
  /** Null for a run that has not ended, or was killed. */
  readonly summary: RunSummary | null;
  /** Window rows, of all windows. */
  readonly rows: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Over all windows, each order once. */
  readonly orders: number;
  readonly cents: number;
  /** ISO 4217: the run's, or the definition's where it did not say. */
  readonly currency: string;
  readonly revenueOverTime: TimeSeries;
  readonly ordersOverTime: TimeSeries;
  readonly categories: readonly Share[];
  readonly locations: readonly Share[];
  readonly busiest: readonly BusyWindow[];
  readonly alerts: readonly RuleAlerts[];
  /** The first rows by window, category and location. */
  readonly firstRows: readonly WindowRow[];
}

/**
 * Reads what a run wrote, file by file: memory holds sums, not rows.
 *
 * @param rowLimit how many rows to keep as they are
 * @param progress told the number of rows read so far
 * @returns null where there is not one window row
 * @throws EcomError `ECOM_PARQUET_UNREADABLE`
 */
export async function readReport(
  folder: string,
  definition: Pick<PipelineDefinition, 'rules' | 'currency'>,
  rowLimit: number,
  progress: (rows: number) => void,
): Promise<Report | null> {
  const windows = new WindowSums();
  const first = new FirstRows(rowLimit);
  for await (const { rows } of readWindows(folder)) {
    windows.add(rows);
    first.add(rows);
    progress(windows.rows);
  }
  const { span, total } = windows;
  if (span === null) return null;
  const summary = await readSummary(folder);
  const alerts = new AlertSums(summary === null ? [] : Object.keys(summary.alerts), definition.rules);
  for await (const alert of readAlerts(folder)) alerts.add(alert);
  return {
    folder,
    summary,
    currency: summary?.currency ?? definition.currency,
    rows: windows.rows,
    ...span,
    ...total,
    revenueOverTime: windows.revenueOverTime,
    ordersOverTime: windows.ordersOverTime,
    categories: windows.categories,
    locations: windows.locations,
    busiest: windows.busiest,
    alerts: alerts.byRule(),
    firstRows: first.rows,
  };
}
