import type { GeneratedOrder } from '../../core/generator/order-generator.ts';
import { formatTimestamp } from '../../core/timestamp.ts';
import type { Clock } from '../clock.ts';

/** How orders are let go against the clock. */
export interface Pace {
  /** Planned end, epoch ms by the clock as it stood at the start: orders placed from then on are not sent. */
  readonly untilMs: number;
  /** Orders in a batch at most. */
  readonly maxBatch: number;
  /** Orders that come due this soon after a batch wait for the next: 20 ms makes at most 50 batches a second. */
  readonly lingerMs: number;
  /**
   * How far orders may fall behind the clock, in ms, when their consumer is slow or the machine slept. Time lost
   * beyond it is not made up: orders are placed later instead, so no burst is larger than this much of the rate.
   */
  readonly maxLagMs: number;
  /** A batch is yielded at least this often, empty if need be. */
  readonly wakeEveryMs: number;
}

/** The pace of the producer. */
export const defaultPace = { maxBatch: 500, lingerMs: 20, maxLagMs: 5000, wakeEveryMs: 1000 } as const;

/** Orders that have come due. */
export interface PacedBatch {
  readonly orders: readonly GeneratedOrder[];
  /** Event time, epoch ms: every order placed up to then has been yielded, in this batch or an earlier one. */
  readonly throughMs: number;
}

function placedLater(generated: GeneratedOrder, shiftMs: number): GeneratedOrder {
  const atMs = generated.atMs + shiftMs;
  return { ...generated, atMs, order: { ...generated.order, timestamp: formatTimestamp(atMs) } };
}

/**
 * Yields orders as their time comes. The next batch is made only when it is asked for, so a slow taker holds the
 * generator back; what has come due meanwhile is in the batch that follows.
 *
 * Ends when the orders do, when every order placed before `untilMs` was yielded, or when the signal is aborted.
 *
 * @param orders in event-time order, such as `generateOrders` makes them
 */
export async function* paceOrders(
  orders: Iterator<GeneratedOrder, unknown, void>,
  pace: Pace,
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<PacedBatch, void, void> {
  /** Time that was lost and is not made up. */
  let shiftMs = 0;
  /** How far the clock was set forward. */
  let aheadMs = 0;
  const startMs = clock.now();
  const startElapsedMs = clock.elapsed();
  const sinceStart = (): number => startMs + clock.elapsed() - startElapsedMs;
  let wakeMs = startMs + pace.wakeEveryMs;
  let next = orders.next();

  while (signal?.aborted !== true && !next.done) {
    const now = sinceStart();
    // Event time follows a clock that is set forward, as after the machine slept; set back, it would make orders late.
    const wallAheadMs = Math.floor(clock.now() - now);
    if (wallAheadMs - aheadMs > pace.maxLagMs) aheadMs = wallAheadMs;
    const dueMs = next.value.atMs + shiftMs;
    if (dueMs >= pace.untilMs && now >= pace.untilMs) return;
    if (dueMs > now) {
      if (now >= wakeMs) {
        wakeMs = now + pace.wakeEveryMs;
        yield { orders: [], throughMs: Math.floor(now) + aheadMs };
        continue;
      }
      const earliest = Math.min(dueMs + pace.lingerMs, pace.untilMs, wakeMs);
      await clock.sleep(Math.max(1, earliest - now), signal);
      continue;
    }
    const lagMs = now - dueMs;
    if (lagMs > pace.maxLagMs) shiftMs += Math.floor(lagMs - pace.maxLagMs);

    const batch: GeneratedOrder[] = [];
    const laterMs = shiftMs + aheadMs;
    let dueNowMs = next.value.atMs + shiftMs;
    while (dueNowMs <= now && dueNowMs < pace.untilMs && batch.length < pace.maxBatch) {
      batch.push(laterMs === 0 ? next.value : placedLater(next.value, laterMs));
      next = orders.next();
      if (next.done) break;
      dueNowMs = next.value.atMs + shiftMs;
    }
    const throughMs = Math.floor(Math.min(now, next.done ? now : dueNowMs - 1)) + aheadMs;
    wakeMs = now + pace.wakeEveryMs;
    yield { orders: batch, throughMs };
  }
}
