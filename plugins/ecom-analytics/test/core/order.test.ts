import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import type { ShopFields } from '../../core/fields.ts';
import {
  type BadRecordReason,
  orderFields as fieldsOf,
  fieldTypes,
  maxFutureMs,
  OrderReader,
  badRecordReasons as reasonsOf,
  shopFieldProblem,
} from '../../core/order.ts';
import { anOrder } from './kit.ts';

const orderFields = fieldsOf(pipeline.orderFields);
const badRecordReasons = reasonsOf(pipeline.orderFields);
const reader = new OrderReader(pipeline);
const appendedAt = Date.parse('2026-11-23T22:42:40Z');

const good = anOrder({
  order_id: '5f0c1b1e-9f4a-4b7e-9c1d-2f6f6a0f3c11',
  customer_id: 'CUST_1234',
  category: 'Electronics',
  timestamp: '2026-11-23T22:42:37.123Z',
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (json: unknown) => reader.parse(bytes(JSON.stringify(json)), appendedAt);
const parseText = (text: string) => reader.parse(bytes(text), appendedAt);

function accepted(answer: ReturnType<typeof reader.parse>) {
  if (typeof answer === 'string') throw new Error(`refused: ${answer}`);
  return answer;
}

describe('an order', () => {
  it('is read with its event time and its cents', () => {
    const parsed = accepted(parse(good));
    expect(parsed.order).toEqual(good);
    expect(parsed.eventTimeMs).toBe(Date.parse(good.timestamp));
    expect(parsed.totalCents).toBe(129_995);
  });

  it('keeps unknown fields', () => {
    expect(accepted(parse({ ...good, coupon: { code: 'X' } })).order).toHaveProperty('coupon', { code: 'X' });
  });

  it.each([undefined, null, ''])('gets its category from the catalog when it has %s', (category) => {
    expect(accepted(parse({ ...good, category })).order.category).toBe('Electronics');
  });

  it('gets the category Unknown when its product is not in the catalog', () => {
    const { category: _, ...rest } = good;
    expect(accepted(parse({ ...rest, product_id: 'Z9' })).order.category).toBe('Unknown');
  });

  it('may have a customer id with quotes and emoji', () => {
    const customer_id = 'O\'Brien "the 🦊" \\ <b>';
    expect(accepted(parse({ ...good, customer_id })).order.customer_id).toBe(customer_id);
  });

  it('counts the length of an id in characters, not in UTF-16 units', () => {
    expect(accepted(parse({ ...good, order_id: '🦊'.repeat(128) })).order.order_id).toHaveLength(256);
    expect(parse({ ...good, order_id: '🦊'.repeat(129) })).toBe('order-id');
  });

  it('takes the last of a repeated key', () => {
    const text = `{"quantity":0,${JSON.stringify(good).slice(1, -1)},"quantity":7}`;
    expect(accepted(parseText(text)).order.quantity).toBe(7);
  });

  it.each([
    ['2.0', 2],
    ['2e0', 2],
    ['2147483647', 2_147_483_647],
  ])('reads %s as a quantity', (written, quantity) => {
    const text = JSON.stringify(good).replace('"quantity":1', `"quantity":${written}`);
    expect(accepted(parseText(text)).order.quantity).toBe(quantity);
  });

  it('may have a total that is not price times quantity, and may cost nothing', () => {
    expect(accepted(parse({ ...good, total_amount: 0 })).totalCents).toBe(0);
    expect(
      Object.is(
        accepted(parseText(JSON.stringify(good).replace('1299.95,"timestamp', '-0,"timestamp'))).totalCents,
        0,
      ),
    ).toBe(true);
  });

  it('may be up to five minutes ahead of its record', () => {
    const at = (ms: number) => new Date(appendedAt + ms).toISOString();
    expect(accepted(parse({ ...good, timestamp: at(maxFutureMs) })).eventTimeMs).toBe(
      appendedAt + maxFutureMs,
    );
    expect(parse({ ...good, timestamp: at(maxFutureMs + 1) })).toBe('in-the-future');
  });
});

describe('a bad record', () => {
  const refused: [BadRecordReason, string, Uint8Array | null][] = [
    ['no-value', 'has no value', null],
    ['not-utf8', 'is not UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['not-utf8', 'holds a surrogate encoded as bytes', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['not-json', 'is empty', bytes('')],
    ['not-json', 'has single quotes', bytes("{'order_id':'1'}")],
    ['not-json', 'has trailing text', bytes(`${JSON.stringify(good)} x`)],
    ['not-json', 'holds two values', bytes(`${JSON.stringify(good)}${JSON.stringify(good)}`)],
    ['not-json', 'says NaN', bytes('{"price":NaN}')],
    ['not-json', 'has a leading zero', bytes('{"quantity":01}')],
    ['not-json', 'starts with a byte order mark', bytes(`\ufeff${JSON.stringify(good)}`)],
    ['not-an-object', 'is an array', bytes('[]')],
    ['not-an-object', 'is null', bytes('null')],
    ['not-an-object', 'is a string', bytes('"order"')],
  ];
  it.each(refused)('is refused as %s when it %s', (reason, _, value) => {
    expect(reader.parse(value, appendedAt)).toBe(reason);
  });

  const fields: [BadRecordReason, keyof typeof good, unknown][] = [
    ['order-id', 'order_id', ''],
    ['order-id', 'order_id', undefined],
    ['order-id', 'order_id', 17],
    ['order-id', 'order_id', 'x'.repeat(129)],
    ['customer-id', 'customer_id', null],
    ['customer-id', 'customer_id', '\ud800'],
    ['product-id', 'product_id', {}],
    ['product-name', 'product_name', ''],
    ['category', 'category', 5],
    ['quantity', 'quantity', 2.5],
    ['quantity', 'quantity', 0],
    ['quantity', 'quantity', '2'],
    ['quantity', 'quantity', 2_147_483_648],
    ['price', 'price', -0.01],
    ['price', 'price', 9.999],
    ['price', 'price', '9.99'],
    ['total-amount', 'total_amount', 0.001],
    ['total-amount', 'total_amount', 1e300],
    ['timestamp', 'timestamp', '12:00'],
    ['timestamp', 'timestamp', 1_700_000_000],
    ['region', 'region', ''],
    ['before-1970', 'timestamp', '1969-12-31T23:59:59.999Z'],
    ['before-1970', 'timestamp', '1970-01-01T00:00:00+00:01'],
    ['in-the-future', 'timestamp', '2099-01-01T00:00:00Z'],
  ];
  it.each(fields)('is refused as %s when %s is %j', (reason, field, value) => {
    expect(parse({ ...good, [field]: value })).toBe(reason);
  });

  it('is refused when a number is too large to be finite', () => {
    expect(parseText(JSON.stringify(good).replace('"price":1299.95', '"price":1e999'))).toBe('price');
  });

  it('gets the first reason of the closed list that applies', () => {
    const order = Object.keys(badRecordReasons);
    const broken: Record<string, unknown> = { ...good };
    const seen: string[] = [];
    for (const field of Object.keys(orderFields).reverse()) {
      broken[field] = {};
      seen.unshift(String(parse(broken)));
    }
    expect(seen).toEqual(order.filter((reason) => seen.includes(reason)));
    expect(seen).toEqual(Object.values(orderFields).map((field) => field.reason));
  });
});

describe('a field of the shop’s own', () => {
  const field = { type: 'text', simulated: ['card', 'invoice'], ifMissing: 'unknown' } as const;

  it.each<[string, ShopFields, RegExp]>([
    ['is one that the pipeline has', { region: field }, /^field region: .*already/],
    ['would share a reason', { not_json: field }, /^field not_json: .*already/],
    ['is called like a column of the streaming job', { offset: field }, /^field offset: .*already/],
    ['is not a name that Spark tells apart', { Region: field }, /^field Region: a name is lower-case/],
    [
      'is simulated with a value that it may not hold',
      { paid_by: { ...field, simulated: ['card', ''] } },
      /^field paid_by: "" is not a non-empty string/,
    ],
    [
      'is filled in with one',
      { shipping: { type: 'amount', simulated: [4.99], ifMissing: -1 } },
      /^field shipping: -1 is not an amount/,
    ],
  ])('is refused when it %s', (_, fields, words) => {
    expect(shopFieldProblem(fields)).toMatch(words);
  });

  it('may be of any type that one value can have', () => {
    const count = { type: 'quantity', simulated: [1, 2] } as const;
    expect(shopFieldProblem({ payment_method: field, parcels: count })).toBeNull();
  });
});

describe('the field table', () => {
  it('is what the parser checks, field by field', () => {
    const samples: unknown[] = [
      undefined,
      null,
      '',
      'x',
      'x'.repeat(129),
      0,
      1,
      2.5,
      -1,
      0.001,
      1e300,
      true,
      [],
      {},
    ];
    for (const [name, { type, reason }] of Object.entries(orderFields)) {
      for (const sample of samples) {
        const answer = parse({ ...good, [name]: sample });
        expect([name, sample, answer === reason]).toEqual([name, sample, !fieldTypes[type].check(sample)]);
      }
    }
  });
});
