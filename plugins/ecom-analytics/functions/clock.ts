import { setTimeout as delay } from 'node:timers/promises';

/** Time as a parameter, so that a test can be quicker than the clock on the wall. */
export interface Clock {
  /** Epoch milliseconds. Moves as the clock of the machine is set, so it measures no durations. */
  now(): number;
  /** Milliseconds from some fixed moment: what durations are measured with. */
  elapsed(): number;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The clock on the wall. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
    delay(ms, undefined, signal ? { signal } : {}).catch(() => {
      // The one error is the abort, which is a reason to wake and no failure.
    }),
};

/**
 * The clock of one run, whose event time must not run backwards: it follows one that is set forward, and passes the time
 * that has elapsed where one is set back. For one machine, where the same clock stamps orders and records.
 */
export function forwardClock({ now, elapsed, sleep }: Clock): Clock {
  let lastMs = now();
  let lastElapsedMs = elapsed();
  return {
    now: () => {
      const elapsedMs = elapsed();
      lastMs = Math.max(now(), lastMs + elapsedMs - lastElapsedMs);
      lastElapsedMs = elapsedMs;
      return Math.floor(lastMs);
    },
    elapsed,
    sleep,
  };
}
