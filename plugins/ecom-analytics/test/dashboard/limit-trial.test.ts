import { describe, expect, it } from 'vitest';
import type { ThresholdRule } from '../../core/rule.ts';
import { readLimit, tryLimit } from '../../dashboard/limit-trial.ts';
import { kit } from '../core/kit.ts';
import { aSentOrder } from './samples.ts';

const highValue: ThresholdRule = {
  id: 'high-value',
  kind: 'threshold',
  severity: 'high',
  field: 'total_amount',
  moreThan: 1000,
  reason: '{value}',
};
const burst = {
  id: 'order-burst',
  kind: 'distinct-orders',
  severity: 'medium',
  key: 'customer_id',
  moreThan: 5,
  windows: { sizeMs: 60_000, slideMs: 60_000 },
  reason: '{value}',
} as const;

describe('another limit', () => {
  it('says how many orders would have rung at it, and how many do at the limit now', async () => {
    const amounts = [500, 600, 1000, 1000.01, 2000];
    const orders = amounts.map((total_amount, n) => aSentOrder(n, { total_amount }));
    // An order that is sent twice raises one alert.
    const answer = await tryLimit(kit, highValue, 550, [orders, orders.slice(4)]);
    expect(answer).toEqual({
      rule: 'high-value',
      orders: 5,
      now: { moreThan: 1000, alerts: 2, orders: 2, customers: 2 },
      asked: { moreThan: 550, alerts: 4, orders: 4, customers: 4 },
    });
  });

  it('is tried for rules over customers too', async () => {
    const orders = Array.from({ length: 4 }, (_, n) => aSentOrder(n, { customer_id: 'CUST_A' }));
    const answer = await tryLimit(kit, burst, 3, [orders]);
    expect(answer.asked).toEqual({ moreThan: 3, alerts: 1, orders: 4, customers: 1 });
    expect(answer.now.alerts).toBe(0);
  });

  it('lets other work have its turn', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await tryLimit(
      kit,
      highValue,
      5,
      Array.from({ length: 20 }, (_, batch) =>
        Array.from({ length: 1000 }, (_, n) => aSentOrder(batch * 1000 + n)),
      ),
    );
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it.each(['', ' ', 'x', '-1', 'Infinity', 'NaN'])('is not %j', (text) => {
    expect(() => readLimit(highValue, text)).toThrow(/is not a limit of the rule high-value/);
  });

  it('is a whole number of at least 1 where orders are counted', () => {
    expect(readLimit(burst, '3')).toBe(3);
    expect(readLimit(highValue, '0.5')).toBe(0.5);
    for (const text of ['0', '2.5']) expect(() => readLimit(burst, text)).toThrow(/whole number from 1/);
  });
});
