import { generateOrders } from '../core/generator/order-generator.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { Clock } from '../functions/clock.ts';
import { silentLog } from '../functions/log.ts';
import { defaultPace } from '../functions/producer/pace.ts';
import { sendOrders } from '../functions/producer/send-orders.ts';
import type { GeneratorChoice } from './options.ts';
import type { OrderSource } from './order-source.ts';

/** What ends a source. */
export interface RunTimes {
  /** From the start of sending; null where nothing but the end of the orders, or `stop`, ends it. */
  readonly durationMs: number | null;
  readonly stop: AbortSignal;
  readonly clock: Clock;
}

/** Simulated orders, sent by the project's own producer as they are placed. */
export function generatorSource(
  choice: GeneratorChoice,
  definition: PipelineDefinition,
  { durationMs, stop, clock }: RunTimes,
): OrderSource {
  let startedMs: number | null = null;
  return {
    title: `${new Intl.NumberFormat('en-US').format(choice.ordersPerMinute)} simulated orders a minute`,
    notes: [],
    eventTime: 'now',
    labelled: true,
    paced: true,
    progress: () =>
      durationMs === null || startedMs === null
        ? null
        : Math.min(1, (clock.elapsed() - startedMs) / durationMs),
    send: async (sink) => {
      const startMs = clock.now();
      startedMs = clock.elapsed();
      const untilMs = durationMs === null ? Number.POSITIVE_INFINITY : startMs + durationMs;
      const { failure } = await sendOrders(generateOrders({ ...choice, startMs, definition }), {
        sink,
        clock,
        log: silentLog,
        definition,
        pace: { ...defaultPace, untilMs },
        signal: stop,
      });
      if (failure !== null) throw failure;
    },
  };
}
