import type { Alert } from '../core/alert.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import type { EngineName } from '../core/engine-name.ts';
import type { GeneratedOrder } from '../core/generator/order-generator.ts';
import { Scoreboard } from '../core/generator/scoreboard.ts';
import { badRecordReasons } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import type { Clock } from '../functions/clock.ts';
import { LatencyScale } from '../functions/producer/ack-latency.ts';
import type { StreamHealth } from '../job/stream-health.ts';
import type { RunFeed, RunSnapshot, RunSummary } from './feed.ts';
import { latencyOf } from './latency.ts';
import type { OrderSource } from './order-source.ts';
import { RateMeter } from './rate-meter.ts';
import { Refusals, showRefused } from './refusals.ts';

/** What an engine's query has counted so far. */
export interface QueryCounts {
  /** Distinct orders accepted. */
  readonly orders: number;
  readonly duplicates: number;
  readonly revenue: number;
  readonly customers: number;
  readonly deadLetters: number;
  readonly late: number;
  /** Epoch milliseconds; null before the first order. */
  readonly watermarkMs: number | null;
}

/** An alert that was acted on. */
export interface ActedAlert {
  readonly alert: Alert;
  /** From its order being appended, in milliseconds; null where that is not known. */
  readonly latencyMs: number | null;
}

/** A run here may be this far behind before it is worth a look: some seconds of what a laptop gets through. */
const mostBehind = 100_000;
/** How far a run's watermark may be behind the clock, beyond the definition's own. */
const mostWatermarkMs = 60_000;
/** How long a job here may give no sign of life; it gives one every two seconds. */
const mostHeartbeatMs = 30_000;

interface TallyOptions {
  readonly engine: EngineName;
  readonly definition: PipelineDefinition;
  readonly source: Pick<OrderSource, 'labelled' | 'eventTime' | 'findings'>;
  readonly clock: Clock;
}

/** Keeps count of what a run has led to, tells its feed, and sums up; the same for every engine. */
export class RunTally {
  readonly #options: TallyOptions;
  readonly #feed: RunFeed;
  /** Null where nothing was planted, so that nothing can be said of the rules. */
  readonly #scoreboard: Scoreboard | null;
  readonly #alerts: Record<string, number>;
  readonly #orderToAlert = new LatencyScale();
  readonly #orderToWindow = new LatencyScale();
  readonly #rate = new RateMeter();
  readonly #refusals: Refusals;
  readonly #startedMs: number;
  #windows = 0;

  constructor(options: TallyOptions, feed: RunFeed) {
    this.#options = options;
    this.#startedMs = options.clock.elapsed();
    this.#feed = feed;
    this.#scoreboard = options.source.labelled ? new Scoreboard(options.definition.rules) : null;
    this.#refusals = new Refusals(badRecordReasons(options.definition.orderFields));
    this.#alerts = Object.fromEntries(options.definition.rules.map((rule) => [rule.id, 0]));
  }

  /** Notes the orders and what was planted; before they are sent, so that no alert comes first. */
  sending(orders: readonly GeneratedOrder[]): void {
    if (orders.length === 0) return;
    for (const { order, atMs, label } of orders) this.#scoreboard?.sawOrder(order, atMs, label);
    this.#feed.orders(orders);
  }

  /** Alerts that were acted on, once each. */
  acted(acted: readonly ActedAlert[]): void {
    if (acted.length === 0) return;
    for (const { alert, latencyMs } of acted) {
      this.#alerts[alert.rule_id] = (this.#alerts[alert.rule_id] ?? 0) + 1;
      this.#scoreboard?.sawAlert(alert);
      if (latencyMs !== null) this.#orderToAlert.record(latencyMs);
    }
    this.#feed.alerts(acted.map(({ alert }) => alert));
  }

  /** Rows that can be read from now on. */
  written(rows: readonly WindowRow[]): void {
    if (rows.length === 0) return;
    this.#windows += rows.length;
    // Where event time follows the clock, it can be told how long they took.
    if (this.#options.source.eventTime === 'now') {
      const now = this.#options.clock.now();
      const { watermarkMs } = this.#options.definition.windows;
      for (const row of rows) this.#orderToWindow.record(now - row.window_end - watermarkMs);
    }
    this.#feed.windows(rows);
  }

  /** Records, or rows of a file, that were refused. */
  refused(letters: readonly DeadLetter[]): void {
    this.#refusals.add(letters);
  }

  /** Tells the feed how the engine is doing. */
  watch(stream: StreamHealth): void {
    const { definition, source } = this.#options;
    this.#feed.operations({
      streams: [stream],
      refused: this.#refusals.byReason(),
      refusedCommand: showRefused,
      limits: {
        behind: mostBehind,
        // Old orders have no clock to be behind.
        watermarkMs: source.eventTime === 'now' ? definition.windows.watermarkMs + mostWatermarkMs : null,
        heartbeatMs: mostHeartbeatMs,
      },
      links: [],
      problem: null,
    });
  }

  /** Tells the feed how far the run is. */
  show(counts: QueryCounts, finished: boolean): void {
    const runMs = this.#runMs();
    this.#feed.snapshot({
      ...counts,
      ...this.#results(),
      runMs,
      nowMs: this.#options.clock.now(),
      finished,
      ordersPerMinute: this.#rate.perMinute(counts.orders, runMs),
      orderToAlert: latencyOf(this.#orderToAlert),
      orderToWindow: latencyOf(this.#orderToWindow),
    });
  }

  /** @param out the folder that the run wrote */
  summary(counts: QueryCounts, out: string): RunSummary {
    const { findings } = this.#options.source;
    return {
      orders: counts.orders,
      duplicates: counts.duplicates,
      revenue: counts.revenue,
      customers: counts.customers,
      dead_letters: counts.deadLetters,
      late: counts.late,
      ...this.#results(),
      out,
      seconds: this.#runMs() / 1000,
      ...(findings !== undefined && { replay: findings }),
    };
  }

  #runMs(): number {
    return this.#options.clock.elapsed() - this.#startedMs;
  }

  /** What a snapshot and the summary both say. */
  #results(): Pick<RunSnapshot, 'engine' | 'currency' | 'windows' | 'alerts' | 'planted'> {
    return {
      engine: this.#options.engine,
      currency: this.#options.definition.currency,
      windows: this.#windows,
      alerts: { ...this.#alerts },
      planted: this.#scoreboard?.scores() ?? {},
    };
  }
}
