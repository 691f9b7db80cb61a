import { describe, expect, it } from 'vitest';
import { noSales, type Sales } from '../../dashboard/message.ts';
import { SalesHours } from '../../dashboard/sales.ts';
import { aSentOrder, aSnapshot, noonMs } from './samples.ts';

const minuteMs = 60_000;

/** A run from noon on with so many orders of 10 USD in each minute, and a snapshot at the end of it. */
function run(minutes: number, perMinute: (minute: number) => number): SalesHours {
  const sales = new SalesHours();
  let orders = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const count = perMinute(minute);
    const begunMs = minute * minuteMs;
    sales.snapshot(aSnapshot({ nowMs: noonMs + begunMs, runMs: begunMs, orders, revenue: orders * 10 }));
    const product_name = minute < 60 ? 'Atlas' : 'Novel';
    sales.add(Array.from({ length: count }, (_, n) => aSentOrder(n, { customer_id: `C${n}`, product_name })));
    orders += count;
    const runMs = (minute + 1) * minuteMs - 1;
    sales.snapshot(aSnapshot({ nowMs: noonMs + runMs, runMs, orders, revenue: orders * 10 }));
  }
  return sales;
}

function viewed(sales: SalesHours): Sales {
  const view = sales.view();
  if (view === null) throw new Error('Nothing has been told of the run');
  return view;
}

describe('sales by the hour', () => {
  it('have nothing to compare the first hour with', () => {
    const { last, before, products, customers } = viewed(run(10, () => 2));
    expect(last).toEqual({ lengthMs: 10 * minuteMs - 1, orders: 20, revenue: 200 });
    expect(before).toBeNull();
    expect(products).toEqual([{ name: 'Atlas', revenue: 200, before: 0 }]);
    expect(customers).toEqual([
      { name: 'C0', revenue: 100, before: 0 },
      { name: 'C1', revenue: 100, before: 0 },
    ]);
  });

  it('compare the second hour with as much as there is of the first', () => {
    const { last, before } = viewed(run(75, () => 2));
    expect(last).toMatchObject({ orders: 120, revenue: 1200 });
    expect(before).toEqual({ lengthMs: 15 * minuteMs, orders: 30, revenue: 300 });
  });

  it('compare whole hours from then on, however long the run is', () => {
    const { last, before, products } = viewed(run(300, (minute) => (minute < 240 ? 3 : 6)));
    expect(last).toMatchObject({ orders: 360, revenue: 3600 });
    expect(before).toEqual({ lengthMs: 60 * minuteMs, orders: 180, revenue: 1800 });
    expect(products).toEqual([{ name: 'Novel', revenue: 3600, before: 1800 }]);
  });

  it('count what came before the run had said anything', () => {
    const sales = new SalesHours();
    sales.add([aSentOrder(1, { total_amount: 12.34 })]);
    expect(sales.view()).toEqual(noSales);
    sales.snapshot(aSnapshot({ nowMs: noonMs, runMs: 500, orders: 1, revenue: 12.34 }));
    expect(sales.view()).toMatchObject({
      last: { lengthMs: 500, orders: 1, revenue: 12.34 },
      products: [{ name: 'Mystery Novel', revenue: 12.34 }],
    });
  });

  it('list the largest few', () => {
    const sales = new SalesHours();
    sales.snapshot(aSnapshot());
    sales.add(Array.from({ length: 50 }, (_, n) => aSentOrder(n, { total_amount: n + 1 })));
    const { customers } = viewed(sales);
    expect(customers.map(({ revenue }) => revenue)).toEqual([50, 49, 48, 47, 46, 45]);
  });

  it('keep the largest customers of a shop with more than can be held', () => {
    const sales = new SalesHours();
    sales.snapshot(aSnapshot());
    for (let n = 0; n < 20_000; n++) {
      sales.add([aSentOrder(n), aSentOrder(n, { customer_id: 'CUST_LARGE', total_amount: 50 })]);
    }
    sales.snapshot(aSnapshot({ nowMs: noonMs + minuteMs }));
    expect(viewed(sales).customers[0]).toEqual({ name: 'CUST_LARGE', revenue: 1_000_000, before: 0 });
  });
});
