import { beforeEach, describe, expect, it } from 'vitest';
import type { LimitAnswer, Stretch } from '../../../dashboard/message.ts';
import { useCurrency } from '../../../dashboard/page/format.ts';
import { limitSentences, perTime, rateText, ruleText } from '../../../dashboard/page/rule-text.ts';
import { change, changeOfMean, comparison } from '../../../dashboard/page/sales-text.ts';
import { kitRules } from '../../core/kit.ts';
import { noonMs } from '../samples.ts';

const hourMs = 3_600_000;

beforeEach(() => useCurrency('USD'));

function stretch(lengthMs: number, orders = 100, revenue = 1000): Stretch {
  return { lengthMs, orders, revenue };
}

describe('a rule in words', () => {
  it('has its limit', () => {
    expect(kitRules.map(ruleText)).toEqual([
      'The order total is over $1,000.00',
      'The region is one of Anonymous-Proxy, Tor-Exit, Unknown-Location',
      'More than 5 orders by one customer within 1 min',
      'Orders from more than 2 regions by one customer within 5 min',
    ]);
  });

  it('names the values that differ', () => {
    const rule = kitRules.find((one) => one.kind === 'distinct-values');
    expect(rule && ruleText({ ...rule, field: 'category' })).toBe(
      'Orders with more than 2 different category values by one customer within 5 min',
    );
  });

  it('has its rate, by the second where it is high', () => {
    expect([0, 12, 60, 3000].map(perTime)).toEqual([
      '0 per minute',
      '12 per minute',
      '60 per minute',
      '50.0 per second',
    ]);
    expect(rateText({ rule: 'x', lastMinute: 3, lastHour: 1204 })).toBe(
      '1,204 times in the last hour, now 3 per minute',
    );
  });
});

describe('another limit in words', () => {
  const rule = { ...kitRules[0], kind: 'threshold', field: 'total_amount', moreThan: 1000 } as const;
  const answer: LimitAnswer = {
    rule: 'high-value',
    orders: 12_345,
    atHand: { orders: 12_345, sinceMs: noonMs, all: true },
    asked: { moreThan: 500, alerts: 40, orders: 40, customers: 38 },
    now: { moreThan: 1000, alerts: 1, orders: 1, customers: 1 },
  };
  const limited = { id: 'high-value', severity: 'high', reason: '', ...rule } as const;

  it('says what it covers', () => {
    expect(limitSentences(limited, answer, noonMs)).toEqual([
      'At $500.00: 40 alerts about 38 customers.',
      'At the limit now, $1,000.00: 1 alert about 1 customer.',
      'Tried on 12,345 orders, all that the run has sent.',
    ]);
    const part = { ...answer, atHand: { ...answer.atHand, all: false } };
    expect(limitSentences(limited, part, noonMs).at(-1)).toBe(
      'Tried on 12,345 orders, the newest of the run, since 12:00:00.',
    );
    const none = { ...answer, atHand: { orders: 0, sinceMs: null, all: true } };
    expect(limitSentences(limited, none, noonMs).at(-1)).toBe('No order has been sent yet.');
  });
});

describe('the last hour against the hour before', () => {
  const whole = { last: stretch(hourMs), before: stretch(hourMs) };

  it.each([
    [103.14, 100, '+3.1%'],
    [96, 100, '-4.0%'],
    [100, 100, '0.0%'],
    [5, 0, 'new'],
    [0, 0, ''],
    [0, 5, '-100.0%'],
    [5000, 100, '50 times'],
  ])('%d after %d', (last, before, text) => {
    expect(change(whole, last, before)).toBe(text);
  });

  it('is said to be the first', () => {
    const first = { last: stretch(600_000), before: null };
    expect(change(first, 5, null)).toBe('first hour');
    expect(change(first, 5, 0)).toBe('first hour');
    expect(changeOfMean(first.last, null)).toBe('first hour');
    expect(comparison({ ...first, products: [], customers: [] })).toBe(
      'The first hour of the run, 10 min so far.',
    );
  });

  it('is compared per minute with one that is shorter', () => {
    const short = { last: stretch(hourMs), before: stretch(hourMs / 4) };
    expect(change(short, 400, 100)).toBe('0.0%');
    const lists = { products: [], customers: [] };
    expect(comparison({ ...short, ...lists })).toBe('Compared with the 15 min before, per minute.');
    expect(comparison({ ...whole, ...lists })).toBe('Compared with the hour before.');
  });

  it('compares means whatever the lengths', () => {
    expect(changeOfMean(stretch(hourMs, 100, 1100), stretch(hourMs / 4, 10, 100))).toBe('+10.0%');
    expect(changeOfMean(stretch(hourMs, 0, 0), stretch(hourMs))).toBe('');
  });
});
