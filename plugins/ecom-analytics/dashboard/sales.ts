import { toCents } from '../core/money.ts';
import type { RunSnapshot, SentOrder } from '../run/feed.ts';
import { noSales, type Sales, type Seller, type Stretch } from './message.ts';

const minuteMs = 60_000;
const hourMinutes = 60;
/** Products and customers that are listed. */
const listed = 6;
/** Kept of a minute that is over. A shop with more customers a minute loses those that bought least in it. */
const maxNamesPerMinute = 1000;

/** Cents by name. */
type ByName = Map<string, number>;

/** One minute of the run, by the clock. */
interface Minute {
  /** Minutes since 1970. */
  readonly minute: number;
  /** Of the run, when the minute began. */
  readonly orders: number;
  readonly revenue: number;
  readonly products: ByName;
  readonly customers: ByName;
}

type Counted = Pick<Minute, 'orders' | 'revenue'>;

function add(to: ByName, name: string, cents: number): void {
  to.set(name, (to.get(name) ?? 0) + cents);
}

/** Keeps the names with most; of those that are level at the end, the ones that came last go too. */
function prune(names: ByName): void {
  if (names.size <= maxNamesPerMinute) return;
  // Numbers alone sort several times as fast as pairs do.
  const least = Float64Array.from(names.values()).sort().at(-maxNamesPerMinute) ?? 0;
  let level = maxNamesPerMinute;
  for (const cents of names.values()) if (cents > least) level--;
  for (const [name, cents] of names) {
    if (cents < least || (cents === least && level-- <= 0)) names.delete(name);
  }
}

/**
 * What was sold in the last hour by the clock, and in the hour before, in bounded memory: orders and revenue as the
 * run counts them; products and customers of the orders that were sent.
 */
export class SalesHours {
  /** The minutes of two hours, oldest first; orders that come now go into the last one. */
  readonly #minutes: Minute[] = [emptyMinute(Number.NEGATIVE_INFINITY, { orders: 0, revenue: 0 })];
  #startMs = 0;
  #nowMs = 0;
  #counted: Counted = { orders: 0, revenue: 0 };

  add(orders: readonly SentOrder[]): void {
    const minute = this.#minutes.at(-1);
    if (minute === undefined) return;
    for (const { order } of orders) {
      const cents = toCents(order.total_amount);
      add(minute.products, order.product_name, cents);
      add(minute.customers, order.customer_id, cents);
    }
    // A minute of a fast replay may name more than can be kept.
    for (const names of [minute.products, minute.customers]) {
      if (names.size > 8 * maxNamesPerMinute) prune(names);
    }
  }

  /** Moves the clock: what has been added since the last minute began belongs to that minute. */
  snapshot({ nowMs, runMs, orders, revenue }: RunSnapshot): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const minute = Math.floor(this.#nowMs / minuteMs);
    const last = this.#minutes.at(-1);
    if (last?.minute === Number.NEGATIVE_INFINITY) {
      // The first orders may come before anything is told of the run.
      this.#startMs = nowMs - runMs;
      this.#minutes[0] = { ...last, minute };
    } else if (last !== undefined && last.minute < minute) {
      prune(last.products);
      prune(last.customers);
      this.#minutes.push(emptyMinute(minute, this.#counted));
      while ((this.#minutes[0]?.minute ?? minute) <= minute - 2 * hourMinutes) this.#minutes.shift();
    }
    this.#counted = { orders, revenue };
  }

  view(): Sales {
    if (this.#nowMs === 0) return noSales;
    const first = Math.floor(this.#nowMs / minuteMs) - hourMinutes + 1;
    const last = this.#minutes.filter(({ minute }) => minute >= first);
    const before = this.#minutes.filter(({ minute }) => minute < first);
    const boundaryMs = Math.max(this.#startMs, first * minuteMs);
    const boundary = last[0] ?? this.#counted;
    const [begun] = before;
    const ofHour = (what: 'products' | 'customers'): Seller[] =>
      sellers(
        last.map((minute) => minute[what]),
        before.map((minute) => minute[what]),
      );
    const beforeMs = Math.min(boundaryMs - this.#startMs, hourMinutes * minuteMs);
    return {
      last: stretch(this.#nowMs - boundaryMs, boundary, this.#counted),
      before: begun === undefined ? null : stretch(beforeMs, begun, boundary),
      products: ofHour('products'),
      customers: ofHour('customers'),
    };
  }
}

function emptyMinute(minute: number, { orders, revenue }: Counted): Minute {
  return { minute, orders, revenue, products: new Map(), customers: new Map() };
}

function stretch(lengthMs: number, from: Counted, to: Counted): Stretch {
  const cents = Math.round((to.revenue - from.revenue) * 100);
  return { lengthMs, orders: to.orders - from.orders, revenue: cents / 100 };
}

/** Those with most in the last hour, and what they had in the hour before. */
function sellers(last: readonly ByName[], before: readonly ByName[]): Seller[] {
  const sums: ByName = new Map();
  for (const names of last) for (const [name, cents] of names) add(sums, name, cents);
  return [...sums]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, listed)
    .map(([name, cents]) => ({
      name,
      revenue: cents / 100,
      before: before.reduce((sum, names) => sum + (names.get(name) ?? 0), 0) / 100,
    }));
}
