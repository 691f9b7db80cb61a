import type { ParsedOrder } from '../core/order.ts';
import type { StatefulRule } from '../core/rule.ts';
import { windowStarts } from '../core/window.ts';
import { countCandidates } from './candidate.ts';
import { CustomerHeights, type CustomerTrial, type Example, type RuleOutcome } from './trial.ts';
import { ValueCounts } from './value-counts.ts';

/** A customer's orders in a window; nearly all have one. */
interface CustomerWindow {
  readonly orderIds: Set<string>;
  readonly values: Set<string>;
}

/** What all customer windows of one count have in common. */
interface OfCount {
  orders: number;
  readonly example: Example;
}

/** Tries a rule over customers at several limits, in one pass; what it keeps of a window goes when the window closes. */
export class WindowTrial implements CustomerTrial {
  readonly rule: StatefulRule;
  readonly #open = new Map<number, Map<string, CustomerWindow>>();
  readonly #counts = new ValueCounts();
  readonly #ofCount = new Map<number, OfCount>();
  readonly #customers = new CustomerHeights();
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor(rule: StatefulRule) {
    this.rule = rule;
  }

  add({ order, eventTimeMs }: ParsedOrder): void {
    for (const startMs of windowStarts(eventTimeMs, this.rule.windows)) {
      if (startMs + this.rule.windows.sizeMs <= this.#watermarkMs) continue;
      const customers = this.#open.get(startMs) ?? new Map<string, CustomerWindow>();
      this.#open.set(startMs, customers);
      const window = customers.get(order.customer_id) ?? { orderIds: new Set(), values: new Set() };
      customers.set(order.customer_id, window);
      if (window.orderIds.has(order.order_id)) continue;
      window.orderIds.add(order.order_id);
      if (this.rule.kind === 'distinct-values') window.values.add(order[this.rule.field]);
    }
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    for (const [startMs, customers] of this.#open) {
      if (startMs + this.rule.windows.sizeMs > watermarkMs) continue;
      for (const [customerId, window] of customers) this.#close(startMs, customerId, window);
      this.#open.delete(startMs);
    }
  }

  #close(startMs: number, customerId: string, { orderIds, values }: CustomerWindow): void {
    const count = this.rule.kind === 'distinct-orders' ? orderIds.size : values.size;
    this.#counts.add(count);
    // No limit lies below 1, so a customer window with one raises nothing.
    if (count === 1) return;
    this.#customers.add(customerId, count);
    const known = this.#ofCount.get(count);
    if (known !== undefined) known.orders += orderIds.size;
    else {
      const example = { value: count, customerId, orderId: null, atMs: startMs };
      this.#ofCount.set(count, { orders: orderIds.size, example });
    }
  }

  outcome(): RuleOutcome {
    this.advance(Number.POSITIVE_INFINITY);
    const ofCount = [...this.#ofCount].sort(([a], [b]) => a - b);
    const limits = countCandidates(this.rule.moreThan, this.#counts).map(({ moreThan, labels }) => {
      const over = ofCount.filter(([count]) => count > moreThan).map(([, one]) => one);
      return {
        moreThan,
        labels,
        alerts: this.#counts.over(moreThan),
        orders: over.reduce((sum, { orders }) => sum + orders, 0),
        customers: this.#customers.over(moreThan),
        closest: over[0]?.example ?? null,
        furthest: over.at(-1)?.example ?? null,
      };
    });
    return { rule: this.rule, limits };
  }
}
