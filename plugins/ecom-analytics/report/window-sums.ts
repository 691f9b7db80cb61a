import { type WindowRow, windowPartition } from '../core/window.ts';
import { othersName } from '../dashboard/page/buckets.ts';
import { TimeBuckets, type TimeSeries } from './time-buckets.ts';

/** Orders and revenue of one name. */
export interface Share {
  readonly name: string;
  readonly orders: number;
  /** Cents. */
  readonly cents: number;
}

/** A window over all categories and locations. */
export interface BusyWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly orders: number;
  /** Cents. */
  readonly cents: number;
}

interface Sum {
  orders: number;
  cents: number;
}

const busiestShown = 10;
/** Names that a chart can tell apart. */
const seriesShown = 7;
/** Names are free text; beyond so many, new ones are added up as {@link othersName}. */
const namesHeld = 1000;

const noSeries: TimeSeries = { bucketMs: 1, starts: [], series: [] };

/** @returns the name that it was added under */
function add(sums: Map<string, Sum>, key: string, orders: number, cents: number): string {
  const name = sums.has(key) || sums.size < namesHeld ? key : othersName;
  const sum = sums.get(name) ?? { orders: 0, cents: 0 };
  sums.set(name, sum);
  sum.orders += orders;
  sum.cents += cents;
  return name;
}

function ranked(sums: ReadonlyMap<string, Sum>): Share[] {
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.cents - a.cents || b.orders - a.orders || (a.name < b.name ? -1 : 1));
}

/** Of windows that are equally busy, those that tile event time come first. */
function byBusyness(a: BusyWindow, b: BusyWindow): number {
  const offset = ({ startMs, endMs }: BusyWindow): number => startMs % (endMs - startMs);
  return b.orders - a.orders || b.cents - a.cents || offset(a) - offset(b) || a.startMs - b.startMs;
}

/**
 * Adds window rows up. Windows overlap, so an order is in several of them; only those that start on a multiple of their
 * size are added: they tile event time, and each order is in exactly one. Only the busiest windows are looked for among
 * all.
 */
export class WindowSums {
  #rows = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  readonly #categories = new Map<string, Sum>();
  readonly #locations = new Map<string, Sum>();
  #revenue: TimeBuckets | null = null;
  #orders: TimeBuckets | null = null;
  #partition = '';
  /** The windows of the partition that is being read. */
  readonly #open = new Map<number, { startMs: number; endMs: number } & Sum>();
  #busiest: BusyWindow[] = [];

  /** Takes rows, partition by partition, as the files lie. */
  add(rows: readonly WindowRow[]): void {
    for (const row of rows) this.#add(row);
  }

  #add(row: WindowRow): void {
    const sizeMs = row.window_end - row.window_start;
    const cents = Math.round(row.total_revenue * 100);
    this.#rows++;
    this.#addToWindow(row, cents);
    if (row.window_start % sizeMs !== 0) return;
    this.#fromMs = Math.min(this.#fromMs, row.window_start);
    this.#toMs = Math.max(this.#toMs, row.window_end);
    const category = add(this.#categories, row.category, row.order_count, cents);
    add(this.#locations, row.location, row.order_count, cents);
    this.#revenue ??= new TimeBuckets(sizeMs);
    this.#orders ??= new TimeBuckets(sizeMs);
    this.#revenue.add(row.window_start, category, cents);
    this.#orders.add(row.window_start, '', row.order_count);
  }

  #addToWindow(row: WindowRow, cents: number): void {
    const partition = windowPartition(row.window_start);
    if (partition !== this.#partition) {
      this.#closePartition();
      this.#partition = partition;
    }
    const { window_start: startMs, window_end: endMs } = row;
    const window = this.#open.get(startMs) ?? { startMs, endMs, orders: 0, cents: 0 };
    this.#open.set(startMs, window);
    window.orders += row.order_count;
    window.cents += cents;
  }

  /** A partition holds all rows of its windows, so they are whole once another begins. */
  #closePartition(): void {
    this.#busiest.push(...this.#open.values());
    this.#open.clear();
    this.#busiest.sort(byBusyness);
    // Each window that is shown can hide the few that overlap it.
    this.#busiest.length = Math.min(this.#busiest.length, busiestShown * 20);
  }

  /** Rows seen, of all windows. */
  get rows(): number {
    return this.#rows;
  }

  /** Event time that the windows cover, epoch milliseconds; null before the first row. */
  get span(): { readonly fromMs: number; readonly toMs: number } | null {
    return Number.isFinite(this.#fromMs) ? { fromMs: this.#fromMs, toMs: this.#toMs } : null;
  }

  /** Over all windows that tile event time. */
  get total(): { readonly orders: number; readonly cents: number } {
    const total = { orders: 0, cents: 0 };
    for (const { orders, cents } of this.#categories.values()) {
      total.orders += orders;
      total.cents += cents;
    }
    return total;
  }

  /** The largest revenue first. */
  get categories(): Share[] {
    return ranked(this.#categories);
  }

  /** Cents over time, of the categories with the largest revenue. */
  get revenueOverTime(): TimeSeries {
    const names = this.categories.slice(0, seriesShown).map(({ name }) => name);
    return this.#revenue?.series(names) ?? noSeries;
  }

  /** Orders over time, as one series. */
  get ordersOverTime(): TimeSeries {
    return this.#orders?.series(['']) ?? noSeries;
  }

  /** The largest revenue first. */
  get locations(): Share[] {
    return ranked(this.#locations);
  }

  /** The windows with the most orders, none of which overlaps another. */
  get busiest(): BusyWindow[] {
    this.#closePartition();
    const chosen: BusyWindow[] = [];
    for (const window of this.#busiest) {
      if (chosen.length === busiestShown) break;
      if (chosen.every(({ startMs, endMs }) => window.startMs >= endMs || window.endMs <= startMs)) {
        chosen.push(window);
      }
    }
    return chosen;
  }
}
