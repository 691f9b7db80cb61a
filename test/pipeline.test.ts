import { runOrders, sampleOrder } from 'ecom-analytics/testing';
import { expect, test } from 'vitest';
import pipeline from '../pipeline/definition.ts';

test('an order counts in every window that it lies in, once', () => {
  const order = sampleOrder(pipeline, { price: 5, quantity: 2, total_amount: 10 });
  const { windows, orders, duplicates, deadLetters } = runOrders(pipeline, [order, order]);
  const { sizeMs, slideMs, deduplicate } = pipeline.windows;
  expect(windows).toHaveLength(Math.ceil(sizeMs / slideMs));
  const times = deduplicate ? 1 : 2;
  for (const row of windows)
    expect(row).toMatchObject({
      category: order.category,
      location: order.region,
      order_count: times,
      total_revenue: 10 * times,
    });
  expect({ orders, duplicates }).toEqual({ orders: times, duplicates: 2 - times });
  expect(deadLetters).toEqual([]);
});

test.each(['customer_id', 'total_amount', 'timestamp', ...Object.keys(pipeline.orderFields)])(
  'an order without %s becomes a dead letter, and no query stops',
  (field) => {
    const { [field]: _, ...order } = sampleOrder(pipeline);
    const { deadLetters, orders } = runOrders(pipeline, [order, sampleOrder(pipeline)]);
    const isOptional = pipeline.orderFields[field]?.type === 'optional-text';
    expect(deadLetters).toHaveLength(isOptional ? 0 : 1);
    expect(orders).toBe(isOptional ? 2 : 1);
  },
);
