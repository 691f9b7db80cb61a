import { describe, expect, it } from 'vitest';
import { defaultTopics } from '../../core/topic.ts';
import { MemoryTopic } from '../../engine/memory-topic.ts';
import { partitionOf } from '../../engine/partition.ts';
import { VirtualClock } from '../functions/virtual-clock.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');
const value = Buffer.from('{}');

function topicOf(capacity: number) {
  const clock = new VirtualClock(startMs);
  return { clock, topic: new MemoryTopic(defaultTopics.orders, capacity, clock) };
}

/** Whether it has settled once everything else had its turn. */
async function isSettled(work: Promise<unknown>): Promise<boolean> {
  const turns = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('waits'))));
  return (await Promise.race([work.then(() => 'done'), turns])) === 'done';
}

describe('a topic in memory', () => {
  it('numbers the records of each partition from 0, and hands them out in the order of appending', () => {
    const { clock, topic } = topicOf(100);
    const keys = ['CUST_1', 'CUST_2', 'CUST_1', 'CUST_3', 'CUST_2', 'CUST_1', 'CUST_4'];
    for (const key of keys) {
      topic.append(key, value, null);
      clock.skip(1);
    }
    const next = new Map<number, number>();
    const expected = keys.map((key, index) => {
      const partition = partitionOf(key, defaultTopics.orders.partitions);
      const offset = next.get(partition) ?? 0;
      next.set(partition, offset + 1);
      return { partition, offset, timestampMs: startMs + index, key, value, header: null };
    });
    expect(next.size).toBeGreaterThan(1);
    expect(topic.takeNow(100)).toEqual(expected);
  });

  it('puts a record without a key into the first partition, where its offset follows the others', () => {
    const { topic } = topicOf(100);
    const tick = { key: 'ecom-tick', value: '2026-11-23T12:00:00Z' };
    topic.append(null, null, tick);
    topic.append(null, null, tick);
    expect(topic.takeNow(100)).toMatchObject([
      { partition: 0, offset: 0, header: tick },
      { partition: 0, offset: 1, header: tick },
    ]);
  });

  it('hands out each record once, and no more than are asked for', () => {
    const { topic } = topicOf(100);
    for (const key of ['a', 'b', 'c']) topic.append(key, value, null);
    expect(topic.takeNow(2).map(({ key }) => key)).toEqual(['a', 'b']);
    expect(topic.takeNow(2).map(({ key }) => key)).toEqual(['c']);
    expect(topic.takeNow(2)).toEqual([]);
  });

  it('tells how many records of each partition wait to be taken', () => {
    const { topic } = topicOf(100);
    const places = [0, 1, 2, 0].map((partition) => {
      for (let number = 0; ; number++)
        if (partitionOf(`CUST_${number}`, defaultTopics.orders.partitions) === partition)
          return `CUST_${number}`;
    });
    expect(topic.waiting()).toEqual({ 0: 0, 1: 0, 2: 0 });
    for (const key of places) topic.append(key, value, null);
    expect(topic.waiting()).toEqual({ 0: 2, 1: 1, 2: 1 });
    topic.takeNow(2);
    expect(topic.waiting()).toEqual({ 0: 1, 1: 0, 2: 1 });
  });

  it('has its reader wait until there are as many records as it wants', async () => {
    const { topic } = topicOf(100);
    const taken = topic.take(2, 10);
    topic.append('a', value, null);
    expect(await isSettled(taken)).toBe(false);
    topic.append('b', value, null);
    expect((await taken).map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('hands out the rest once it has ended, however few there are', async () => {
    const { topic } = topicOf(100);
    topic.append('a', value, null);
    const taken = topic.take(2, 10);
    expect(await isSettled(taken)).toBe(false);
    topic.end();
    expect(topic.ended).toBe(false);
    expect((await taken).map(({ key }) => key)).toEqual(['a']);
    expect(topic.ended).toBe(true);
    expect(await topic.take(2, 10)).toEqual([]);
  });

  it('has its writer wait while it is full', async () => {
    const { topic } = topicOf(2);
    topic.append('a', value, null);
    expect(topic.isFull).toBe(false);
    await topic.room();
    topic.append('b', value, null);
    expect(topic.isFull).toBe(true);
    const room = topic.room();
    expect(await isSettled(room)).toBe(false);
    // Nothing is taken, so there is no room yet.
    topic.takeNow(0);
    expect(await isSettled(room)).toBe(false);
    topic.takeNow(1);
    await room;
    expect(topic.isFull).toBe(false);
  });

  it('tells a writer who waits, and one who asks later, why nobody reads any more', async () => {
    const { topic } = topicOf(1);
    topic.append('a', value, null);
    const room = topic.room();
    const reason = new Error('the disk is full');
    topic.fail(reason);
    await expect(room).rejects.toBe(reason);
    topic.takeNow(1);
    expect(topic.isFull).toBe(true);
    await expect(topic.room()).rejects.toBe(reason);
  });
});
