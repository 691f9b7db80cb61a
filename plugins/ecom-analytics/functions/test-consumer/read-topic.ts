import { randomUUID } from 'node:crypto';
import type { Admin, Consumer } from 'kafkajs';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { Clock } from '../clock.ts';
import { createKafkaClient, type KafkaClient } from '../kafka/client.ts';
import { kafkaFailure } from '../kafka/kafka-failure.ts';
import type { KafkaSettings } from '../kafka/kafka-settings.ts';
import type { Log } from '../log.ts';

import type { CheckedMessage } from './check-message.ts';
import { type PartitionOffsets, type PartitionReport, reportPartitions } from './partition-report.ts';
import type { TestConsumerRequest } from './request.ts';
import { Reading } from './topic-reading.ts';

/** What the test consumer answers. */
export interface TopicReading {
  readonly topic: string;
  readonly from: string;
  /** Records read, including those that the filter kept out. */
  readonly read: number;
  /** Of the messages below: those that are what their topic holds, ticks included. */
  readonly valid: number;
  readonly invalid: number;
  readonly ticks: number;
  /** The time was up before there were enough messages, or before the end. */
  readonly timedOut: boolean;
  /** There would be more messages, but an answer of Lambda has a largest size. */
  readonly truncated: boolean;
  readonly partitions: readonly PartitionReport[];
  readonly messages: readonly CheckedMessage[];
}

/** Every group of the test consumer begins so: it may be granted, and recognised should one ever be left over. */
export const groupPrefix = 'ecom-test-consumer-';

async function offsetsOf(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets
    .map(({ partition, low, high }) => ({ partition, earliest: BigInt(low), latest: BigInt(high) }))
    .sort((a, b) => a.partition - b.partition);
}

/** Where the last records of a partition begin. */
function lastOf({ earliest, latest }: PartitionOffsets, count: number): bigint {
  const start = latest - BigInt(count);
  return start > earliest ? start : earliest;
}

async function startsOf(
  admin: Admin,
  { topic, from, maxMessages }: TestConsumerRequest,
  offsets: readonly PartitionOffsets[],
): Promise<Map<number, bigint>> {
  if (from === 'earliest') return new Map(offsets.map(({ partition, earliest }) => [partition, earliest]));
  if (from === 'latest') return new Map(offsets.map(({ partition, latest }) => [partition, latest]));
  if (from === 'newest')
    return new Map(offsets.map((offset) => [offset.partition, lastOf(offset, maxMessages)]));
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, parseTimestamp(from));
  return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
}

/** Reads until the reading is done, the consumer fails, or the time is up. */
async function consume(
  consumer: Consumer,
  topic: string,
  reading: Reading,
  timeoutMs: number,
  clock: Clock,
): Promise<void> {
  const over = new AbortController();
  let failure: unknown;
  const stop = consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = payload.error;
    over.abort();
  });
  // A batch of nothing but ends of transactions reaches no `eachBatch`.
  const pass = consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0) return;
    reading.pass(payload.partition, payload.lastOffset);
    if (reading.done) over.abort();
  });
  const read = async (): Promise<void> => {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const running = consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        reading.take(payload.batch);
        payload.resolveOffset(payload.batch.lastOffset());
        if (reading.done) over.abort();
      },
    });
    for (const [partition, { start }] of reading.progress) {
      consumer.seek({ topic, partition, offset: String(start) });
    }
    await running;
  };
  const reader = read().catch((error: unknown) => {
    failure = error;
    over.abort();
  });
  await clock.sleep(timeoutMs, over.signal);
  stop();
  pass();
  if (failure !== undefined) throw failure;
  // The reader may still be joining its group when the time is up; leaving waits for it.
  await Promise.race([reader, clock.sleep(1000)]);
}

/**
 * Leaves the group and deletes it. Should that fail, the broker drops an empty group without offsets by itself.
 *
 * Through an admin client of its own: one that has looked at a topic asks for that topic each time, and fails when it
 * is gone.
 */
async function dropGroup(
  consumer: Consumer,
  client: KafkaClient,
  groupId: string,
  log: Log,
  clock: Clock,
): Promise<void> {
  const admin = client.kafka.admin();
  try {
    await Promise.all([consumer.disconnect(), admin.connect()]);
    for (let attempt = 1; ; attempt++) {
      const { groups } = await admin.describeGroups([groupId]);
      if (groups.every(({ state }) => state === 'Dead')) return;
      try {
        await admin.deleteGroups([groupId]);
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await clock.sleep(200 * attempt);
      }
    }
  } catch (error) {
    log.warn('The consumer group could not be deleted; it goes by itself', { groupId, error });
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

/**
 * Reads a topic back and checks every message. Uses a consumer group of its own for as long as it reads, commits
 * nothing, and deletes the group also when reading fails; a topic with nothing to read is answered without one.
 *
 * @param definition that of the stage, whose topics have a schema
 * @param timeoutMs of reading, at most that of the request
 * @throws EcomError `ECOM_TOPIC_MISSING`, `ECOM_KAFKA_UNREACHABLE` and the others of `kafkaFailure`
 */
export async function readTopic(
  request: TestConsumerRequest,
  settings: KafkaSettings,
  definition: PipelineDefinition,
  timeoutMs: number,
  clock: Clock,
  log: Log,
): Promise<TopicReading> {
  const client = createKafkaClient(settings, 'ecom-test-consumer', log);
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await readWith(client, admin, request, definition, timeoutMs, clock, log);
  } catch (error) {
    throw kafkaFailure(error, settings, request.topic);
  } finally {
    await admin.disconnect().catch(() => {});
    client.abort();
  }
}

async function readWith(
  client: KafkaClient,
  admin: Admin,
  request: TestConsumerRequest,
  definition: PipelineDefinition,
  timeoutMs: number,
  clock: Clock,
  log: Log,
): Promise<TopicReading> {
  const { topic, from } = request;
  const before = await offsetsOf(admin, topic);
  const reading = new Reading(request, definition, before, await startsOf(admin, request, before));
  if (!reading.done) {
    const groupId = groupPrefix + randomUUID();
    const consumer = client.kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 250,
      retry: { restartOnFailure: async () => false },
    });
    try {
      await consume(consumer, topic, reading, timeoutMs, clock);
    } finally {
      await dropGroup(consumer, client, groupId, log, clock);
    }
  }
  const after = await offsetsOf(admin, topic);
  const { messages, progress, truncated } = reading;
  const valid = messages.filter((message) => message.valid).length;
  return {
    topic,
    from,
    read: [...progress.values()].reduce((sum, { read }) => sum + read, 0),
    valid,
    invalid: messages.length - valid,
    ticks: messages.filter(({ kind }) => kind === 'tick').length,
    timedOut: !reading.done,
    truncated,
    partitions: reportPartitions(after, progress),
    messages,
  };
}
