import { getHeapStatistics } from 'node:v8';
import { EcomError } from '../core/error.ts';
import type { CentsSum } from '../core/money.ts';
import type { DistinctTexts } from './distinct-texts.ts';
import { hashId } from './id-hash.ts';

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

const emptySize = 1024;
/** What V8 keeps for a customer beside the text of the id: the object, the text's head, and the place in the list. */
const bytesEach = 100;
/** Of the memory that V8 may use. The rest is for windows, and for what is not yet collected. */
const shareForCustomers = 0.7;

/**
 * Every customer of the run, by id: they are counted exactly, so none is forgotten. A `Map` would end at 2²⁴ entries, and
 * at ids that collide in V8's own hash; this hash table with open addressing ends where memory does, with an error that
 * says so.
 */
export class Customers {
  readonly #all: Customer[] = [];
  /** By customer number. */
  #hashes = new Int32Array(emptySize);
  /** Customer numbers, from 1; 0 where a place is empty. At most half of the places are taken. */
  #places = new Uint32Array(2 * emptySize);
  #bytes = 0;
  readonly #mostBytes: number;

  /** @param heapBytes what V8 may use, by default what it does */
  constructor(heapBytes: number = getHeapStatistics().heap_size_limit) {
    this.#mostBytes = heapBytes * shareForCustomers;
  }

  get count(): number {
    return this.#all.length;
  }

  /** @throws EcomError `ECOM_CUSTOMERS_MANY` when there is no memory for another customer */
  get(id: string): Customer {
    const hash = hashId(id);
    const last = this.#places.length - 1;
    let place = hash & last;
    for (let number = this.#places[place]; number; number = this.#places[place]) {
      const there = this.#all[number - 1];
      if (this.#hashes[number - 1] === hash && there?.id === id) return there;
      place = (place + 1) & last;
    }
    return this.#add(id, hash, place);
  }

  #add(id: string, hash: number, place: number): Customer {
    this.#bytes += bytesEach + id.length;
    if (this.#bytes > this.#mostBytes) {
      throw new EcomError('ECOM_CUSTOMERS_MANY', {
        what: `There are more than ${this.#all.length} customers, and there is no memory for more`,
        where: 'customer_id',
        fix: 'Allow more memory, such as NODE_OPTIONS=--max-old-space-size=16000 (in MB), or run the orders in parts.',
      });
    }
    const number = this.#all.length;
    const customer: Customer = { id, number, quiet: null, watched: null };
    this.#all.push(customer);
    this.#hashes[number] = hash;
    this.#places[place] = number + 1;
    if (this.#all.length === this.#hashes.length) this.#grow();
    return customer;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    const places = new Uint32Array(hashes.length * 2);
    const last = places.length - 1;
    for (let number = 0; number < this.#all.length; number++) {
      let place = (hashes[number] ?? 0) & last;
      while (places[place]) place = (place + 1) & last;
      places[place] = number + 1;
    }
    this.#hashes = hashes;
    this.#places = places;
  }
}
