import { describe, expect, it } from 'vitest';
import { type Alert, customerAlertId, orderAlertId } from '../../core/alert.ts';
import { Scoreboard } from '../../core/generator/scoreboard.ts';
import type { Order } from '../../core/order.ts';
import { formatTimestamp } from '../../core/timestamp.ts';
import { anOrder, kit } from './kit.ts';

const t0 = Date.parse('2026-11-23T12:00:00Z');

function order(order_id: string, customer_id = 'CUST_1'): Order {
  return anOrder({
    order_id,
    customer_id,
    price: 1,
    total_amount: 1,
    timestamp: formatTimestamp(t0),
    region: 'EU-West',
  });
}

function alert(ruleId: string, orderId: string | null, atMs: number, customerId = 'CUST_1'): Alert {
  return {
    alert_id:
      orderId === null
        ? customerAlertId(ruleId, Math.floor(atMs / 60_000) * 60_000, customerId)
        : orderAlertId(ruleId, orderId),
    rule_id: ruleId,
    severity: 'high',
    order_id: orderId,
    customer_id: customerId,
    total_amount: 1,
    region: 'EU-West',
    reason: '',
    order_timestamp: formatTimestamp(atMs),
    detected_at: formatTimestamp(atMs),
    source: 'stream',
  };
}

const fraud = (pattern: string, id: string, orders = 1) => ({
  pattern,
  case: id,
  orders,
  intent: 'fraud' as const,
});

describe('the scoreboard', () => {
  it('counts a planted case that an alert found, once, however often the alert comes', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('high-value', 'c1'));
    board.sawAlert(alert('high-value', 'a', t0));
    board.sawAlert(alert('high-value', 'a', t0));
    expect(board.scores()).toEqual({ 'high-value': { planted: 1, caught: 1, false_alerts: 0 } });
  });

  it('counts an alert that found nothing planted as false, and a case without one as missed', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('high-value', 'c1'));
    board.sawOrder(order('b'), t0, null);
    board.sawOrder(order('n'), t0, { pattern: 'high-value', case: 'n1', orders: 1, intent: 'near-miss' });
    board.sawAlert(alert('high-value', 'b', t0));
    board.sawAlert(alert('high-value', 'n', t0));
    expect(board.scores()).toEqual({ 'high-value': { planted: 1, caught: 0, false_alerts: 2 } });
  });

  it('does not credit one pattern with the catch of another', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('suspicious-location', 'c1'));
    board.sawAlert(alert('high-value', 'a', t0));
    board.sawOrder(order('b'), t0, fraud('high-value', 'c2'));
    expect(board.scores()).toEqual({
      'suspicious-location': { planted: 1, caught: 0, false_alerts: 0 },
      'high-value': { planted: 1, caught: 0, false_alerts: 1 },
    });
  });

  it('says nothing of a rule for which nothing was planted', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('high-value', 'c1'));
    board.sawAlert(alert('big-baskets', 'a', t0));
    expect(board.scores()).toEqual({ 'high-value': { planted: 1, caught: 0, false_alerts: 0 } });
  });

  it('matches an alert over a customer to a case with an order in its window only', () => {
    const board = new Scoreboard(kit.rules);
    for (const id of ['a', 'b', 'c']) board.sawOrder(order(id), t0 + 10_000, fraud('order-burst', 'c1', 3));
    board.sawAlert(alert('order-burst', null, t0 + 70_000));
    expect(board.scores()['order-burst']).toEqual({ planted: 1, caught: 0, false_alerts: 1 });
    board.sawAlert(alert('order-burst', null, t0 + 59_000));
    expect(board.scores()['order-burst']).toEqual({ planted: 1, caught: 1, false_alerts: 1 });
  });

  it('counts a case once its last order is placed, also when it was found before', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('order-burst', 'c1', 2));
    board.sawAlert(alert('order-burst', null, t0));
    expect(board.scores()).toEqual({});
    board.sawOrder(order('b'), t0 + 1000, fraud('order-burst', 'c1', 2));
    expect(board.scores()).toEqual({ 'order-burst': { planted: 1, caught: 1, false_alerts: 0 } });
  });

  it('keeps its totals when it forgets old cases', () => {
    const board = new Scoreboard(kit.rules);
    for (let minute = 0; minute < 300; minute++) {
      const id = `o${minute}`;
      board.sawOrder(order(id), t0 + minute * 60_000, fraud('high-value', `c${minute}`));
      board.sawAlert(alert('high-value', id, t0 + minute * 60_000));
    }
    expect(board.scores()['high-value']).toEqual({ planted: 300, caught: 300, false_alerts: 0 });
  });

  it('counts one case once that two alerts found, and an alert that comes again', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0 + 50_000, fraud('order-burst', 'c1', 2));
    board.sawOrder(order('b'), t0 + 70_000, fraud('order-burst', 'c1', 2));
    // The case lies in both minutes.
    board.sawAlert(alert('order-burst', null, t0));
    board.sawAlert(alert('order-burst', null, t0 + 60_000));
    for (let again = 0; again < 2; again++) board.sawAlert(alert('order-burst', null, t0 + 120_000));
    board.sawAlert(alert('order-burst', null, t0, 'CUST_2'));
    expect(board.scores()['order-burst']).toEqual({ planted: 1, caught: 1, false_alerts: 2 });
  });

  it('tells the cases of a customer apart by their windows', () => {
    const board = new Scoreboard(kit.rules);
    for (const [index, id] of ['a', 'b', 'c'].entries())
      board.sawOrder(order(id), t0 + index * 60_000, fraud('order-burst', `c${index}`));
    const caught = [1, 0, 2, 3].map((minute) => {
      board.sawAlert(alert('order-burst', null, t0 + minute * 60_000));
      return board.scores()['order-burst'];
    });
    expect(caught).toEqual([
      { planted: 3, caught: 1, false_alerts: 0 },
      { planted: 3, caught: 2, false_alerts: 0 },
      { planted: 3, caught: 3, false_alerts: 0 },
      { planted: 3, caught: 3, false_alerts: 1 },
    ]);
  });

  /** What is made of cases and alerts after so many minutes of other orders. */
  function later(minutes: readonly number[]) {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('high-value', 'c1'));
    board.sawOrder(order('b'), t0, fraud('suspicious-location', 'c2', 2));
    board.sawAlert(alert('high-value', 'nothing', t0));
    for (const minute of minutes) board.sawOrder(order(`at-${minute}`), t0 + minute * 60_000, null);
    board.sawAlert(alert('high-value', 'nothing', t0));
    board.sawAlert(alert('high-value', 'a', t0));
    board.sawOrder(order('c'), t0 + 60_000, fraud('suspicious-location', 'c2', 2));
    return board.scores();
  }

  it('remembers cases and alerts for half an hour of event time', () => {
    expect(later([30])).toEqual({
      'high-value': { planted: 1, caught: 1, false_alerts: 1 },
      'suspicious-location': { planted: 1, caught: 0, false_alerts: 0 },
    });
  });

  it.each([
    ['at once', [61]],
    ['one after the other', [20, 40, 61, 62]],
  ])('forgets what is older than that, whether time passes %s', (_, minutes) => {
    expect(later(minutes)).toEqual({ 'high-value': { planted: 1, caught: 0, false_alerts: 3 } });
  });

  it('forgets a customer by the newest case', () => {
    const board = new Scoreboard(kit.rules);
    board.sawOrder(order('a'), t0, fraud('order-burst', 'c1'));
    board.sawOrder(order('b'), t0 + 25 * 60_000, fraud('order-burst', 'c2'));
    board.sawOrder(order('c', 'CUST_2'), t0 + 50 * 60_000, null);
    board.sawAlert(alert('order-burst', null, t0 + 25 * 60_000));
    expect(board.scores()['order-burst']).toEqual({ planted: 2, caught: 1, false_alerts: 0 });
  });
});
