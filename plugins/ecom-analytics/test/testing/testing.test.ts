import { expect, test } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { definePipeline } from '../../core/define.ts';
import { defaultTopics } from '../../core/topic.ts';
import { runOrders, sampleOrder } from '../../testing/index.ts';

/** `ecom-analytics/testing`, on a shop of this test: what it answers is what a shop's own tests hold on to. */

const shop = definePipeline({
  currency: 'EUR',
  topics: { ...defaultTopics },
  windows: { sizeMs: 60_000, slideMs: 30_000, watermarkMs: 30_000, deduplicate: true },
  rules: [
    {
      id: 'large',
      kind: 'threshold',
      severity: 'high',
      field: 'total_amount',
      moreThan: 100,
      atProducer: true,
      reason: 'Over {limit} {currency}: {value} {currency}',
    },
    {
      id: 'burst',
      kind: 'distinct-orders',
      severity: 'medium',
      key: 'customer_id',
      moreThan: 2,
      windows: { sizeMs: 60_000, slideMs: 60_000 },
      reason: '{customer_id} placed {value} orders',
    },
  ],
  catalog: {
    products: [
      { product_id: 'T1', product_name: 'Tea', category: 'Drinks', price: 4.5, weight: 1 },
      { product_id: 'C1', product_name: 'Cup', category: 'Ware', price: 12, weight: 1 },
    ],
    regions: [{ name: 'EU', utcOffsetHours: 1, weight: 1 }],
  },
  orderFields: { channel: { type: 'text', simulated: ['web', 'shop'], ifMissing: 'web' } },
});

const at = (time: string) => ({ timestamp: `2026-01-05T${time}Z` });

test('a sample order is valid, of the shop, and another one each time', () => {
  const orders = Array.from({ length: 3 }, () => sampleOrder(shop));
  expect(orders[0]).toMatchObject({
    product_name: 'Tea',
    category: 'Drinks',
    region: 'EU',
    quantity: 1,
    price: 4.5,
    total_amount: 4.5,
    channel: 'web',
  });
  expect(new Set(orders.map(({ order_id }) => order_id)).size).toBe(3);
  expect(runOrders(shop, orders)).toMatchObject({ orders: 3, duplicates: 0, late: 0, deadLetters: [] });
  expect(sampleOrder(shop, { channel: 'shop', total_amount: 9 })).toMatchObject({
    channel: 'shop',
    total_amount: 9,
  });
});

test('the sample order of this repository is valid', () => {
  expect(runOrders(pipeline, [sampleOrder(pipeline)])).toMatchObject({ orders: 1, deadLetters: [] });
});

test('orders come to window rows, earliest first, and every window is closed', () => {
  const { windows } = runOrders(shop, [
    sampleOrder(shop, { ...at('12:00:20'), total_amount: 10.1, quantity: 2 }),
    sampleOrder(shop, { ...at('12:00:40'), total_amount: 20.2 }),
  ]);
  expect(
    windows.map(({ window_start, order_count, total_revenue }) => [
      new Date(window_start).toISOString(),
      order_count,
      total_revenue,
    ]),
  ).toEqual([
    ['2026-01-05T11:59:30.000Z', 1, 10.1],
    ['2026-01-05T12:00:00.000Z', 2, 30.3],
    ['2026-01-05T12:00:30.000Z', 1, 20.2],
  ]);
});

test('an alert is there once, also for an order that is sent twice', () => {
  const large = sampleOrder(shop, { total_amount: 150, customer_id: 'c9' });
  const { alerts } = runOrders(shop, [large, large, sampleOrder(shop, { total_amount: 100 })]);
  expect(alerts).toMatchObject([
    { rule_id: 'large', order_id: large.order_id, customer_id: 'c9', reason: 'Over 100.00 EUR: 150.00 EUR' },
  ]);
});

test('a rule over several orders of a customer is held too', () => {
  const order = (time: string) => sampleOrder(shop, { ...at(time), customer_id: 'c1' });
  const { alerts } = runOrders(shop, [order('12:00:01'), order('12:00:02'), order('12:00:03')]);
  expect(alerts).toMatchObject([{ rule_id: 'burst', customer_id: 'c1', reason: 'c1 placed 3 orders' }]);
});

test('a duplicate is counted once', () => {
  const order = sampleOrder(shop);
  const { orders, duplicates, windows } = runOrders(shop, [order, order]);
  expect({ orders, duplicates }).toEqual({ orders: 1, duplicates: 1 });
  expect(windows.every(({ order_count }) => order_count === 1)).toBe(true);
});

test('an order that is further behind than the watermark is late', () => {
  const orders = [at('12:00:00'), at('12:03:00'), at('12:00:10')].map((time) => sampleOrder(shop, time));
  const { late, windows } = runOrders(shop, orders);
  expect(late).toBe(1);
  expect(windows.reduce((sum, { order_count }) => sum + order_count, 0)).toBe(4);
});

test('what is not an order is a dead letter with its reason', () => {
  const { channel: _, ...withoutChannel } = sampleOrder(shop);
  const { deadLetters, orders } = runOrders(shop, [
    '{ "order_id": ',
    new TextEncoder().encode('[]'),
    withoutChannel,
    sampleOrder(shop, { total_amount: -1 }),
    sampleOrder(shop),
  ]);
  expect(orders).toBe(1);
  expect(deadLetters.map(({ reason }) => reason)).toEqual([
    'not-json',
    'not-an-object',
    'channel',
    'total-amount',
  ]);
});

test('no order, no outcome', () => {
  expect(runOrders(shop, [])).toEqual({
    windows: [],
    alerts: [],
    deadLetters: [],
    orders: 0,
    duplicates: 0,
    late: 0,
  });
});
