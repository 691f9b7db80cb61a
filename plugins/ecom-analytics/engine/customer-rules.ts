import type { Alert } from '../core/alert.ts';
import type { ParsedOrder } from '../core/order.ts';
import type { StatefulRule } from '../core/rule.ts';
import type { Customer, CustomerOrder } from './customer.ts';
import { CustomerRule } from './customer-rule.ts';

/** A customer with no more orders than this is quiet at most: walking through them has to stay cheap. */
const mostQuietOrders = 4;

/** What nearly every order leads to; shared, because it is answered millions of times. */
const none: readonly Alert[] = [];

/** Customers with quiet orders, and the newest event time of those orders. */
interface Generation {
  readonly customers: Customer[];
  newestMs: number;
}

function emptyGeneration(): Generation {
  return { customers: [], newestMs: Number.NEGATIVE_INFINITY };
}

/**
 * Evaluates all rules over customers. Most customers place an order now and then, and no rule can trip on so few: of
 * those only the orders are kept. A customer who places more is watched, rule by rule and window by window.
 */
export class CustomerRules {
  readonly #rules: readonly CustomerRule[];
  /** Up to this many orders no rule can trip. */
  readonly #quietOrders: number;
  readonly #longestMs: number;
  /** Quiet orders are forgotten a generation at a time. */
  #current = emptyGeneration();
  #previous = emptyGeneration();

  constructor(rules: readonly StatefulRule[]) {
    this.#rules = rules.map((rule, place) => new CustomerRule(rule, place));
    this.#quietOrders = Math.min(mostQuietOrders, ...rules.map((rule) => rule.moreThan));
    this.#longestMs = Math.max(...rules.map((rule) => rule.windows.sizeMs));
  }

  /**
   * Counts an order, once however often it comes, in its windows that are open.
   *
   * @returns an alert for each rule and window that trips with this order
   */
  add({ order, eventTimeMs, totalCents }: ParsedOrder, customer: Customer, nowMs: number): readonly Alert[] {
    if (this.#rules.length === 0) return none;
    const { order_id: orderId, region, product_id, category } = order;
    const before = customer.quiet;
    const added = { orderId, eventTimeMs, totalCents, region, product_id, category, before };
    if (customer.watched === null) {
      if (this.#isQuiet(customer)) {
        customer.quiet = added;
        this.#current.customers.push(customer);
        if (eventTimeMs > this.#current.newestMs) this.#current.newestMs = eventTimeMs;
        return none;
      }
      this.#watch(customer, nowMs);
    }
    return this.#evaluate(added, customer, nowMs);
  }

  advance(watermarkMs: number): void {
    for (const rule of this.#rules) rule.advance(watermarkMs);
    if (this.#previous.newestMs + this.#longestMs > watermarkMs) return;
    for (const customer of this.#previous.customers) customer.quiet = this.#open(customer.quiet, watermarkMs);
    this.#previous = this.#current;
    this.#current = emptyGeneration();
  }

  /** Whether one more order leaves the customer quiet. */
  #isQuiet(customer: Customer): boolean {
    let orders = 0;
    for (let order = customer.quiet; order !== null; order = order.before) orders++;
    return orders < this.#quietOrders;
  }

  #watch(customer: Customer, nowMs: number): void {
    const orders: CustomerOrder[] = [];
    for (let order = customer.quiet; order !== null; order = order.before) orders.push(order);
    customer.quiet = null;
    // They were too few to trip a rule, so none does.
    for (const order of orders.reverse()) this.#evaluate(order, customer, nowMs);
  }

  #evaluate(order: CustomerOrder, customer: Customer, nowMs: number): readonly Alert[] {
    let alerts = none;
    for (const rule of this.#rules) {
      const ofRule = rule.add(order, customer, nowMs);
      if (ofRule.length > 0) alerts = [...alerts, ...ofRule];
    }
    return alerts;
  }

  /** Those of the orders that may still be in an open window. */
  #open(order: CustomerOrder | null, watermarkMs: number): CustomerOrder | null {
    if (order === null) return null;
    const before = this.#open(order.before, watermarkMs);
    if (order.eventTimeMs + this.#longestMs <= watermarkMs) return before;
    return before === order.before ? order : { ...order, before };
  }
}
