import type { Clock } from '../../functions/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that jumps to the next sleeper's time whenever nothing else is left to do. */
export class VirtualClock implements Clock {
  #nowMs: number;
  readonly #sleepers: Sleeper[] = [];
  #driving = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly elapsed = (): number => this.#nowMs;

  /** The machine slept: time passes and nobody wakes. */
  skip(ms: number): void {
    this.#nowMs += ms;
  }

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const abort = (): void => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        resolve();
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { atMs: this.#nowMs + Math.max(0, ms), wake };
      this.#sleepers.push(sleeper);
      this.#sleepers.sort((a, b) => a.atMs - b.atMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#drive();
    });

  #drive(): void {
    if (this.#driving) return;
    this.#driving = true;
    setImmediate(() => {
      this.#driving = false;
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      if (this.#sleepers.length > 0) this.#drive();
    });
  }
}
