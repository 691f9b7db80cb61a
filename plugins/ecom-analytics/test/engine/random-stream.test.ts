import { describe, expect, it } from 'vitest';
import type { Alert } from '../../core/alert.ts';
import { seededRandom } from '../../core/generator/random.ts';
import type { Order } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { isStateful } from '../../core/rule.ts';
import type { WindowRow } from '../../core/window.ts';
import { StreamingQuery } from '../../engine/streaming-query.ts';
import { kit } from '../core/kit.ts';
import { expectedAlerts, expectedOutcome, sortedRows } from './oracle.ts';
import { appendedMs, cut, randomBatches, recordOf, type StreamShape } from './order-stream.ts';

/** Runs micro-batches through the query and drains it. */
function run(batches: readonly (readonly Order[])[], definition: PipelineDefinition) {
  const query = new StreamingQuery(definition);
  const rows: WindowRow[] = [];
  const alerts: Alert[] = [];
  for (const batch of batches) {
    const done = query.process(
      batch.map((order, offset) => recordOf(order, offset)),
      appendedMs,
    );
    rows.push(...done.rows);
    alerts.push(...done.alerts.map(({ alert }) => alert));
  }
  rows.push(...query.close().rows);
  const { orders, duplicates, late } = query.totals;
  return { outcome: { rows: sortedRows(rows), orders, duplicates, late }, alerts };
}

const stateful = kit.rules.filter(isStateful);
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

const shapes: Record<string, StreamShape> = {
  'in order': { orders: 400, disorderMs: 0, redelivered: 0, redeliveryDelay: 1, largestBatch: 50 },
  'out of order within the watermark': {
    orders: 400,
    disorderMs: 29_999,
    redelivered: 0,
    redeliveryDelay: 1,
    largestBatch: 20,
  },
  'delivered again soon': {
    orders: 400,
    disorderMs: 10_000,
    redelivered: 0.2,
    redeliveryDelay: 8,
    largestBatch: 30,
  },
  'late and delivered again long after': {
    orders: 400,
    disorderMs: 200_000,
    redelivered: 0.3,
    redeliveryDelay: 120,
    largestBatch: 12,
  },
  'of ids that come again with other orders': {
    orders: 400,
    disorderMs: 60_000,
    redelivered: 0.1,
    redeliveryDelay: 20,
    reused: 0.2,
    largestBatch: 12,
  },
};

/** Windows that overlap in other ways: three at a time, none, and with edges that cut each other. */
const windowings = [
  kit.windows,
  { ...kit.windows, sizeMs: 90_000 },
  { ...kit.windows, slideMs: 60_000 },
  { ...kit.windows, sizeMs: 50_000, slideMs: 20_000, watermarkMs: 45_000 },
  { ...kit.windows, deduplicate: false },
];

describe.each(Object.entries(shapes))('a stream that is %s', (_, shape) => {
  it.each(windowings)('gives the rows of a naive recomputation: %o', (windowing) => {
    for (const seed of seeds) {
      const batches = randomBatches(seed, shape);
      const { outcome } = run(batches, { ...kit, windows: windowing });
      expect(outcome).toEqual(expectedOutcome(batches, windowing));
    }
  });

  it('raises the alerts of a naive recomputation, each once', () => {
    const sliding = stateful.map((rule) => ({
      ...rule,
      id: `${rule.id}-sliding`,
      windows: { sizeMs: 60_000, slideMs: 20_000 },
    }));
    const rules = [...stateful, ...sliding].map((rule) => ({ ...rule, moreThan: 2 }));
    for (const seed of seeds.slice(0, 4)) {
      const batches = randomBatches(seed, { ...shape, orders: 250 });
      const found = run(batches, { ...kit, rules }).alerts.map(({ detected_at: _detected, ...rest }) => rest);
      const expected = rules.flatMap((rule) => expectedAlerts(batches, rule, kit.windows.watermarkMs));
      const byId = (a: { alert_id: string }, b: { alert_id: string }): number =>
        a.alert_id < b.alert_id ? -1 : 1;
      expect(found.toSorted(byId)).toEqual(expected.toSorted(byId));
      expect(expected.length).toBeGreaterThan(0);
    }
  });
});

describe('an order less than the watermark behind the newest', () => {
  it('is never lost, however the stream is cut into micro-batches', () => {
    const shape = { orders: 300, disorderMs: 29_999, redelivered: 0, redeliveryDelay: 1, largestBatch: 10 };
    for (const seed of seeds) {
      const stream = randomBatches(seed, shape).flat();
      const once = expectedOutcome([stream], kit.windows);
      for (const largest of [1, 3, 40, 1000]) {
        const { outcome } = run(cut(stream, seededRandom(seed), largest), kit);
        expect(outcome).toEqual(once);
        expect(outcome.late).toBe(0);
      }
    }
  });
});
