import type { CentsSum } from '../../pipeline/money.ts';
import type { DistinctTexts } from './distinct-texts.ts';

/** What the rules over customers look at in an order; the order itself is not kept. */
export interface CustomerOrder {
  readonly orderId: string;
  readonly eventTimeMs: number;
  readonly totalCents: number;
  readonly region: string;
  readonly product_id: string;
  readonly category: string;
  /** The one before it in {@link Customer.quiet}. */
  readonly before: CustomerOrder | null;
}

/** A customer, and what the rules over customers know of them. */
export interface Customer {
  readonly id: string;
  /** From 0, in the order in which customers were met. */
  readonly number: number;
  /** The orders of a customer who has placed too few lately for any rule to trip, the last first. */
  quiet: CustomerOrder | null;
  /** The windows in which the rules watch a customer who has placed more; a list, because there are few. */
  watched: CustomerWindow | null;
}

/** What one customer did in one window of one rule. */
export interface CustomerWindow {
  /** Which rule, by its place. */
  readonly rule: number;
  /** Which window: its start divided by the slide. */
  readonly slot: number;
  orderIds: DistinctTexts;
  /** Of the rule's field; those of a rule that counts orders are never looked at. */
  values: DistinctTexts;
  sumCents: CentsSum;
  /** Of the newest order. */
  newestMs: number;
  region: string;
  /** Has tripped: nothing more is to be found. */
  found: boolean;
  next: CustomerWindow | null;
}

/** Every customer of the run, by id: they are counted exactly, so none is forgotten. */
export class Customers {
  readonly #byId = new Map<string, Customer>();

  get count(): number {
    return this.#byId.size;
  }

  get(id: string): Customer {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const customer: Customer = { id, number: this.#byId.size, quiet: null, watched: null };
    this.#byId.set(id, customer);
    return customer;
  }
}
