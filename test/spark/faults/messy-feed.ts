import { setTimeout as delay } from 'node:timers/promises';
import pipeline from '../../../pipeline/definition.ts';
import { EmbeddedOracle, type TopicOutcome } from '../embedded-oracle.ts';
import { type MessyRecord, messyRecords } from '../messy-orders.ts';
import { OrderSender, Placement, type TestRecord } from '../orders-topic.ts';

const hour = 3_600_000;
const ordersPerMinute = 1200;
/**
 * Two seconds of event time a tenth of a second. A batch may begin in the middle of what is sent at once, and orders are up
 * to 25 s behind: with more than five seconds sent at once some could be late.
 */
const recordsAtOnce = 40;
const pauseMs = 100;

/** Messy orders, sent for as long as it is wanted, and what is to come of those that were sent. */
export class Feed {
  readonly #bootstrapServers: string;
  readonly #records: readonly MessyRecord[];
  readonly #placement = new Placement();
  readonly #oracle = new EmbeddedOracle(pipeline);
  #sent = 0;
  #wanted = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(bootstrapServers: string, seed: number, orders: number) {
    this.#bootstrapServers = bootstrapServers;
    const now = Date.now();
    // What is in the future is so for as long as the trial may take.
    const appendedMs = now + 12 * hour;
    this.#records = messyRecords({ seed, orders, startMs: now - 12 * hour, ordersPerMinute, appendedMs });
  }

  /** Records that were sent so far. */
  get sent(): number {
    return this.#sent;
  }

  get outcome(): TopicOutcome {
    return this.#oracle.outcome;
  }

  resume(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#sending = this.#send();
    this.#sending.catch(() => undefined); // heard by who pauses it
  }

  /** Resolves when nothing is under way. Rejects with what sending failed with. */
  async pause(): Promise<void> {
    this.#wanted = false;
    await this.#sending;
  }

  /** These, out of turn. */
  async insert(records: readonly TestRecord[]): Promise<void> {
    await this.pause();
    const sender = await OrderSender.connect(this.#bootstrapServers);
    await this.#append(sender, records).finally(() => sender.close());
  }

  /** What a drained job must have made of it. */
  drained(): TopicOutcome {
    this.#oracle.drain();
    return this.#oracle.outcome;
  }

  async #send(): Promise<void> {
    const sender = await OrderSender.connect(this.#bootstrapServers);
    try {
      while (this.#wanted) {
        const next = this.#records.slice(this.#sent, this.#sent + recordsAtOnce);
        if (next.length === 0) throw new Error('The feed has no more orders: make more of them');
        await this.#append(sender, next);
        this.#sent += next.length;
        await delay(pauseMs);
      }
    } finally {
      await sender.close();
    }
  }

  async #append(sender: OrderSender, records: readonly TestRecord[]): Promise<void> {
    const placed = records.map((record) => this.#placement.place(record));
    await sender.send(placed);
    this.#oracle.take(placed);
  }
}
