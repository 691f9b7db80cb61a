import pipeline from '../../pipeline/definition.ts';
import { generateOrders } from '../../plugins/ecom-analytics/core/generator/order-generator.ts';
import { between, type Random, seededRandom } from '../../plugins/ecom-analytics/core/generator/random.ts';
import {
  type BadRecordReason,
  maxFutureMs,
  type Order,
  orderFields,
} from '../../plugins/ecom-analytics/core/order.ts';
import { tickHeader } from '../../plugins/ecom-analytics/core/tick.ts';
import { formatTimestamp } from '../../plugins/ecom-analytics/core/timestamp.ts';

/**
 * Orders as they come from many shops' producers, good and bad, for holding two engines against each other: out of order
 * within the watermark, delivered twice, without a zone or a category, with quotes and emoji, with amounts that do not sum
 * in floating point, and with bad records of every reason in between.
 */

/** A record as it is sent to the orders topic. */
export interface MessyRecord {
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When it is appended, or shortly before, epoch milliseconds. */
  readonly timestampMs: number;
  /** The reason it is to be refused for; null for an order. */
  readonly refusedAs: BadRecordReason | null;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const strangeCustomers = [
  'O\'Brien "the 🦊"',
  'Zoë Müller',
  '店の客',
  'back\\slash',
  '{"customer_id":"x"}',
  "'; DROP TABLE orders; --",
  '\u0000\u001f\u007f',
  '\u2028line\u2029',
  ' leading and trailing ',
  '🦊'.repeat(128),
];

/** Ways to write the same order: all of them valid. */
const spellings: readonly ((order: Order, random: Random) => string)[] = [
  (order) => JSON.stringify(order),
  (order) => JSON.stringify({ ...order, timestamp: order.timestamp.replace('Z', '') }),
  (order) => JSON.stringify({ ...order, timestamp: order.timestamp.replace('Z', '456789Z') }),
  (order) => JSON.stringify({ ...order, timestamp: shifted(order.timestamp, 330, '+05:30') }),
  (order) => JSON.stringify({ ...order, timestamp: shifted(order.timestamp, -480, '-08:00') }),
  ({ category: _, ...order }) => JSON.stringify(order),
  ({ category: _, ...order }) => JSON.stringify({ ...order, product_id: 'SKU-unknown' }),
  (order) => JSON.stringify({ ...order, category: null }),
  (order) => JSON.stringify({ ...order, category: '' }),
  (order) => JSON.stringify(order, null, 2),
  (order) => ` \t\r\n${JSON.stringify(order)}\n`,
  (order) => JSON.stringify(order).replace(/"quantity":(\d+)/, '"quantity":$1.0'),
  (order) => JSON.stringify(order).replace(/"quantity":(\d+)/, '"quantity":$1e0'),
  (order) =>
    JSON.stringify(order).replace(
      /"price":([\d.]+)/,
      (_, price: string) => `"price":${Number(price).toFixed(4)}`,
    ),
  (order) => JSON.stringify(order).replace('"region"', '"\\u0072egion"'),
  (order) => `{"quantity":"first of two",${JSON.stringify(order).slice(1)}`,
  (order) => JSON.stringify({ ...order, coupon: { codes: ['A', null, 1.5e10], nested: { deep: [[[]]] } } }),
  (order) => JSON.stringify({ ...order, note: 'a "quoted" \\ note\n🦊', order_ID: 5, ORDER_ID: {} }),
  (order, random) =>
    JSON.stringify({
      ...order,
      customer_id: strangeCustomers[between(random, 0, strangeCustomers.length - 1)],
    }),
  (order, random) => JSON.stringify({ ...order, total_amount: between(random, 1, 99) / 100 }),
  (order) => JSON.stringify({ ...order, total_amount: 0 }).replace('"total_amount":0', '"total_amount":-0'),
  (order) => JSON.stringify({ ...order, price: 35184372088831.99 }),
  (order) => JSON.stringify({ ...order, total_amount: 1000.01 }),
  (order) => JSON.stringify({ ...order, quantity: 2147483647 }),
];

/** The same moment on a clock that is `minutes` ahead of UTC. */
function shifted(timestamp: string, minutes: number, zone: string): string {
  return formatTimestamp(Date.parse(timestamp) + minutes * 60_000).replace('Z', zone);
}

function replaced(order: Order, field: string, json: string): string {
  const { [field]: _, ...rest } = order;
  return `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(field)}:${json}}`;
}

const fields = orderFields(pipeline.orderFields);

/** Right for no type, and null too where the field may not be missing. */
const shopFieldFaults = Object.entries(pipeline.orderFields).map(
  ([name, { type }]) =>
    [fields[name]?.reason ?? name, name, type === 'optional-text' ? ['{}'] : ['{}', 'null']] as const,
);

const fieldFaults: readonly (readonly [BadRecordReason, string, readonly string[]])[] = [
  ...shopFieldFaults,
  ['order-id', 'order_id', ['""', 'null', '17', `"${'x'.repeat(129)}"`, '"\\ud800"', '["a"]']],
  ['customer-id', 'customer_id', ['""', 'null', 'true', `"${'🦊'.repeat(129)}"`]],
  ['product-id', 'product_id', ['""', '{}', '1']],
  ['product-name', 'product_name', ['""', 'null', '[]']],
  ['category', 'category', ['5', '{}', '[]', 'false', '"\\udfff"']],
  ['quantity', 'quantity', ['0', '2.5', '"2"', '-1', '2147483648', 'null', '1e-1', 'true']],
  ['price', 'price', ['-0.01', '9.999', '"9.99"', 'null', '1e999', '35184372088832.01', '[]']],
  ['total-amount', 'total_amount', ['0.001', '-1', '"1"', 'null', '1e300', '{}']],
  [
    'timestamp',
    'timestamp',
    ['"12:00"', '""', '"2026-11-23"', '"2026-11-23 12:00:00"', '"2026-02-30T00:00:00Z"'],
  ],
  [
    'timestamp',
    'timestamp',
    ['1700000000', '"2026-11-23T12:00:60Z"', '"2026-11-23T12:00:00.Z"', 'null', '"now"'],
  ],
  [
    'timestamp',
    'timestamp',
    ['"2026-11-23T24:00:00Z"', '"2026-11-23T12:00:00+24:00"', '"2026-11-23T12:00:00z"'],
  ],
  ['region', 'region', ['""', 'null', '7']],
  [
    'before-1970',
    'timestamp',
    ['"1969-12-31T23:59:59.999Z"', '"0000-01-01T00:00:00"', '"1970-01-01T00:00:00+00:01"'],
  ],
];

/** Values that are no order, whatever order they are made from. */
function wholeFaults(order: Order): (readonly [BadRecordReason, Uint8Array | null])[] {
  const good = JSON.stringify(order);
  return [
    ['no-value', null],
    ['not-utf8', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['not-utf8', Uint8Array.of(...text(good).slice(0, -2), 0xed, 0xa0, 0x80, 0x22, 0x7d)],
    ['not-utf8', Uint8Array.of(0xc0, 0xaf)],
    ['not-json', text('')],
    ['not-json', text(' ')],
    ['not-json', text(good.replaceAll('"', "'"))],
    ['not-json', text(`${good} trailing`)],
    ['not-json', text(`${good}${good}`)],
    ['not-json', text(`${good},${good}`)],
    ['not-json', text(`${good}]`)],
    ['not-json', text(`${good}}`)],
    ['not-json', text(good.slice(0, -1))],
    ['not-json', text(`/* comment */${good}`)],
    ['not-json', text(`\ufeff${good}`)],
    ['not-json', text(`\u00a0${good}`)],
    ['not-json', text(replaced(order, 'price', 'NaN'))],
    ['not-json', text(replaced(order, 'price', 'Infinity'))],
    ['not-json', text(replaced(order, 'quantity', '01'))],
    ['not-json', text(replaced(order, 'quantity', '+1'))],
    ['not-json', text(replaced(order, 'price', '.5'))],
    ['not-json', text(replaced(order, 'price', '1.'))],
    ['not-json', text(replaced(order, 'note', '"tab\there"'))],
    ['not-json', text(replaced(order, 'note', '"\\x41"'))],
    ['not-json', text(replaced(order, 'note', 'undefined'))],
    ['not-json', text(replaced(order, 'note', '[1,]'))],
    ['not-json', text(good.replace('{"order_id"', '{order_id'))],
    ['not-json', text(good.replace('}', ',}'))],
    ['not-an-object', text(`[${good}]`)],
    ['not-an-object', text('null')],
    ['not-an-object', text('"order"')],
    ['not-an-object', text('12.5')],
    ['not-an-object', text('true')],
  ];
}

/** Bad ticks: they would move everyone's watermark. */
function tickFaults(appendedMs: number): Pick<MessyRecord, 'value' | 'headers' | 'refusedAs'>[] {
  return ['', 'soon', '1969-12-31T23:59:59Z', formatTimestamp(appendedMs + 3_600_000)].map((time) => ({
    value: null,
    headers: { [tickHeader]: time },
    refusedAs: 'tick' as const,
  }));
}

export interface MessyOptions {
  readonly seed: number;
  /** Good orders, before duplicates. */
  readonly orders: number;
  /** Event time of the first, epoch milliseconds. */
  readonly startMs: number;
  readonly ordersPerMinute: number;
  /** When they are appended, epoch milliseconds: after the last order. Default now. */
  readonly appendedMs?: number;
}

/**
 * The records, in the order in which they are to be sent. No order is behind the newest before it by as much as the
 * watermark, so none may be late in either engine.
 */
export function messyRecords(options: MessyOptions): MessyRecord[] {
  const { appendedMs = Date.now() } = options;
  const random = seededRandom(options.seed ^ 0x5eed);
  const generator = generateOrders({ ...options, fraudRate: 0.05, definition: pipeline, customers: 3000 });
  /** With the moment of sending, in event time: up to 25 seconds after the order. */
  const sent: (MessyRecord & { readonly atMs: number })[] = [];
  const faults = { field: 0, whole: 0, tick: 0 };

  for (let count = 0; count < options.orders; count++) {
    const { order, atMs } = generator.next().value;
    const spelling = random() < 0.5 ? spellings[between(random, 0, spellings.length - 1)] : undefined;
    const value = text(spelling?.(order, random) ?? JSON.stringify(order));
    const delayMs = random() < 0.3 ? between(random, 0, 25_000) : 0;
    const record = {
      key: order.customer_id,
      value,
      headers: {},
      timestampMs: appendedMs,
      refusedAs: null,
    };
    sent.push({ ...record, atMs: atMs + delayMs });
    if (random() < 0.03)
      sent.push({ ...record, atMs: atMs + Math.min(25_000, delayMs + between(random, 0, 5000)) });

    if (random() >= 0.05) continue;
    const bad = { key: order.customer_id, headers: {}, timestampMs: appendedMs, atMs };
    const kind = random();
    if (kind < 0.45) {
      const all = fieldFaults.flatMap(([reason, field, values]) =>
        values.map((json) => [reason, field, json] as const),
      );
      const [reason, field, json] = all[faults.field++ % all.length] ?? ['order-id', 'order_id', '""'];
      sent.push({ ...bad, value: text(replaced(order, field, json)), refusedAs: reason });
    } else if (kind < 0.85) {
      const all = wholeFaults(order);
      const [reason, broken] = all[faults.whole++ % all.length] ?? ['no-value', null];
      sent.push({ ...bad, value: broken, refusedAs: reason });
    } else if (kind < 0.93) {
      const future = {
        ...order,
        // Still in the future for a broker that appends it in some minutes.
        timestamp: formatTimestamp(appendedMs + maxFutureMs + 1_800_000 + between(random, 0, 10 ** 9)),
      };
      sent.push({ ...bad, value: text(JSON.stringify(future)), refusedAs: 'in-the-future' });
    } else {
      const all = tickFaults(appendedMs);
      const fault = all[faults.tick++ % all.length];
      if (fault !== undefined) sent.push({ ...bad, ...fault });
    }
  }
  return sent.sort((a, b) => a.atMs - b.atMs);
}
