import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { readTopic } from '../../../../../test/spark/orders-topic.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { createTopics } from '../../../machine/kafka/create-topics.ts';
import { describeWithJava } from '../../requirement.ts';

const { orders, alerts, deadLetters } = pipeline.topics;

function connect(brokers: string): kafkajs.Kafka {
  return new kafkajs.Kafka({
    brokers: [brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50 },
  });
}

async function send(brokers: string, value: string): Promise<void> {
  const producer = connect(brokers).producer();
  await producer.connect();
  await producer.send({ topic: orders.name, acks: -1, messages: [{ key: 'CUST_1', value }] });
  await producer.disconnect();
}

async function readFirst(brokers: string, count: number): Promise<string[]> {
  const consumer = connect(brokers).consumer({ groupId: `test-${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [orders.name], fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(String(message.value));
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

describeWithJava('a local Kafka broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterAll(() => broker?.stop());

  test('has the topics of the definition, with the one replica that it has room for', async () => {
    const admin = connect(broker.bootstrapServers).admin();
    await admin.connect();

    const { topics } = await admin.fetchTopicMetadata({
      topics: [orders.name, alerts.name, deadLetters.name],
    });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: deadLetters.name }],
    });
    await admin.disconnect();

    expect(
      Object.fromEntries(
        topics.map(({ name, partitions }) => [name, [partitions.length, partitions[0]?.replicas.length]]),
      ),
    ).toEqual({ [orders.name]: [3, 1], [alerts.name]: [3, 1], [deadLetters.name]: [1, 1] });
    const config = Object.fromEntries(
      resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]) ?? [],
    );
    expect(config).toMatchObject({
      'retention.ms': '1209600000',
      'min.insync.replicas': '1',
      'message.timestamp.type': 'LogAppendTime',
    });
  });

  test('takes a record of any time, as Kafka 3.9 does; in the topics of the definition its time is the broker’s', async () => {
    const kafka = connect(broker.bootstrapServers);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'of-somebody-else' }] });
    await admin.disconnect();
    const inNanoseconds = { value: 'x', timestamp: '1795772998451000000' };
    const producer = kafka.producer();
    await producer.connect();

    const before = Date.now();
    for (const topic of ['of-somebody-else', deadLetters.name])
      await producer.send({ topic, acks: -1, messages: [inNanoseconds] });
    await producer.disconnect();

    const [theirs] = await readTopic(broker.bootstrapServers, 'of-somebody-else');
    expect(theirs?.timestamp).toBe('1795772998451000000');
    const [ours] = await readTopic(broker.bootstrapServers, deadLetters.name);
    expect(Number(ours?.timestamp)).toBeGreaterThanOrEqual(before - 1000);
    expect(Number(ours?.timestamp)).toBeLessThanOrEqual(Date.now() + 1000);
  });

  test('keeps its topics when they are created again', async () => {
    await expect(createTopics(broker.bootstrapServers, pipeline)).resolves.toBeUndefined();
  });

  test('refuses a topic that nobody created', async () => {
    const producer = connect(broker.bootstrapServers).producer({ retry: { retries: 0 } });
    await producer.connect();

    const sending = producer.send({ topic: 'no-such-topic', messages: [{ value: 'x' }] });

    await expect(sending).rejects.toThrow(/topic/);
    await producer.disconnect();
  });

  test('still has what it acknowledged after it was killed and restarted on the same port', async () => {
    await send(broker.bootstrapServers, 'before');
    const { pid, port } = broker;

    await broker.kill();
    expect(isRunning(pid)).toBe(false);
    await broker.restart();
    await send(broker.bootstrapServers, 'after');

    expect(broker.port).toBe(port);
    expect(broker.pid).not.toBe(pid);
    expect(await readFirst(broker.bootstrapServers, 2)).toEqual(['before', 'after']);
  });

  test.skipIf(process.platform === 'win32')('answers nobody while it is paused', async () => {
    broker.pause();
    const admin = new kafkajs.Kafka({
      brokers: [broker.bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      requestTimeout: 300,
      retry: { retries: 0 },
    }).admin();
    await expect(admin.connect().then(() => admin.listTopics())).rejects.toThrow();
    await admin.disconnect();

    broker.resume();
    await expect(send(broker.bootstrapServers, 'resumed')).resolves.toBeUndefined();
  });
});

describeWithJava('the folder and the process of a broker', () => {
  test('are gone once it has stopped, also when it was paused', async () => {
    const broker = await startBroker();
    broker.pause();

    await broker.stop();

    expect(isRunning(broker.pid)).toBe(false);
    expect(await exists(broker.dir)).toBe(false);
  });

  test('of a given folder outlive it: another broker finds the topics', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'ecom kafka é '));
    try {
      const first = await startBroker({ dir });
      await createTopics(first.bootstrapServers, pipeline);
      await first.stop();
      // Where it was told to keep them, and nowhere else.
      expect(await readdir(path.join(dir, 'data'))).toContain(`${orders.name}-0`);

      const second = await startBroker({ dir });
      const admin = connect(second.bootstrapServers).admin();
      await admin.connect();
      const names = await admin.listTopics();
      await admin.disconnect();
      await second.stop();

      expect(names).toContain(orders.name);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test('are gone when the process that started it was killed', async () => {
    const program = fileURLToPath(new URL('./broker-in-a-process.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: parent.stdout }), 'line');
    const { pid, dir } = JSON.parse(line);
    expect(isRunning(pid)).toBe(true);

    parent.kill('SIGKILL');

    await vi.waitFor(
      async () => {
        expect(isRunning(pid)).toBe(false);
        expect(await exists(dir)).toBe(false);
      },
      { timeout: 60_000, interval: 100 },
    );
  });
});

describe('a broker that cannot start', () => {
  test('names the missing Java, whatever else is wrong', async () => {
    vi.stubEnv('JAVA_HOME', path.join(os.tmpdir(), 'no-java-here'));
    try {
      await expect(startBroker()).rejects.toMatchObject({ code: 'ECOM_JAVA_MISSING' });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describeWithJava('a broker whose settings are wrong', () => {
  test('says what Kafka said', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'ecom-kafka-'));
    try {
      const starting = startBroker({ dir, extraProperties: { 'num.io.threads': 'many' } });

      await expect(starting).rejects.toMatchObject({
        code: 'ECOM_BROKER_START',
        message: expect.stringContaining('num.io.threads'),
      });
      expect(await readFile(path.join(dir, 'broker.log'), 'utf8')).toContain('num.io.threads');
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
