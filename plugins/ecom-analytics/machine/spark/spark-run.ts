import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Alert } from '../../core/alert.ts';
import type { DeadLetter } from '../../core/dead-letter.ts';
import { toUsd } from '../../core/money.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { WindowRow } from '../../core/window.ts';
import { AlertHandler } from '../../engine/alert-handler.ts';
import type { KafkaEventRecord } from '../../functions/alert-consumer/read-alert.ts';
import { createKafkaClient, type KafkaClient } from '../../functions/kafka/client.ts';
import type { KafkaSettings } from '../../functions/kafka/kafka-settings.ts';
import { silentLog } from '../../functions/log.ts';
import { KafkaSink } from '../../functions/producer/kafka-sink.ts';
import { queriesHealth } from '../../job/stream-health.ts';
import type { EngineRun, RunOptions } from '../../run/engine-run.ts';
import type { RunFeed, RunSummary } from '../../run/feed.ts';
import type { SourceBatch, SourceSink } from '../../run/order-source.ts';
import { type QueryCounts, RunTally } from '../../run/tally.ts';
import { type Broker, startBroker } from '../kafka/broker.ts';
import { createTopics } from '../kafka/create-topics.ts';
import { readDeadLetter } from './dead-letter-record.ts';
import type { Installation } from './preparation.ts';
import { SentOrders } from './sent-orders.ts';
import type { RunStatus } from './status-file.ts';
import { type StreamingJob, startStreamingJob } from './streaming-job.ts';
import { type TailedRecord, TopicTail } from './topic-tail.ts';
import { windowReader } from './window-folder.ts';

/** Below the output folder, while a run is under way and after one that failed: data of Kafka, checkpoint, logs. */
export const sparkFolder = '.spark';

const snapshotEveryMs = 500;
/** A batch of the slowest query takes seconds, and comes every ten. */
const mostSilentMs = 60_000;
/** Records in an event of the alert handler, as many as Lambda's Kafka trigger hands over by default. */
const eventSize = 100;

/** An engine that runs the pipeline with real Kafka and real Spark. */
export function sparkEngine(installation: Installation): EngineRun {
  return async (options, feed) => {
    const folder = path.join(options.out.path, sparkFolder);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    const summary = await runIn(folder, installation, options, feed);
    await rm(folder, { recursive: true, force: true });
    return summary;
  };
}

async function runIn(
  folder: string,
  installation: Installation,
  options: RunOptions,
  feed: RunFeed,
): Promise<RunSummary> {
  feed.phase({ name: 'starting-kafka' });
  const broker = await startBroker({ dir: path.join(folder, 'kafka') });
  try {
    await createTopics(broker.bootstrapServers, options.definition);
    feed.phase({ name: 'starting-spark' });
    const job = await startStreamingJob({
      installation,
      definition: options.definition,
      bootstrapServers: broker.bootstrapServers,
      output: options.out.path,
      folder: path.join(folder, 'job'),
      choices: {
        triggerSeconds: 2,
        shufflePartitions: 2,
        // Where old orders are replayed, the clock says nothing of event time.
        idleTicks: options.source.eventTime === 'now',
      },
    });
    try {
      const { sparkUi } = await job.status();
      process.stderr.write(`Kafka: ${broker.bootstrapServers}\n`);
      if (sparkUi !== null) process.stderr.write(`Spark UI: ${sparkUi}\n`);
      return await new SparkRun(options, feed, broker, job).run();
    } finally {
      await job.kill();
    }
  } finally {
    await broker.stop();
  }
}

/** The parts of a run, joined: source → producer → Kafka → Spark → window files, alerts topic and dead-letter topic. */
class SparkRun implements SourceSink {
  readonly #options: RunOptions;
  readonly #feed: RunFeed;
  readonly #job: StreamingJob;
  readonly #tally: RunTally;
  readonly #sent: SentOrders;
  readonly #kafka: KafkaClient;
  readonly #sink: KafkaSink;
  readonly #newRows: () => Promise<WindowRow[]>;
  readonly #alertHandler: AlertHandler;
  readonly #tails: readonly TopicTail[];
  /** Coordinates of the dead letters in the file: the job may send one twice. */
  readonly #lettersKept = new Set<string>();
  #refused = 0;
  /** The job's last heartbeat. */
  #status: RunStatus | null = null;
  #drained = false;
  /** Windows that are open when the orders have ended; null before. */
  #draining: number | null = null;

  constructor(options: RunOptions, feed: RunFeed, broker: Broker, job: StreamingJob) {
    const { definition, out, clock } = options;
    const { alerts, deadLetters } = definition.topics;
    const settings: KafkaSettings = { brokers: [broker.bootstrapServers], auth: 'none', region: null };
    this.#options = options;
    this.#feed = feed;
    this.#job = job;
    this.#tally = new RunTally({ ...options, engine: 'spark' }, feed);
    this.#sent = new SentOrders(definition);
    this.#kafka = createKafkaClient(settings, 'ecom-run', silentLog);
    this.#sink = new KafkaSink(settings, definition.topics, clock, silentLog);
    this.#newRows = windowReader(out.path);
    this.#alertHandler = new AlertHandler(definition.topics, out, clock);
    this.#tails = [
      new TopicTail(this.#kafka.kafka, alerts.name, (records) => this.#act(records)),
      new TopicTail(this.#kafka.kafka, deadLetters.name, (records) => this.#keep(records)),
    ];
  }

  async run(): Promise<RunSummary> {
    const over = new AbortController();
    await Promise.all([
      ...this.#tails.map((tail) => tail.start()),
      this.#sink.open(Number.POSITIVE_INFINITY),
    ]);
    this.#feed.phase({ name: 'running' });
    const watching = this.#watch(over.signal);
    const trouble = Promise.race([this.#job.failed, watching, ...this.#tails.map(({ failed }) => failed)]);
    try {
      await Promise.race([this.#options.source.send(this), trouble]);
      await Promise.race([this.#drain(), trouble]);
    } catch (error) {
      this.#kafka.abort(); // nothing is waited for any more
      throw error;
    } finally {
      over.abort();
      await Promise.allSettled([...this.#tails.map((tail) => tail.stop()), this.#sink.close()]);
      this.#kafka.abort();
    }
    this.#show(true);
    return this.#tally.summary(this.#counts(), this.#options.out.path);
  }

  /** Sends what the source has; done once Kafka has acknowledged it. */
  async send(batch: SourceBatch): Promise<void> {
    this.#tally.sending(batch.orders);
    this.#sent.add(batch.orders, this.#options.clock.now());
    await this.#sink.send(batch);
  }

  async refuse(rows: readonly DeadLetter[]): Promise<void> {
    this.#refused += rows.length;
    this.#tally.refused(rows);
    await this.#options.out.deadLetters.append(rows);
  }

  /** Has Spark finish, and takes in all that it has written. */
  async #drain(): Promise<void> {
    this.#draining = this.#sent.openWindows;
    this.#showDraining(this.#draining);
    const status = await this.#job.drain();
    await Promise.all(this.#tails.map((tail) => tail.reachEnd()));
    this.#written(await this.#newRows());
    this.#status = status;
    this.#drained = true;
    const { orders, badRecords } = status.totals;
    const read = orders + sum(badRecords);
    if (read !== this.#sent.records) {
      process.stderr.write(`Kafka took ${this.#sent.records} records of orders, and Spark read ${read}.\n`);
    }
  }

  /** Looks twice a second at what has come out, until the run is over; rejects when it cannot be read. */
  async #watch(over: AbortSignal): Promise<never> {
    while (!over.aborted) {
      this.#status = await this.#job.status();
      this.#written(await this.#newRows());
      this.#show(false);
      await this.#options.clock.sleep(snapshotEveryMs, over);
    }
    return new Promise(() => undefined);
  }

  #show(finished: boolean): void {
    this.#tally.show(this.#counts(), finished);
    if (this.#status === null) return;
    const { state, error, updatedAt, sparkUi, queries } = this.#status;
    this.#tally.watch({
      name: 'This run',
      state: finished ? 'finished' : state,
      detail: 'Kafka and Spark on this machine',
      isHealthy: error === null,
      problem: error === null ? null : error.message,
      heartbeatMs: Date.parse(updatedAt),
      sparkUi: finished ? null : sparkUi,
      silentMs: mostSilentMs,
      queries: queriesHealth(queries, this.#job.settings),
    });
  }

  #written(rows: readonly WindowRow[]): void {
    this.#tally.written(rows);
    this.#sent.written(rows);
    if (this.#draining !== null && rows.length > 0) this.#showDraining(this.#draining);
  }

  #showDraining(windows: number): void {
    this.#feed.phase({ name: 'draining', written: windows - this.#sent.openWindows, windows });
  }

  /** Alerts topic → the project's own Lambda handler. */
  async #act(records: readonly TailedRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += eventSize) {
      const acted = await this.#alertHandler.handle(records.slice(at, at + eventSize).map(eventRecord));
      this.#tally.acted(acted.map((alert) => ({ alert, latencyMs: this.#latencyMs(alert) })));
    }
  }

  /** Dead-letter topic → file. */
  async #keep(records: readonly TailedRecord[]): Promise<void> {
    const letters = records.map(({ message }) => readDeadLetter(message));
    const fresh = letters.filter(({ topic, partition, offset }) => {
      const coordinates = `${topic}-${partition}-${offset}`;
      if (this.#lettersKept.has(coordinates)) return false;
      this.#lettersKept.add(coordinates);
      return true;
    });
    this.#tally.refused(fresh);
    await this.#options.out.deadLetters.append(fresh);
  }

  #latencyMs({ order_id, order_timestamp }: Alert): number | null {
    const now = this.#options.clock.now();
    if (order_id !== null) {
      const sentMs = this.#sent.sentAt(order_id);
      return sentMs === undefined ? null : now - sentMs;
    }
    // Over a customer: orders are sent as they are placed, so the newest one's time is the time of sending.
    return this.#options.source.eventTime === 'now' ? now - parseTimestamp(order_timestamp) : null;
  }

  #counts(): QueryCounts {
    const sent = this.#sent;
    const totals = this.#status?.totals;
    const watermark = this.#status?.queries.windows?.watermark;
    const counted = this.#drained && totals !== undefined ? totals : null;
    return {
      // Until Spark has read everything, what Kafka has taken is the better news.
      orders: counted === null ? sent.orders : counted.orders - counted.duplicates,
      duplicates: counted?.duplicates ?? sent.duplicates,
      revenue: toUsd(sent.revenueCents),
      customers: sent.customers,
      deadLetters: sum(totals?.badRecords ?? {}) + this.#refused,
      late: totals?.late ?? 0,
      watermarkMs: watermark ? Date.parse(watermark) : null,
    };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** As it stands in the event of Lambda's trigger. */
function eventRecord({ topic, partition, message }: TailedRecord): KafkaEventRecord {
  const { offset, timestamp, key, value } = message;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    timestampType: 'CREATE_TIME',
    ...(key !== null && { key: key.toString('base64') }),
    ...(value !== null && { value: value.toString('base64') }),
    headers: [],
  };
}
