import { describe, expect, it } from 'vitest';
import { between, type Random, seededRandom, uuid, weightedPick } from '../../core/generator/random.ts';

const take = (count: number, random: Random): number[] => Array.from({ length: count }, random);
/** Gives always the same. */
const always =
  (value: number): Random =>
  () =>
    value;
/** The last number below 1 that a generator of 32 bits gives. */
const almostOne = 1 - 2 ** -32;

describe('a seeded generator', () => {
  it.each([
    [0, [1042467279, 43268146, 720511638, 3216311226, 1904464030, 836155482]],
    [7, [3754171247, 2826444102, 3540072189, 2955267189, 1322591914, 1223363674]],
    [4_294_967_295, [3948599743, 3125754026, 3912479616, 2444141026, 2034047432, 1608372280]],
  ])('gives for %d the numbers that the algorithm gives anywhere', (seed, numbers) => {
    expect(take(numbers.length, seededRandom(seed)).map((one) => one * 2 ** 32)).toEqual(numbers);
  });

  it('gives numbers from 0 to below 1, spread evenly', () => {
    const numbers = take(20_000, seededRandom(1));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const one of numbers) tenths[Math.floor(one * 10)] = (tenths[Math.floor(one * 10)] ?? 0) + 1;
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe('a number between two', () => {
  it('may be either of them, and nothing beyond', () => {
    expect(between(always(0), 3, 5)).toBe(3);
    expect(between(always(almostOne), 3, 5)).toBe(5);
    expect(new Set(Array.from({ length: 100 }, () => 0).map(() => between(Math.random, -1, 1)))).toEqual(
      new Set([-1, 0, 1]),
    );
  });
});

describe('an id', () => {
  it('is a UUID of version 4, another each time', () => {
    const random = seededRandom(1);
    const ids = Array.from({ length: 1000 }, () => uuid(random));
    expect(new Set(ids).size).toBe(1000);
    const odd = ids.filter(
      (id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
    );
    expect(odd).toEqual([]);
    for (const variant of '89ab') expect(ids.some((id) => id[19] === variant)).toBe(true);
    expect(uuid(always(0))).toBe('00000000-0000-4000-8000-000000000000');
    expect(uuid(always(almostOne))).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  });
});

describe('a pick by weight', () => {
  const weights = { rare: 1, never: 0, often: 3 } as const;
  const pick = weightedPick(Object.keys(weights) as (keyof typeof weights)[], (one) => weights[one]);

  it.each([
    [0, 'rare'],
    [0.2499, 'rare'],
    [0.25, 'often'],
    [almostOne, 'often'],
  ])('at %d is %s', (at, item) => {
    expect(pick(always(at))).toBe(item);
  });

  it('of nothing is refused', () => {
    expect(() => weightedPick([], () => 1)(always(0))).toThrow(RangeError);
    expect(() => weightedPick(['a'], () => 0)(always(0))).toThrow(RangeError);
  });
});
