import type { Clock } from '../functions/clock.ts';

/** What is said while something takes long; goes to stderr. */
export type Progress = (text: string) => void;

/** A wait that ends: how long at most, and how often it looks. */
export interface Wait {
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly clock: Clock;
}

/**
 * Looks again and again until `look` answers something.
 *
 * @param look answers undefined for "not yet"
 * @param tooLate makes the error to throw when the time is up
 */
export async function waitFor<T>(
  wait: Wait,
  look: () => Promise<T | undefined>,
  tooLate: () => Error,
): Promise<T> {
  const end = wait.clock.elapsed() + wait.timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (wait.clock.elapsed() >= end) throw tooLate();
    await wait.clock.sleep(wait.everyMs);
  }
}
