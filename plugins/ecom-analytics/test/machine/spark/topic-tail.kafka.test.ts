import { afterAll, beforeAll, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { createKafkaClient } from '../../../functions/kafka/client.ts';
import { silentLog } from '../../../functions/log.ts';
import { type Broker, startBroker } from '../../../machine/kafka/broker.ts';
import { createTopics } from '../../../machine/kafka/create-topics.ts';
import { TopicTail } from '../../../machine/spark/topic-tail.ts';
import { describeWithJava } from '../../requirement.ts';

const { alerts, deadLetters, orders } = pipeline.topics;

describeWithJava('reading a topic to its end', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterAll(() => broker?.stop());

  const client = () =>
    createKafkaClient({ brokers: [broker.bootstrapServers], auth: 'none', region: null }, 'test', silentLog);

  async function send(topic: string, values: readonly string[]): Promise<void> {
    const producer = client().kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
    await producer.disconnect();
  }

  test('hands over what was there before and what comes while it reads, each once', async () => {
    await send(alerts.name, ['a', 'b', 'c', 'd']);
    const seen: string[] = [];
    const tail = new TopicTail(client().kafka, alerts.name, async (records) => {
      seen.push(...records.map(({ message }) => String(message.value)));
    });

    await tail.start();
    await tail.reachEnd();
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd']);

    await send(alerts.name, ['e']);
    await tail.reachEnd();
    await tail.stop();
    expect(seen.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('is at the end of an empty topic at once', async () => {
    const tail = new TopicTail(client().kafka, deadLetters.name, async () => undefined);

    await tail.start();

    await expect(tail.reachEnd()).resolves.toBeUndefined();
    await tail.stop();
  });

  test('fails with what the reader of the records failed with, and reads no further', async () => {
    await send(orders.name, ['a', 'b', 'c', 'd', 'e', 'f']);
    let calls = 0;
    const tail = new TopicTail(client().kafka, orders.name, async () => {
      calls++;
      throw new Error('the disk is full');
    });

    await tail.start();

    await expect(tail.reachEnd()).rejects.toThrow('the disk is full');
    await expect(tail.failed).rejects.toThrow('the disk is full');
    await tail.stop();
    expect(calls).toBe(1);
  });
});
