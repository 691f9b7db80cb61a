/** How often each number occurs: exact, in memory that grows with the distinct numbers. */
export class ValueCounts {
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** @param times may be negative, to take numbers back */
  add(value: number, times = 1): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + times);
    this.#total += times;
  }

  /** How many lie over a limit, not at it. */
  over(limit: number): number {
    let count = 0;
    for (const [value, times] of this.#counts) if (value > limit) count += times;
    return count;
  }

  /**
   * The smallest number that at least this share of all do not exceed (nearest rank); undefined where there is none.
   *
   * @param share 0 to 1
   */
  percentile(share: number): number | undefined {
    const rank = Math.max(1, Math.ceil(share * this.#total - 1e-9));
    let seen = 0;
    for (const [value, times] of [...this.#counts].sort(([a], [b]) => a - b)) {
      seen += times;
      if (seen >= rank) return value;
    }
    return undefined;
  }
}
