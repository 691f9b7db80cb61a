import type { Revenue, RevenueSeries } from '../message.ts';

/** Fewer bars than this would look like walls. */
const minBars = 12;

/** Every bucket from the first to the last, those without orders included, and some before if there are few. */
export function everyBucket(revenue: Revenue): number[] {
  const { starts, bucketMs } = revenue;
  const last = starts.at(-1);
  const first = starts[0];
  if (first === undefined || last === undefined) return [];
  const bars = Math.max(minBars, Math.round((last - first) / bucketMs) + 1);
  return Array.from({ length: bars }, (_, index) => last - (bars - 1 - index) * bucketMs);
}

/** The index of the latest bucket whose figures are final; of the latest where none is among those with orders. */
export function latestFinal(buckets: readonly number[], { starts, openFromMs }: Revenue): number {
  const last = buckets.length - 1;
  if (openFromMs === null || !starts.some((start) => start < openFromMs)) return last;
  return buckets.findLastIndex((start) => start < openFromMs);
}

/** A figure for each of `buckets`: that of the bucket, or 0 where the revenue has none. */
export function spreadOver(
  buckets: readonly number[],
  revenue: Revenue,
  figures: readonly number[],
): number[] {
  const byStart = new Map(revenue.starts.map((start, index) => [start, figures[index] ?? 0]));
  return buckets.map((start) => byStart.get(start) ?? 0);
}

/**
 * The heights of a stack, tallest first: each series drawn over the one before leaves that one's share to be seen.
 *
 * @param layers one array per series, the first at the bottom
 */
export function stacked(layers: readonly (readonly number[])[]): number[][] {
  const heights: number[][] = [];
  let below: readonly number[] = [];
  for (const layer of layers) {
    const under = below;
    const height = layer.map((figure, index) => figure + (under[index] ?? 0));
    heights.unshift(height);
    below = height;
  }
  return heights;
}

/** How many series colors `tokens.css` has; the others share one more. */
const slots = 7;

/** Names the series of all names that have none of their own. */
export const othersName = 'All others';

/** A series of a stack, in the color of a token of `tokens.css`. */
export interface Layer {
  readonly name: string;
  readonly token: string;
  readonly revenue: readonly number[];
}

/** Gives each name a color and lets it keep it for as long as it is shown. */
export class ColorSlots {
  /** The name that has each color; null where it is free. */
  readonly #names: (string | null)[] = Array.from({ length: slots }, () => null);

  /** Series in the order of their colors, so that a stack keeps its layers' places while their sizes change. */
  layers(series: readonly RevenueSeries[]): Layer[] {
    const shown = new Set(series.map(({ name }) => name));
    this.#names.forEach((name, slot) => {
      if (!shown.has(name)) this.#names[slot] = null;
    });
    for (const { name } of series) {
      if (name !== null && !this.#names.includes(name)) this.#names[this.#names.indexOf(null)] = name;
    }
    const slotOf = (name: string | null): number => (name === null ? slots : this.#names.indexOf(name));
    return series
      .toSorted((a, b) => slotOf(a.name) - slotOf(b.name))
      .map(({ name, revenue }) => ({
        name: name ?? othersName,
        token: name === null ? 'series-others' : `series-${slotOf(name) + 1}`,
        revenue,
      }));
  }
}
