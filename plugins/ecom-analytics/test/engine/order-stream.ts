import { between, type Random, seededRandom } from '../../core/generator/random.ts';
import type { Order } from '../../core/order.ts';
import type { TopicRecord } from '../../engine/memory-topic.ts';
import { anOrder } from '../core/kit.ts';

/** Event time that the tests' orders start from; records are appended long after. */
export const startMs = Date.parse('2026-11-23T12:00:00Z');
export const appendedMs = startMs + 3_600_000;

let made = 0;

/** An order at so many seconds after the start. */
export function orderAt(seconds: number, change: Partial<Order> = {}): Order {
  made++;
  return anOrder({
    order_id: `order-${made}`,
    customer_id: `CUST_${made}`,
    category: 'Electronics',
    price: 89.99,
    total_amount: 89.99,
    timestamp: new Date(startMs + seconds * 1000).toISOString(),
    ...change,
  });
}

/** A record of the orders topic that holds this JSON. */
export function recordOf(json: unknown, offset = 0): TopicRecord {
  return {
    partition: 0,
    offset,
    timestampMs: appendedMs,
    key: null,
    value: Buffer.from(JSON.stringify(json)),
    header: null,
  };
}

export interface StreamShape {
  readonly orders: number;
  /** How far orders are out of order at most, in ms. */
  readonly disorderMs: number;
  /** Share of orders that are delivered again, and how many places later at most. */
  readonly redelivered: number;
  readonly redeliveryDelay: number;
  /** Share of order ids that come again with an order of another time and amount. Default 0. */
  readonly reused?: number;
  readonly largestBatch: number;
}

/** Seeded orders in micro-batches of random size, out of order and delivered again as asked. */
export function randomBatches(seed: number, shape: StreamShape): Order[][] {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[between(random, 0, items.length - 1)] as T; // never empty here
  const stream: Order[] = [];
  let seconds = 0;
  for (let index = 0; index < shape.orders; index++) {
    seconds += random() < 0.05 ? between(random, 0, 90) : random() * 3;
    const behind = random() < 0.5 ? random() * shape.disorderMs : 0;
    stream.push(
      orderAt(seconds - behind / 1000, {
        customer_id: `CUST_${between(random, 1, 12)}`,
        category: pick(['Books', 'Home', 'Böden "&" 😀']),
        region: pick(['US-East', 'EU-West', 'Asia-Pacific', 'South-America']),
        total_amount: between(random, 0, 150_000) / 100,
      }),
    );
  }
  for (let again = Math.round(shape.orders * shape.redelivered); again > 0; again--) {
    const from = between(random, 0, stream.length - 1);
    const order = stream[from];
    if (order !== undefined) stream.splice(from + between(random, 1, shape.redeliveryDelay), 0, order);
  }
  for (let again = Math.round(shape.orders * (shape.reused ?? 0)); again > 0; again--) {
    const at = between(random, 0, stream.length - 1);
    const { order_id } = pick(stream.slice(Math.max(0, at - 40), at + 1));
    stream[at] = { ...pick(stream.slice(at, at + 1)), order_id };
  }
  return cut(stream, random, shape.largestBatch);
}

/** The same orders in other micro-batches. */
export function cut(stream: readonly Order[], random: Random, largest: number): Order[][] {
  const batches: Order[][] = [];
  for (let at = 0; at < stream.length; ) {
    const size = between(random, 1, largest);
    batches.push(stream.slice(at, at + size));
    at += size;
  }
  return batches;
}
