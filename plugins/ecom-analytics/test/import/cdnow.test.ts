import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayed } from './replayed.ts';

const file = path.resolve(import.meta.dirname, '../../import/sample/cdnow-sample.csv');
const map = 'timestamp=date,quantity=number_of_cds,total_amount=dollar_value';

/** What the file says, by splitting text and adding digits alone. */
function truth(): { orders: number; cents: bigint; customers: number; days: Map<string, number> } {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  let cents = 0n;
  const customers = new Set<string>();
  const days = new Map<string, number>();
  for (const line of lines) {
    const [customer = '', date = '', , value = ''] = line.split(',');
    const [whole = '', fraction = ''] = value.split('.');
    cents += BigInt(whole + fraction.padEnd(2, '0'));
    customers.add(customer);
    days.set(date, (days.get(date) ?? 0) + 1);
  }
  return { orders: lines.length, cents, customers: customers.size, days };
}

describe('the real orders of CDNOW', () => {
  it('keep their totals: orders, revenue to the cent, customers, orders of each day', async () => {
    const { orders, bad, replay } = await replayed({ file, map });
    const expected = truth();
    expect(expected).toMatchObject({ orders: 6919, cents: 24_409_194n, customers: 2357 });

    expect(bad).toEqual([]);
    expect(replay.findings).toMatchObject({
      orders: 6919,
      revenue: 244_091.94,
      customers: 2357,
      out_of_order: 0,
    });
    expect(orders).toHaveLength(expected.orders);
    expect(orders.reduce((sum, { totalCents }) => sum + BigInt(totalCents), 0n)).toBe(expected.cents);
    expect(new Set(orders.map(({ order }) => order.customer_id)).size).toBe(expected.customers);
    expect(new Set(orders.map(({ order }) => order.order_id)).size).toBe(expected.orders);
    const days = new Map<string, number>();
    for (const { order } of orders) {
      const day = order.timestamp.slice(0, 10);
      days.set(day, (days.get(day) ?? 0) + 1);
    }
    expect(days).toEqual(expected.days);
  });

  it('are filled in: an id from the line, a unit price from the total, the start of the day', async () => {
    const { orders } = await replayed({ file, map });
    expect(orders[0]).toMatchObject({
      eventTimeMs: Date.UTC(1997, 0, 1),
      order: {
        order_id: 'cdnow-sample.csv:2',
        customer_id: '00004',
        product_id: 'Unknown',
        product_name: 'Unknown',
        category: 'Unknown',
        quantity: 2,
        price: 14.67,
        total_amount: 29.33,
        timestamp: '1997-01-01T00:00:00.000Z',
        region: 'Unknown',
      },
    });
  });

  it('are recognized, so that no mapping is needed', async () => {
    const { replay } = await replayed({ file });
    replay.close();
    expect(replay.findings).toMatchObject({ layout: 'CDNOW', orders: 6919, revenue: 244_091.94 });
  });
});
