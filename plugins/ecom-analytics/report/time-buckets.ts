const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Lengths that a reader finds natural; the window's own length comes before them. */
export const bucketSizes: readonly number[] = [
  ...[5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS, 12 * HOUR_MS, DAY_MS],
  ...[7 * DAY_MS, 28 * DAY_MS, 364 * DAY_MS],
];

/** The start of the bucket that a time is in. 1970-01-05 was a Monday: buckets of whole weeks start on one. */
export function bucketStart(timeMs: number, bucketMs: number): number {
  const offset = bucketMs % (7 * DAY_MS) === 0 ? 4 * DAY_MS : 0;
  return Math.floor((timeMs - offset) / bucketMs) * bucketMs + offset;
}

/** Each holds whole ones of an earlier length, so that buckets can be merged. */
const lengths = [MINUTE_MS, ...bucketSizes];

/** As many bars as a page can show side by side. */
const maxBuckets = 100;
/** Held before they are merged; bounds memory whatever span of time comes. */
const heldBuckets = 1000;

/** Sums of one name, by the starts of its {@link TimeSeries}. */
export interface NamedSums {
  /** Null adds up all other names. */
  readonly name: string | null;
  readonly sums: readonly number[];
}

/** Sums by time and name. */
export interface TimeSeries {
  /** Milliseconds. */
  readonly bucketMs: number;
  /** Epoch milliseconds, without gaps. */
  readonly starts: readonly number[];
  readonly series: readonly NamedSums[];
}

/** A figure for each bucket: of each name, and of all others where there are any. */
export function namedSums(
  buckets: readonly ReadonlyMap<string | null, number>[],
  names: readonly string[],
): NamedSums[] {
  const named = names.map((name) => ({ name, sums: buckets.map((bucket) => bucket.get(name) ?? 0) }));
  const isNamed = new Set<string | null>(names);
  const rest = buckets.map((bucket) => {
    let sum = 0;
    for (const [name, amount] of bucket) if (!isNamed.has(name)) sum += amount;
    return sum;
  });
  return rest.some((sum) => sum > 0) ? [...named, { name: null, sums: rest }] : named;
}

/** Adds numbers up by time and name, in buckets as long as the span of time needs. */
export class TimeBuckets {
  #buckets = new Map<number, Map<string, number>>();
  #bucketMs: number;

  /** @param smallestMs no bucket is shorter */
  constructor(smallestMs: number) {
    this.#bucketMs = smallestMs;
  }

  add(timeMs: number, name: string, amount: number): void {
    let start = bucketStart(timeMs, this.#bucketMs);
    if (!this.#buckets.has(start)) {
      while (this.#buckets.size >= heldBuckets) this.#lengthen();
      start = bucketStart(timeMs, this.#bucketMs);
    }
    const bucket = this.#buckets.get(start) ?? new Map<string, number>();
    this.#buckets.set(start, bucket);
    bucket.set(name, (bucket.get(name) ?? 0) + amount);
  }

  /** The sums of the names asked for, and those of all others where there are any. */
  series(names: readonly string[]): TimeSeries {
    while (this.#span() / this.#bucketMs > maxBuckets) this.#lengthen();
    const bucketMs = this.#bucketMs;
    const known = [...this.#buckets.keys()];
    const first = known.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
    const length = known.length === 0 ? 0 : this.#span() / bucketMs;
    const starts = Array.from({ length }, (_, index) => first + index * bucketMs);
    const buckets = starts.map((start) => this.#buckets.get(start) ?? new Map<string, number>());
    return { bucketMs, starts, series: namedSums(buckets, names) };
  }

  /** From the start of the first bucket to the end of the last, milliseconds. */
  #span(): number {
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const start of this.#buckets.keys()) {
      first = Math.min(first, start);
      last = Math.max(last, start);
    }
    return last - first + this.#bucketMs;
  }

  #lengthen(): void {
    const natural = lengths.find((length) => length > this.#bucketMs && length % this.#bucketMs === 0);
    const longer = natural ?? this.#bucketMs * 10;
    this.#bucketMs = longer;
    const merged = new Map<number, Map<string, number>>();
    for (const [start, bucket] of this.#buckets) {
      const wider = bucketStart(start, longer);
      const into = merged.get(wider) ?? new Map<string, number>();
      merged.set(wider, into);
      for (const [name, amount] of bucket) into.set(name, (into.get(name) ?? 0) + amount);
    }
    this.#buckets = merged;
  }
}
