import type { Alert } from '../core/alert.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import type { Order } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { parseTimestamp } from '../core/timestamp.ts';
import type { WindowRow } from '../core/window.ts';
import type { MicroBatch } from '../engine/streaming-query.ts';
import { StreamingQuery } from '../engine/streaming-query.ts';

/**
 * A shop's own tests: orders in, what the pipeline makes of them out, in memory and within milliseconds.
 *
 *     const { alerts } = runOrders(pipeline, [sampleOrder(pipeline, { total_amount: 1500 })]);
 *     expect(alerts.map(({ rule_id }) => rule_id)).toEqual(['high-value']);
 *
 * @packageDocumentation
 */

/** What a run of orders led to. */
export interface Outcome {
  /** Every window row, earliest window first; amounts in the definition's currency. */
  readonly windows: readonly WindowRow[];
  /** Each alert once, as the alert consumer acts on it, in the order of detection. */
  readonly alerts: readonly Alert[];
  /** Records that are not valid orders, with the reason. */
  readonly deadLetters: readonly DeadLetter[];
  /** Orders counted in `windows` or late; not the duplicates. */
  readonly orders: number;
  /** Orders that had been counted before, by their `order_id`. */
  readonly duplicates: number;
  /** Orders that came too late for at least one of their windows. */
  readonly late: number;
}

/** An order as a producer sends it: an object, which becomes JSON, or the text or bytes of a record. */
export type SentOrder = Readonly<Record<string, unknown>> | Uint8Array | string;

const utf8 = new TextEncoder();
const start = '2026-01-05T12:00:00.000Z';

/**
 * A valid order of the shop: the first product and region of its catalog, one piece at its price, and the first simulated
 * value of each further field.
 *
 * @param given what this order has of its own, such as `{ customer_id: 'c1', timestamp: '2026-01-05T12:00:20Z' }`
 */
export function sampleOrder(
  { catalog, orderFields }: PipelineDefinition,
  given: Readonly<Record<string, unknown>> = {},
): Order & Readonly<Record<string, unknown>> {
  const [product] = catalog.products;
  const [region] = catalog.regions;
  const further = Object.entries(orderFields).map(([name, { simulated }]) => [name, simulated[0]]);
  const price = product?.price ?? 10;
  return {
    order_id: `order-${++made}`,
    customer_id: 'CUST_0001',
    product_id: product?.product_id ?? 'P001',
    product_name: product?.product_name ?? 'Sample',
    category: product?.category ?? 'Sample',
    quantity: 1,
    price,
    total_amount: price,
    timestamp: start,
    region: region?.name ?? 'US-East',
    ...Object.fromEntries(further),
    ...given,
  };
}

/** So that two sample orders are never the same one. */
let made = 0;

/** A record reaches the topic when its order was placed; one without a time, when the one before it did. */
function appendedMs(order: SentOrder, beforeMs: number): number {
  if (typeof order === 'string' || order instanceof Uint8Array) return beforeMs;
  const placedMs = typeof order.timestamp === 'string' ? parseTimestamp(order.timestamp) : Number.NaN;
  return Number.isNaN(placedMs) ? beforeMs : Math.max(beforeMs, placedMs);
}

function bytesOf(order: SentOrder): Uint8Array {
  if (order instanceof Uint8Array) return order;
  return utf8.encode(typeof order === 'string' ? order : JSON.stringify(order));
}

/**
 * Runs orders through the pipeline, one after the other in the order given, and closes every window at the end. The same
 * engine as `ecom start`; each order is a micro-batch, so one that is further behind the newest than the watermark is late.
 *
 * @throws EcomError what the definition's own check throws
 */
export function runOrders(definition: PipelineDefinition, orders: readonly SentOrder[]): Outcome {
  const query = new StreamingQuery(definition);
  const windows: WindowRow[] = [];
  const alerts = new Map<string, Alert>();
  const deadLetters: DeadLetter[] = [];
  const take = (batch: MicroBatch): void => {
    windows.push(...batch.rows);
    deadLetters.push(...batch.deadLetters);
    for (const { alert } of batch.alerts) if (!alerts.has(alert.alert_id)) alerts.set(alert.alert_id, alert);
  };
  let nowMs = parseTimestamp(start);
  for (const [offset, order] of orders.entries()) {
    nowMs = appendedMs(order, nowMs);
    const value = bytesOf(order);
    take(
      query.process([{ partition: 0, offset, timestampMs: nowMs, key: null, value, header: null }], nowMs),
    );
  }
  take(query.close());
  const { orders: counted, duplicates, late } = query.totals;
  return { windows, alerts: [...alerts.values()], deadLetters, orders: counted, duplicates, late };
}
