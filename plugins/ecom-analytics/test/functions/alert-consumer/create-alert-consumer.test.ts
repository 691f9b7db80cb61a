import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import * as v from 'valibot';
import { describe, expect, test, vi } from 'vitest';
import type { Alert } from '../../../core/alert.ts';
import { MemoryPersistence } from '../../../engine/memory-persistence.ts';
import {
  type AlertDeadLetter,
  AlertDeadLetterSchema,
  deadLetterKey,
} from '../../../functions/alert-consumer/alert-dead-letter.ts';
import {
  type AlertConsumer,
  type AlertConsumerParts,
  createAlertConsumer,
} from '../../../functions/alert-consumer/create-alert-consumer.ts';
import type { KafkaEvent } from '../../../functions/alert-consumer/read-alert.ts';
import { RecordingLog } from '../recording-log.ts';
import { alertOf, base64, eventOf, recordOf } from './alert-events.ts';

const context = { getRemainingTimeInMillis: () => 60_000 };
const nowMs = Date.parse('2026-11-23T22:42:39.100Z');

function setUp(changes: Partial<AlertConsumerParts> = {}) {
  const notified: Alert[] = [];
  const letters: AlertDeadLetter[] = [];
  const metrics = new Map<string, number[]>();
  let published = 0;
  const log = new RecordingLog();
  const consume: AlertConsumer = createAlertConsumer({
    persistence: new MemoryPersistence(10_000),
    notify: async (alert) => {
      notified.push(alert);
    },
    deadLetter: async (letter) => {
      letters.push(letter);
    },
    metrics: {
      addMetric: (name, _unit, value) => metrics.set(name, [...(metrics.get(name) ?? []), value]),
      publishStoredMetrics: () => published++,
    },
    logger: log,
    notifyFrom: 'high',
    rememberedForSeconds: 60,
    clock: () => nowMs,
    ...changes,
  });
  return { consume, notified, letters, metrics, log, publishedTimes: () => published };
}

/** Keeps every mark that is set before an alert is acted on. */
class RecordingPersistence extends MemoryPersistence {
  readonly marks: IdempotencyRecord[] = [];

  protected override async _putRecord(mark: IdempotencyRecord): Promise<void> {
    this.marks.push(mark);
    await super._putRecord(mark);
  }
}

describe('the mark of an alert that is acted on', () => {
  /** The marks of one alert, and when at the earliest and at the latest it was acted on. */
  async function marksOf(remainingMs: number) {
    const persistence = new RecordingPersistence(10);
    const { consume } = setUp({ persistence, rememberedForSeconds: 864_000 });
    const earliestMs = Date.now();
    await consume(eventOf(alertOf('a')), { getRemainingTimeInMillis: () => remainingMs });
    return { consume, marks: persistence.marks, earliestMs, latestMs: Date.now() };
  }

  test('says "in progress" until the deadline of the function', async () => {
    const { marks, earliestMs, latestMs } = await marksOf(45_000);
    const untilMs = marks[0]?.inProgressExpiryTimestamp ?? 0;
    expect(untilMs).toBeGreaterThanOrEqual(earliestMs + 45_000);
    expect(untilMs).toBeLessThanOrEqual(latestMs + 45_000);
  });

  test('says so also where no time is left, so that it does not say so forever', async () => {
    const { marks, latestMs } = await marksOf(0);
    expect(marks[0]?.inProgressExpiryTimestamp).toBeLessThanOrEqual(latestMs + 1);
  });

  test('is kept for as long as the alert can come again', async () => {
    const { marks, earliestMs, latestMs } = await marksOf(45_000);
    expect(marks[0]?.expiryTimestamp).toBeGreaterThanOrEqual(Math.floor(earliestMs / 1000) + 864_000);
    expect(marks[0]?.expiryTimestamp).toBeLessThanOrEqual(Math.ceil(latestMs / 1000) + 864_000);
  });

  test('is not asked for when the same function has acted on the alert a moment ago', async () => {
    const { consume, marks } = await marksOf(45_000);
    expect(await consume(eventOf(alertOf('a')), context)).toMatchObject({ acted: 0, duplicates: 1 });
    expect(marks).toHaveLength(1);
  });
});

describe('the alert consumer', () => {
  test('acts once on an alert that is delivered again', async () => {
    const { consume, notified } = setUp();
    const event = eventOf(alertOf('a'), alertOf('b'));
    expect(await consume(event, context)).toEqual({
      received: 2,
      acted: 2,
      notified: 2,
      duplicates: 0,
      deadLettered: 0,
    });
    expect(await consume(event, context)).toMatchObject({ acted: 0, notified: 0, duplicates: 2 });
    expect(notified.map(({ order_id }) => order_id)).toEqual(['a', 'b']);
  });

  test('acts once on an alert that producer and stream both send', async () => {
    const { consume, notified } = setUp();
    await consume(eventOf(alertOf('a', 'high', { source: 'producer' })), context);
    const detectedLater = alertOf('a', 'high', { source: 'stream', detected_at: '2026-11-23T22:42:41.000Z' });
    expect(await consume(eventOf(detectedLater), context)).toMatchObject({ acted: 0, duplicates: 1 });
    expect(notified).toHaveLength(1);
  });

  test.each([
    ['2026-11-23T22:42:38.100Z', 1000],
    ['2026-11-23T23:42:38.100+01:00', 1000],
    // No zone means UTC, whatever the machine's own is.
    ['2026-11-23T22:42:38.100', 1000],
    // By a clock that is ahead of this one.
    ['2026-11-23T22:42:40.100', 0],
  ])('measures the age of an alert that was detected at %s', async (detected_at, ageMs) => {
    const { consume, metrics } = setUp();
    await consume(eventOf(alertOf('a', 'high', { detected_at })), context);
    expect(metrics.get('AlertAge')).toEqual([ageMs]);
  });

  test.each(['detected_at', 'order_timestamp'])(
    'dead-letters an alert whose %s is not a time',
    async (field) => {
      const { consume, metrics, letters } = setUp();
      const outcome = await consume(
        eventOf(alertOf('a', 'high', { [field]: '2026-11-23T22:42+01' })),
        context,
      );
      expect(outcome).toMatchObject({ acted: 0, deadLettered: 1 });
      expect(letters).toMatchObject([{ detail: `${field}: must be a time like 2026-11-23T22:42:37.123Z` }]);
      expect(metrics.has('AlertAge')).toBe(false);
    },
  );

  test('acts once on an alert that is twice in one event', async () => {
    const { consume, notified } = setUp();
    const outcome = await consume(eventOf(alertOf('a'), alertOf('a'), alertOf('a')), context);
    expect(outcome).toMatchObject({ received: 3, acted: 1, duplicates: 2 });
    expect(notified).toHaveLength(1);
  });

  test('tells nobody of an alert below the set severity, but counts and logs it', async () => {
    const { consume, notified, log } = setUp();
    const event = eventOf(alertOf('a', 'low'), alertOf('b', 'medium'), alertOf('c', 'critical'));
    expect(await consume(event, context)).toMatchObject({ acted: 3, notified: 1 });
    expect(notified.map(({ severity }) => severity)).toEqual(['critical']);
    expect(log.lines.map(({ message, attributes }) => [message, attributes.notified])).toEqual([
      ['Alert', false],
      ['Alert', false],
      ['Alert', true],
    ]);
  });

  test('tells of an alert that could not be told of before, when it is delivered again', async () => {
    let down = true;
    const told: string[] = [];
    const { consume } = setUp({
      notify: async ({ alert_id }) => {
        if (down && alert_id.endsWith('b')) throw new Error('SNS is down');
        told.push(alert_id);
      },
    });
    const event = eventOf(alertOf('a'), alertOf('b'), alertOf('c'));
    await expect(consume(event, context)).rejects.toMatchObject({
      code: 'ECOM_ALERTS_UNFINISHED',
      message: expect.stringContaining('1 of 3 alerts could not be finished: SNS is down'),
    });
    down = false;
    expect(await consume(event, context)).toMatchObject({ acted: 1, duplicates: 2 });
    expect(told.sort()).toEqual(['high-value:a', 'high-value:b', 'high-value:c']);
  });

  test('goes on past a bad alert, and keeps it with its coordinates and bytes', async () => {
    const { consume, notified, letters } = setUp();
    const event: KafkaEvent = {
      ...eventOf(),
      records: {
        'ecommerce-alerts-1': [
          recordOf("{'alert_id': 'x'}", 8),
          recordOf(alertOf('a'), 9),
          recordOf(null, 10),
          recordOf('{"alert_id":"x"}', 11),
          { ...recordOf('', 12), value: Buffer.from([0xff, 0xfe]).toString('base64') },
          recordOf(JSON.stringify({ ...alertOf('b'), severity: 'urgent' }), 13),
          recordOf('{"a":1} trailing', 14),
          recordOf('null', 15),
        ],
      },
    };
    expect(await consume(event, context)).toMatchObject({ received: 8, acted: 1, deadLettered: 7 });
    expect(notified).toHaveLength(1);
    const byOffset = [...letters].sort((a, b) => Number(a.offset) - Number(b.offset));
    expect(byOffset.map(({ offset }) => Number(offset))).toEqual([8, 10, 11, 12, 13, 14, 15]);
    for (const letter of letters) expect(v.is(AlertDeadLetterSchema, letter)).toBe(true);
    expect(byOffset[0]).toEqual({
      reason: 'alert',
      detail: 'the value is not JSON in UTF-8',
      topic: 'ecommerce-alerts',
      partition: 1,
      offset: '8',
      key_base64: base64('CUST_1234'),
      value_base64: base64("{'alert_id': 'x'}"),
    });
    expect(byOffset[1]).toMatchObject({ detail: 'the record has no value', value_base64: null });
    expect(byOffset[2]?.detail).toContain('rule_id');
    expect(byOffset[4]?.detail).toContain('severity');
  });

  test('keeps a bad alert under the same name when it is delivered again', async () => {
    const { consume, letters } = setUp();
    const event = eventOf('not an alert');
    await consume(event, context);
    await consume(event, context);
    expect(letters.map(deadLetterKey)).toEqual([
      'dead-letters/ecommerce-alerts/1/40.json',
      'dead-letters/ecommerce-alerts/1/40.json',
    ]);
  });

  test('has the batch delivered again when a bad alert cannot be kept, and acts on the others all the same', async () => {
    const { consume, notified } = setUp({
      deadLetter: async () => {
        throw new Error('S3 is down');
      },
    });
    await expect(consume(eventOf('bad', alertOf('a')), context)).rejects.toThrow('S3 is down');
    expect(notified).toHaveLength(1);
  });

  test('counts what it did, and how old alerts were, also when it fails', async () => {
    const { consume, metrics, publishedTimes } = setUp({
      deadLetter: async () => {
        throw new Error('S3 is down');
      },
    });
    await consume(eventOf(alertOf('a'), alertOf('a'), alertOf('b', 'low'), 'bad'), context).catch(() => {});
    expect(Object.fromEntries(metrics)).toEqual({
      AlertsReceived: [4],
      AlertsActed: [2],
      AlertsNotified: [1],
      AlertsDuplicate: [1],
      AlertsDeadLettered: [0],
      AlertsUnfinished: [1],
      AlertAge: [2000, 2000],
    });
    expect(publishedTimes()).toBe(1);
  });

  test('logs each alert that it could not finish, and fails with all of the reasons', async () => {
    const { consume, log } = setUp({
      notify: async ({ order_id }) => {
        if (order_id !== 'c') throw new Error(`SNS does not take ${order_id}`);
      },
    });
    const failed: unknown = await consume(eventOf(alertOf('a'), alertOf('b'), alertOf('c')), context).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      message: expect.stringContaining('2 of 3 alerts could not be finished'),
      cause: { errors: [expect.anything(), expect.anything()] },
    });
    expect(String(failed)).toContain('(ecommerce-alerts-1)');
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ message }) => message)).toEqual(['Alert not finished', 'Alert not finished']);
    expect(errors.map(({ attributes }) => String(attributes.error))).toEqual(
      expect.arrayContaining(['Error: SNS does not take a', 'Error: SNS does not take b']),
    );
    expect(log.messages('info')).toEqual(['Alert']);
  });

  test('warns of a record that is not an alert, with its place', async () => {
    const { consume, log } = setUp();
    await consume(eventOf('not an alert'), context);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'Dead letter',
        attributes: {
          topic: 'ecommerce-alerts',
          partition: 1,
          offset: '40',
          detail: 'the value is not JSON in UTF-8',
        },
      },
    ]);
  });

  test('takes records of several partitions, bad ones with the same offset too', async () => {
    const { consume, letters } = setUp();
    const event: KafkaEvent = {
      ...eventOf(),
      records: {
        'ecommerce-alerts-1': [recordOf('bad', 7)],
        'ecommerce-alerts-2': [{ ...recordOf('bad', 7), partition: 2 }, recordOf(alertOf('a'), 8)],
      },
    };
    expect(await consume(event, context)).toMatchObject({ received: 3, acted: 1, deadLettered: 2 });
    expect(letters.map(({ partition }) => partition).sort()).toEqual([1, 2]);
  });

  test('takes a batch of five hundred', async () => {
    const { consume, notified } = setUp();
    const alerts = Array.from({ length: 500 }, (_, index) => alertOf(`o${index}`));
    expect(await consume(eventOf(...alerts), context)).toMatchObject({ received: 500, acted: 500 });
    expect(new Set(notified.map(({ alert_id }) => alert_id)).size).toBe(500);
  });

  test('keeps the work on one batch within bounds', async () => {
    let atOnce = 0;
    let most = 0;
    const { consume } = setUp({
      notify: async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
      },
    });
    await consume(eventOf(...Array.from({ length: 100 }, (_, index) => alertOf(`o${index}`))), context);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });

  test('takes ids that hold quotes, emoji and colons', async () => {
    const { consume, notified } = setUp();
    const odd = alertOf('o:"🛒"', 'high', { customer_id: "O'Brien 🦄" });
    expect(await consume(eventOf(odd, alertOf('o')), context)).toMatchObject({ acted: 2 });
    expect(notified[0]).toEqual(odd);
  });

  test.each([
    [{}],
    [null],
    [{ records: [] }],
    [{ records: null }],
    [{ records: { a: 'b' } }],
    [{ records: { a: [], b: 'c' } }],
    ['text'],
  ])('refuses %j, which is not an event of the trigger', async (event) => {
    const { consume } = setUp();
    await expect(consume(event as unknown as KafkaEvent, context)).rejects.toMatchObject({
      code: 'ECOM_EVENT_INVALID',
      message: expect.stringContaining('not one of a Kafka trigger (alertConsumer, key "records")'),
    });
  });

  const events = path.resolve(import.meta.dirname, '../../../../../functions/events/alert-consumer');
  test.each(readdirSync(events))('takes the sample event %s', async (file) => {
    const { consume } = setUp();
    const event = JSON.parse(readFileSync(path.join(events, file), 'utf8')) as KafkaEvent;
    const outcome = await consume(event, context);
    expect(outcome).toMatchObject({ received: 2, deadLettered: file === 'bad-alert.json' ? 1 : 0 });
    expect(outcome.acted + outcome.deadLettered).toBe(2);
  });
});

describe('what a shop does with an alert (act)', () => {
  test('is done once for each alert id, whatever the severity, before a person is notified', async () => {
    const done: string[] = [];
    const { consume } = setUp({
      act: async ({ order_id }) => void done.push(`act ${order_id}`),
      notify: async ({ order_id }) => void done.push(`notify ${order_id}`),
    });
    expect(await consume(eventOf(alertOf('a')), context)).toMatchObject({ acted: 1, notified: 1 });
    expect(await consume(eventOf(alertOf('b', 'low')), context)).toMatchObject({ acted: 1, notified: 0 });
    expect(await consume(eventOf(alertOf('a'), alertOf('b', 'low')), context)).toMatchObject({
      duplicates: 2,
    });
    expect(done).toEqual(['act a', 'notify a', 'act b']);
  });

  test('is done again when it has rejected, and only then is a person told', async () => {
    let rejections = 1;
    const done: (string | null)[] = [];
    const { consume, notified, metrics } = setUp({
      act: async ({ order_id }) => {
        if (order_id === 'a' && rejections-- > 0) throw new Error('the order system is away');
        done.push(order_id);
      },
    });
    const event = eventOf(alertOf('a'), alertOf('b'));

    await expect(consume(event, context)).rejects.toMatchObject({
      code: 'ECOM_ALERTS_UNFINISHED',
      message: expect.stringContaining('the order system is away'),
    });
    expect(done).toEqual(['b']);
    expect(notified.map(({ order_id }) => order_id)).toEqual(['b']);
    expect(metrics.get('AlertsUnfinished')).toEqual([1]);

    expect(await consume(event, context)).toMatchObject({ acted: 1, notified: 1, duplicates: 1 });
    expect(done).toEqual(['b', 'a']);
    expect(notified.map(({ order_id }) => order_id)).toEqual(['b', 'a']);
  });

  test('is not done for a record that is not an alert', async () => {
    const act = vi.fn(async () => undefined);
    const { consume } = setUp({ act });
    expect(await consume(eventOf('not json', null), context)).toMatchObject({ deadLettered: 2 });
    expect(act).not.toHaveBeenCalled();
  });
});
