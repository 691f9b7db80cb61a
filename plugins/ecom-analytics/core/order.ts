import * as v from 'valibot';
import { type Product, unknownCategory } from './catalog-types.ts';
import type { ShopFields } from './fields.ts';
import { isAmount, maxAmountUsd, toCents } from './money.ts';
import { parseTimestamp, timestampPattern } from './timestamp.ts';

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

/** What a field may hold, as data: Spark's reader checks it by this alone. */
export const FieldFormSchema = v.strictObject({
  json: v.picklist(['text', 'number', 'time']),
  /** Of a number its range, of a text its length in Unicode code points. */
  min: v.optional(v.number()),
  max: v.optional(v.number()),
  /** How many a number may have. */
  decimals: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Of a time. */
  pattern: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /** Whether it may be missing or null. */
  optional: v.optional(v.boolean()),
});

interface FieldKind {
  check(value: unknown): boolean;
  readonly wrong: string;
  readonly form: v.InferOutput<typeof FieldFormSchema>;
}

/** What a field may hold: the check that the parser runs, what to say where it fails, and the same as data. */
export const fieldTypes = {
  id: {
    check: isId,
    wrong: `is not a string of 1 to ${maxIdLength} characters`,
    form: { json: 'text', min: 1, max: maxIdLength },
  },
  text: {
    check: isText,
    wrong: 'is not a non-empty string',
    form: { json: 'text', min: 1 },
  },
  'optional-text': {
    check: isOptionalText,
    wrong: 'is given and is not a string',
    form: { json: 'text', optional: true },
  },
  quantity: {
    check: isQuantity,
    wrong: `is not a whole number from 1 to ${maxQuantity}`,
    form: { json: 'number', min: 1, max: maxQuantity, decimals: 0 },
  },
  amount: {
    check: isAmount,
    wrong: 'is not an amount: 0 or more, at most two decimals',
    form: { json: 'number', min: 0, max: maxAmountUsd, decimals: 2 },
  },
  timestamp: {
    check: isTimestamp,
    wrong: 'is not a time of the form YYYY-MM-DDTHH:MM:SS[.fraction][Z|±HH:MM]',
    form: { json: 'time', pattern: timestampPattern },
  },
} as const satisfies Record<string, FieldKind>;

export type FieldType = keyof typeof fieldTypes;

/** The fields that the pipeline computes from. */
const pipelineFields = {
  order_id: { type: 'id' },
  customer_id: { type: 'id' },
  product_id: { type: 'id' },
  product_name: { type: 'text' },
  category: { type: 'optional-text' },
  quantity: { type: 'quantity' },
  price: { type: 'amount' },
  total_amount: { type: 'amount' },
  timestamp: { type: 'timestamp' },
  region: { type: 'text' },
} as const satisfies Record<string, { type: FieldType }>;

export type PipelineField = keyof typeof pipelineFields;

const reasonOf = (name: string): string => name.replaceAll('_', '-');

/** A field as records are checked by it. */
export interface FieldEntry {
  readonly type: FieldType;
  /** Why a record is refused whose field is missing or wrong. */
  readonly reason: BadRecordReason;
}

/** The fields of an order by name, in the order in which they are checked; the first that fails gives the reason. */
export function orderFields(ofShop: ShopFields): Readonly<Record<string, FieldEntry>> {
  return Object.fromEntries(
    Object.entries<{ readonly type: FieldType }>({ ...pipelineFields, ...ofShop }).map(([name, { type }]) => [
      name,
      { type, reason: reasonOf(name) },
    ]),
  );
}

/** An order as a producer may send it. Unknown fields are kept; those of a shop are checked, and not in this type. */
export interface Order {
  [field: string]: unknown;
  order_id: string;
  customer_id: string;
  product_id: string;
  product_name: string;
  category?: string | null | undefined;
  quantity: number;
  price: number;
  total_amount: number;
  timestamp: string;
  region: string;
}

/** Before any field is looked at. */
const recordReasons = {
  'no-value': 'the record has no value, and no tick header',
  tick: 'the tick header is not a time, lies before 1970, or lies too far in the future',
  'not-utf8': 'the value is not UTF-8',
  'not-json': 'the value is not JSON as RFC 8259 has it (single quotes, trailing text and NaN are not)',
  'not-an-object': 'the JSON is not an object',
  row: 'the row of a replayed file does not have the columns of its header, or its quotes do not match',
} as const;

/** Of an order whose fields are all right. */
const timeReasons = {
  'before-1970': 'timestamp lies before 1970',
  'in-the-future': 'timestamp lies more than 5 minutes after the record was appended',
} as const;

/** One of {@link badRecordReasons}. */
export type BadRecordReason = string;

/**
 * Why a record is not an order, with what each reason means: closed and ordered, the first that applies is the reason. Spark
 * applies the same list in the same order.
 */
export function badRecordReasons(ofShop: ShopFields): Readonly<Record<BadRecordReason, string>> {
  const ofFields = Object.entries(orderFields(ofShop)).map(([name, { type, reason }]) => [
    reason,
    `${name} ${fieldTypes[type].wrong}`,
  ]);
  return { ...recordReasons, ...Object.fromEntries(ofFields), ...timeReasons };
}

/** A record that is an order, with what every later stage derives from it. */
export interface ParsedOrder {
  /** As sent, with the category filled in. */
  readonly order: Order & { readonly category: string };
  /** `timestamp` in epoch milliseconds. */
  readonly eventTimeMs: number;
  /** `total_amount` in cents. */
  readonly totalCents: number;
}

// RFC 8259 forbids a byte order mark, so it must reach JSON.parse and fail there.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Tells the category of an order: its own, else that of its product, else {@link unknownCategory}. */
export function categoriesOf(
  products: readonly Product[],
): (order: Pick<Order, 'category' | 'product_id'>) => string {
  const ofProduct = new Map(products.map((one) => [one.product_id, one.category]));
  return ({ category, product_id }) => category || (ofProduct.get(product_id) ?? unknownCategory);
}

/** Reads orders of a shop. */
export class OrderReader {
  readonly #categoryOf: ReturnType<typeof categoriesOf>;
  readonly #shopChecks: readonly { name: string; check: (value: unknown) => boolean; reason: string }[];

  /** @param shop its fields, and the products that fill in the category of an order without one */
  constructor(shop: {
    readonly orderFields: ShopFields;
    readonly catalog: { readonly products: readonly Product[] };
  }) {
    this.#categoryOf = categoriesOf(shop.catalog.products);
    this.#shopChecks = Object.entries(shop.orderFields).map(([name, { type }]) => ({
      name,
      check: fieldTypes[type].check,
      reason: reasonOf(name),
    }));
  }

  /**
   * Reads the value of a record of the orders topic. Ticks are sorted out before (`tick.ts`).
   *
   * @param value the record's bytes, or null
   * @param recordTimestampMs the record's Kafka timestamp: when the broker, or the embedded engine, appended it
   * @returns the order, or the reason why it is none
   */
  parse(value: Uint8Array | null, recordTimestampMs: number): ParsedOrder | BadRecordReason {
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
    return this.check(json, recordTimestampMs);
  }

  /**
   * Checks a JSON value that is to be an order; fills in the category. Parameters and answer as {@link parse}.
   *
   * The checks are the table {@link orderFields}, that of the pipeline's own fields unrolled: reading each property by its own
   * name is three times as fast as a loop over names, and this is the hottest code there is. A test holds the two together.
   */
  check(json: unknown, recordTimestampMs: number): ParsedOrder | BadRecordReason {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'not-an-object';
    const fields: Partial<Record<string, unknown>> & Partial<Record<PipelineField, unknown>> = json;
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
    for (const { name, check, reason } of this.#shopChecks) if (!check(fields[name])) return reason;
    if (eventTimeMs < 0) return 'before-1970';
    if (eventTimeMs > recordTimestampMs + maxFutureMs) return 'in-the-future';
    // All of the table holds, and the category is a string from here on.
    const order = fields as Order & { category: string };
    if (!order.category) order.category = this.#categoryOf(order);
    return { order, eventTimeMs, totalCents: toCents(order.total_amount) };
  }
}

/** Fields that mean something to what reads an order, beyond their type. */
export const fieldRoles = {
  key: 'order_id',
  product: 'product_id',
  category: 'category',
  total: 'total_amount',
  time: 'timestamp',
} as const satisfies Record<string, PipelineField>;

/** Which of {@link badRecordReasons} concern a record as a whole, by what is wrong. */
export const recordFaults = {
  noValue: 'no-value',
  tick: 'tick',
  notUtf8: 'not-utf8',
  notJson: 'not-json',
  notAnObject: 'not-an-object',
  before1970: 'before-1970',
  inTheFuture: 'in-the-future',
} as const satisfies Record<string, keyof typeof recordReasons | keyof typeof timeReasons>;

/** What the job has in columns beside the fields of an order: emr/ecom_streaming/orders.py, windows.py, customers.py. */
const jobColumns: readonly string[] = [
  ...['key', 'value', 'topic', 'partition', 'offset', 'appended_ms', 'reason', 'is_order', 'event_ms'],
  ...['cents', 'event_time', 'in', 'kind', 'window'],
];

/** What is wrong with a shop's own fields, as `field payment_method: …`; null where nothing is. */
export function shopFieldProblem(fields: ShopFields): string | null {
  for (const [name, { type, simulated, ifMissing, ...further }] of Object.entries(fields)) {
    const isTaken =
      name in pipelineFields ||
      reasonOf(name) in { ...recordReasons, ...timeReasons } ||
      jobColumns.includes(name);
    if (isTaken) return `field ${name}: the pipeline has something of that name already`;
    if (!/^[a-z][a-z0-9_]*$/.test(name))
      return `field ${name}: a name is lower-case letters, digits and underscores`;
    if (!Object.hasOwn(fieldTypes, type)) return `field ${name}: "${type}" is not a type of a field`;
    const [unknown] = Object.keys(further);
    if (unknown !== undefined)
      return `field ${name}: "${unknown}" is not one of type, simulated and ifMissing`;
    if (!Array.isArray(simulated) || simulated.length === 0)
      return `field ${name}: simulated must be a list of at least one value`;
    const { check, wrong } = fieldTypes[type];
    const bad = [...simulated, ...(ifMissing === undefined ? [] : [ifMissing])].find(
      (value) => !check(value),
    );
    if (bad !== undefined) return `field ${name}: ${JSON.stringify(bad)} ${wrong}`;
  }
  return null;
}
