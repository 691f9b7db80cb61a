import { describe, expect, test } from 'vitest';
import { PartitionProducer } from '../../../functions/kafka/partition-producer.ts';
import { ScriptedCluster } from './scripted-cluster.ts';

const topic = 'orders';
const records = (...values: readonly string[]) =>
  values.map((value, partition) => ({ partition, key: `key-${partition}`, value }));

async function connected(cluster: ScriptedCluster): Promise<PartitionProducer> {
  const producer = new PartitionProducer(cluster.kafka);
  await producer.connect();
  // So that it knows its brokers.
  await producer.delivery([{ topic, messages: records('first') }]).send();
  return producer;
}

/** What KafkaJS does by itself, so that it is seen when it no longer does. */
async function bareKafkaJs(cluster: ScriptedCluster) {
  const producer = cluster.kafka.producer({ idempotent: true });
  await producer.connect();
  return producer;
}

describe('while a leader moves to a broker that answers in the same send', () => {
  test('KafkaJS acknowledges records that are nowhere', async () => {
    const cluster = new ScriptedCluster([1, 2]);
    const producer = await bareKafkaJs(cluster);
    cluster.leaders[1] = 1;
    cluster.delayMs.set(2, 20);
    await producer.send({ topic, messages: records('a', 'b') });
    expect(cluster.log).toEqual([['a'], []]);
  });

  test('a partition at a time nothing is lost', async () => {
    const cluster = new ScriptedCluster([1, 2]);
    const producer = await connected(cluster);
    cluster.leaders[1] = 1;
    cluster.delayMs.set(2, 20);
    await producer.delivery([{ topic, messages: records('a', 'b') }]).send();
    expect(cluster.refusals).toBe(1);
    expect(cluster.log).toEqual([['first', 'a'], ['b']]);
  });
});

describe('while a leader moves from a broker that is faster than another in the same send', () => {
  test('KafkaJS writes the records of the slow one twice', async () => {
    const cluster = new ScriptedCluster([1, 2, 3]);
    const producer = await bareKafkaJs(cluster);
    cluster.leaders[1] = 3;
    cluster.delayMs.set(1, 60);
    await producer.send({ topic, messages: records('a', 'b', 'c') });
    expect(cluster.log[0]).toEqual(['a', 'a']);
  });

  test('a partition at a time nothing is doubled', async () => {
    const cluster = new ScriptedCluster([1, 2, 3]);
    const producer = await connected(cluster);
    cluster.leaders[1] = 3;
    cluster.delayMs.set(1, 60);
    await producer.delivery([{ topic, messages: records('a', 'b', 'c') }]).send();
    expect(cluster.log).toEqual([['first', 'a'], ['b'], ['c']]);
  });
});

test('KafkaJS is asked for an idempotent producer, which makes no topics', () => {
  const { kafka } = new ScriptedCluster([1]);
  const asked: unknown[] = [];
  new PartitionProducer({
    producer: (config) => {
      asked.push(config);
      return kafka.producer(config);
    },
  });
  expect(asked).toMatchObject([{ idempotent: true, allowAutoTopicCreation: false }]);
});

test('of no records nothing is sent, not even to a topic that is not known yet', async () => {
  const cluster = new ScriptedCluster([1]);
  const producer = new PartitionProducer(cluster.kafka);
  await producer.connect();
  await producer.delivery([{ topic: 'never-used', messages: [] }]).send();
  expect(cluster.log).toEqual([[]]);
});

test('what was given up is sent again, and what was acknowledged is not', async () => {
  const cluster = new ScriptedCluster([1, 2]);
  const producer = await connected(cluster);
  const delivery = producer.delivery([{ topic, messages: records('a', 'b') }]);
  cluster.leaderless.add(1);
  await expect(delivery.send()).rejects.toThrow();
  cluster.leaderless.clear();
  await delivery.send();
  expect(cluster.log).toEqual([['first', 'a'], ['b']]);
});

test('records of a customer share a partition, in their order, over sends and producers', async () => {
  const cluster = new ScriptedCluster([1, 2, 1]);
  const customers = ['CUST_1', 'CUST_2', 'CUST_3', 'CUST_4', 'CUST_5'];
  for (let round = 0; round < 3; round++) {
    const producer = new PartitionProducer(cluster.kafka);
    await producer.connect();
    const messages = customers.map((key) => ({ key, value: `${key} ${round}` }));
    await producer
      .delivery([
        { topic, messages },
        { topic, messages: [] },
      ])
      .send();
  }
  for (const customer of customers) {
    const where = cluster.log.filter((values) => values.some((value) => value.startsWith(customer)));
    expect(where).toHaveLength(1);
    expect(where[0]?.filter((value) => value.startsWith(customer))).toEqual(
      [0, 1, 2].map((round) => `${customer} ${round}`),
    );
  }
});
