/** Over how long the rate is taken. */
const spanMs = 10_000;

/** The rate at which a count grew over the last ten seconds, or since the first reading. */
export class RateMeter {
  readonly #readings: { atMs: number; count: number }[] = [];

  /** Takes a reading of the count. */
  perMinute(count: number, atMs: number): number {
    this.#readings.push({ atMs, count });
    while (this.#readings.length > 2 && (this.#readings[1]?.atMs ?? atMs) <= atMs - spanMs)
      this.#readings.shift();
    const first = this.#readings[0];
    if (first === undefined || first.atMs === atMs) return 0;
    return ((count - first.count) / (atMs - first.atMs)) * 60_000;
  }
}
