import { describe, expect, it } from 'vitest';
import { averageCents } from '../../core/money.ts';
import { type WindowRow, windowRow, windowStarts } from '../../core/window.ts';
import { TimeBuckets } from '../../report/time-buckets.ts';
import { WindowSums } from '../../report/window-sums.ts';
import { kitWindowing as windowing } from '../core/kit.ts';
import { noon, row } from './written-run.ts';

interface Sale {
  readonly atMs: number;
  readonly category: string;
  readonly location: string;
  readonly cents: number;
}

/** The window rows of sales, as the definition has them. */
function rowsOf(sales: readonly Sale[]): WindowRow[] {
  const groups = new Map<string, { start: number; sales: Sale[] }>();
  for (const sale of sales) {
    for (const start of windowStarts(sale.atMs, windowing)) {
      const key = `${start} ${sale.category} ${sale.location}`;
      const group = groups.get(key) ?? { start, sales: [] };
      groups.set(key, group);
      group.sales.push(sale);
    }
  }
  return [...groups.values()]
    .sort((a, b) => a.start - b.start)
    .map(({ start, sales: [first, ...rest] }) => {
      const all = first === undefined ? [] : [first, ...rest];
      const cents = all.map((sale) => sale.cents);
      const totals = {
        windowStartMs: start,
        category: first?.category ?? '',
        location: first?.location ?? '',
        orders: all.length,
        sumCents: cents.reduce((sum, one) => sum + one, 0),
        minCents: Math.min(...cents),
        maxCents: Math.max(...cents),
        customers: all.length,
      };
      expect(averageCents(totals.sumCents, totals.orders)).toBeGreaterThan(0);
      return windowRow(totals, windowing);
    });
}

describe('the sums over overlapping windows', () => {
  const sales = Array.from(
    { length: 3000 },
    (_, index): Sale => ({
      atMs: noon + ((index * 7919) % 7_200_000),
      category: ['Books', 'Home', 'Sports'][index % 3] ?? '',
      location: ['US', 'EU'][index % 2] ?? '',
      cents: 101 + (index % 977),
    }),
  );
  const sums = new WindowSums();
  sums.add(rowsOf(sales));
  const cents = (some: readonly Sale[]): number => some.reduce((sum, sale) => sum + sale.cents, 0);

  it('count each order once', () => {
    expect(sums.total).toEqual({ orders: 3000, cents: cents(sales) });
    for (const { name, orders, cents: revenue } of sums.categories) {
      const own = sales.filter((sale) => sale.category === name);
      expect([name, orders, revenue]).toEqual([name, own.length, cents(own)]);
    }
    expect(sums.locations.map(({ orders }) => orders)).toEqual([1500, 1500]);
  });

  it('count each order once at every point in time', () => {
    const { bucketMs, starts, series } = sums.revenueOverTime;
    expect(bucketMs).toBe(300_000);
    expect(starts).toHaveLength(24);
    for (const { name, sums: bySeries } of series) {
      expect(bySeries).toEqual(
        starts.map((start) =>
          cents(
            sales.filter(
              ({ atMs, category }) => category === name && atMs >= start && atMs < start + bucketMs,
            ),
          ),
        ),
      );
    }
    expect(sums.ordersOverTime.series[0]?.sums.reduce((sum, one) => sum + one, 0)).toBe(3000);
  });

  it('find the busiest among all windows, and list none beside one that overlaps it', () => {
    const busy = new WindowSums();
    busy.add([
      row(noon, 'Books', 'US', 5, 1),
      row(noon + 30_000, 'Books', 'US', 8, 1),
      row(noon + 30_000, 'Home', 'EU', 1, 1),
      row(noon + 60_000, 'Books', 'US', 7, 1),
      row(noon + 90_000, 'Books', 'US', 6, 1),
      row(noon + 3_600_000, 'Books', 'US', 2, 1),
    ]);
    expect(busy.busiest.map(({ startMs, orders }) => [(startMs - noon) / 1000, orders])).toEqual([
      [30, 9],
      [90, 6],
      [3600, 2],
    ]);
  });

  it('show the categories with the largest revenue, and add up the others', () => {
    const many = new WindowSums();
    many.add(Array.from({ length: 12 }, (_, index) => row(noon, `c${index}`, 'US', 1, index + 1)));
    const { series } = many.revenueOverTime;
    expect(series.map(({ name, sums: [sum] }) => [name, sum])).toEqual([
      ['c11', 1200],
      ['c10', 1100],
      ['c9', 1000],
      ['c8', 900],
      ['c7', 800],
      ['c6', 700],
      ['c5', 600],
      [null, 1500],
    ]);
  });

  it('are null before the first row', () => {
    const none = new WindowSums();
    expect(none.span).toBeNull();
    expect(none.revenueOverTime.starts).toEqual([]);
    expect(none.busiest).toEqual([]);
  });
});

describe('buckets of time', () => {
  it('grow as long as the span needs, and lose nothing', () => {
    const buckets = new TimeBuckets(60_000);
    const day = 86_400_000;
    for (let index = 0; index < 50_000; index++)
      buckets.add(noon + index * 1_000_003, index % 2 ? 'a' : 'b', 1);
    const { bucketMs, starts, series } = buckets.series(['a']);
    expect(bucketMs).toBe(7 * day);
    expect(starts.length).toBeLessThanOrEqual(100);
    expect(new Set(starts.map((start) => new Date(start).getUTCDay()))).toEqual(new Set([1]));
    expect(series.map(({ name, sums }) => [name, sums.reduce((sum, one) => sum + one, 0)])).toEqual([
      ['a', 25_000],
      [null, 25_000],
    ]);
  });

  it('grow from a length that no natural one holds', () => {
    const buckets = new TimeBuckets(7001);
    for (let index = 0; index < 5000; index++) buckets.add(noon + index * 7001, 'a', 1);
    const { bucketMs, series } = buckets.series(['a']);
    expect(bucketMs).toBe(700_100);
    expect(series[0]?.sums.reduce((sum, one) => sum + one, 0)).toBe(5000);
  });

  it('have no gaps', () => {
    const buckets = new TimeBuckets(60_000);
    buckets.add(noon, 'a', 1);
    buckets.add(noon + 180_000, 'a', 2);
    expect(buckets.series(['a']).series).toEqual([{ name: 'a', sums: [1, 0, 0, 2] }]);
  });
});
