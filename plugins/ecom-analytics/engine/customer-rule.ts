import { type Alert, customerAlert } from '../core/alert.ts';
import { addCents, toUsd } from '../core/money.ts';
import type { StatefulRule } from '../core/rule.ts';
import type { Customer, CustomerOrder, CustomerWindow } from './customer.ts';
import { includes, including, sizeOf } from './distinct-texts.ts';

/**
 * Watches customers for one rule, in windows of event time. What it knows of a customer hangs on the customer, where it is
 * found without hashing; once the watermark has passed a window, all that is known of it is dropped.
 */
export class CustomerRule {
  readonly #rule: StatefulRule;
  readonly #place: number;
  /** Who is watched in a window, by the window's slot. */
  readonly #watched = new Map<number, Customer[]>();
  #watermarkMs = Number.NEGATIVE_INFINITY;

  /** @param place tells this rule from the others */
  constructor(rule: StatefulRule, place: number) {
    this.#rule = rule;
    this.#place = place;
  }

  /**
   * Counts an order, once however often it comes, in its windows that are open.
   *
   * @returns an alert for each window in which the rule trips with this order
   */
  add(order: CustomerOrder, customer: Customer, nowMs: number): readonly Alert[] {
    const { sizeMs, slideMs } = this.#rule.windows;
    const alerts: Alert[] = [];
    for (let slot = Math.floor(order.eventTimeMs / slideMs); ; slot--) {
      const startMs = slot * slideMs;
      if (startMs <= order.eventTimeMs - sizeMs || startMs + sizeMs <= this.#watermarkMs) return alerts;
      let window = this.#windowOf(customer, slot);
      if (window === null) window = this.#watch(customer, slot, order);
      else this.#count(window, order);
      if (window.found) continue;
      const count = sizeOf(this.#rule.kind === 'distinct-orders' ? window.orderIds : window.values);
      if (count > this.#rule.moreThan) alerts.push(this.#find(customer, window, count, nowMs));
    }
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    const { sizeMs, slideMs } = this.#rule.windows;
    for (const [slot, customers] of this.#watched) {
      if (slot * slideMs + sizeMs > watermarkMs) continue;
      for (const customer of customers) this.#forget(customer, slot);
      this.#watched.delete(slot);
    }
  }

  #windowOf(customer: Customer, slot: number): CustomerWindow | null {
    let window = customer.watched;
    while (window !== null && (window.slot !== slot || window.rule !== this.#place)) window = window.next;
    return window;
  }

  /** A customer's first order in a window. */
  #watch(customer: Customer, slot: number, order: CustomerOrder): CustomerWindow {
    const window: CustomerWindow = {
      rule: this.#place,
      slot,
      orderIds: order.orderId,
      values: this.#rule.kind === 'distinct-orders' ? '' : order[this.#rule.field],
      sumCents: order.totalCents,
      newestMs: order.eventTimeMs,
      region: order.region,
      found: false,
      next: customer.watched,
    };
    customer.watched = window;
    const watched = this.#watched.get(slot);
    if (watched === undefined) this.#watched.set(slot, [customer]);
    else watched.push(customer);
    return window;
  }

  #count(window: CustomerWindow, order: CustomerOrder): void {
    if (window.found || includes(window.orderIds, order.orderId)) return;
    window.orderIds = including(window.orderIds, order.orderId);
    window.sumCents = addCents(window.sumCents, order.totalCents);
    if (order.eventTimeMs >= window.newestMs) {
      window.newestMs = order.eventTimeMs;
      window.region = order.region;
    }
    if (this.#rule.kind === 'distinct-orders') return;
    const value = order[this.#rule.field];
    if (!includes(window.values, value)) window.values = including(window.values, value);
  }

  /** The rule trips. From now on nothing of the window is kept but that it has. */
  #find(customer: Customer, window: CustomerWindow, count: number, nowMs: number): Alert {
    const finding = {
      customerId: customer.id,
      windowStartMs: window.slot * this.#rule.windows.slideMs,
      count,
      totalAmount: toUsd(window.sumCents),
      region: window.region,
      eventTimeMs: window.newestMs,
    };
    window.found = true;
    window.orderIds = '';
    window.values = '';
    return customerAlert(this.#rule, finding, nowMs);
  }

  #forget(customer: Customer, slot: number): void {
    let before: CustomerWindow | null = null;
    for (let window = customer.watched; window !== null; window = window.next) {
      if (window.slot === slot && window.rule === this.#place) {
        if (before === null) customer.watched = window.next;
        else before.next = window.next;
        return;
      }
      before = window;
    }
  }
}
