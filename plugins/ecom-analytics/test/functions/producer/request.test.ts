import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProducerRequest, seedOf } from '../../../functions/producer/request.ts';

const events = path.resolve(import.meta.dirname, '../../../../../functions/events/producer');

describe('the event of the producer', () => {
  test('has defaults for every key', () => {
    const defaults = { durationSeconds: 60, ordersPerMinute: 1000, seed: 42, fraudRate: 0.02 };
    expect(readProducerRequest({}, 42)).toEqual(defaults);
    expect(readProducerRequest(undefined, 42)).toEqual(defaults);
    expect(readProducerRequest(null, 42)).toEqual(defaults);
  });

  test('takes what is given, from one limit to the other', () => {
    const least = { durationSeconds: 1, ordersPerMinute: 1, seed: 0, fraudRate: 0 };
    expect(readProducerRequest(least, 42)).toEqual(least);
    const event = { durationSeconds: 86_400, ordersPerMinute: 1_000_000, seed: 2 ** 32 - 1, fraudRate: 1 };
    expect(readProducerRequest(event, 42)).toEqual(event);
  });

  test.each([
    [{ durationSeconds: 0 }, 'durationSeconds must be a number of seconds from 1 to 86400'],
    [{ durationSeconds: 86_401 }, 'durationSeconds must be'],
    [{ durationSeconds: '60' }, 'durationSeconds must be'],
    [{ durationSeconds: Number.NaN }, 'durationSeconds must be'],
    [{ ordersPerMinute: 0 }, 'ordersPerMinute must be a number from 1 to 1000000'],
    [{ ordersPerMinute: Number.POSITIVE_INFINITY }, 'ordersPerMinute must be'],
    [{ seed: 1.5 }, 'seed must be a whole number from 0 to 4294967295'],
    [{ seed: -1 }, 'seed must be'],
    [{ fraudRate: 1.01 }, 'fraudRate must be a number from 0 to 1'],
    [{ fraudRate: null }, 'fraudRate must be'],
    [{ rate: 5 }, 'rate is unknown'],
    ['60', 'The event must be a JSON object'],
  ])('refuses %j', (event, message) => {
    expect(() => readProducerRequest(event, 42)).toThrow(message);
    expect(() => readProducerRequest(event, 42)).toThrow(
      expect.objectContaining({ code: 'ECOM_PRODUCER_EVENT' }),
    );
  });

  test.each(readdirSync(events))('the sample event %s is one', (file) => {
    const event: unknown = JSON.parse(readFileSync(path.join(events, file), 'utf8'));
    expect(readProducerRequest(event, 42).ordersPerMinute).toBeGreaterThan(0);
  });
});

test('a seed made from the time is one that can be asked for', () => {
  const seed = seedOf(Date.parse('2026-11-23T12:00:00Z'));
  expect(readProducerRequest({ seed }, 0).seed).toBe(seed);
  expect([2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5].map(seedOf)).toEqual([2 ** 32 - 1, 0, 5]);
});
