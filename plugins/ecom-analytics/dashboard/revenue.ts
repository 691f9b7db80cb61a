import { type Product, unknownCategory } from '../core/catalog-types.ts';
import { toCents } from '../core/money.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import type { SentOrder } from '../run/feed.ts';
import type { Revenue, RevenueSeries } from './message.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths that a reader finds natural; the window's own length comes before them. */
export const bucketSizes: readonly number[] = [
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  28 * DAY_MS,
  364 * DAY_MS,
];
/** 1970-01-05 was a Monday: buckets of whole weeks start on one. */
export const mondayMs = 4 * DAY_MS;

/** As many as a chart can show side by side. */
const maxBuckets = 90;
/** Names that get a series of their own; a stack of more cannot be read. */
const maxSeries = 7;
/** Regions are free text on the wire, so a bucket keeps this many names and adds the rest up. */
const maxNames = 200;
/** Windows that are not final yet are summed up this far back: more are open only where old orders are replayed. */
const maxOpen = 16;
/** What arrived within this much wall-clock time stays in view. */
const keepMs = HOUR_MS;

/** Cents by name; null adds up the names that found no room. */
type ByName = Map<string | null, number>;

interface Bucket {
  orders: number;
  readonly byCategory: ByName;
  readonly byLocation: ByName;
}

function emptyBucket(): Bucket {
  return { orders: 0, byCategory: new Map(), byLocation: new Map() };
}

function add(to: ByName, name: string | null, cents: number): void {
  const key = name !== null && (to.has(name) || to.size < maxNames) ? name : null;
  to.set(key, (to.get(key) ?? 0) + cents);
}

/** Adds one bucket to another. */
function merge(to: Bucket, from: Bucket): void {
  to.orders += from.orders;
  for (const [name, cents] of from.byCategory) add(to.byCategory, name, cents);
  for (const [name, cents] of from.byLocation) add(to.byLocation, name, cents);
}

/** The newest buckets of one length. */
class Tier {
  readonly bucketMs: number;
  readonly #offsetMs: number;
  readonly #buckets = new Map<number, Bucket>();
  #newest = Number.NEGATIVE_INFINITY;
  /** When a row last arrived that this tier has no room for. */
  lostAtMs = Number.NEGATIVE_INFINITY;
  #arrivals = new Map<number, number>();

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
    this.#offsetMs = bucketMs % (7 * DAY_MS) === 0 ? mondayMs : 0;
  }

  add(row: WindowRow, arrivedMs: number): void {
    const start = this.#startOf(row.window_start);
    if (start > this.#newest) {
      this.#newest = start;
      this.#evict();
    }
    if (start <= this.#newest - maxBuckets * this.bucketMs) {
      this.lostAtMs = arrivedMs;
      return;
    }
    let bucket = this.#buckets.get(start);
    if (bucket === undefined) {
      bucket = emptyBucket();
      this.#buckets.set(start, bucket);
    }
    const cents = Math.round(row.total_revenue * 100);
    bucket.orders += row.order_count;
    add(bucket.byCategory, row.category, cents);
    add(bucket.byLocation, row.location, cents);
    this.#arrivals.set(start, arrivedMs);
  }

  #evict(): void {
    const oldest = this.#newest - maxBuckets * this.bucketMs;
    for (const start of this.#buckets.keys()) {
      if (start > oldest) continue;
      this.lostAtMs = Math.max(this.lostAtMs, this.#arrivals.get(start) ?? this.lostAtMs);
      this.#buckets.delete(start);
      this.#arrivals.delete(start);
    }
  }

  #startOf(timeMs: number): number {
    return Math.floor((timeMs - this.#offsetMs) / this.bucketMs) * this.bucketMs + this.#offsetMs;
  }

  /** @param open windows that are not final yet, by their start */
  view(open: ReadonlyMap<number, Bucket>): Revenue {
    const merged = new Map<number, Bucket>(this.#buckets);
    const withOpen = new Set<number>();
    for (const [windowStart, bucket] of open) {
      const start = this.#startOf(windowStart);
      const known = merged.get(start);
      if (!withOpen.has(start)) {
        withOpen.add(start);
        const both = emptyBucket();
        if (known !== undefined) merge(both, known);
        merged.set(start, both);
      }
      merge(merged.get(start) ?? emptyBucket(), bucket);
    }
    const buckets = [...merged].sort(([a], [b]) => a - b).slice(-maxBuckets);
    return {
      bucketMs: this.bucketMs,
      starts: buckets.map(([start]) => start),
      orders: buckets.map(([, bucket]) => bucket.orders),
      byCategory: series(buckets.map(([, bucket]) => bucket.byCategory)),
      byLocation: series(buckets.map(([, bucket]) => bucket.byLocation)),
      openFromMs: withOpen.size === 0 ? null : Math.min(...withOpen),
    };
  }
}

/** The largest names, each a series in USD, and one for all others if there are any. */
function series(buckets: readonly ByName[]): RevenueSeries[] {
  const totals = new Map<string, number>();
  for (const bucket of buckets) {
    for (const [name, cents] of bucket) {
      if (name !== null) totals.set(name, (totals.get(name) ?? 0) + cents);
    }
  }
  const names = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  const shown = names.slice(0, maxSeries);
  const own = shown.map((name) => ({
    name,
    revenue: buckets.map((bucket) => (bucket.get(name) ?? 0) / 100),
  }));
  const isShown = new Set<string | null>(shown);
  const others = buckets.map((bucket) => {
    let cents = 0;
    for (const [name, amount] of bucket) if (!isShown.has(name)) cents += amount;
    return cents / 100;
  });
  return others.some((amount) => amount > 0) ? [...own, { name: null, revenue: others }] : own;
}

/** What of a definition revenue is computed from. */
interface RevenueDefinition {
  readonly windows: PipelineDefinition['windows'];
  readonly catalog: { readonly products: readonly Product[] };
}

/**
 * Adds up window rows into buckets of several lengths, and shows the shortest that holds all that arrived within the
 * last hour: the window's own length for a live run, days or weeks for years of old orders replayed in a minute.
 *
 * Windows overlap, so only those that start on a multiple of their size are counted. They tile event time. Those that are
 * not final yet are made up of the orders sent so far; their rows then take the place of that.
 */
export class RevenueBuckets {
  readonly #sizeMs: number;
  readonly #tiers: readonly Tier[];
  readonly #categoryOf: ReadonlyMap<string, string>;
  /** Windows that are not final yet, by their start. */
  readonly #open = new Map<number, Bucket>();
  #finalStartMs = Number.NEGATIVE_INFINITY;
  #arrivedMs = 0;

  constructor({ windows, catalog }: RevenueDefinition) {
    const { sizeMs } = windows;
    this.#categoryOf = new Map(catalog.products.map((one) => [one.product_id, one.category]));
    const longer = bucketSizes.filter((bucketMs) => bucketMs > sizeMs && bucketMs % sizeMs === 0);
    this.#sizeMs = sizeMs;
    this.#tiers = [sizeMs, ...longer].map((bucketMs) => new Tier(bucketMs));
  }

  /**
   * @param arrivedMs wall-clock time, epoch milliseconds
   * @returns whether any row counted
   */
  add(rows: readonly WindowRow[], arrivedMs: number): boolean {
    this.#arrivedMs = Math.max(this.#arrivedMs, arrivedMs);
    let counted = false;
    for (const row of rows) {
      if (row.window_start % this.#sizeMs !== 0) continue;
      counted = true;
      this.#finalStartMs = Math.max(this.#finalStartMs, row.window_start);
      for (const tier of this.#tiers) tier.add(row, arrivedMs);
    }
    for (const start of this.#open.keys()) if (start <= this.#finalStartMs) this.#open.delete(start);
    return counted;
  }

  /**
   * Takes orders that are being sent into the windows that are not final yet.
   *
   * @returns whether any of them lies in one
   */
  place(orders: readonly SentOrder[]): boolean {
    let placed = false;
    for (const { order, atMs } of orders) {
      const start = Math.floor(atMs / this.#sizeMs) * this.#sizeMs;
      if (start <= this.#finalStartMs) continue;
      placed = true;
      const bucket = this.#open.get(start) ?? this.#openWindow(start);
      const cents = toCents(order.total_amount);
      bucket.orders++;
      add(
        bucket.byCategory,
        order.category || (this.#categoryOf.get(order.product_id) ?? unknownCategory),
        cents,
      );
      add(bucket.byLocation, order.region, cents);
    }
    return placed;
  }

  #openWindow(start: number): Bucket {
    const bucket = emptyBucket();
    this.#open.set(start, bucket);
    if (this.#open.size > maxOpen) this.#open.delete(Math.min(...this.#open.keys()));
    return bucket;
  }

  /** All that was sent has been read, so no window is open any more. */
  close(): void {
    this.#open.clear();
  }

  view(): Revenue {
    const whole = this.#tiers.find((tier) => tier.lostAtMs < this.#arrivedMs - keepMs);
    const tier = whole ?? this.#tiers.at(-1);
    return tier?.view(this.#open) ?? emptyRevenue(this.#sizeMs);
  }
}

function emptyRevenue(bucketMs: number): Revenue {
  return { bucketMs, starts: [], orders: [], byCategory: [], byLocation: [], openFromMs: null };
}
