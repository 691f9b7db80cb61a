import pipeline from '../../../pipeline/definition.ts';
import { between, type Random, seededRandom } from '../../../plugins/ecom-analytics/core/generator/random.ts';
import { maxFutureMs, orderFields } from '../../../plugins/ecom-analytics/core/order.ts';
import { maxTickFutureMs } from '../../../plugins/ecom-analytics/core/tick.ts';
import { formatTimestamp } from '../../../plugins/ecom-analytics/core/timestamp.ts';
import { messyRecords } from '../../spark/messy-orders.ts';

/**
 * Records that two readers may see differently: those of `messy-orders`, each changed a few times in a place or a way that
 * JSON, UTF-8, numbers or times are known to be read differently.
 */

/** A record of the orders topic, as far as reading goes. */
export interface ReadableRecord {
  readonly value: Uint8Array | null;
  /** The value of its tick header; null where it has none. */
  readonly tick: Uint8Array | null;
  readonly appendedMs: number;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Any character or token that means something to a JSON reader, or is easily taken for one that does. */
const tokens: readonly string[] = [
  ...['{', '}', '[', ']', ',', ':', '"', "'", '\\', '/', '//', '/*', '*/', '#', ' ', '\t', '\n', '\r'],
  ...['\f', '\v', '\u0000', '\u001f', '\u007f', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\ufffd'],
  ...[
    'null',
    'true',
    'false',
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    'nul',
    'True',
    '-',
    '+',
    '.',
    'e',
  ],
  ...[
    '\\u0041',
    '\\ud83e',
    '\\udd8a',
    '\\ud83e\\udd8a',
    '\\udd8a\\ud83e',
    '\\uD800',
    '\\u00zz',
    '\\x41',
    '\\0',
  ],
  ...[
    "\\'",
    '\\a',
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\n',
    '\\u000',
    '\\U0041',
    '🦊',
    'é',
    '"a":1,',
    ',"a":[',
    '{}',
  ],
];

const numbers: readonly string[] = [
  ...[
    '0',
    '-0',
    '0.0',
    '-0.0',
    '00',
    '01',
    '-01',
    '1',
    '2',
    '+1',
    '1.',
    '.5',
    '-.5',
    '1.0',
    '1.50',
    '1.500',
    '1e0',
  ],
  ...[
    '1E0',
    '1e+0',
    '1e-0',
    '1e',
    '1e+',
    '1e2',
    '10e-1',
    '1e-1',
    '100e-2',
    '1.005',
    '0.01',
    '0.001',
    '0.1e1',
    '1_0',
  ],
  ...[
    '9.99',
    '9.995',
    '1.15',
    '2.675',
    '1.0000000000000000000000001',
    '0.10000000000000000000000000001',
    '1e400',
  ],
  ...[
    '-1e400',
    '1e-400',
    '2.2250738585072012e-308',
    '4.9e-324',
    '2147483647',
    '2147483648',
    '2147483647.0',
    '-1',
  ],
  ...[
    '90071992547409.91',
    '90071992547409.92',
    '90071992547409.9',
    '9007199254740993',
    '9007199254740991e-2',
  ],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '0x10',
    '1f',
    '1d',
    '1L',
    '1n',
    '١',
  ],
  ...[
    '123456789012345678901234567890',
    '0.30000000000000004',
    '70368744177664.01',
    '35184372088832.005',
    '4503599627370.495',
  ],
  `1${'0'.repeat(1200)}`,
  `1.5${'0'.repeat(1200)}`,
  `${'9'.repeat(20)}e-18`,
];

const times: readonly string[] = [
  ...['1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.0009', '0000-02-29T00:00:00'],
  ...['2024-02-29T12:00:00Z', '2023-02-29T12:00:00Z', '1900-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
  ...['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-04-31T00:00:00Z'],
  ...['2026-11-23T24:00:00Z', '2026-11-23T23:60:00Z', '2026-11-23T23:59:60Z', '2026-11-23T23:59:59.Z'],
  ...[
    '2026-11-23t12:00:00Z',
    '2026-11-23T12:00:00z',
    '2026-11-23 12:00:00Z',
    '2026-11-23T12:00Z',
    '2026-11-23',
  ],
  ...[
    '2026-11-23T12:00:00+00:00',
    '2026-11-23T12:00:00-00:00',
    '2026-11-23T12:00:00+23:59',
    '2026-11-23T12:00:00-23:59',
  ],
  ...[
    '2026-11-23T12:00:00+24:00',
    '2026-11-23T12:00:00+12:60',
    '2026-11-23T12:00:00+0530',
    '2026-11-23T12:00:00+05',
  ],
  ...[
    '2026-11-23T12:00:00.1',
    '2026-11-23T12:00:00.12Z',
    '2026-11-23T12:00:00.123456789012345678901234567890Z',
  ],
  ...[
    '2026-11-23T12:00:00Z\n',
    '\n2026-11-23T12:00:00Z',
    '2026-11-23T12:00:00Z ',
    '２026-11-23T12:00:00Z',
    '9999-12-31T23:59:59Z',
  ],
  ...[
    '+2026-11-23T12:00:00Z',
    '-2026-11-23T12:00:00Z',
    '12026-11-23T12:00:00Z',
    '2026-11-23T12:00:00,5Z',
    '',
  ],
];

const texts: readonly string[] = [
  ...[
    '',
    ' ',
    'a',
    'null',
    '0',
    'é',
    '🦊',
    'x'.repeat(128),
    'x'.repeat(129),
    '🦊'.repeat(128),
    '🦊'.repeat(129),
  ],
  ...[
    '🦊'.repeat(64),
    `${'x'.repeat(127)}🦊`,
    `${'x'.repeat(128)}🦊`,
    '\ufffd',
    'a\u0000b',
    'P001',
    'Unknown',
    '\u2028',
  ],
].flatMap((text) => [JSON.stringify(text)]);

const oddTexts: readonly string[] = [
  ...[
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800\\udc00"',
    '"\\ud83ex"',
    '"a\\udd8a"',
    '"\\ud800\\ud800\\udc00"',
    '"\\u0000"',
  ],
  ...['"\\u0050001"', '"\\u00e9"', '"\\/"', '"\\uD83E\\uDD8A"', '"\\ud83e\\u0041"', '"\t"', '"\\"'],
];

const others: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    '[]',
    '{}',
    '[null]',
    '{"a":null}',
    '[[[[]]]]',
    '{"order_id":"x"}',
    '[1,]',
    '{"a"}',
    '{,}',
  ],
  ...[
    '',
    '""""',
    '"a" "b"',
    '1 2',
    '[1 2]',
    '{"a":1 "b":2}',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '[,]',
    '{"":{"":""}}',
  ],
  `${'['.repeat(1500)}${']'.repeat(1500)}`,
  `${'{"a":'.repeat(1100)}1${'}'.repeat(1100)}`,
];

const fields = orderFields(pipeline.orderFields);
const names = Object.keys(fields);
const timeField = names.find((name) => fields[name]?.type === 'timestamp') ?? '';

function pick<T>(from: readonly T[], random: Random): T {
  const [first] = from;
  const picked = from[between(random, 0, from.length - 1)] ?? first;
  if (picked === undefined) throw new Error('There is nothing to pick from');
  return picked;
}

function anyValue(random: Random, now: number): string {
  const kind = random();
  if (kind < 0.25) return pick(numbers, random);
  if (kind < 0.35) return anyNumber(random);
  if (kind < 0.55) return pick(texts, random);
  if (kind < 0.65) return pick(oddTexts, random);
  if (kind < 0.8) return JSON.stringify(pick(times, random));
  if (kind < 0.85) return JSON.stringify(formatTimestamp(now + maxFutureMs + between(random, -2, 2)));
  return pick(others, random);
}

/** Near the edge of being an amount. */
function anyNumber(random: Random): string {
  const number = between(random, 0, 10 ** between(random, 1, 15)) / 10 ** between(random, 0, 4);
  return random() < 0.5 ? String(number) : number.toFixed(between(random, 0, 5));
}

/** `"name" : value` of a member, wherever it stands, a number, text or constant. */
const member = (name: string): RegExp =>
  new RegExp(`"${name}"[ \\n]*:[ \\n]*("(?:[^"\\\\]|\\\\.)*"|-?[0-9.eE+-]+|null|true|false)`);

type Change = (text: string, random: Random, now: number) => string;

const changes: readonly Change[] = [
  // A field's value.
  (text, random, now) => {
    const name = pick(names, random);
    return text.replace(member(name), () => `"${name}":${anyValue(random, now)}`);
  },
  (text, random) =>
    text.replace(member(timeField), () => `"${timeField}":${JSON.stringify(pick(times, random))}`),
  (text, random) => {
    const name = pick(['quantity', 'price', 'total_amount'], random);
    return text.replace(
      member(name),
      () => `"${name}":${random() < 0.5 ? pick(numbers, random) : anyNumber(random)}`,
    );
  },
  // A member more, before or after the others: of a repeated name the last wins.
  (text, random, now) => text.replace('{', () => `{"${pick(names, random)}":${anyValue(random, now)},`),
  (text, random, now) =>
    text.replace(
      /\}\s*$/,
      () =>
        `,"${pick([...names, 'note', '', '__proto__', 'x'.repeat(300)], random)}":${anyValue(random, now)}}`,
    ),
  // A member less.
  (text, random) => text.replace(new RegExp(`${member(pick(names, random)).source}\\s*,?`), ''),
  // A name written otherwise.
  (text, random) => {
    const name = pick(names, random);
    return text.replace(`"${name}"`, () => `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`);
  },
  (text, random) => text.replace(`"${pick(names, random)}"`, () => pick(texts, random)),
  // A token somewhere.
  (text, random) => {
    const at = between(random, 0, text.length);
    return text.slice(0, at) + pick(tokens, random) + text.slice(at + between(random, 0, 2));
  },
  (text, random) => {
    const at = between(random, 0, 3);
    return text.slice(0, at) + pick(tokens, random) + text.slice(at);
  },
  (text, random) => text + pick(tokens, random),
  (text, random) => pick(tokens, random) + text,
  (text, random) => text.slice(0, between(random, 0, text.length)),
  (text, random) => text.slice(between(random, 0, 3)),
];

/** Bytes as they are not found in UTF-8, or only in pairs. */
const oddBytes = [
  0x00, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xe0, 0xed, 0xa0, 0xef, 0xbb, 0xf0, 0xf4, 0x90, 0xf5, 0xfe, 0xff,
];

function withOddBytes(value: Uint8Array, random: Random): Uint8Array {
  const at = between(random, 0, value.length);
  const inserted = Array.from({ length: between(random, 1, 3) }, () => pick(oddBytes, random));
  return Uint8Array.of(...value.subarray(0, at), ...inserted, ...value.subarray(at + between(random, 0, 1)));
}

function changedTick(random: Random, now: number): Uint8Array {
  const future = formatTimestamp(now + maxTickFutureMs(pipeline.windows) + between(random, -2, 2));
  const time = bytes(random() < 0.2 ? future : pick(times, random));
  return random() < 0.1 ? withOddBytes(time, random) : time;
}

/** As many records as asked for: one seed, one sequence. */
export function* mutatedRecords(seed: number, count: number): Generator<ReadableRecord> {
  const random = seededRandom(seed);
  const now = Date.UTC(2026, 10, 23, 12);
  const messy = messyRecords({ seed, orders: 5000, startMs: now, ordersPerMinute: 1000 });
  for (let made = 0; made < count; made++) {
    const { value, timestampMs } = pick(messy, random);
    const appendedMs = timestampMs + between(random, -10, 10);
    if (value === null || random() < 0.01) {
      yield { value: null, tick: random() < 0.1 ? null : changedTick(random, appendedMs), appendedMs };
      continue;
    }
    let text = new TextDecoder().decode(value);
    for (let times = between(random, 0, 3); times > 0; times--)
      text = pick(changes, random)(text, random, appendedMs);
    const changed = bytes(text);
    yield { value: random() < 0.05 ? withOddBytes(changed, random) : changed, tick: null, appendedMs };
  }
}
