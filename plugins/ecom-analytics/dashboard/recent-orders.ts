import type { SentOrder } from '../run/feed.ts';

/** Some 40 MB. At 1,000 orders a minute it is over an hour and a half. */
const maxOrders = 100_000;

/** Which orders of a run are still at hand. */
export interface OrdersAtHand {
  readonly orders: number;
  /** Event time of the oldest, epoch milliseconds; null without orders. */
  readonly sinceMs: number | null;
  /** Whether it is all that the run has sent. */
  readonly all: boolean;
}

/**
 * The newest orders of a run. Its files have no orders, so these are what an alert can be explained with. Batches are
 * kept as they come, which costs a fast replay nothing per order.
 */
export class RecentOrders {
  readonly #limit: number;
  readonly #batches: (readonly SentOrder[])[] = [];
  #count = 0;
  #all = true;

  constructor(limit = maxOrders) {
    this.#limit = limit;
  }

  add(orders: readonly SentOrder[]): void {
    this.#batches.push(orders);
    this.#count += orders.length;
    while (this.#count - (this.#batches[0]?.length ?? 0) >= this.#limit) {
      this.#count -= this.#batches.shift()?.length ?? 0;
      this.#all = false;
    }
  }

  get atHand(): OrdersAtHand {
    return { orders: this.#count, sinceMs: this.#batches[0]?.[0]?.atMs ?? null, all: this.#all };
  }

  /** Oldest first, as they are now: what comes later is not among them. */
  batches(): readonly (readonly SentOrder[])[] {
    return [...this.#batches];
  }

  find(orderId: string): SentOrder | null {
    for (const sent of this.#newestFirst()) if (sent.order.order_id === orderId) return sent;
    return null;
  }

  /** Of a customer: how many there are, and the newest of them, newest first, each once. */
  ofCustomer(customerId: string, limit: number): { readonly count: number; readonly newest: SentOrder[] } {
    const newest: SentOrder[] = [];
    const ids = new Set<string>();
    for (const sent of this.#newestFirst()) {
      if (sent.order.customer_id !== customerId || ids.has(sent.order.order_id)) continue;
      ids.add(sent.order.order_id);
      if (newest.length < limit) newest.push(sent);
    }
    return { count: ids.size, newest };
  }

  *#newestFirst(): Generator<SentOrder> {
    for (const batch of this.#batches.toReversed()) yield* batch.toReversed();
  }
}
