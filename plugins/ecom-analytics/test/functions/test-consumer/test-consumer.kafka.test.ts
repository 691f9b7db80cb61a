import { randomBytes } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { generateOrders } from '../../../core/generator/order-generator.ts';
import { systemClock } from '../../../functions/clock.ts';
import { testConsumer } from '../../../functions/index.ts';
import type { KafkaSettings } from '../../../functions/kafka/kafka-settings.ts';
import { readTopic, type TopicReading } from '../../../functions/test-consumer/read-topic.ts';
import { readTestConsumerRequest } from '../../../functions/test-consumer/request.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { createTopics } from '../../../machine/kafka/create-topics.ts';
import { describeWithJava } from '../../requirement.ts';
import { plainKafka, withAdmin } from '../kafka/topic-content.ts';
import { RecordingLog } from '../recording-log.ts';

const { orders, alerts } = pipeline.topics;

describeWithJava('the test consumer on a real broker', () => {
  let broker: Broker;
  let settings: KafkaSettings;
  /** Between the first hundred orders and the second. */
  let middle: string;
  const log = new RecordingLog();

  function read(event: Record<string, unknown>): Promise<TopicReading> {
    const request = readTestConsumerRequest(event, pipeline.topics);
    return readTopic(request, settings, pipeline, request.timeoutSeconds * 1000, systemClock, log);
  }

  async function produce(values: readonly (string | Buffer)[]): Promise<void> {
    const producer = plainKafka(broker.bootstrapServers).producer();
    await producer.connect();
    await producer.send({
      topic: orders.name,
      messages: values.map((value, index) => ({ key: `CUST_${index}`, value })),
    });
    await producer.disconnect();
  }

  const groups = () =>
    withAdmin(broker.bootstrapServers, async (admin) =>
      (await admin.listGroups()).groups.map((g) => g.groupId),
    );

  beforeAll(async () => {
    broker = await startBroker();
    settings = { brokers: [broker.bootstrapServers], auth: 'none', region: null };
    await createTopics(broker.bootstrapServers, pipeline);
    const definition = { ...pipeline, rules: [] };
    const options = { seed: 7, ordersPerMinute: 6000, fraudRate: 0, startMs: Date.now() - 5000, definition };
    const generator = generateOrders(options);
    const next = (): string => JSON.stringify(generator.next().value.order);
    await produce(Array.from({ length: 100 }, next));
    await systemClock.sleep(20);
    middle = new Date().toISOString();
    await systemClock.sleep(20);
    await produce(Array.from({ length: 100 }, next));
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await broker?.stop();
  });

  test('reads a whole topic back, checked, and ends at its end without waiting', async () => {
    const reading = await read({ topic: orders.name, maxMessages: 1000, timeoutSeconds: 60 });
    expect(reading).toMatchObject({ read: 200, valid: 200, invalid: 0, timedOut: false, truncated: false });
    expect(reading.messages).toHaveLength(200);
    expect(reading.partitions.map(({ lag }) => lag)).toEqual([0, 0, 0]);
    expect(reading.partitions.reduce((sum, { read: count }) => sum + count, 0)).toBe(200);
    expect(reading.partitions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 2);
  });

  test('stops at the asked number, and says how far behind it is', async () => {
    const reading = await read({ topic: orders.name, maxMessages: 7 });
    expect(reading.messages).toHaveLength(7);
    const lag = reading.partitions.reduce((sum, partition) => sum + partition.lag, 0);
    expect(lag).toBe(193);
  });

  test('begins at a time', async () => {
    const reading = await read({ topic: orders.name, maxMessages: 1000, from: middle });
    expect(reading.read).toBe(100);
    expect(reading.messages.every(({ timestamp }) => timestamp >= middle)).toBe(true);
  });

  test('answers the newest of all partitions, oldest first', async () => {
    const all = await read({ topic: orders.name, maxMessages: 1000, timeoutSeconds: 60 });
    const newest = await read({ topic: orders.name, maxMessages: 20, timeoutSeconds: 60, from: 'newest' });
    const times = all.messages.map(({ timestamp }) => timestamp).sort();
    expect(newest).toMatchObject({ timedOut: false, truncated: false });
    expect(newest.messages.map(({ timestamp }) => timestamp)).toEqual(times.slice(-20));
    expect(newest.read).toBeLessThanOrEqual(60);
  });

  test('answers at once from a time after the last message', async () => {
    const reading = await read({ topic: orders.name, from: new Date(Date.now() + 60_000).toISOString() });
    expect(reading).toMatchObject({ read: 0, timedOut: false });
  });

  test('keeps to a filter, and still counts what it read', async () => {
    const { category, price: max } = pipeline.catalog.products.reduce((a, b) =>
      a.weight > b.weight ? a : b,
    );
    const filter = { category, total_amount: { max } };
    const reading = await read({ topic: orders.name, maxMessages: 1000, filter });
    expect(reading.read).toBe(200);
    expect(reading.messages.length).toBeGreaterThan(5);
    for (const { value } of reading.messages) {
      expect(value).toMatchObject({ category });
      expect((value as { total_amount: number }).total_amount).toBeLessThanOrEqual(max);
    }
  });

  test('waits from latest for what comes', async () => {
    const reading = read({ topic: orders.name, maxMessages: 2, timeoutSeconds: 30, from: 'latest' });
    await systemClock.sleep(1000);
    await produce(['{"not":"an order"}', 'nor JSON', Buffer.from([0xff])]);
    const { messages, valid, invalid, timedOut } = await reading;
    expect(messages).toHaveLength(2);
    expect({ valid, invalid, timedOut }).toEqual({ valid: 0, invalid: 2, timedOut: false });
  });

  test('gives up when the time is over', async () => {
    const reading = await read({ topic: orders.name, timeoutSeconds: 1, from: 'latest' });
    expect(reading).toMatchObject({ read: 0, timedOut: true, messages: [] });
  });

  test('works on an empty topic', async () => {
    const reading = await read({ topic: alerts.name, maxMessages: 10, timeoutSeconds: 60 });
    expect(reading).toMatchObject({ read: 0, valid: 0, timedOut: false, messages: [] });
    expect(reading.partitions).toHaveLength(3);
    expect(reading.partitions[0]).toMatchObject({ earliest: '0', latest: '0', lag: 0, share: 0 });
  });

  /** Makes a topic of one partition; the broker compresses what it is sent. */
  async function makeTopic(topic: string, compression = 'producer'): Promise<void> {
    await withAdmin(broker.bootstrapServers, (admin) =>
      admin.createTopics({
        topics: [{ topic, configEntries: [{ name: 'compression.type', value: compression }] }],
      }),
    );
  }

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads what is compressed with %s', async (compression) => {
    const topic = `compressed-${compression}`;
    await makeTopic(topic, compression);
    const producer = plainKafka(broker.bootstrapServers).producer();
    await producer.connect();
    // Some that compress well, and some that do not: more than one block.
    const values = Array.from({ length: 40 }, (_, index) =>
      JSON.stringify({ index, text: index % 2 === 0 ? 'a'.repeat(9000) : randomBytes(6000).toString('hex') }),
    );
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    await producer.disconnect();

    const { messages, timedOut } = await read({ topic, maxMessages: 100, timeoutSeconds: 60 });

    expect(timedOut).toBe(false);
    expect(messages.map(({ value }) => JSON.stringify(value))).toEqual(values);
  });

  test.each([
    ['committed', 2],
    ['aborted', 1],
    ['open', 1],
  ])('ends at once where a transaction is %s at the end of a topic', async (how, expected) => {
    const topic = `transaction-${how}`;
    await makeTopic(topic);
    const producer = plainKafka(broker.bootstrapServers).producer({
      transactionalId: topic,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    const first = await producer.transaction();
    await first.send({ topic, messages: [{ value: '1' }] });
    await first.commit();
    const second = await producer.transaction();
    await second.send({ topic, messages: [{ value: '2' }] });
    if (how === 'committed') await second.commit();
    if (how === 'aborted') await second.abort();

    const all = await read({ topic, maxMessages: 100, timeoutSeconds: 60 });
    const newest = await read({ topic, maxMessages: 1, timeoutSeconds: 60, from: 'newest' });

    for (const reading of [all, newest])
      expect(reading).toMatchObject({ timedOut: false, partitions: [{ lag: 0 }] });
    expect(all.messages.map(({ value }) => value)).toEqual([1, 2].slice(0, expected));
    if (how === 'open') await second.abort();
    await producer.disconnect();
  });

  test('names a topic that does not exist, and does not create it', async () => {
    await expect(read({ topic: 'no-such-topic' })).rejects.toMatchObject({
      code: 'ECOM_TOPIC_MISSING',
      message: expect.stringContaining('no-such-topic'),
    });
    const topics = await withAdmin(broker.bootstrapServers, (admin) => admin.listTopics());
    expect(topics).not.toContain('no-such-topic');
  });

  test('leaves no consumer group behind', async () => {
    await read({ topic: orders.name, maxMessages: 1 });
    expect(await groups()).toEqual([]);
    expect(log.messages('warn')).toEqual([]);
  });

  test('answers before its time is up where Lambda runs it', async () => {
    const environment = {
      ECOM_BOOTSTRAP_BROKERS: broker.bootstrapServers,
      ECOM_KAFKA_AUTH: 'none',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const context = { functionName: 'testConsumer', getRemainingTimeInMillis: () => 9000 } as Context;
    const event = { topic: orders.name, from: 'latest', timeoutSeconds: 120 };
    expect(await testConsumer(pipeline)(event, context)).toMatchObject({
      topic: orders.name,
      read: 0,
      timedOut: true,
    });
  });

  test('leaves none behind either when reading fails', async () => {
    const request = readTestConsumerRequest(
      { topic: orders.name, timeoutSeconds: 30, from: 'latest' },
      pipeline.topics,
    );
    const failing = readTopic(request, settings, pipeline, 30_000, systemClock, new RecordingLog());
    const seen = await waitForGroup(groups);
    await withAdmin(broker.bootstrapServers, (admin) => admin.deleteTopics({ topics: [orders.name] }));
    await failing.catch(() => undefined);
    expect(seen).toHaveLength(1);
    expect(await groups()).toEqual([]);
  });
});

/** The groups, once there is one. */
async function waitForGroup(groups: () => Promise<string[]>): Promise<string[]> {
  for (;;) {
    const found = await groups();
    if (found.length > 0) return found;
    await systemClock.sleep(50);
  }
}
