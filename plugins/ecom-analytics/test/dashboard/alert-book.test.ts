import { describe, expect, it } from 'vitest';
import { AlertBook, RateRing } from '../../dashboard/alert-book.ts';
import { aGroup, anAlert, noonMs } from './samples.ts';

describe('the book of alerts', () => {
  it('keeps alerts of one rule and customer together, with their number and since when', () => {
    const book = new AlertBook(() => null);
    const of = { customer_id: 'CUST_1' };
    book.add([anAlert(1, of), anAlert(2), anAlert(3, of), anAlert(4, { ...of, rule_id: 'order-burst' })]);
    const lines = book.groups().map(({ alert, count }) => [alert.rule_id, alert.customer_id, count]);
    expect(lines).toEqual([
      ['high-value', 'CUST_2', 1],
      ['high-value', 'CUST_1', 2],
      ['order-burst', 'CUST_1', 1],
    ]);
    const group = book.find('high-value:order-3');
    expect(group?.since).toBe(anAlert(1).detected_at);
    expect(book.find('high-value:order-1')).toBeNull();
  });

  it('stays bounded, and a busy rule does not push out a rare one', () => {
    const book = new AlertBook(() => null);
    book.add([anAlert(0, { rule_id: 'region-hop' })]);
    for (let n = 1; n <= 5000; n++) book.add([anAlert(n)]);
    expect(book.groups()).toHaveLength(61);
    for (let n = 0; n < 1000; n++) book.add([anAlert(n, { rule_id: `rule-${n}` })]);
    expect(new Set(book.groups().map(({ alert }) => alert.rule_id)).size).toBe(64);
  });

  it('tells what has changed, of a burst the newest', () => {
    const book = new AlertBook(() => null);
    book.add(Array.from({ length: 500 }, (_, n) => anAlert(n)));
    const changed = book.takeChanged();
    expect(changed).toHaveLength(20);
    expect(changed.at(-1)?.alert.order_id).toBe('order-499');
    expect(book.takeChanged()).toEqual([]);
  });

  it('says that an alert has been acknowledged, until the same rule and customer ring again', () => {
    const acknowledged = new Map<string, string>();
    const book = new AlertBook((id) => acknowledged.get(id) ?? null);
    book.add([anAlert(1)]);
    book.takeChanged();
    acknowledged.set('high-value:order-1', '2026-03-04T12:00:00.000Z');
    book.acknowledgmentChanged('high-value:order-1');
    expect(book.takeChanged()[0]?.acknowledged).toBe('2026-03-04T12:00:00.000Z');
    acknowledged.clear();
    book.acknowledgmentChanged('high-value:order-1');
    expect(book.takeChanged()).toEqual([aGroup(1)]);
    acknowledged.set('high-value:order-1', '2026-03-04T12:00:00.000Z');
    book.acknowledgmentChanged('high-value:order-1');
    book.add([anAlert(2, { customer_id: 'CUST_1' })]);
    expect(book.groups()[0]).not.toHaveProperty('acknowledged');
    expect(book.groups()[0]?.count).toBe(2);
  });

  it('counts how often each rule rings, by when its alerts were found', () => {
    const book = new AlertBook(() => null);
    book.add([anAlert(1), anAlert(2), anAlert(91), anAlert(92, { rule_id: 'region-hop' })]);
    expect(book.rates(noonMs + 95_000)).toEqual([
      { rule: 'high-value', lastMinute: 1, lastHour: 3 },
      { rule: 'region-hop', lastMinute: 1, lastHour: 1 },
    ]);
  });
});

describe('a rate', () => {
  it('forgets what is over an hour old, whether or not anything has come since', () => {
    const ring = new RateRing();
    ring.add(noonMs);
    for (let second = 0; second < 60; second++) ring.add(noonMs + 30 * 60_000 + second * 1000);
    expect(ring.rate(noonMs + 30 * 60_000 + 59_000)).toEqual({ lastMinute: 60, lastHour: 61 });
    expect(ring.rate(noonMs + 61 * 60_000)).toEqual({ lastMinute: 0, lastHour: 60 });
    ring.add(noonMs);
    ring.add(noonMs + 40 * 60_000);
    expect(ring.rate(noonMs + 61 * 60_000).lastHour).toBe(61);
    expect(ring.rate(noonMs + 24 * 3_600_000)).toEqual({ lastMinute: 0, lastHour: 0 });
  });
});
