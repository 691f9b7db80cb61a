/** Each step of the scale is 5 % longer than the one before, so a percentile is at most that far off. */
const step = 1.05;

/** Counts latencies on a logarithmic scale: bounded memory however long the run, from 0.01 ms up. */
export class LatencyScale {
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** How many records there were. */
  get count(): number {
    return this.#total;
  }

  /** @param count how many records had this latency */
  record(ms: number, count = 1): void {
    const bucket = Math.ceil(Math.log(Math.max(ms, 0.01)) / Math.log(step));
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#total += count;
  }

  /**
   * The latency that `share` of the records did not exceed, in ms to two decimals; null when there were none.
   *
   * @param share 0.5 for the median
   */
  percentile(share: number): number | null {
    let left = Math.ceil(this.#total * share);
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.round(step ** bucket * 100) / 100;
    }
    return null;
  }
}
