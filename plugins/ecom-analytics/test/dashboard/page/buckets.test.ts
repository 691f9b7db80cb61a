import { describe, expect, it } from 'vitest';
import type { Revenue } from '../../../dashboard/message.ts';
import {
  ColorSlots,
  everyBucket,
  latestFinal,
  spreadOver,
  stacked,
} from '../../../dashboard/page/buckets.ts';

function revenue(starts: number[]): Revenue {
  return {
    bucketMs: 60_000,
    starts,
    orders: starts.map(() => 1),
    byCategory: [],
    byLocation: [],
    openFromMs: null,
  };
}

const named = (...names: (string | null)[]) => names.map((name) => ({ name, revenue: [1] }));

describe('the bars of a chart', () => {
  it('leave room for buckets without orders', () => {
    const sparse = revenue([0, 20 * 60_000]);
    const buckets = everyBucket(sparse);
    expect(buckets).toHaveLength(21);
    const figures = spreadOver(buckets, sparse, [3, 4]);
    expect([figures[0], figures[1], figures[20]]).toEqual([3, 0, 4]);
  });

  it('stand at the end of the axis while there are few', () => {
    const buckets = everyBucket(revenue([60_000]));
    expect(buckets).toHaveLength(12);
    expect(buckets.at(-1)).toBe(60_000);
  });

  it('are none without orders', () => {
    expect(everyBucket(revenue([]))).toEqual([]);
  });

  it('know the latest that is final', () => {
    const three = revenue([0, 60_000, 120_000]);
    const buckets = everyBucket(three);
    expect(buckets[latestFinal(buckets, three)]).toBe(120_000);
    expect(buckets[latestFinal(buckets, { ...three, openFromMs: 60_000 })]).toBe(0);
    expect(buckets[latestFinal(buckets, { ...three, openFromMs: 0 })]).toBe(120_000);
  });

  it('stack up, the tallest first', () => {
    expect(
      stacked([
        [1, 2],
        [10, 20],
        [100, 200],
      ]),
    ).toEqual([
      [111, 222],
      [11, 22],
      [1, 2],
    ]);
  });
});

describe('colors', () => {
  /** The names of series from the first color on. */
  const names = (slots: ColorSlots, ...series: (string | null)[]) =>
    slots.layers(named(...series)).map(({ name, token }) => `${token} ${name}`);

  it('stay with their names when the order of sizes changes, and decide the order of the stack, all others on top', () => {
    const slots = new ColorSlots();
    expect(names(slots, 'a', 'b')).toEqual(['series-1 a', 'series-2 b']);
    expect(names(slots, null, 'b', 'c', 'a')).toEqual([
      'series-1 a',
      'series-2 b',
      'series-3 c',
      'series-others All others',
    ]);
  });

  it('go to new names when old ones have left', () => {
    const slots = new ColorSlots();
    names(slots, 'a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(names(slots, 'a', 'x', 'c', 'd', 'e', 'f', 'g')[1]).toBe('series-2 x');
  });

  it('are not confused by a category that is called like a number or a word of ours', () => {
    const slots = new ColorSlots();
    const tokens = slots.layers(named('constructor', '__proto__', 'null', null)).map(({ token }) => token);
    expect(new Set(tokens).size).toBe(4);
  });
});
