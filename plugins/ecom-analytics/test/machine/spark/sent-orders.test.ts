import { expect, test } from 'vitest';
import type { GeneratedOrder } from '../../../core/generator/order-generator.ts';
import { formatTimestamp } from '../../../core/timestamp.ts';
import { SentOrders } from '../../../machine/spark/sent-orders.ts';
import { anOrder, kit } from '../../core/kit.ts';
import { aRow } from '../../dashboard/samples.ts';

const startMs = Date.UTC(2026, 10, 23, 12);

function order(
  id: string,
  change: { customer?: string; total?: number; afterMs?: number } = {},
): GeneratedOrder {
  const atMs = startMs + (change.afterMs ?? 0);
  return {
    atMs,
    label: null,
    order: anOrder({
      order_id: id,
      customer_id: change.customer ?? 'CUST_1',
      price: change.total ?? 10.1,
      total_amount: change.total ?? 10.1,
      timestamp: formatTimestamp(atMs),
    }),
  };
}

test('counts distinct orders, their revenue to the cent and their customers', () => {
  const sent = new SentOrders(kit);

  sent.add([order('a'), order('b', { customer: 'CUST_2', total: 0.2 }), order('a')], startMs);

  expect({ ...sent, customers: sent.customers }).toMatchObject({
    records: 3,
    orders: 2,
    duplicates: 1,
    revenueCents: 1030,
    customers: 2,
  });
});

test('counts an id again once the watermark has passed it, as Spark does', () => {
  const sent = new SentOrders(kit);

  sent.add([order('a')], startMs);
  sent.add([order('b', { afterMs: 10 * 60_000 })], startMs + 10 * 60_000);
  sent.add([order('a', { afterMs: 10 * 60_000 })], startMs + 10 * 60_000);

  expect(sent).toMatchObject({ orders: 3, duplicates: 0 });
});

test('leaves to Spark what is no order, and leaves the order as it was sent', () => {
  const sent = new SentOrders(kit);
  const good = order('a');
  const early = order('b', { afterMs: 60 * 60_000 });

  sent.add([good, early], startMs);

  expect(sent).toMatchObject({ records: 2, orders: 1 });
  expect(good.order).not.toHaveProperty('category');
});

test('remembers when an order was sent', () => {
  const sent = new SentOrders(kit);

  sent.add([order('a')], startMs + 5);

  expect(sent.sentAt('a')).toBe(startMs + 5);
  expect(sent.sentAt('b')).toBeUndefined();
});

test('knows the windows that Spark has yet to write', () => {
  const sent = new SentOrders(kit);
  sent.add([order('a', { afterMs: 5000 }), order('b', { afterMs: 40_000 })], startMs + 40_000);
  // In the windows that start at −30 s, 0 s and 30 s.
  expect(sent.openWindows).toBe(3);
  sent.add([order('c', { afterMs: 120_000 })], startMs + 120_000);
  sent.add([order('late', { afterMs: -60_000 })], startMs + 120_000);
  expect(sent.openWindows).toBe(5);
  sent.written([aRow(startMs - 30_000), aRow(startMs), aRow(startMs, { category: 'Home' })]);
  expect(sent.openWindows).toBe(3);
});
