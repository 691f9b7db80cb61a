import { describe, expect, it } from 'vitest';
import { RevenueBuckets } from '../../dashboard/revenue.ts';
import { kit, kitWindowing as windowing } from '../core/kit.ts';
import { aRow, aSentOrder, noonMs } from './samples.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function buckets(): RevenueBuckets {
  return new RevenueBuckets({ ...kit, windows: windowing });
}

describe('revenue by bucket', () => {
  it('counts an order once although its windows overlap', () => {
    const revenue = buckets();
    // One order at 12:00:40 is in the windows that start at 12:00:00 and 12:00:30.
    revenue.add([aRow(noonMs), aRow(noonMs + 30_000)], noonMs);
    const { orders, byCategory } = revenue.view();
    expect(orders).toEqual([2]);
    expect(byCategory).toEqual([{ name: 'Books', revenue: [10.5] }]);
  });

  it('shows each window of a live run', () => {
    const revenue = buckets();
    for (let minute = 0; minute < 60; minute++) {
      revenue.add([aRow(noonMs + minute * MINUTE_MS)], noonMs + (minute + 2) * MINUTE_MS);
    }
    const view = revenue.view();
    expect(view.bucketMs).toBe(MINUTE_MS);
    expect(view.starts).toHaveLength(60);
  });

  it('lets go of what is long past in a live run, and keeps showing each window', () => {
    const revenue = buckets();
    for (let minute = 0; minute < 600; minute++) {
      revenue.add([aRow(noonMs + minute * MINUTE_MS)], noonMs + (minute + 2) * MINUTE_MS);
    }
    const view = revenue.view();
    expect(view.bucketMs).toBe(MINUTE_MS);
    expect(view.starts).toHaveLength(90);
    expect(view.starts.at(-1)).toBe(noonMs + 599 * MINUTE_MS);
  });

  it('adds up to weeks when a year and a half of days is replayed at once', () => {
    const revenue = buckets();
    for (let day = 0; day < 546; day++) revenue.add([aRow(Date.UTC(1997, 0, 1) + day * DAY_MS)], noonMs);
    const view = revenue.view();
    expect(view.bucketMs).toBe(7 * DAY_MS);
    expect(new Date(view.starts[0] ?? 0).toUTCString()).toMatch(/^Mon, 30 Dec 1996/);
    expect(view.orders.reduce((a, b) => a + b, 0)).toBe(2 * 546);
    expect(view.byLocation[0]?.revenue.reduce((a, b) => a + b, 0)).toBeCloseTo(10.5 * 546, 6);
  });

  it('returns to single windows an hour after a backlog was worked off', () => {
    const revenue = buckets();
    for (let hour = 48; hour > 0; hour--) revenue.add([aRow(noonMs - hour * 60 * MINUTE_MS)], noonMs);
    expect(revenue.view().bucketMs).toBeGreaterThan(MINUTE_MS);
    for (let minute = 0; minute < 130; minute++) {
      revenue.add([aRow(noonMs + minute * MINUTE_MS)], noonMs + minute * MINUTE_MS);
    }
    expect(revenue.view().bucketMs).toBe(MINUTE_MS);
  });

  it('gives the largest names a series each, and adds up the rest', () => {
    const revenue = buckets();
    for (let region = 0; region < 500; region++) {
      revenue.add([aRow(noonMs, { location: `R${region}`, total_revenue: 1 + region })], noonMs);
    }
    const { byLocation, byCategory } = revenue.view();
    // The first 200 names of a bucket are told apart, so the largest of those lead.
    expect(byLocation.map(({ name }) => name)).toEqual([
      'R199',
      'R198',
      'R197',
      'R196',
      'R195',
      'R194',
      'R193',
      null,
    ]);
    const all = byLocation.reduce((sum, series) => sum + (series.revenue[0] ?? 0), 0);
    expect(all).toBe((500 * 501) / 2);
    expect(byCategory[0]?.revenue).toEqual([all]);
  });

  it('adds money exactly', () => {
    const revenue = buckets();
    for (let row = 0; row < 10; row++) {
      revenue.add([aRow(noonMs, { location: `R${row}`, total_revenue: 0.1 })], noonMs);
    }
    expect(revenue.view().byCategory[0]?.revenue).toEqual([1]);
  });

  it('works for windows that do not overlap, and for long ones', () => {
    const sizeMs = 15 * MINUTE_MS;
    const revenue = new RevenueBuckets({ ...kit, windows: { ...windowing, sizeMs, slideMs: sizeMs } });
    revenue.add([aRow(noonMs), aRow(noonMs + sizeMs)], noonMs);
    expect(revenue.view()).toMatchObject({ bucketMs: sizeMs, starts: [noonMs, noonMs + sizeMs] });
  });

  it('is empty before the first window', () => {
    expect(buckets().view()).toMatchObject({ starts: [], orders: [], byCategory: [], byLocation: [] });
  });

  it('shows a window before it is final, made up of the orders so far', () => {
    const revenue = buckets();
    expect(revenue.place([aSentOrder(0), aSentOrder(61, { region: 'EU-West' })])).toBe(true);
    const { starts, orders, byCategory, byLocation, openFromMs } = revenue.view();
    expect(starts).toEqual([noonMs, noonMs + MINUTE_MS]);
    expect(orders).toEqual([1, 1]);
    expect(byCategory).toEqual([{ name: 'Books', revenue: [10, 10] }]);
    expect(byLocation).toContainEqual({ name: 'EU-West', revenue: [0, 10] });
    expect(openFromMs).toBe(noonMs);
  });

  it('takes the rows of a window in place of what was made up for it', () => {
    const revenue = buckets();
    revenue.place([aSentOrder(0), aSentOrder(1), aSentOrder(61)]);
    revenue.add([aRow(noonMs, { total_revenue: 12.34, order_count: 1 })], noonMs);
    expect(revenue.view()).toMatchObject({
      orders: [1, 1],
      byCategory: [{ name: 'Books', revenue: [12.34, 10] }],
      openFromMs: noonMs + MINUTE_MS,
    });
    // An order for a window that is final is late, and its row stands.
    expect(revenue.place([aSentOrder(2)])).toBe(false);
    revenue.close();
    expect(revenue.view()).toMatchObject({ orders: [1], openFromMs: null });
  });

  it('fills in the category of an open order as the pipeline does', () => {
    const revenue = buckets();
    revenue.place([
      aSentOrder(0, { category: null }),
      aSentOrder(1, { category: '', product_id: 'not in the catalog' }),
    ]);
    const known = kit.catalog.products.find(({ product_id }) => product_id === 'P016')?.category ?? 'Unknown';
    const names = revenue.view().byCategory.map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set([known, 'Unknown']));
  });

  it('stays bounded while old orders fly by', () => {
    const revenue = buckets();
    for (let day = 0; day < 1000; day++) {
      revenue.place([aSentOrder(day * 86_400, { region: `Region ${day}` })]);
    }
    expect(revenue.view().starts.length).toBeLessThanOrEqual(16);
  });
});
