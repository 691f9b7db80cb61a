import * as v from 'valibot';
import { averageCents, type CentsSum, toUsd } from './money.ts';
import { formatTimestamp } from './timestamp.ts';

/** Aligned windows over event time: `[k·slide, k·slide + size)` from 1970-01-01T00:00:00Z. */
export interface Windows {
  readonly sizeMs: number;
  /** Equal to `sizeMs` for windows that do not overlap. */
  readonly slideMs: number;
}

/** How orders become window rows. */
export interface Windowing extends Windows {
  /** How far event time must pass a window's end before its row is final. */
  readonly watermarkMs: number;
  /** Count an `order_id` once within the watermark. An order behind the watermark is then dropped even while its window is open. */
  readonly deduplicate: boolean;
}

/** One-minute windows every 30 seconds, final 30 seconds after their end. */
export const defaultWindows: Windowing = {
  sizeMs: 60_000,
  slideMs: 30_000,
  watermarkMs: 30_000,
  deduplicate: true,
};

/** The starts of the windows that an event time falls into, in milliseconds, earliest first. */
export function windowStarts(eventTimeMs: number, windows: Windows): number[] {
  const last = lastWindowStart(eventTimeMs, windows.slideMs);
  const starts: number[] = [];
  for (let start = firstWindowStart(eventTimeMs, windows); start <= last; start += windows.slideMs)
    starts.push(start);
  return starts;
}

/** The start of the earliest window that an event time falls into: of the first that ends after it. */
export function firstWindowStart(eventTimeMs: number, { sizeMs, slideMs }: Windows): number {
  return lastWindowStart(eventTimeMs - sizeMs, slideMs) + slideMs;
}

/** The start of the latest window that an event time falls into. */
export function lastWindowStart(eventTimeMs: number, slideMs: number): number {
  return Math.floor(eventTimeMs / slideMs) * slideMs;
}

/**
 * The watermark after an event time was seen. A window is closed once its end is at or before it.
 * Source: Spark's structured streaming guide, "Handling late data and watermarking".
 */
export function watermarkAfter(maxEventTimeMs: number, watermarkMs: number): number {
  return maxEventTimeMs - watermarkMs;
}

/** Whether an order of this event time, coming now, is counted in no window: with deduplication, also in none that is open. */
export function isLate(
  eventTimeMs: number,
  watermarkMs: number,
  windowing: Pick<Windowing, 'sizeMs' | 'slideMs' | 'deduplicate'>,
): boolean {
  if (windowing.deduplicate) return eventTimeMs <= watermarkMs;
  return lastWindowStart(eventTimeMs, windowing.slideMs) + windowing.sizeMs <= watermarkMs;
}

/** One row of the analytics: one window, one category, one location. Times in epoch milliseconds, money in the pipeline's currency. */
export const WindowRowSchema = v.object({
  window_start: v.pipe(v.number(), v.integer()),
  window_end: v.pipe(v.number(), v.integer()),
  category: v.string(),
  location: v.string(),
  order_count: v.pipe(v.number(), v.integer(), v.minValue(1)),
  total_revenue: v.number(),
  avg_order_value: v.number(),
  unique_customers: v.pipe(v.number(), v.integer(), v.minValue(1)),
  max_order_value: v.number(),
  min_order_value: v.number(),
});

export type WindowRow = v.InferOutput<typeof WindowRowSchema>;

/** How a column of the window row is stored. */
export type ColumnType = 'timestamp-millis' | 'string' | 'int64' | 'double';

/** The columns of the Parquet files, in order. */
export const windowColumns = {
  window_start: 'timestamp-millis',
  window_end: 'timestamp-millis',
  category: 'string',
  location: 'string',
  order_count: 'int64',
  total_revenue: 'double',
  avg_order_value: 'double',
  unique_customers: 'int64',
  max_order_value: 'double',
  min_order_value: 'double',
} as const satisfies Record<keyof WindowRow, ColumnType>;

/** What was counted for one window, category and location. */
export interface WindowTotals {
  readonly windowStartMs: number;
  readonly category: string;
  readonly location: string;
  readonly orders: number;
  readonly sumCents: CentsSum;
  readonly minCents: number;
  readonly maxCents: number;
  readonly customers: number;
}

/** The row of a closed window: money rounded half-up to cents. */
export function windowRow(totals: WindowTotals, windows: Windows): WindowRow {
  return {
    window_start: totals.windowStartMs,
    window_end: totals.windowStartMs + windows.sizeMs,
    category: totals.category,
    location: totals.location,
    order_count: totals.orders,
    total_revenue: toUsd(totals.sumCents),
    avg_order_value: toUsd(averageCents(totals.sumCents, totals.orders)),
    unique_customers: totals.customers,
    max_order_value: toUsd(totals.maxCents),
    min_order_value: toUsd(totals.minCents),
  };
}

/** The folder, below the output folder, that all window files live in. */
export const analyticsFolder = 'analytics';

/** Whether readers who list files see this one: those of other names, hidden ones and unfinished ones they pass over. */
export function isWindowFile(file: string): boolean {
  return file.endsWith('.parquet') && !/(^|[\\/])[._]/.test(file);
}

/** `date=2026-11-23/hour=22`: the partition of a window, by its start in UTC. */
export function windowPartition(windowStartMs: number): string {
  const iso = formatTimestamp(windowStartMs);
  return `date=${iso.slice(0, 10)}/hour=${iso.slice(11, 13)}`;
}
