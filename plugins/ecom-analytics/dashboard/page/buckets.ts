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

/** How many series colours `tokens.css` has; the others share one more. */
const slots = 7;

/** Gives each name a colour and lets it keep it for as long as it is shown. */
export class ColourSlots {
  readonly #slotOf = new Map<string, number>();

  /** The colour tokens of series, in their order. */
  tokens(series: readonly RevenueSeries[]): string[] {
    const shown = new Set(series.map(({ name }) => name));
    for (const name of this.#slotOf.keys()) if (!shown.has(name)) this.#slotOf.delete(name);
    return series.map(({ name }) => (name === null ? 'series-others' : `series-${this.#slot(name)}`));
  }

  #slot(name: string): number {
    const known = this.#slotOf.get(name);
    if (known !== undefined) return known;
    const taken = new Set(this.#slotOf.values());
    const free =
      Array.from({ length: slots }, (_, index) => index + 1).find((slot) => !taken.has(slot)) ?? slots;
    this.#slotOf.set(name, free);
    return free;
  }
}

/** Series in the order of their colours, so that a stack keeps its layers' places while their sizes change. */
export function inSlotOrder(
  series: readonly RevenueSeries[],
  tokens: readonly string[],
): { readonly series: RevenueSeries; readonly token: string }[] {
  return series
    .map((one, index) => ({ series: one, token: tokens[index] ?? 'series-others' }))
    .sort((a, b) => rank(a.token) - rank(b.token));
}

function rank(token: string): number {
  return token === 'series-others' ? slots + 1 : Number(token.slice('series-'.length));
}
