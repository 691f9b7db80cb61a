import type { KafkaMessage } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import type { CheckedMessage } from '../../../functions/test-consumer/check-message.ts';
import { NewestMessages } from '../../../functions/test-consumer/newest-messages.ts';
import { readTestConsumerRequest } from '../../../functions/test-consumer/request.ts';
import { Reading } from '../../../functions/test-consumer/topic-reading.ts';

const startMs = Date.parse('2026-11-23T10:00:00Z');

function message(offset: number, atMs: number, value = '{}'): KafkaMessage {
  return {
    key: null,
    value: Buffer.from(value),
    timestamp: String(startMs + atMs),
    attributes: 0,
    offset: String(offset),
    headers: {},
  };
}

const batch = (
  partition: number,
  messages: readonly KafkaMessage[],
  lastOffset = messages.at(-1)?.offset,
) => ({
  partition,
  messages: [...messages],
  lastOffset: () => lastOffset ?? '-1',
});

function readingOf(maxMessages: number, ends: readonly number[], from = 'newest'): Reading {
  const request = readTestConsumerRequest({ topic: 'other', maxMessages, from }, pipeline.topics);
  const offsets = ends.map((end, partition) => ({ partition, earliest: 0n, latest: BigInt(end) }));
  return new Reading(request, pipeline, offsets, new Map(ends.map((_, partition) => [partition, 0n])));
}

const placesOf = ({ messages }: Reading): string[] =>
  messages.map(({ partition, offset }) => `${partition}:${offset}`);

describe('reading the newest', () => {
  test('goes on to the end of every partition, and keeps the newest by their time, oldest first', () => {
    const reading = readingOf(3, [3, 2]);
    // The second partition comes first, and has the newest and an old one.
    reading.take(batch(1, [message(0, 10), message(1, 50)]));
    expect(reading.done).toBe(false);
    reading.take(batch(0, [message(0, 20), message(1, 30), message(2, 40)]));
    expect(reading.done).toBe(true);
    expect(placesOf(reading)).toEqual(['0:1', '0:2', '1:1']);
    expect(reading.truncated).toBe(false);
  });

  test('tells records of one moment by their place', () => {
    const reading = readingOf(2, [11, 1]);
    const messages = Array.from({ length: 11 }, (_, offset) => message(offset, 0));
    reading.take(batch(0, messages));
    reading.take(batch(1, [message(0, 0)]));
    expect(placesOf(reading)).toEqual(['0:10', '1:0']);
  });

  test('sorts records of one moment by their partition, whichever comes first', () => {
    const reading = readingOf(3, [1, 1, 1]);
    for (const partition of [1, 2, 0]) reading.take(batch(partition, [message(0, 0)]));
    expect(placesOf(reading)).toEqual(['0:0', '1:0', '2:0']);
  });

  test('lets the oldest go where the answer would become too large, and says so', () => {
    const reading = readingOf(10, [3]);
    const large = JSON.stringify('x'.repeat(1_900_000));
    reading.take(
      batch(
        0,
        [0, 1, 2].map((offset) => message(offset, offset, large)),
      ),
    );
    expect(placesOf(reading)).toEqual(['0:1', '0:2']);
    expect(reading).toMatchObject({ truncated: true, done: true });
  });
});

describe('one message that is larger than an answer', () => {
  const tooLarge = JSON.stringify('x'.repeat(4_100_000));

  test.each(['newest', 'earliest'])('is answered all the same, of the %s', (from) => {
    const reading = readingOf(10, [1], from);
    reading.take(batch(0, [message(0, 0, tooLarge)]));
    expect(placesOf(reading)).toEqual(['0:0']);
    expect(reading).toMatchObject({ truncated: false, done: true });
  });

  test('takes the place of older ones', () => {
    const reading = readingOf(10, [2]);
    reading.take(batch(0, [message(0, 0), message(1, 1, tooLarge)]));
    expect(placesOf(reading)).toEqual(['0:1']);
    expect(reading.truncated).toBe(true);
  });
});

describe('reading from the earliest', () => {
  test('passes over the end of a transaction, after the last record and alone', () => {
    const reading = readingOf(10, [3, 5], 'earliest');
    reading.take(batch(0, [message(0, 0), message(1, 0)], '2'));
    expect(reading.done).toBe(false);
    reading.pass(1, '4');
    expect(reading.done).toBe(true);
    expect([...reading.progress.values()]).toMatchObject([
      { next: 3n, read: 2 },
      { next: 5n, read: 0 },
    ]);
  });

  test('goes back to nothing that it has read', () => {
    const reading = readingOf(10, [3], 'earliest');
    reading.take(batch(0, [message(0, 0), message(1, 0)]));
    reading.pass(0, '0');
    expect(reading.progress.get(0)).toMatchObject({ next: 2n });
  });

  test('is done as soon as there are enough', () => {
    const reading = readingOf(2, [3], 'earliest');
    reading.take(
      batch(
        0,
        [0, 1, 2].map((offset) => message(offset, offset)),
      ),
    );
    expect(placesOf(reading)).toEqual(['0:0', '0:1']);
    expect(reading.progress.get(0)).toMatchObject({ next: 2n, read: 2 });
    expect(reading.done).toBe(true);
  });

  test('ends before the message that would make the answer too large', () => {
    const reading = readingOf(10, [3], 'earliest');
    const large = JSON.stringify('x'.repeat(1_900_000));
    reading.take(
      batch(
        0,
        [0, 1, 2].map((offset) => message(offset, offset, large)),
      ),
    );
    expect(placesOf(reading)).toEqual(['0:0', '0:1']);
    expect(reading).toMatchObject({ truncated: true, done: true });
    expect(reading.progress.get(0)).toMatchObject({ next: 2n, read: 2 });
  });
});

describe('reading from a place', () => {
  const offsets = [0, 1].map((partition) => ({ partition, earliest: 0n, latest: 4n }));
  const from = (event: object, starts: ReadonlyMap<number, bigint> = new Map([[0, 2n]])): Reading =>
    new Reading(
      readTestConsumerRequest({ topic: 'other', maxMessages: 10, ...event }, pipeline.topics),
      pipeline,
      offsets,
      starts,
    );
  const four = (value?: string) => [0, 1, 2, 3].map((offset) => message(offset, offset, value));

  test('begins there, though a batch begins before it, and at the end of a partition that has no such place', () => {
    const reading = from({ from: '2026-11-23T10:00:00Z' });
    expect([...reading.progress.values()]).toEqual([
      { start: 2n, next: 2n, read: 0 },
      { start: 4n, next: 4n, read: 0 },
    ]);
    reading.take(batch(0, four()));
    expect(placesOf(reading)).toEqual(['0:2', '0:3']);
    expect(reading.progress.get(0)).toEqual({ start: 2n, next: 4n, read: 2 });
    expect(reading.done).toBe(true);
  });

  test('answers what the filter lets through, and counts all that was read', () => {
    const reading = from({ filter: { region: 'EU-West' } }, new Map([[0, 0n]]));
    reading.take(
      batch(0, [
        message(0, 0, '{"region":"EU-West"}'),
        message(1, 0, '{"region":"US-East"}'),
        message(2, 0, 'text'),
        message(3, 0, '{"region":"EU-West"}'),
      ]),
    );
    expect(placesOf(reading)).toEqual(['0:0', '0:3']);
    expect(reading.progress.get(0)).toMatchObject({ next: 4n, read: 4 });
  });

  test('waits, from the latest, for as many as are asked for', () => {
    const reading = from(
      { from: 'latest', maxMessages: 2 },
      new Map([
        [0, 4n],
        [1, 4n],
      ]),
    );
    expect(reading.done).toBe(false);
    reading.take(batch(0, [message(4, 0)]));
    expect(reading.done).toBe(false);
    reading.take(batch(1, [message(4, 0)]));
    expect(reading.done).toBe(true);
    expect(placesOf(reading)).toEqual(['0:4', '1:4']);
  });

  test('passes over a partition that came while it was read', () => {
    const reading = from(
      {},
      new Map([
        [0, 4n],
        [1, 4n],
      ]),
    );
    reading.take(batch(2, four()));
    reading.pass(2, '9');
    expect(reading.progress.has(2)).toBe(false);
    expect(placesOf(reading)).toEqual([]);
    expect(reading.done).toBe(true);
  });
});

describe('the newest messages', () => {
  const checked = (offset: string): CheckedMessage => ({
    partition: 0,
    offset,
    timestamp: '2026-11-23T10:00:00.000Z',
    key: null,
    kind: 'other',
    valid: true,
    value: null,
  });

  test('of one moment and partition stand in the order of their offsets, whichever comes first', () => {
    const newest = new NewestMessages(3, 100);
    for (const offset of ['10', '9', '11', '100']) newest.add(checked(offset), 1);
    expect(newest.messages.map(({ offset }) => offset)).toEqual(['10', '11', '100']);
    expect(newest.truncated).toBe(false);
  });

  test('may be as large as the answer, and no larger', () => {
    const newest = new NewestMessages(3, 10);
    for (const offset of ['1', '2']) newest.add(checked(offset), 5);
    expect(newest.truncated).toBe(false);
    newest.add(checked('3'), 1);
    expect(newest.messages.map(({ offset }) => offset)).toEqual(['2', '3']);
    expect(newest.truncated).toBe(true);
  });
});
