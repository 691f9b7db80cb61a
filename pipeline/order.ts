import * as v from 'valibot';
import { catalog, unknownCategory } from './catalog.ts';
import { isAmount, maxAmountUsd, toCents } from './money.ts';
import { parseTimestamp, timestampMessage, timestampPattern } from './timestamp.ts';

/** Ids are opaque: any non-empty string of up to this many characters (Unicode code points). */
export const maxIdLength = 128;
/** 2³¹ − 1. */
export const maxQuantity = 2_147_483_647;
/** An order may be this far ahead of its record's Kafka timestamp, the broker's; one further would drag the watermark for all. */
export const maxFutureMs = 5 * 60_000;

/** Text of Unicode characters: not empty, no unpaired surrogate, which UTF-8 cannot carry. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

function isId(value: unknown): value is string {
  return isText(value) && (value.length <= maxIdLength || [...value].length <= maxIdLength);
}

function isOptionalText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || value === '' || isText(value);
}

function isQuantity(value: unknown): value is number {
  return Number.isInteger(value) && typeof value === 'number' && value >= 1 && value <= maxQuantity;
}

function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(parseTimestamp(value));
}

/** What a field may hold: the check that the parser runs, and the schema made from it. */
export const fieldTypes = {
  id: {
    check: isId,
    schema: v.custom<string>(isId, `must be a non-empty string of up to ${maxIdLength} characters`),
  },
  text: { check: isText, schema: v.custom<string>(isText, 'must be a non-empty string') },
  'optional-text': {
    check: isOptionalText,
    schema: v.optional(v.custom<string | null>(isOptionalText, 'must be a string where it is given')),
  },
  quantity: {
    check: isQuantity,
    schema: v.custom<number>(isQuantity, `must be a whole number from 1 to ${maxQuantity}`),
  },
  amount: {
    check: isAmount,
    schema: v.custom<number>(
      isAmount,
      `must be a number of USD from 0 to ${maxAmountUsd} with at most two decimals`,
    ),
  },
  timestamp: {
    check: isTimestamp,
    schema: v.custom<string>(isTimestamp, timestampMessage),
  },
} as const;

export type FieldType = keyof typeof fieldTypes;

/** The fields of an order, in the order in which they are checked; the first that fails gives the reason. */
export const orderFields = {
  order_id: { type: 'id', reason: 'order-id' },
  customer_id: { type: 'id', reason: 'customer-id' },
  product_id: { type: 'id', reason: 'product-id' },
  product_name: { type: 'text', reason: 'product-name' },
  category: { type: 'optional-text', reason: 'category' },
  quantity: { type: 'quantity', reason: 'quantity' },
  price: { type: 'amount', reason: 'price' },
  total_amount: { type: 'amount', reason: 'total-amount' },
  timestamp: { type: 'timestamp', reason: 'timestamp' },
  region: { type: 'text', reason: 'region' },
} as const satisfies Record<string, { type: FieldType; reason: string }>;

type OrderFields = typeof orderFields;
export type OrderField = keyof OrderFields;

type OrderEntries = { [Name in OrderField]: (typeof fieldTypes)[OrderFields[Name]['type']]['schema'] };

/** An order on the wire. Unknown fields are kept. */
export const OrderSchema = v.looseObject(
  Object.fromEntries(
    Object.entries(orderFields).map(([name, field]) => [name, fieldTypes[field.type].schema]),
  ) as OrderEntries,
);

/** An order as a producer may send it. */
export type Order = v.InferOutput<typeof OrderSchema>;

/**
 * Why a record is no order: closed and ordered, the first that applies is the reason. Spark applies the same list in the
 * same order.
 */
export const badRecordReasons = {
  'no-value': 'the record has no value, and no tick header',
  tick: 'the tick header is no time, lies before 1970, or lies too far in the future',
  'not-utf8': 'the value is not UTF-8',
  'not-json': 'the value is not JSON as RFC 8259 has it (single quotes, trailing text and NaN are not)',
  'not-an-object': 'the JSON is not an object',
  row: 'the row of a replayed file has not the columns of its header, or quotes that do not match',
  'order-id': 'order_id is no string of 1 to 128 characters',
  'customer-id': 'customer_id is no string of 1 to 128 characters',
  'product-id': 'product_id is no string of 1 to 128 characters',
  'product-name': 'product_name is no non-empty string',
  category: 'category is given and is no string',
  quantity: 'quantity is no whole number from 1 to 2147483647',
  price: 'price is no amount: 0 or more, at most two decimals',
  'total-amount': 'total_amount is no amount: 0 or more, at most two decimals',
  timestamp: 'timestamp is no time of the form YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM]',
  region: 'region is no non-empty string',
  'before-1970': 'timestamp lies before 1970',
  'in-the-future': 'timestamp lies more than 5 minutes after the record was appended',
} as const;

export type BadRecordReason = keyof typeof badRecordReasons;

/** A record that is an order, with what every later stage derives from it. */
export interface ParsedOrder {
  /** As sent, with the category filled in. */
  readonly order: Order & { readonly category: string };
  /** `timestamp` in epoch milliseconds. */
  readonly eventTimeMs: number;
  /** `total_amount` in cents. */
  readonly totalCents: number;
}

const categoryOf: ReadonlyMap<string, string> = new Map(catalog.map((p) => [p.product_id, p.category]));

// RFC 8259 forbids a byte order mark, so it must reach JSON.parse and fail there.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the value of a record of the orders topic. Ticks are told apart before (`tick.ts`).
 *
 * @param value the record's bytes, or null
 * @param recordTimestampMs the record's Kafka timestamp: when the broker, or the embedded engine, appended it
 * @returns the order, or the reason why it is none
 */
export function parseOrder(
  value: Uint8Array | null,
  recordTimestampMs: number,
): ParsedOrder | BadRecordReason {
  if (value === null) return 'no-value';
  let text: string;
  try {
    text = utf8.decode(value);
  } catch {
    return 'not-utf8';
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  return checkOrder(json, recordTimestampMs);
}

/**
 * Checks a JSON value that is to be an order; fills in the category. Parameters and answer as {@link parseOrder}.
 *
 * The checks are the table `orderFields`, unrolled: reading each property by its own name is three times as fast as a
 * loop over names, and this is the hottest code there is. A test holds the two together.
 */
export function checkOrder(json: unknown, recordTimestampMs: number): ParsedOrder | BadRecordReason {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'not-an-object';
  const fields: Partial<Record<OrderField, unknown>> = json;
  if (!isId(fields.order_id)) return 'order-id';
  if (!isId(fields.customer_id)) return 'customer-id';
  if (!isId(fields.product_id)) return 'product-id';
  if (!isText(fields.product_name)) return 'product-name';
  if (!isOptionalText(fields.category)) return 'category';
  if (!isQuantity(fields.quantity)) return 'quantity';
  if (!isAmount(fields.price)) return 'price';
  if (!isAmount(fields.total_amount)) return 'total-amount';
  const eventTimeMs = typeof fields.timestamp === 'string' ? parseTimestamp(fields.timestamp) : Number.NaN;
  if (Number.isNaN(eventTimeMs)) return 'timestamp';
  if (!isText(fields.region)) return 'region';
  if (eventTimeMs < 0) return 'before-1970';
  if (eventTimeMs > recordTimestampMs + maxFutureMs) return 'in-the-future';
  // All of the table holds, and the category is a string from here on.
  const order = fields as Order & { category: string };
  if (!order.category) order.category = categoryOf.get(order.product_id) ?? unknownCategory;
  return { order, eventTimeMs, totalCents: toCents(order.total_amount) };
}

/** The limits and patterns behind {@link fieldTypes}, as data for the spec. */
export const fieldLimits = {
  maxIdLength,
  maxQuantity,
  maxAmountUsd,
  amountDecimals: 2,
  timestampPattern,
  maxFutureMs,
} as const;
