import type { KafkaMessage } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { deadLetterHeaders } from '../../../core/dead-letter.ts';
import { tickHeader } from '../../../core/tick.ts';
import { MessageCheck } from '../../../functions/test-consumer/check-message.ts';
import { anOrder } from '../../core/kit.ts';
import { alertOf } from '../alert-consumer/alert-events.ts';

const { topics } = pipeline;
const messages = new MessageCheck(pipeline);
const check = messages.check.bind(messages);
const timestampMs = Date.parse('2026-11-23T22:42:38Z');
const order = anOrder({ customer_id: 'CUST_1234', timestamp: '2026-11-23T22:42:37Z' });

function message(value: unknown, headers: Record<string, string> = {}): KafkaMessage {
  const bytes =
    value === null || Buffer.isBuffer(value)
      ? value
      : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return {
    key: Buffer.from('CUST_1234'),
    value: bytes,
    timestamp: String(timestampMs),
    attributes: 0,
    offset: '17',
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

describe('a message whose JSON nests', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}"]\\"[${'['.repeat(9)}"${']'.repeat(depth)}`;
  const shown = (text: string) => check('other', 0, message(text)).value;

  test('is shown as JSON up to a hundred levels, brackets in its texts left out', () => {
    expect(shown(nested(100))).toEqual(JSON.parse(nested(100)));
  });

  test('counts lists and objects alike, and none that has ended', () => {
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(shown(objects(100))).toEqual(JSON.parse(objects(100)));
    expect(shown(objects(101))).toBe(objects(101));
    const mixed = (depth: number) => `${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)}`;
    expect(shown(mixed(50))).toEqual(JSON.parse(mixed(50)));
    expect(shown(mixed(51))).toBe(mixed(51));
    for (const item of [[], {}]) {
      const side = Array.from({ length: 300 }, () => item);
      expect(shown(JSON.stringify(side))).toEqual(side);
    }
  });

  test.each([101, 5000, 200_000])('%i levels deep is shown as text, and can be answered', (depth) => {
    const text = nested(depth);
    const checked = check(topics.deadLetters.name, 0, message(text));
    expect(checked.value).toBe(text);
    expect(JSON.parse(JSON.stringify(checked))).toMatchObject({ kind: 'dead-letter', value: text });
  });

  test.each(['x', '\\', '"'])('is shown as JSON with a text of 20 million %s', (character) => {
    const value = [character.repeat(20_000_000)];
    const checked = check('other', 0, message(value));
    expect(checked.problem).toBeUndefined();
    expect(Array.isArray(checked.value)).toBe(true);
  });
});

describe('a message of the orders topic', () => {
  test('is an order, shown as it was sent', () => {
    expect(check(topics.orders.name, 2, message(order))).toEqual({
      partition: 2,
      offset: '17',
      timestamp: '2026-11-23T22:42:38.000Z',
      key: 'CUST_1234',
      kind: 'order',
      valid: true,
      value: order,
    });
  });

  test.each([
    [{ ...order, quantity: 2.5 }, 'quantity is not a whole number from 1 to 2147483647'],
    [{ ...order, timestamp: '2026-11-23T23:00:00Z' }, 'timestamp lies more than 5 minutes after'],
    ["{'order_id': 1}", 'the value is not JSON as RFC 8259 has it'],
    [null, 'the record has no value, and no tick header'],
    [Buffer.from([0xff]), 'the value is not UTF-8'],
  ])('that is no order says why: %j', (value, problem) => {
    const checked = check(topics.orders.name, 0, message(value));
    expect(checked).toMatchObject({ kind: 'order', valid: false, problem: expect.stringContaining(problem) });
  });

  test('that has no time which Spark can read says so, and what that does', () => {
    const inNanoseconds = { ...message(order), timestamp: '1795772998451000000' };
    expect(check(topics.orders.name, 0, inNanoseconds)).toMatchObject({
      kind: 'order',
      valid: false,
      timestamp: '1795772998451000000',
      problem: expect.stringContaining('is not a time in milliseconds, which stops the stream'),
      value: order,
    });
    expect(check('of-somebody-else', 0, inNanoseconds)).toMatchObject({
      valid: true,
      timestamp: '1795772998451000000',
    });
  });

  test('without such a time is still told from a tick', () => {
    const kindOf = (value: unknown, headers?: Record<string, string>) =>
      check(topics.orders.name, 0, { ...message(value, headers), timestamp: '1795772998451000000' }).kind;
    const tick = { [tickHeader]: '2026-11-23T22:42:38Z' };
    expect([kindOf(null, tick), kindOf(null), kindOf(order, tick), kindOf(order)]).toEqual([
      'tick',
      'order',
      'order',
      'order',
    ]);
  });

  test('is an order where it has a value, whatever its headers', () => {
    const checked = check(topics.orders.name, 0, message(order, { [tickHeader]: 'soon' }));
    expect(checked).toMatchObject({ kind: 'order', valid: true });
  });

  test('may be a tick', () => {
    const tick = check(topics.orders.name, 0, message(null, { [tickHeader]: '2026-11-23T22:42:38Z' }));
    expect(tick).toMatchObject({ kind: 'tick', valid: true, value: null });
    expect(tick.headers).toEqual({ [tickHeader]: '2026-11-23T22:42:38Z' });
    const wrong = check(topics.orders.name, 0, message(null, { [tickHeader]: 'soon' }));
    expect(wrong).toMatchObject({ kind: 'tick', valid: false });
  });
});

describe('a message of another topic', () => {
  test('is an alert, or says why not', () => {
    const { name } = topics.alerts;
    expect(check(name, 0, message(alertOf('a')))).toMatchObject({
      kind: 'alert',
      valid: true,
    });
    const wrong = check(name, 0, message({ ...alertOf('a'), severity: 'urgent' }));
    expect(wrong).toMatchObject({
      kind: 'alert',
      valid: false,
      problem: expect.stringContaining('severity'),
    });
  });

  test('is a dead letter with its reason and coordinates, or says what is missing', () => {
    const { name } = topics.deadLetters;
    const headers = {
      [deadLetterHeaders.reason]: 'not-json',
      [deadLetterHeaders.topic]: 'ecommerce-orders',
      [deadLetterHeaders.partition]: '1',
      [deadLetterHeaders.offset]: '42',
    };
    expect(check(name, 0, message('x', headers))).toMatchObject({
      kind: 'dead-letter',
      valid: true,
      value: 'x',
      headers,
    });
    for (const header of Object.keys(headers)) {
      const wrong = check(name, 0, message('x', { ...headers, [header]: '' }));
      expect(wrong).toMatchObject({ valid: false, problem: expect.stringContaining(header) });
    }
  });

  test('is not a tick, whatever its headers', () => {
    const empty = message(null, { [tickHeader]: '2026-11-23T22:42:38Z' });
    expect(check(topics.alerts.name, 0, empty)).toMatchObject({ kind: 'alert', valid: false });
    expect(check('else', 0, empty)).toMatchObject({
      kind: 'other',
      valid: false,
      problem: 'the value is not JSON in UTF-8',
    });
  });

  test.each(['4x', 'x4', ' 4', '-4', '4.0'])('is not a dead letter whose offset is %j', (offset) => {
    const headers = {
      [deadLetterHeaders.reason]: 'not-json',
      [deadLetterHeaders.topic]: 'ecommerce-orders',
      [deadLetterHeaders.partition]: '1',
      [deadLetterHeaders.offset]: offset,
    };
    expect(check(topics.deadLetters.name, 0, message('x', headers))).toMatchObject({
      valid: false,
      problem: `the header ${deadLetterHeaders.offset} is not a number`,
    });
  });

  test('may have no key, and of a header that is repeated shows the last', () => {
    const repeated: KafkaMessage = {
      key: null,
      value: Buffer.from('[1]'),
      timestamp: String(timestampMs),
      attributes: 0,
      offset: '17',
      headers: { a: [Buffer.from('first'), Buffer.from('last')], b: [] },
    };
    expect(check('else', 0, repeated)).toMatchObject({
      key: null,
      headers: { a: 'last', b: '' },
    });
  });

  test('is any JSON where the topic is not one of the pipeline', () => {
    expect(check('else', 0, message([1]))).toMatchObject({
      kind: 'other',
      valid: true,
      value: [1],
    });
    expect(check('else', 0, message('text'))).toMatchObject({ valid: false, value: 'text' });
    expect(check('else', 0, message(Buffer.from([0xff])))).toMatchObject({
      valid: false,
      value: { base64: '/w==' },
    });
  });
});
