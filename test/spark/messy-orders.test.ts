import { describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { badRecordReasons, OrderReader } from '../../plugins/ecom-analytics/core/order.ts';
import { parseTick, tickHeader } from '../../plugins/ecom-analytics/core/tick.ts';
import { defaultWindows as windowing } from '../../plugins/ecom-analytics/core/window.ts';
import { messyRecords } from './messy-orders.ts';

const records = messyRecords({
  seed: 1,
  orders: 20_000,
  startMs: Date.parse('2026-11-20T10:00:00Z'),
  appendedMs: Date.parse('2026-11-20T10:30:00Z'),
  ordersPerMinute: 4000,
});

describe('the messy orders', () => {
  it('are refused for the reason they were made for, and for every reason there is', () => {
    const wrong = records.filter(({ value, headers, timestampMs, refusedAs }) => {
      const tick = headers[tickHeader];
      const answer =
        tick !== undefined && value === null
          ? Number.isNaN(parseTick(tick, timestampMs, windowing)) && 'tick'
          : new OrderReader(pipeline).parse(value, timestampMs);
      return (typeof answer === 'string' ? answer : null) !== refusedAs;
    });
    expect(
      wrong.map(({ value, refusedAs }) => [refusedAs, value && new TextDecoder().decode(value)]),
    ).toEqual([]);
    const reasons = new Set([null, ...Object.keys(badRecordReasons(pipeline.orderFields))]);
    reasons.delete('row'); // of a replayed file, never of a record
    expect(new Set(records.map((record) => record.refusedAs))).toEqual(reasons);
  });

  it('are out of order, but never by as much as the watermark', () => {
    let newest = 0;
    let furthest = 0;
    for (const { value, timestampMs, refusedAs } of records) {
      const parsed = refusedAs === null ? new OrderReader(pipeline).parse(value, timestampMs) : 'no-value';
      if (typeof parsed === 'string') continue;
      furthest = Math.max(furthest, newest - parsed.eventTimeMs);
      newest = Math.max(newest, parsed.eventTimeMs);
    }
    expect(furthest).toBeGreaterThan(15_000);
    expect(furthest).toBeLessThan(windowing.watermarkMs);
  });
});
