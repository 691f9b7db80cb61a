import { setImmediate as turn } from 'node:timers/promises';
import type { Alert } from '../core/alert.ts';
import { toUsd } from '../core/money.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { tickHeader } from '../core/tick.ts';
import { formatTimestamp } from '../core/timestamp.ts';
import type { WindowRow } from '../core/window.ts';
import type { OutputFolder } from '../files/output-folder.ts';
import type { Clock } from '../functions/clock.ts';
import type { QueryHealth } from '../job/stream-health.ts';
import { writeWindows } from '../parquet/write-windows.ts';
import { RateMeter } from '../run/rate-meter.ts';
import type { QueryCounts, RunTally } from '../run/tally.ts';
import { AlertDelivery } from './alert-delivery.ts';
import { MemoryTopic, type TopicRecord } from './memory-topic.ts';
import { type MicroBatch, StreamingQuery } from './streaming-query.ts';

/** Records in a micro-batch at most: some 20 ms of work, so that the process stays responsive. */
const batchSize = 2048;
/** Records that may wait on the orders topic. */
const topicCapacity = 2 * batchSize;

interface PipelineParts {
  readonly definition: PipelineDefinition;
  readonly out: Pick<OutputFolder, 'path' | 'unfinished' | 'checkpointId' | 'alerts' | 'deadLetters'>;
  readonly clock: Clock;
  readonly tally: RunTally;
  /**
   * Whether records come at a pace. Where they do not, only full micro-batches are taken: then what is late does not
   * hang on the speed of the machine.
   */
  readonly paced: boolean;
}

/** The pipeline in one process: orders topic → query → window files, alerts and dead letters. */
export class EmbeddedPipeline {
  readonly #parts: PipelineParts;
  readonly #query: StreamingQuery;
  readonly #orders: MemoryTopic;
  readonly #alerts: AlertDelivery;
  readonly #rate = new RateMeter();
  #batchId = 0;
  #records = 0;
  /** The last one whose outcome can be read. */
  #lastBatch: { readonly records: number; readonly ms: number; readonly atMs: number } | null = null;

  constructor(parts: PipelineParts) {
    const { definition, out, clock } = parts;
    this.#parts = parts;
    this.#query = new StreamingQuery(definition);
    this.#orders = new MemoryTopic(definition.topics.orders, topicCapacity, clock);
    this.#alerts = new AlertDelivery(definition.topics, out, clock);
  }

  /** The topic that orders and ticks are appended to; ending it ends the run. */
  get orders(): MemoryTopic {
    return this.#orders;
  }

  counts(): QueryCounts {
    const { totals, customers, watermarkMs } = this.#query;
    return {
      orders: totals.orders,
      duplicates: totals.duplicates,
      revenue: toUsd(totals.revenueCents),
      customers,
      deadLetters: totals.deadLetters,
      late: totals.late,
      watermarkMs,
    };
  }

  /** How the query is doing. */
  health(): QueryHealth {
    const { clock } = this.#parts;
    const behind = this.#orders.waiting();
    const isEmpty = Object.values(behind).every((records) => records === 0);
    const rowsPerSecond = this.#rate.perMinute(this.#records, clock.elapsed()) / 60;
    const last = this.#lastBatch;
    return {
      name: 'pipeline',
      behind,
      batchMs: last === null ? null : last.ms,
      triggerMs: 0,
      rowsPerSecond,
      mostRowsPerSecond: last === null || last.ms === 0 ? null : (last.records / last.ms) * 1000,
      watermarkMs: this.#query.watermarkMs,
      saidMs: isEmpty || last === null ? clock.now() : last.atMs,
      isIdle: isEmpty && rowsPerSecond === 0,
      closesWindows: true,
    };
  }

  appendAlert(alert: Alert): void {
    this.#alerts.append(alert, this.#parts.clock.now());
  }

  appendTick(timeMs: number): void {
    this.#orders.append(null, null, { key: tickHeader, value: formatTimestamp(timeMs) });
  }

  /** Works until the orders topic has ended, then closes every window that is still open. */
  async run(): Promise<void> {
    try {
      const least = this.#parts.paced ? 1 : batchSize;
      let settled: Promise<void> = Promise.resolve();
      const next = (): Promise<TopicRecord[]> => this.#orders.take(least, batchSize);
      for (let records = await next(); records.length > 0; records = await next()) {
        const startedMs = this.#parts.clock.elapsed();
        // While one micro-batch is being written, the next is computed.
        const batch = this.#query.process(records, this.#parts.clock.now());
        await settled;
        settled = this.#settle(batch).then(() => this.#note(records.length, startedMs));
        settled.catch(() => undefined); // heard where it is awaited
        // Timers, the dashboard and Ctrl-C get their turn also under load.
        await turn();
      }
      await settled;
      await this.#drain();
    } catch (error) {
      this.#orders.fail(error);
      throw error;
    }
  }

  /** Notes a micro-batch whose outcome can be read. */
  #note(records: number, startedMs: number): void {
    const { clock } = this.#parts;
    this.#records += records;
    this.#lastBatch = { records, ms: clock.elapsed() - startedMs, atMs: clock.now() };
  }

  async #drain(): Promise<void> {
    await this.#settle(this.#query.close());
  }

  /** Makes a micro-batch's outcome readable. */
  async #settle(batch: MicroBatch): Promise<void> {
    this.#parts.tally.refused(batch.deadLetters);
    for (const { alert, appendedMs } of batch.alerts) this.#alerts.append(alert, appendedMs);
    await Promise.all([
      this.#parts.out.deadLetters.append(batch.deadLetters),
      this.#alerts.deliver().then((acted) => this.#parts.tally.acted(acted)),
      this.#write(batch.rows),
    ]);
    this.#batchId++;
  }

  async #write(rows: readonly WindowRow[]): Promise<void> {
    await writeWindows(this.#parts.out, this.#batchId, rows);
    this.#parts.tally.written(rows);
  }
}
