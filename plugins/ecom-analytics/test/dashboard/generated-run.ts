import pipeline from '../../../../pipeline/definition.ts';
import { type GeneratedOrder, generateOrders } from '../../core/generator/order-generator.ts';
import { toUsd } from '../../core/money.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { tickHeader } from '../../core/tick.ts';
import { formatTimestamp } from '../../core/timestamp.ts';
import { StreamingQuery } from '../../engine/streaming-query.ts';
import type { RunFeed } from '../../run/feed.ts';
import { generatorSource } from '../../run/generator-source.ts';
import { RunTally } from '../../run/tally.ts';

interface Choice {
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly ordersPerMinute: number;
  readonly fraudRate?: number;
  readonly seed?: number;
  readonly definition?: PipelineDefinition;
}

/** As the engine does. */
const snapshotEveryMs = 500;
const batchEveryMs = 100;

/**
 * A run of generated orders through the real query and the real tally, on a clock that the caller moves: ten minutes of
 * history take a second, and what a dashboard is told of them is what an engine would tell it.
 */
export class GeneratedRun {
  readonly #orders: Iterator<GeneratedOrder, never, void>;
  readonly #query: StreamingQuery;
  readonly #tally: RunTally;
  readonly #acted = new Set<string>();
  #next: GeneratedOrder;
  #offset = 0;
  #nowMs: number;
  #shownMs: number;

  constructor(feed: RunFeed, choice: Choice) {
    const { definition = pipeline, fraudRate = 0.02, seed = 1 } = choice;

    this.#nowMs = choice.startMs;
    this.#shownMs = choice.startMs;
    this.#orders = generateOrders({ fraudRate, seed, definition, ...choice });
    this.#next = this.#orders.next().value;
    this.#query = new StreamingQuery(definition);
    const clock = { now: () => this.#nowMs, elapsed: () => this.#nowMs, sleep: () => Promise.resolve() };
    const { startMs } = choice;
    const times = { startMs, durationMs: null, stop: new AbortController().signal, clock };
    const source = generatorSource({ kind: 'generator', fraudRate, seed, ...choice }, definition, times);
    this.#tally = new RunTally({ engine: 'embedded', definition, source, clock }, feed);
  }

  /** Lets the run go on until `untilMs`, epoch milliseconds. */
  advanceTo(untilMs: number): void {
    while (this.#nowMs + batchEveryMs <= untilMs) {
      this.#nowMs += batchEveryMs;
      this.#batch(this.#nowMs);
      if (this.#nowMs - this.#shownMs < snapshotEveryMs) continue;
      this.#shownMs = this.#nowMs;
      this.#tally.show(this.#counts(), false);
    }
  }

  /** Closes every window, and tells the final numbers. */
  finish(): void {
    this.#tally.written(this.#query.close().rows);
    this.#tally.show(this.#counts(), true);
  }

  /** Orders placed until `untilMs`, then a tick. */
  #batch(untilMs: number): void {
    const generated: GeneratedOrder[] = [];
    for (; this.#next.atMs <= untilMs; this.#next = this.#orders.next().value) generated.push(this.#next);
    this.#tally.sending(generated);
    const records = generated.map(({ order, atMs }) =>
      this.#record(atMs, Buffer.from(JSON.stringify(order)), null),
    );
    const tick = { key: tickHeader, value: formatTimestamp(untilMs) };
    const { alerts, rows } = this.#query.process(
      [...records, this.#record(this.#nowMs, null, tick)],
      this.#nowMs,
    );
    const acted = alerts.filter(({ alert }) => !this.#acted.has(alert.alert_id));
    for (const { alert } of acted) this.#acted.add(alert.alert_id);
    this.#tally.acted(acted.map(({ alert, appendedMs }) => ({ alert, latencyMs: this.#nowMs - appendedMs })));
    this.#tally.written(rows);
  }

  #record(timestampMs: number, value: Uint8Array | null, header: { key: string; value: string } | null) {
    return { partition: 0, offset: this.#offset++, timestampMs, key: null, value, header };
  }

  #counts() {
    const { totals, customers, watermarkMs } = this.#query;
    return { ...totals, revenue: toUsd(totals.revenueCents), customers, watermarkMs };
  }
}
