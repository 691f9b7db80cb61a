import type { GeneratedOrder } from '../../core/generator/order-generator.ts';
import { addCents, type CentsSum } from '../../core/money.ts';
import { OrderReader } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { isLate, type Windowing, type WindowRow, watermarkAfter, windowStarts } from '../../core/window.ts';
import { Customers } from '../../engine/customer.ts';
import { Deduplication } from '../../engine/deduplication.ts';

/** Orders whose time of sending is remembered, for the latency of their alerts. */
const remembered = 100_000;

/**
 * What is sent to Kafka: revenue and customers, which nobody behind it counts over a whole run, and the rest for as long
 * as Spark has not counted it.
 */
export class SentOrders {
  /** Order records, whatever is in them. */
  records = 0;
  /** Distinct ones. */
  orders = 0;
  duplicates = 0;
  revenueCents: CentsSum = 0;
  /** Epoch milliseconds; null before the first order. */
  watermarkMs: number | null = null;
  readonly #reader: OrderReader;
  readonly #windowing: Windowing;
  /** Starts of the windows that Spark has yet to write. */
  readonly #open = new Set<number>();
  readonly #deduplication: Deduplication | null;
  readonly #customers = new Customers();
  readonly #sentMs = new Map<string, number>();

  constructor(definition: PipelineDefinition) {
    const { watermarkMs, deduplicate } = definition.windows;
    this.#reader = new OrderReader(definition);
    this.#windowing = definition.windows;
    this.#deduplication = deduplicate ? new Deduplication(watermarkMs) : null;
  }

  get customers(): number {
    return this.#customers.count;
  }

  get openWindows(): number {
    return this.#open.size;
  }

  /** Rows that Spark has written. */
  written(rows: readonly WindowRow[]): void {
    for (const { window_start } of rows) this.#open.delete(window_start);
  }

  /** @param sentMs when they were handed to Kafka, epoch milliseconds */
  add(sent: readonly GeneratedOrder[], sentMs: number): void {
    let newestMs = Number.NEGATIVE_INFINITY;
    this.records += sent.length;
    for (const { order } of sent) {
      const parsed = this.#reader.check({ ...order }, sentMs); // a copy, because it fills in the category
      if (typeof parsed === 'string') continue; // Spark refuses it too
      newestMs = Math.max(newestMs, parsed.eventTimeMs);
      this.#opens(parsed.eventTimeMs);
      if (this.#deduplication?.isDuplicate(order.order_id, parsed.eventTimeMs)) {
        this.duplicates++;
        continue;
      }
      this.orders++;
      this.revenueCents = addCents(this.revenueCents, parsed.totalCents);
      this.#customers.get(order.customer_id);
      this.#sentMs.set(order.order_id, sentMs);
    }
    for (const orderId of this.#sentMs.keys()) {
      if (this.#sentMs.size <= remembered) break;
      this.#sentMs.delete(orderId);
    }
    const watermarkMs = watermarkAfter(newestMs, this.#windowing.watermarkMs);
    if (Number.isFinite(watermarkMs) && watermarkMs > (this.watermarkMs ?? Number.NEGATIVE_INFINITY)) {
      this.watermarkMs = watermarkMs;
      this.#deduplication?.advance(watermarkMs);
    }
  }

  #opens(eventTimeMs: number): void {
    const { watermarkMs } = this;
    // A late order is in no window that is still to be written.
    if (watermarkMs !== null && isLate(eventTimeMs, watermarkMs, this.#windowing)) return;
    for (const startMs of windowStarts(eventTimeMs, this.#windowing)) {
      if (watermarkMs === null || startMs + this.#windowing.sizeMs > watermarkMs) this.#open.add(startMs);
    }
  }

  /** When an order was sent, epoch milliseconds; undefined where that is not known, or no longer. */
  sentAt(orderId: string): number | undefined {
    return this.#sentMs.get(orderId);
  }
}
