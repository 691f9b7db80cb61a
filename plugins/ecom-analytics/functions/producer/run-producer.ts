import { generateOrders } from '../../core/generator/order-generator.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { defaultPace } from './pace.ts';
import type { ProducerRequest } from './request.ts';
import { type OrderSink, type SendTotals, sendOrders } from './send-orders.ts';

/** A sink that is opened for each run. */
export interface OpenableSink extends OrderSink {
  open(deadlineMs: number): Promise<void>;
}

export interface RunParts {
  readonly sink: OpenableSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly definition: PipelineDefinition;
  /** Epoch ms by which the answer must be there; infinite from the command line. */
  readonly deadlineMs: number;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
}

/** What the producer answers. */
export interface ProducerResult extends Omit<SendTotals, 'failure'> {
  /** Makes the same orders again. */
  readonly seed: number;
  readonly durationSeconds: number;
  /** Before the asked duration was over: a deadline, an interruption, or a Kafka that takes no more. */
  readonly stoppedEarly: boolean;
  /** Why orders failed, where some did. */
  readonly failure: string | null;
}

/** Time kept free before the deadline for what is under way: a send and its retries, and the answer. */
const flushMs = 5000;
/** Of a short time the smaller part. */
const flushShare = 0.2;
/** From giving up a send to having answered. */
const answerMs = 500;

/**
 * One run of the producer: opens the sink, sends, and flushes before the deadline.
 *
 * @throws EcomError when not a single order got through, with the reason
 */
export async function runProducer(request: ProducerRequest, parts: RunParts): Promise<ProducerResult> {
  const { sink, clock, log, definition, deadlineMs, signal } = parts;
  await sink.open(deadlineMs - answerMs);
  const startMs = clock.now();
  const startElapsedMs = clock.elapsed();
  const wantedMs = startMs + request.durationSeconds * 1000;
  const leftMs = deadlineMs - startMs;
  const latestMs = deadlineMs - Math.min(flushMs, leftMs * flushShare);
  const untilMs = Math.min(wantedMs, latestMs);
  const stop = new AbortController();
  signal?.addEventListener('abort', () => stop.abort(), { once: true });
  if (signal?.aborted) stop.abort();
  // Orders may lag the clock, so the end of the plan is not yet the end of the run.
  const done = new AbortController();
  let outOfTime = false;
  const watch =
    latestMs === Number.POSITIVE_INFINITY
      ? Promise.resolve()
      : clock.sleep(latestMs - startMs, done.signal).then(() => {
          outOfTime = !done.signal.aborted;
          if (outOfTime) stop.abort();
        });

  const orders = generateOrders({ ...request, startMs, definition });
  const totals = await sendOrders(orders, {
    sink,
    clock,
    log,
    definition,
    pace: { ...defaultPace, untilMs },
    signal: stop.signal,
  });
  done.abort();
  await watch;

  const { failure, ...counts } = totals;
  if (failure !== null) {
    if (counts.sent === 0) throw failure;
    log.error(failure.message, { code: failure.code });
  }
  return {
    ...counts,
    seed: request.seed,
    durationSeconds: (clock.elapsed() - startElapsedMs) / 1000,
    stoppedEarly: untilMs < wantedMs || outOfTime || signal?.aborted === true || failure !== null,
    failure: failure?.message ?? null,
  };
}
