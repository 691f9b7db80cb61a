import { describe, expect, it } from 'vitest';
import { addCents, averageCents, isAmount, maxAmountUsd, toCents, toUsd } from '../../core/money.ts';

describe('money', () => {
  it('is exact to the cent for every amount up to the limit', () => {
    for (const cents of [0, 1, 29, 57, 129_995, 999_999_999]) {
      expect(isAmount(cents / 100)).toBe(true);
      expect(toCents(cents / 100)).toBe(cents);
    }
    // Doubles are the further apart, the larger they are: the last stretch is the hardest.
    const most = maxAmountUsd * 100;
    for (let cents = most - 100_000; cents <= most; cents++) {
      const amount = Number(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
      if (!isAmount(amount) || toCents(amount) !== cents) expect.fail(`${cents} cents`);
    }
    expect(maxAmountUsd).toBe(35_184_372_088_832);
  });

  it('ends where an amount of whole cents is no longer told to the cent', () => {
    const beyond = Array.from({ length: 100 }, (_, cents) => maxAmountUsd + 1 + cents / 100);
    expect(beyond.some((amount) => Math.round(amount * 100) / 100 !== amount)).toBe(true);
    expect(beyond.some(isAmount)).toBe(false);
  });

  it.each([-0.01, 0.001, 1.005, Number.NaN, Number.POSITIVE_INFINITY, 1e17])('refuses %d', (amount) => {
    expect(isAmount(amount)).toBe(false);
  });

  it('is summed exactly where floating point would not', () => {
    let cents: number | bigint = 0;
    for (let index = 0; index < 1000; index++) cents = addCents(cents, toCents(0.1));
    expect(toUsd(cents)).toBe(100);
  });

  it('is summed in numbers up to the last whole number that a double tells from the next', () => {
    expect(addCents(1, 2)).toBe(3);
    expect(addCents(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(Number.MAX_SAFE_INTEGER);
    expect(addCents(Number.MAX_SAFE_INTEGER, 1)).toBe(9_007_199_254_740_992n);
  });

  it('is summed exactly beyond 2⁵³ cents', () => {
    const sum = addCents(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    expect(sum).toBe(18_014_398_509_481_982n);
    expect(addCents(sum, 1)).toBe(18_014_398_509_481_983n);
    expect(toUsd(18_014_398_509_481_907n)).toBe(Number('180143985094819.07'));
  });

  it.each([
    [100, 3, 33],
    [200, 3, 67],
    [1, 2, 1],
    [3, 2, 2],
    [5, 10, 1],
    [4, 10, 0],
    [0, 7, 0],
  ])('averages %d cents over %d orders to %d, half-up', (sum, count, average) => {
    expect(averageCents(sum, count)).toBe(average);
    expect(averageCents(BigInt(sum), count)).toBe(BigInt(average));
  });
});
