import { hashId } from './id-hash.ts';
import { IdTable } from './id-table.ts';

/** Order ids, each with the event time of its first order. */
interface Generation {
  readonly firstMs: IdTable;
  /** Newest event time in it, epoch milliseconds. */
  newestMs: number;
}

function emptyGeneration(): Generation {
  return { firstMs: new IdTable(), newestMs: Number.NEGATIVE_INFINITY };
}

/**
 * Which orders were seen within the watermark: what Spark's `dropDuplicatesWithinWatermark` keeps. An id is known from
 * its first order until the watermark has passed that order's event time by the watermark's own delay.
 *
 * Ids are kept in two generations and forgotten a generation at a time, which costs nothing per id; whether one that is
 * kept beyond its time still counts follows from its time.
 */
export class Deduplication {
  readonly #delayMs: number;
  #current = emptyGeneration();
  #previous = emptyGeneration();
  #watermarkMs = Number.NEGATIVE_INFINITY;

  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** How many ids are kept. */
  get size(): number {
    return this.#current.firstMs.size + this.#previous.firstMs.size;
  }

  /** Whether the order is one that is known; if not, it is from now on, unless it is behind the watermark. */
  isDuplicate(orderId: string, eventTimeMs: number): boolean {
    const hash = hashId(orderId) || 1; // 0 marks an empty place
    const current = this.#current;
    let firstMs = current.firstMs.get(orderId, hash);
    if (Number.isNaN(firstMs)) firstMs = this.#previous.firstMs.get(orderId, hash);
    if (firstMs + this.#delayMs > this.#watermarkMs) return true;
    if (eventTimeMs > this.#watermarkMs) {
      current.firstMs.set(orderId, hash, eventTimeMs);
      current.newestMs = Math.max(current.newestMs, eventTimeMs);
    }
    return false;
  }

  advance(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    if (this.#previous.newestMs + this.#delayMs > watermarkMs) return;
    this.#previous = this.#current;
    this.#current = emptyGeneration();
  }
}
