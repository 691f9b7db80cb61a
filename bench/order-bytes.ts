import pipeline from '../pipeline/definition.ts';
import { generateOrders } from '../plugins/ecom-analytics/core/generator/order-generator.ts';
import { formatTimestamp } from '../plugins/ecom-analytics/core/timestamp.ts';

/** A busy shop, with the customers that the generator gives it. */
const ordersPerMinute = 20_000;
const startMs = Date.UTC(2026, 10, 23);

/** An order as bytes, with where in them its id and its time stand. */
interface Template {
  readonly key: string;
  readonly bytes: Buffer;
  readonly idAt: number;
  readonly timeAt: number;
  readonly atMs: number;
}

/**
 * The bytes of simulated orders, any number of them, in the memory of a few: a lap of generated orders is gone round and
 * round, each time with new ids and later times.
 */
export class OrderBytes {
  readonly #lap: readonly Template[];
  readonly #lapMs: number;

  constructor(lapOrders: number) {
    const orders = generateOrders({
      seed: 1,
      ordersPerMinute,
      fraudRate: 0.02,
      startMs,
      definition: pipeline,
    });
    this.#lapMs = (lapOrders / ordersPerMinute) * 60_000;
    this.#lap = Array.from({ length: lapOrders }, () => {
      const { order, atMs } = orders.next().value;
      const bytes = Buffer.from(JSON.stringify(order));
      return {
        key: order.customer_id,
        bytes,
        idAt: bytes.indexOf(order.order_id),
        timeAt: bytes.indexOf(order.timestamp),
        atMs,
      };
    });
  }

  /** The bytes of the order with this number, from 0, and what its record is keyed by. */
  at(number: number): { key: string; value: Buffer } {
    const lap = Math.floor(number / this.#lap.length);
    const template = this.#lap[number % this.#lap.length];
    if (template === undefined) throw new RangeError(`There is no order ${number}`);
    const value = Buffer.from(template.bytes);
    value.write(lap.toString(16).padStart(8, '0'), template.idAt, 'latin1');
    value.write(formatTimestamp(template.atMs + lap * this.#lapMs), template.timeAt, 'latin1');
    return { key: template.key, value };
  }
}
