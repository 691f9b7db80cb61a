import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import {
  AlertSchema,
  alertKey,
  alertMemoryOf,
  alertMemorySeconds,
  customerAlert,
  orderAlert,
} from '../../core/alert.ts';
import { type Order, OrderReader, type ParsedOrder } from '../../core/order.ts';
import { withoutRules } from '../../core/pipeline.ts';
import { isStateful, isStateless, type Rule, trippedRules } from '../../core/rule.ts';
import { defaultTopics } from '../../core/topic.ts';
import { anOrder, kit } from './kit.ts';

const now = Date.parse('2026-11-23T12:00:05Z');

function order(change: Partial<Order>): ParsedOrder {
  const parsed = new OrderReader(pipeline).check(
    anOrder({ price: 89.99, total_amount: 89.99, region: 'EU-West', ...change }),
    now,
  );
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const stateless = kit.rules.filter(isStateless);
const tripped = (change: Partial<Order>) => trippedRules(stateless, order(change)).map((rule) => rule.id);

function ruleOf<Kind extends Rule['kind']>(kind: Kind): Extract<Rule, { kind: Kind }> {
  const rule = kit.rules.find((candidate) => candidate.kind === kind);
  if (rule === undefined) throw new Error(`no ${kind} rule`);
  return rule as Extract<Rule, { kind: Kind }>;
}

describe('rules over one order', () => {
  it('find a total over $1000, and not one of $1000.00', () => {
    expect(tripped({ total_amount: 1000.01 })).toEqual(['high-value']);
    expect(tripped({ total_amount: 1000 })).toEqual([]);
  });

  it('find a suspicious location, and both at once', () => {
    expect(tripped({ region: 'Tor-Exit' })).toEqual(['suspicious-location']);
    expect(tripped({ region: 'Tor-Exit', total_amount: 2000 })).toEqual([
      'high-value',
      'suspicious-location',
    ]);
  });

  it('can be switched off by id, and an unknown id is an error that names the rules', () => {
    expect(withoutRules(kit, ['high-value']).rules.map((rule) => rule.id)).not.toContain('high-value');
    expect(() => withoutRules(kit, ['high-vlaue'])).toThrow(/no rule "high-vlaue".*high-value, suspicious/s);
  });
});

describe('an alert', () => {
  it('over an order has the same id whenever and by whomever it is found', () => {
    const rule = ruleOf('threshold');
    const large = order({ total_amount: 1299.95 });
    const first = orderAlert(rule, large, now, 'producer');
    const second = orderAlert(rule, large, now + 5000, 'stream');
    expect(second.alert_id).toBe(first.alert_id);
    expect(first).toEqual({
      alert_id: 'high-value:o-1',
      rule_id: 'high-value',
      severity: 'high',
      order_id: 'o-1',
      customer_id: 'CUST_1',
      total_amount: 1299.95,
      region: 'EU-West',
      reason: 'The order total of 1299.95 USD is over 1000.00 USD',
      order_timestamp: '2026-11-23T12:00:00.000Z',
      detected_at: '2026-11-23T12:00:05.000Z',
      source: 'producer',
    });
    expect(v.safeParse(AlertSchema, first).success).toBe(true);
  });

  it.each<[Rule, Record<string, unknown>, string]>([
    [ruleOf('one-of'), { region: 'Tor-Exit' }, 'The order comes from Tor-Exit, which is on the list'],
    [
      { ...ruleOf('threshold'), field: 'quantity', moreThan: 50, reason: '{value} pieces, over {limit}' },
      { quantity: 51 },
      '51 pieces, over 50',
    ],
    [
      { ...ruleOf('threshold'), field: 'price', moreThan: 99.5, reason: '{value} each, over {limit}' },
      { price: 100 },
      '100.00 each, over 99.50',
    ],
    [{ ...ruleOf('threshold'), reason: 'over {limit} {unit}' }, {}, 'over 1000.00 {unit}'],
  ])('says what it is about: %o', (rule, change, reason) => {
    if (!isStateless(rule)) throw new Error(`${rule.id} is over a customer`);
    expect(orderAlert(rule, order(change), now, 'stream').reason).toContain(reason);
  });

  it('over a customer is identified by rule, customer and window, and is keyed by the customer', () => {
    const rule = ruleOf('distinct-orders');
    const finding = {
      customerId: 'CUST_1',
      windowStartMs: 1_764_000_000_000,
      count: 6,
      totalAmount: 120.5,
      region: 'EU-West',
      eventTimeMs: 1_764_000_030_000,
    };
    const alert = customerAlert(rule, finding, now);
    expect(v.safeParse(AlertSchema, alert).success).toBe(true);
    expect(alert.alert_id).toBe('order-burst:1764000000000:CUST_1');
    expect(alert.order_id).toBeNull();
    expect(alertKey(alert)).toBe('CUST_1');
    expect(alert.reason).toBe('The customer CUST_1 placed 6 orders within one minute, more than 5');
  });

  it('writes whatever a customer is called into its reason, once', () => {
    const [rule] = kit.rules.filter(isStateful);
    if (rule === undefined) throw new Error('no stateful rule');
    const finding = {
      customerId: '{value}$&',
      windowStartMs: 0,
      count: 6,
      totalAmount: 0,
      region: 'x',
      eventTimeMs: 0,
    };
    expect(customerAlert(rule, finding, now).reason).toContain('The customer {value}$& placed 6 orders');
  });
});

describe('an alert is remembered', () => {
  it('for as long as its order can be read again and it can be delivered again', () => {
    expect(alertMemoryOf(defaultTopics)).toBe(10 * 86_400);
    expect(alertMemorySeconds(30 * 86_400_000, 86_400_000)).toBe(31 * 86_400);
    expect([alertMemorySeconds(0, 1000), alertMemorySeconds(1000, 0)]).toEqual([1, 1]);
  });

  it('for ten years where a topic is kept for ever', () => {
    expect(alertMemorySeconds(-1, 1000)).toBe(10 * 365 * 86_400);
    expect(alertMemorySeconds(1000, -1)).toBe(10 * 365 * 86_400);
  });
});
