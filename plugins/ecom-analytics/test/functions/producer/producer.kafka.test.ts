import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { is } from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { AlertSchema } from '../../../core/alert.ts';
import { labelHeader } from '../../../core/generator/label.ts';
import { generateOrders } from '../../../core/generator/order-generator.ts';
import { OrderReader } from '../../../core/order.ts';
import { parseTick, tickHeader } from '../../../core/tick.ts';
import { type Clock, systemClock } from '../../../functions/clock.ts';
import type { KafkaSettings } from '../../../functions/kafka/kafka-settings.ts';
import { KafkaSink } from '../../../functions/producer/kafka-sink.ts';
import { runProducer } from '../../../functions/producer/run-producer.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { createTopics } from '../../../machine/kafka/create-topics.ts';
import { kit } from '../../core/kit.ts';
import { describeWithJava } from '../../requirement.ts';
import { topicContent, withAdmin } from '../kafka/topic-content.ts';
import { RecordingLog } from '../recording-log.ts';

const { orders: ordersTopic, alerts: alertsTopic } = pipeline.topics;
const forEver = Number.POSITIVE_INFINITY;

describeWithJava('the producer on a real broker', () => {
  let broker: Broker;
  let settings: KafkaSettings;
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => {
    warnings.push(`${warning.name}: ${warning.message}`);
  };
  const open: KafkaSink[] = [];

  function newSink(log = new RecordingLog()): KafkaSink {
    const sink = new KafkaSink(settings, pipeline.topics, systemClock, log);
    open.push(sink);
    return sink;
  }

  function run(
    sink: KafkaSink,
    request: Partial<Parameters<typeof runProducer>[0]> = {},
    deadlineMs = forEver,
  ) {
    return runProducer(
      { durationSeconds: 2, ordersPerMinute: 6000, seed: 7, fraudRate: 0.2, ...request },
      { sink, clock: systemClock, log: new RecordingLog(), definition: kit, deadlineMs },
    );
  }

  beforeAll(async () => {
    process.on('warning', onWarning);
    broker = await startBroker();
    settings = { brokers: [broker.bootstrapServers], auth: 'none', region: null };
  });

  afterAll(async () => {
    process.off('warning', onWarning);
    await Promise.all(open.map((sink) => sink.close()));
    await broker?.stop();
  });

  beforeEach(async () => {
    await withAdmin(broker.bootstrapServers, async (admin) => {
      const topics = await admin.listTopics();
      const ours = [ordersTopic.name, alertsTopic.name].filter((topic) => topics.includes(topic));
      if (ours.length > 0) await admin.deleteTopics({ topics: ours });
    });
    await createTopics(broker.bootstrapServers, pipeline);
  });

  test('every order, alert and label arrives, keyed and whole', async () => {
    const result = await run(newSink());
    const orders = await topicContent(broker.bootstrapServers, ordersTopic.name);
    const alerts = await topicContent(broker.bootstrapServers, alertsTopic.name);

    const records = [...orders.values()].flat();
    const parsed = records.map(({ value, timestamp }) =>
      new OrderReader(pipeline).parse(value, Number(timestamp)),
    );
    const sent = parsed.flatMap((order) => (typeof order === 'string' ? [] : [order.order]));
    expect(result).toMatchObject({ sent: 200, failed: 0, stoppedEarly: false, failure: null });
    expect(sent).toHaveLength(200);
    expect(records.map(({ key }) => String(key))).toEqual(sent.map(({ customer_id }) => customer_id));
    expect(records.filter(({ headers }) => headers?.[labelHeader]).length).toBeGreaterThan(10);
    for (const { headers } of records) {
      const label = headers?.[labelHeader];
      if (label !== undefined) expect(JSON.parse(String(label)).intent).toMatch(/^(fraud|near-miss)$/);
    }

    const partitionOf = new Map<string, Set<number>>();
    for (const [partition, messages] of orders) {
      for (const { key } of messages) {
        partitionOf.set(String(key), (partitionOf.get(String(key)) ?? new Set()).add(partition));
      }
    }
    expect([...partitionOf.values()].filter((partitions) => partitions.size > 1)).toEqual([]);

    const high = sent.filter(({ total_amount }) => total_amount > 1000);
    const alertRecords = [...alerts.values()].flat();
    const found = alertRecords.map(({ value }): unknown => JSON.parse(String(value)));
    expect(found.every((alert) => is(AlertSchema, alert))).toBe(true);
    expect(alertRecords.map(({ key }) => String(key)).sort()).toEqual(
      high.map(({ order_id }) => order_id).sort(),
    );
    expect(result.alertsSent).toBe(high.length);
    expect(high.length).toBeGreaterThan(0);
  });

  test.each([3_600_000, -3_600_000])(
    'a clock that is set by %i ms leaves it the time that it has',
    async (ms) => {
      let setMs = 0;
      const clock: Clock = { ...systemClock, now: () => Date.now() + setMs };
      const sink = new KafkaSink(settings, pipeline.topics, clock, new RecordingLog());
      open.push(sink);
      const deadlineMs = Date.now() + 20_000;
      const running = runProducer(
        { durationSeconds: 2, ordersPerMinute: 600, seed: 7, fraudRate: 0 },
        { sink, clock, log: new RecordingLog(), definition: kit, deadlineMs },
      );
      await systemClock.sleep(1000);
      setMs = ms;
      expect(await running).toMatchObject({ sent: 20, failed: 0, failure: null });
    },
  );

  test('sends the orders of its seed', async () => {
    const { seed } = await run(newSink(), { seed: 99 });
    const content = await topicContent(broker.bootstrapServers, ordersTopic.name);
    const generator = generateOrders({
      seed,
      ordersPerMinute: 6000,
      fraudRate: 0.2,
      startMs: 0,
      definition: kit,
    });
    const expected = Array.from({ length: 200 }, () => generator.next().value.order.order_id);
    const found = [...content.values()]
      .flat()
      .map(({ value }) => JSON.parse(String(value)).order_id as string);
    expect(found.sort()).toEqual(expected.sort());
  });

  test('sends ticks that are neither orders nor ahead of them', async () => {
    // Eight times as fast as the one on the wall, and so far behind it that no record ends up in the future.
    const startMs = Date.now();
    const fast: Clock = {
      now: () => startMs - 60_000 + (Date.now() - startMs) * 8,
      elapsed: () => performance.now() * 8,
      sleep: (ms, signal) => systemClock.sleep(ms / 8, signal),
    };
    const { ticksSent } = await runProducer(
      { durationSeconds: 12, ordersPerMinute: 60, seed: 7, fraudRate: 0.2 },
      { sink: newSink(), clock: fast, log: new RecordingLog(), definition: kit, deadlineMs: forEver },
    );
    const content = await topicContent(broker.bootstrapServers, ordersTopic.name);
    const records = [...content.values()].flat();
    const ticks = records.filter(({ value }) => value === null);
    expect(ticksSent).toBe(1);
    expect(ticks).toHaveLength(1);
    const [tick] = ticks;
    const recordMs = Number(tick?.timestamp);
    const tickMs = parseTick(String(tick?.headers?.[tickHeader]), recordMs, pipeline.windows);
    expect(tickMs).toBeLessThanOrEqual(recordMs);
    const later = records.filter(({ timestamp, value }) => value !== null && Number(timestamp) > recordMs);
    const times = later.map(({ value }) => Date.parse(JSON.parse(String(value)).timestamp));
    expect(times.every((time) => time > tickMs)).toBe(true);
  });

  test('keeps its connection from one run to the next', async () => {
    const sink = newSink();
    await run(sink, { durationSeconds: 1 });
    let sockets = 0;
    const count = (): void => {
      sockets++;
    };
    subscribe('net.client.socket', count);
    const second = await run(sink, { durationSeconds: 1 });
    unsubscribe('net.client.socket', count);
    expect(second.sent).toBe(100);
    expect(sockets).toBe(0);
  });

  test('loses and doubles nothing when the broker dies under it and comes back', async () => {
    const log = new RecordingLog();
    const sink = newSink(log);
    const running = run(sink, { durationSeconds: 5, ordersPerMinute: 12_000 }, Date.now() + 60_000);
    await systemClock.sleep(1000);
    await broker.kill();
    await systemClock.sleep(200);
    await broker.restart();
    const result = await running;
    const content = await topicContent(broker.bootstrapServers, ordersTopic.name);
    const ids = [...content.values()]
      .flat()
      .flatMap(({ value }) => (value === null ? [] : [JSON.parse(String(value)).order_id as string]));
    expect(result.failed).toBe(0);
    expect(ids).toHaveLength(result.sent);
    expect(new Set(ids).size).toBe(result.sent);
    expect(result.sent).toBeGreaterThan(150);
  });

  test('answers before its deadline when the broker has stopped answering, and leaves nothing going on', async () => {
    const sink = newSink();
    await run(sink, { durationSeconds: 1 });
    broker.pause();
    const deadlineMs = Date.now() + 2500;
    try {
      await expect(run(sink, { durationSeconds: 60 }, deadlineMs)).rejects.toMatchObject({
        code: 'ECOM_KAFKA_UNREACHABLE',
      });
      // Long before the 60 s that KafkaJS would wait for its answer.
      expect(Date.now()).toBeLessThan(deadlineMs + 20_000);
    } finally {
      broker.resume();
    }
    await systemClock.sleep(2500);
    const before = await withAdmin(broker.bootstrapServers, (admin) =>
      admin.fetchTopicOffsets(ordersTopic.name),
    );
    const again = await run(sink, { durationSeconds: 1 });
    const after = await withAdmin(broker.bootstrapServers, (admin) =>
      admin.fetchTopicOffsets(ordersTopic.name),
    );
    const total = (offsets: readonly { high: string }[]): number =>
      offsets.reduce((sum, { high }) => sum + Number(high), 0);
    expect(again).toMatchObject({ sent: 100, failed: 0 });
    expect(total(after) - total(before)).toBe(100);
  });

  test('names a missing topic', async () => {
    await withAdmin(broker.bootstrapServers, (admin) => admin.deleteTopics({ topics: [ordersTopic.name] }));
    await expect(run(newSink(), { durationSeconds: 30 })).rejects.toMatchObject({
      code: 'ECOM_TOPIC_MISSING',
      message: expect.stringContaining(ordersTopic.name),
    });
    const topics = await withAdmin(broker.bootstrapServers, (admin) => admin.listTopics());
    expect(topics).not.toContain(ordersTopic.name);
  });

  test('says that nobody listens where it was told to find Kafka', async () => {
    const sink = new KafkaSink(
      { brokers: ['127.0.0.1:1'], auth: 'none', region: null },
      pipeline.topics,
      systemClock,
      new RecordingLog(),
    );
    await expect(run(sink)).rejects.toMatchObject({
      code: 'ECOM_KAFKA_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });

  test('raises no warning of Node', () => {
    expect(warnings).toEqual([]);
  });
});

describe('without a broker', () => {
  test('the deadline holds also while connecting', async () => {
    const { createServer } = await import('node:net');
    // Takes connections and never says a word.
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const sink = new KafkaSink(
      { brokers: [`127.0.0.1:${port}`], auth: 'none', region: null },
      pipeline.topics,
      systemClock,
      new RecordingLog(),
    );
    await expect(sink.open(Date.now() + 500)).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
    server.close();
  });
});
