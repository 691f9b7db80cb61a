import { runOrders, sampleOrder } from 'ecom-analytics/testing';
import { expect, test } from 'vitest';
import pipeline from '../pipeline/definition.ts';

/** Each rule of the shop, tried on the orders that trip it. What its limit is stays in `pipeline/rules.ts`. */

const alertsOf = (orders: readonly Record<string, unknown>[]): readonly string[] =>
  runOrders(
    pipeline,
    orders.map((order) => sampleOrder(pipeline, order)),
  ).alerts.map(({ rule_id }) => rule_id);

/** Orders of one customer that trip the rule at their last, and, without that, do not. */
function tripping(rule: (typeof pipeline.rules)[number]): Record<string, unknown>[] {
  const ofOne = { customer_id: 'one customer', total_amount: 1, quantity: 1 };
  switch (rule.kind) {
    case 'threshold':
      return [{ ...ofOne, [rule.field]: rule.moreThan + 1 }];
    case 'one-of':
      return [{ ...ofOne, [rule.field]: rule.values[0] }];
    case 'distinct-orders':
      return Array.from({ length: rule.moreThan + 1 }, () => ofOne);
    case 'distinct-values':
      return Array.from({ length: rule.moreThan + 1 }, (_, index) => ({
        ...ofOne,
        [rule.field]: `value ${index}`,
      }));
  }
}

test.each(pipeline.rules.map((rule) => [rule.id, rule] as const))(
  '%s rings for what it is about',
  (id, rule) => {
    const orders = tripping(rule);
    expect(alertsOf(orders)).toContain(id);
    expect(alertsOf(orders.slice(0, -1))).not.toContain(id);
  },
);

test('an ordinary order rings nothing', () => {
  expect(alertsOf([{ total_amount: 1, price: 1 }])).toEqual([]);
});
