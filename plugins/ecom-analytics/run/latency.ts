import { LatencyScale } from '../functions/producer/ack-latency.ts';
import type { Latency } from './feed.ts';

/** Latencies of a run so far, on the producer's own scale. */
export class RunLatency {
  readonly #scale = new LatencyScale();
  #count = 0;

  /** @param ms below 0, which clocks that differ can give, counts as the least there is */
  add(ms: number, times = 1): void {
    this.#scale.record(ms, times);
    this.#count += times;
  }

  /** Null where nothing was measured. */
  summary(): Latency | null {
    const p50 = this.#scale.percentile(0.5);
    const p99 = this.#scale.percentile(0.99);
    return p50 === null || p99 === null ? null : { p50, p99, count: this.#count };
  }
}
