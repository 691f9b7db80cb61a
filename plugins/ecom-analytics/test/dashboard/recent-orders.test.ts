import { describe, expect, it } from 'vitest';
import { RecentOrders } from '../../dashboard/recent-orders.ts';
import { aSentOrder, noonMs } from './samples.ts';

describe('the orders at hand', () => {
  it('are those that came last, in whole batches, and say since when', () => {
    const recent = new RecentOrders(10);
    expect(recent.atHand).toEqual({ orders: 0, sinceMs: null, all: true });
    for (let n = 0; n < 12; n += 3) recent.add([aSentOrder(n), aSentOrder(n + 1), aSentOrder(n + 2)]);
    expect(recent.atHand).toEqual({ orders: 12, sinceMs: noonMs, all: true });
    recent.add([aSentOrder(12)]);
    expect(recent.atHand).toEqual({ orders: 10, sinceMs: noonMs + 3000, all: false });
    expect(recent.find('order-2')).toBeNull();
    expect(recent.find('order-12')?.atMs).toBe(noonMs + 12_000);
  });

  it('tell those of a customer, the newest first, each once', () => {
    const recent = new RecentOrders();
    const customer_id = 'CUST_A';
    recent.add([aSentOrder(1, { customer_id }), aSentOrder(2), aSentOrder(3, { customer_id })]);
    recent.add([aSentOrder(3, { customer_id }), aSentOrder(4, { customer_id })]);
    const { count, newest } = recent.ofCustomer(customer_id, 2);
    expect(count).toBe(3);
    expect(newest.map(({ order }) => order.order_id)).toEqual(['order-4', 'order-3']);
  });
});
