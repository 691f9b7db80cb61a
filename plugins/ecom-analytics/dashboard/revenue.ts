import type { Product } from '../core/catalog-types.ts';
import { toCents } from '../core/money.ts';
import { categoriesOf } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import { bucketSizes, bucketStart, namedSums } from '../report/time-buckets.ts';
import type { SentOrder } from '../run/feed.ts';
import { noRevenue, type Revenue, type RevenueSeries } from './message.ts';

/** As many as a chart can show side by side. */
const maxBuckets = 90;
/** Names that get a series of their own; a stack of more cannot be read. */
const maxSeries = 7;
/** Regions are free text on the wire, so a bucket keeps this many names and adds the rest up. */
const maxNames = 200;
/** Windows that are not final yet are summed up this far back: more are open only where old orders are replayed. */
const maxOpen = 16;
/** What arrived within this much wall-clock time stays in view. */
const keepMs = 3_600_000;

/** Cents by name; null adds up the names that found no room. */
type ByName = Map<string | null, number>;

interface Bucket {
  orders: number;
  /** When its last row arrived, by the clock on the wall; 0 before one has. */
  arrivedMs: number;
  readonly byCategory: ByName;
  readonly byLocation: ByName;
}

function emptyBucket(): Bucket {
  return { orders: 0, arrivedMs: 0, byCategory: new Map(), byLocation: new Map() };
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
  readonly #buckets = new Map<number, Bucket>();
  #newest = Number.NEGATIVE_INFINITY;
  /** When a row last arrived that this tier has no room for. */
  lostAtMs = Number.NEGATIVE_INFINITY;

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
  }

  add(row: WindowRow, arrivedMs: number): void {
    const start = bucketStart(row.window_start, this.bucketMs);
    if (start > this.#newest) {
      this.#newest = start;
      this.#evict();
    }
    if (start <= this.#newest - maxBuckets * this.bucketMs) {
      this.lostAtMs = arrivedMs;
      return;
    }
    const bucket = this.#buckets.get(start) ?? emptyBucket();
    this.#buckets.set(start, bucket);
    bucket.arrivedMs = arrivedMs;
    const cents = Math.round(row.total_revenue * 100);
    bucket.orders += row.order_count;
    add(bucket.byCategory, row.category, cents);
    add(bucket.byLocation, row.location, cents);
  }

  #evict(): void {
    const oldest = this.#newest - maxBuckets * this.bucketMs;
    for (const [start, { arrivedMs }] of this.#buckets) {
      if (start > oldest) continue;
      this.lostAtMs = Math.max(this.lostAtMs, arrivedMs);
      this.#buckets.delete(start);
    }
  }

  /** @param open windows that are not final yet, by their start */
  view(open: ReadonlyMap<number, Bucket>): Revenue {
    const merged = new Map(this.#buckets);
    const openStarts: number[] = [];
    for (const [windowStart, bucket] of open) {
      const start = bucketStart(windowStart, this.bucketMs);
      const both = emptyBucket();
      for (const part of [merged.get(start), bucket]) if (part !== undefined) merge(both, part);
      merged.set(start, both);
      openStarts.push(start);
    }
    const buckets = [...merged].sort(([a], [b]) => a - b).slice(-maxBuckets);
    return {
      bucketMs: this.bucketMs,
      starts: buckets.map(([start]) => start),
      orders: buckets.map(([, bucket]) => bucket.orders),
      byCategory: series(buckets.map(([, bucket]) => bucket.byCategory)),
      byLocation: series(buckets.map(([, bucket]) => bucket.byLocation)),
      openFromMs: openStarts.length === 0 ? null : Math.min(...openStarts),
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
  return namedSums(buckets, names.slice(0, maxSeries)).map(({ name, sums }) => ({
    name,
    revenue: sums.map((cents) => cents / 100),
  }));
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
  readonly #categoryOf: ReturnType<typeof categoriesOf>;
  /** Windows that are not final yet, by their start. */
  readonly #open = new Map<number, Bucket>();
  #finalStartMs = Number.NEGATIVE_INFINITY;
  #arrivedMs = 0;

  constructor({ windows, catalog }: RevenueDefinition) {
    const { sizeMs } = windows;
    this.#categoryOf = categoriesOf(catalog.products);
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
      add(bucket.byCategory, this.#categoryOf(order), cents);
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
    return tier?.view(this.#open) ?? noRevenue;
  }
}
