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
      const send = choice.speed === 'max' ? sendAll : pacedSending(choice.speed, clock, stop, untilMs);
      for await (const rows of replay) {
        if (over()) return;
        const orders: ReplayOrder[] = [];
        const bad: RefusedRow[] = [];
        for (const row of rows) {
          if (row.kind === 'order') orders.push(row);
          else bad.push(refusedRow(row, name));
        }
        if (bad.length > 0) await sink.refuse(bad);
        await send(sink, orders);
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

/**
 * Sends orders at so many times the speed of their own time, counted from the first of them. Those that are due together go
 * together.
 */
function pacedSending(
  speed: number,
  clock: Clock,
  stop: AbortSignal,
  untilMs: number,
): (sink: SourceSink, orders: readonly ReplayOrder[]) => Promise<void> {
  let first: { readonly eventTimeMs: number; readonly atMs: number } | null = null;
  const dueMs = (eventTimeMs: number): number => {
    first ??= { eventTimeMs, atMs: clock.elapsed() };
    return first.atMs + (eventTimeMs - first.eventTimeMs) / speed;
  };
  /** Sleeps until then; false when the run is over before. */
  const reach = async (atMs: number): Promise<boolean> => {
    while (!stop.aborted) {
      const now = clock.elapsed();
      if (now >= atMs) return true;
      if (now >= untilMs) return false;
      await clock.sleep(Math.min(atMs - now, untilMs - now, longestSleepMs), stop);
    }
    return false;
  };
  return async (sink, orders) => {
    let sent = 0;
    for (const [index, { eventTimeMs }] of orders.entries()) {
      const atMs = dueMs(eventTimeMs);
      if (atMs <= clock.elapsed()) continue;
      await sendAll(sink, orders.slice(sent, index));
      sent = index;
      if (!(await reach(atMs))) return;
    }
    await sendAll(sink, orders.slice(sent));
  };
}
