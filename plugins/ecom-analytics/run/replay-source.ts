import path from 'node:path';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { Clock } from '../functions/clock.ts';
import { openReplay, type ReplayOrder } from '../import/open-replay.ts';
import type { RunTimes } from './generator-source.ts';
import type { ReplayChoice } from './options.ts';
import type { OrderSource, SourceSink } from './order-source.ts';
import { type RefusedRow, refusedRow } from './refused-row.ts';

/** Says how far the reading is, once it takes longer than someone likes to wait. */
export function showReading(clock: Clock): (share: number) => void {
  let saidMs = clock.elapsed() + 1000;
  return (share) => {
    if (clock.elapsed() - saidMs < 2000) return;
    saidMs = clock.elapsed();
    process.stderr.write(`Reading the file, ${Math.round(share * 100)} % of this step …\n`);
  };
}

/** A pause between orders is slept in pieces of this length at most, so that timers do not overflow. */
const longestSleepMs = 60_000;

/**
 * Real orders from a file.
 *
 * @throws UsageError what `openReplay` throws: no such file, an empty one, columns that do not match
 */
export async function replaySource(
  choice: ReplayChoice,
  definition: PipelineDefinition,
  times: RunTimes,
): Promise<OrderSource> {
  const { clock, stop, durationMs } = times;
  let untilMs = Number.POSITIVE_INFINITY;
  const over = (): boolean => stop.aborted || clock.elapsed() >= untilMs;
  const replay = await openReplay({
    ...choice.choices,
    file: choice.files,
    definition,
    now: clock.now,
    isOver: over,
    onProgress: showReading(clock),
  });
  const name = path.basename(choice.files[0] ?? '');
  return {
    title: `replay of ${name}`,
    notes: replay.notes,
    eventTime: 'past',
    labelled: false,
    paced: choice.speed !== 'max',
    findings: replay.findings,
    progress: () => replay.progress(),
    close: () => replay.close(),
    send: async (sink) => {
      if (durationMs !== null) untilMs = clock.elapsed() + durationMs;
      const pace = choice.speed === 'max' ? null : new ReplayPace(choice.speed, clock, stop, untilMs);
      for await (const rows of replay) {
        if (over()) return;
        const orders: ReplayOrder[] = [];
        const bad: RefusedRow[] = [];
        for (const row of rows) {
          if (row.kind === 'order') orders.push(row);
          else bad.push(refusedRow(row, name));
        }
        if (bad.length > 0) await sink.refuse(bad);
        if (pace === null) await sendAll(sink, orders);
        else await pace.send(sink, orders);
      }
    },
  };
}

function sendAll(sink: SourceSink, orders: readonly ReplayOrder[]): Promise<void> {
  if (orders.length === 0) return Promise.resolve();
  return sink.send({
    orders: orders.map(({ order, eventTimeMs }) => ({ order, atMs: eventTimeMs, label: null })),
    alerts: [],
    tickMs: null,
  });
}

/** Lets orders go at so many times the speed of their own time, counted from the first of them. */
class ReplayPace {
  readonly #speed: number;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  readonly #untilMs: number;
  #first: { readonly eventTimeMs: number; readonly atMs: number } | null = null;

  constructor(speed: number, clock: Clock, stop: AbortSignal, untilMs: number) {
    this.#speed = speed;
    this.#clock = clock;
    this.#stop = stop;
    this.#untilMs = untilMs;
  }

  /** Sends orders as they come due; those that are due together go together. */
  async send(sink: SourceSink, orders: readonly ReplayOrder[]): Promise<void> {
    let sent = 0;
    for (let index = 0; index < orders.length; index++) {
      const order = orders[index];
      if (order === undefined) return;
      const dueMs = this.#dueMs(order.eventTimeMs);
      if (dueMs <= this.#clock.elapsed()) continue;
      await sendAll(sink, orders.slice(sent, index));
      sent = index;
      if (!(await this.#reach(dueMs))) return;
    }
    await sendAll(sink, orders.slice(sent));
  }

  #dueMs(eventTimeMs: number): number {
    this.#first ??= { eventTimeMs, atMs: this.#clock.elapsed() };
    return this.#first.atMs + (eventTimeMs - this.#first.eventTimeMs) / this.#speed;
  }

  /** Sleeps until then; false when the run is over before. */
  async #reach(dueMs: number): Promise<boolean> {
    while (!this.#stop.aborted) {
      const now = this.#clock.elapsed();
      if (now >= dueMs) return true;
      if (now >= this.#untilMs) return false;
      await this.#clock.sleep(Math.min(dueMs - now, this.#untilMs - now, longestSleepMs), this.#stop);
    }
    return false;
  }
}
