import { describe, expect, it } from 'vitest';
import { tickHeader } from '../../core/tick.ts';
import type { TopicRecord } from '../../engine/memory-topic.ts';
import { StreamingQuery } from '../../engine/streaming-query.ts';
import { kit } from '../core/kit.ts';
import { appendedMs, orderAt, recordOf, startMs } from './order-stream.ts';

const detectedMs = appendedMs + 7;
const iso = (ms: number): string => new Date(ms).toISOString();

function tickAt(seconds: number, offset = 0): TopicRecord {
  const header = { key: tickHeader, value: iso(startMs + seconds * 1000) };
  return { ...recordOf(null, offset), value: null, header };
}

const startsOf = (rows: readonly { readonly window_start: number }[]): number[] =>
  rows.map(({ window_start }) => (window_start - startMs) / 1000);

describe('a query', () => {
  it('knows no watermark, and closes nothing, before the first order', () => {
    const query = new StreamingQuery(kit);
    expect(query.watermarkMs).toBeNull();
    expect(query.process([], detectedMs)).toEqual({ rows: [], alerts: [], deadLetters: [] });
    expect(query.close()).toEqual({ rows: [], alerts: [], deadLetters: [] });
    expect(query.watermarkMs).toBeNull();
    expect(query.customers).toBe(0);
  });

  it('sums up the orders that it has accepted', () => {
    const query = new StreamingQuery(kit);
    const orders = [
      orderAt(0, { customer_id: 'CUST_1', total_amount: 0.1 }),
      orderAt(1, { customer_id: 'CUST_2', total_amount: 0.2 }),
      orderAt(2, { customer_id: 'CUST_1', total_amount: 1000.05 }),
    ];
    query.process([...orders, orders[0]].map(recordOf), detectedMs);
    expect(query.totals).toEqual({
      orders: 3,
      duplicates: 1,
      late: 0,
      deadLetters: 0,
      revenueCents: 100_035,
    });
    expect(query.customers).toBe(2);
    expect(query.watermarkMs).toBe(startMs + 2000 - kit.windows.watermarkMs);
  });

  it('judges a batch by the watermark before it', () => {
    const query = new StreamingQuery(kit);
    // Far apart, and in one batch: the first is not late for the second's sake.
    expect(startsOf(query.process([orderAt(300), orderAt(0)].map(recordOf), detectedMs).rows)).toEqual([
      -30, 0,
    ]);
    expect(query.totals.late).toBe(0);
    query.process([orderAt(0)].map(recordOf), detectedMs);
    expect(query.totals).toMatchObject({ orders: 3, late: 1 });
  });

  it.each([
    [70, 1],
    [70.001, 0],
  ])(
    'with deduplication drops an order at %d seconds when the watermark is at 70: late %d',
    (seconds, late) => {
      const query = new StreamingQuery(kit);
      query.process([recordOf(orderAt(100))], detectedMs);
      query.process([recordOf(orderAt(seconds))], detectedMs);
      // Its windows are still open: it is not for them that it is late.
      expect(query.totals).toMatchObject({ orders: 2, late });
      const counted = query.close().rows.reduce((sum, { order_count }) => sum + order_count, 0);
      expect(counted).toBe(late === 1 ? 2 : 4);
    },
  );

  it('takes the first moment of 1970 for a time like any other', () => {
    const query = new StreamingQuery(kit);
    query.process([{ ...recordOf(null), value: Buffer.from('not json') }], detectedMs);
    query.process([recordOf(orderAt(0, { timestamp: '1970-01-01T00:00:00Z' }))], detectedMs);
    expect(query.totals).toMatchObject({ orders: 1, late: 0 });
    expect(query.close().rows.map(({ window_start }) => window_start)).toEqual([-30_000, 0]);
  });

  it('closes all that is open at its end, and nothing twice', () => {
    const query = new StreamingQuery(kit);
    query.process([recordOf(orderAt(10))], detectedMs);
    expect(startsOf(query.close().rows)).toEqual([-30, 0]);
    expect(query.close().rows).toEqual([]);
    expect(query.watermarkMs).toBe(startMs + 60_000);
  });
});

describe('a tick', () => {
  it('moves the watermark, and with it closes windows, without an order', () => {
    const query = new StreamingQuery(kit);
    query.process([recordOf(orderAt(10))], detectedMs);
    expect(query.process([tickAt(89.999)], detectedMs).rows.map(({ window_end }) => window_end)).toEqual([
      startMs + 30_000,
    ]);
    const { rows, deadLetters } = query.process([tickAt(90)], detectedMs);
    expect(startsOf(rows)).toEqual([0]);
    expect(deadLetters).toEqual([]);
    expect(query.totals.orders).toBe(1);
  });

  it('never moves the watermark back', () => {
    const query = new StreamingQuery(kit);
    query.process([tickAt(100), tickAt(50)], detectedMs);
    expect(query.watermarkMs).toBe(startMs + 70_000);
    query.process([tickAt(60)], detectedMs);
    expect(query.watermarkMs).toBe(startMs + 70_000);
  });

  it('that lies too far ahead is refused, and moves nothing', () => {
    const query = new StreamingQuery(kit);
    const farAhead = (appendedMs - startMs) / 1000 + 400;
    const { deadLetters } = query.process([tickAt(farAhead, 5)], detectedMs);
    expect(deadLetters).toEqual([
      { reason: 'tick', topic: kit.topics.orders.name, partition: 0, offset: '5', value_base64: null },
    ]);
    expect(query.watermarkMs).toBeNull();
    expect(query.totals.deadLetters).toBe(1);
  });
});

describe('a record that is not an order', () => {
  it('becomes a dead letter with its place and its bytes, and holds up no other', () => {
    const query = new StreamingQuery(kit);
    const bad: TopicRecord = { ...recordOf(null, 41), partition: 2, value: Buffer.from("{'a': 1}") };
    const { deadLetters } = query.process([bad, recordOf(orderAt(0), 42)], detectedMs);
    expect(deadLetters).toEqual([
      {
        reason: 'not-json',
        topic: kit.topics.orders.name,
        partition: 2,
        offset: '41',
        value_base64: Buffer.from("{'a': 1}").toString('base64'),
      },
    ]);
    expect(query.totals).toMatchObject({ orders: 1, deadLetters: 1 });
  });

  it.each([
    ['without a value or a tick', null, null, 'no-value'],
    ['without a value, with another header', null, { key: 'label', value: iso(startMs) }, 'no-value'],
    ['with a value beside its tick', 'x', { key: tickHeader, value: iso(startMs) }, 'not-json'],
  ])('%s is refused', (_, text, header, reason) => {
    const query = new StreamingQuery(kit);
    const value = text === null ? null : Buffer.from(text);
    const { deadLetters } = query.process([{ ...recordOf(null), value, header }], detectedMs);
    expect(deadLetters).toMatchObject([
      { reason, value_base64: text === null ? null : Buffer.from(text).toString('base64') },
    ]);
    expect(query.watermarkMs).toBeNull();
  });
});

describe('an alert', () => {
  it('of a rule over an order names when the order was appended, and when it was found', () => {
    const query = new StreamingQuery(kit);
    const order = orderAt(0, { total_amount: 1000.01, region: 'Tor-Exit' });
    const { alerts } = query.process([recordOf(orderAt(0)), recordOf(order)], detectedMs);
    expect(alerts).toMatchObject([
      { appendedMs, alert: { rule_id: 'high-value', order_id: order.order_id, source: 'stream' } },
      { appendedMs, alert: { rule_id: 'suspicious-location', detected_at: iso(detectedMs) } },
    ]);
    expect(alerts).toHaveLength(2);
  });

  it('of a rule over an order is raised again with the order, also one that comes late', () => {
    const query = new StreamingQuery(kit);
    const order = orderAt(0, { total_amount: 2000 });
    const idOf = (): string[] =>
      query.process([recordOf(order)], detectedMs).alerts.map(({ alert }) => alert.alert_id);
    const first = idOf();
    expect(first).toEqual([`high-value:${order.order_id}`]);
    expect(idOf()).toEqual(first);
    query.process([tickAt(1000)], detectedMs);
    expect(idOf()).toEqual(first);
  });

  it('of a rule over a customer names the order that made it trip', () => {
    const query = new StreamingQuery(kit);
    const orders = Array.from({ length: 7 }, (_, index) =>
      orderAt(index, { customer_id: 'CUST_B', total_amount: 10 + index }),
    );
    const records = orders.map((order, index) => ({
      ...recordOf(order, index),
      timestampMs: appendedMs + index,
    }));
    const { alerts } = query.process(records, detectedMs);
    expect(alerts).toMatchObject([
      {
        appendedMs: appendedMs + 5,
        alert: {
          alert_id: `order-burst:${startMs}:CUST_B`,
          order_id: null,
          total_amount: 75,
          order_timestamp: iso(startMs + 5000),
          reason: 'The customer CUST_B placed 6 orders within one minute, more than 5',
          detected_at: iso(detectedMs),
        },
      },
    ]);
    expect(alerts).toHaveLength(1);
  });
});
