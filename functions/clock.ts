import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter, so that a test can be quicker than the clock on the wall. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock on the wall. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    delay(ms, undefined, signal ? { signal } : {}).catch(() => {
      // The one error is the abort, which is a reason to wake and no failure.
    }),
};
