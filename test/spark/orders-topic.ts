import type { KafkaMessage, Producer } from 'kafkajs';
import pipeline from '../../pipeline/definition.ts';
import type { Alert } from '../../plugins/ecom-analytics/core/alert.ts';
import type { DeadLetter } from '../../plugins/ecom-analytics/core/dead-letter.ts';
import { partitionOf } from '../../plugins/ecom-analytics/engine/partition.ts';
import { createKafkaClient } from '../../plugins/ecom-analytics/functions/kafka/client.ts';
import { silentLog } from '../../plugins/ecom-analytics/functions/log.ts';
import { readDeadLetter } from '../../plugins/ecom-analytics/machine/spark/dead-letter-record.ts';
import { TopicTail } from '../../plugins/ecom-analytics/machine/spark/topic-tail.ts';

/** A record for the orders topic. */
export interface TestRecord {
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When it is appended, epoch milliseconds. */
  readonly timestampMs: number;
  /** What its producer says of its time. Default: the same. */
  readonly createdMs?: string;
  /** Default: as Kafka partitions by key. */
  readonly partition?: number;
}

/** A record as it lies in the orders topic. */
export interface PlacedRecord extends TestRecord {
  readonly partition: number;
  readonly offset: number;
}

/** Where each record comes to lie in a topic that is written by nobody else. */
export class Placement {
  readonly #offsets: number[] = Array(pipeline.topics.orders.partitions).fill(0);

  /** Where the next record of each partition comes to lie. */
  get offsets(): readonly number[] {
    return this.#offsets;
  }

  place(record: TestRecord): PlacedRecord {
    const partition =
      record.partition ?? (record.key === null ? 0 : partitionOf(record.key, this.#offsets.length));
    const offset = this.#offsets[partition] ?? 0;
    this.#offsets[partition] = offset + 1;
    return { ...record, partition, offset };
  }
}

function client(bootstrapServers: string) {
  return createKafkaClient(
    { brokers: [bootstrapServers], auth: 'none', region: null },
    'ecom-test',
    silentLog,
  );
}

/** Appends records to the orders topic in their order, over one connection. */
export class OrderSender {
  readonly #producer: Producer;

  private constructor(producer: Producer) {
    this.#producer = producer;
  }

  static async connect(bootstrapServers: string): Promise<OrderSender> {
    const { kafka } = client(bootstrapServers);
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    return new OrderSender(producer);
  }

  async send(records: readonly PlacedRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += 2000) {
      await this.#producer.send({
        topic: pipeline.topics.orders.name,
        acks: -1,
        messages: records.slice(at, at + 2000).map((record) => ({
          key: record.key,
          value: record.value === null ? null : Buffer.from(record.value),
          headers: record.headers,
          timestamp: record.createdMs ?? String(record.timestampMs),
          partition: record.partition,
        })),
      });
    }
  }

  close(): Promise<void> {
    return this.#producer.disconnect();
  }
}

/** Appends records to the orders topic in their order. */
export async function sendRecords(bootstrapServers: string, records: readonly PlacedRecord[]): Promise<void> {
  const sender = await OrderSender.connect(bootstrapServers);
  try {
    await sender.send(records);
  } finally {
    await sender.close();
  }
}

/** All of a topic, however often it is read. */
export async function readTopic(bootstrapServers: string, topic: string): Promise<KafkaMessage[]> {
  const { kafka } = client(bootstrapServers);
  const messages: KafkaMessage[] = [];
  const tail = new TopicTail(kafka, topic, async (records) => {
    messages.push(...records.map(({ message }) => message));
  });
  await tail.start();
  await tail.reachEnd();
  await tail.stop();
  // Else the next reader would start where this one has ended.
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteGroups([tail.groupId]).finally(() => admin.disconnect());
  return messages;
}

/** Every alert on its topic, repeated ones too. */
export async function readAlerts(bootstrapServers: string): Promise<Alert[]> {
  const messages = await readTopic(bootstrapServers, pipeline.topics.alerts.name);
  return messages.map(({ value }) => JSON.parse(String(value)));
}

/** Every dead letter, repeated ones too. */
export async function readDeadLetters(bootstrapServers: string): Promise<DeadLetter[]> {
  return (await readTopic(bootstrapServers, pipeline.topics.deadLetters.name)).map(readDeadLetter);
}
