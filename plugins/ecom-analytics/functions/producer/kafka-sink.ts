import type { Kafka, Message } from 'kafkajs';
import { alertKey } from '../../core/alert.ts';
import { EcomError } from '../../core/error.ts';
import { labelHeader } from '../../core/generator/label.ts';
import { tickHeader } from '../../core/tick.ts';
import { formatTimestamp } from '../../core/timestamp.ts';
import type { Topics } from '../../core/topic.ts';
import type { Clock } from '../clock.ts';
import { createKafkaClient, type KafkaClient } from '../kafka/client.ts';
import { isFinal, kafkaFailure } from '../kafka/kafka-failure.ts';
import type { KafkaSettings } from '../kafka/kafka-settings.ts';
import { PartitionProducer, type TopicRecords } from '../kafka/partition-producer.ts';
import type { Log } from '../log.ts';
import type { Batch, OrderSink } from './send-orders.ts';

const firstBackoffMs = 250;
const longestBackoffMs = 5000;
/** Brokers close a connection that was silent for ten minutes, which a frozen function does not hear. */
const staleAfterMs = 8 * 60_000;

/** The records of a batch. Orders come before the tick that follows them. */
function topicRecords({ orders, alerts, tickMs }: Batch, topics: Topics): TopicRecords[] {
  const orderMessages = orders.map(({ order, label }): Message => {
    const message = { key: order.customer_id, value: JSON.stringify(order) };
    return label === null ? message : { ...message, headers: { [labelHeader]: JSON.stringify(label) } };
  });
  if (tickMs !== null) {
    // The watermark is the maximum over partitions, so any one will do; sent again it must be the same one.
    orderMessages.push({ value: null, partition: 0, headers: { [tickHeader]: formatTimestamp(tickMs) } });
  }
  const alertMessages = alerts.map((alert) => ({ key: alertKey(alert), value: JSON.stringify(alert) }));
  return [
    { topic: topics.orders.name, messages: orderMessages },
    { topic: topics.alerts.name, messages: alertMessages },
  ];
}

/** What is used of a client. */
interface ProducerClient {
  readonly kafka: Pick<Kafka, 'producer'>;
  readonly abort: KafkaClient['abort'];
}

interface Connected {
  readonly client: ProducerClient;
  readonly producer: PartitionProducer;
  usedMs: number;
}

/** Orders to Kafka, with `acks=all` and idempotent. Made once per process, so that a warm function keeps its connection. */
export class KafkaSink implements OrderSink {
  readonly #settings: KafkaSettings;
  readonly #topics: Topics;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #createClient: (...parts: Parameters<typeof createKafkaClient>) => ProducerClient;
  #connected: Connected | undefined;
  /** On the scale of `elapsed`: a clock that is set neither takes the time away nor gives more. */
  #untilMs = Number.POSITIVE_INFINITY;

  /** @param createClient a test has one without brokers */
  constructor(
    settings: KafkaSettings,
    topics: Topics,
    clock: Clock,
    log: Log,
    createClient: (...parts: Parameters<typeof createKafkaClient>) => ProducerClient = createKafkaClient,
  ) {
    this.#settings = settings;
    this.#topics = topics;
    this.#clock = clock;
    this.#log = log;
    this.#createClient = createClient;
  }

  /**
   * Connects unless a connection from an earlier run can be used.
   *
   * @param deadlineMs epoch ms by which every later `send` has settled
   * @throws EcomError `ECOM_KAFKA_UNREACHABLE`, `ECOM_KAFKA_AUTHENTICATION` and the others of `kafkaFailure`
   */
  async open(deadlineMs: number): Promise<void> {
    this.#untilMs = this.#clock.elapsed() + deadlineMs - this.#clock.now();
    if (this.#connected !== undefined && this.#clock.now() - this.#connected.usedMs < staleAfterMs) return;
    this.#abandon();
    const client = this.#createClient(this.#settings, 'ecom-producer', this.#log);
    const producer = new PartitionProducer(client.kafka);
    this.#connected = { client, producer, usedMs: this.#clock.now() };
    try {
      await this.#beforeDeadline(producer.connect());
    } catch (error) {
      this.#abandon();
      throw this.#failure(error);
    }
  }

  /**
   * Sends a batch, again and again until it is acknowledged or the deadline is near. The same producer resends what is
   * not acknowledged before any others, so brokers recognise what they already have.
   */
  async send(batch: Batch): Promise<void> {
    const delivery = this.#connected?.producer.delivery(topicRecords(batch, this.#topics));
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      const connected = this.#connected;
      if (connected === undefined || delivery === undefined) throw this.#gaveUp();
      try {
        await this.#beforeDeadline(delivery.send());
        connected.usedMs = this.#clock.now();
        return;
      } catch (error) {
        const failure = this.#failure(error);
        if (isFinal(failure) || this.#clock.elapsed() + backoffMs >= this.#untilMs) {
          // What became of the records is unknown, and so are the sequence numbers: the next run starts afresh.
          this.#abandon();
          throw failure;
        }
        this.#log.warn('Kafka does not take orders; trying again', { failure: failure.message, backoffMs });
        await this.#clock.sleep(backoffMs);
      }
    }
  }

  /** Says goodbye to the brokers. */
  async close(): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    await connected?.producer.disconnect();
    connected?.client.abort();
  }

  #abandon(): void {
    this.#connected?.client.abort();
    this.#connected = undefined;
  }

  #failure(error: unknown): EcomError {
    return kafkaFailure(error, this.#settings, `${this.#topics.orders.name}, ${this.#topics.alerts.name}`);
  }

  #gaveUp(): EcomError {
    return new EcomError('ECOM_KAFKA_UNREACHABLE', {
      what: 'Kafka gave no answer before the deadline',
      where: this.#settings.brokers.join(','),
      fix: 'Check that the brokers are up and not overloaded; then run this again.',
    });
  }

  async #beforeDeadline(work: Promise<unknown>): Promise<void> {
    const leftMs = this.#untilMs - this.#clock.elapsed();
    if (leftMs === Number.POSITIVE_INFINITY) {
      await work;
      return;
    }
    const done = new AbortController();
    const late = this.#clock.sleep(Math.max(0, leftMs), done.signal).then(() => {
      if (!done.signal.aborted) throw this.#gaveUp();
    });
    // Whichever loses settles later, unheard.
    late.catch(() => {});
    work.catch(() => {});
    try {
      await Promise.race([work, late]);
    } finally {
      done.abort();
    }
  }
}
