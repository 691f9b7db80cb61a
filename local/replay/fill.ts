import path from 'node:path';
import { catalog, unknownCategory } from '../../pipeline/catalog.ts';
import { type ShopFields, shopFields } from '../../pipeline/fields.ts';
import { averageCents, isAmount, toCents, toUsd } from '../../pipeline/money.ts';
import { maxIdLength, type OrderField } from '../../pipeline/order.ts';
import { readTime } from './time-form.ts';

const furtherFields = Object.entries<ShopFields[string]>(shopFields);

/** What stands where a file names no product and no region. */
const unknown = unknownCategory;

const productNames: ReadonlyMap<string, string> = new Map(catalog.map((p) => [p.product_id, p.product_name]));

/** V8 keeps the whole text that a slice of 13 characters or more was cut from; ids are kept long, so they get their own. */
const longestCopied = 12;

function ownText(text: string): string {
  return text.length <= longestCopied ? text : Buffer.from(text, 'utf8').toString('utf8');
}

/** Text and numbers as text; nothing where there is nothing; what cannot be text stays, to be refused. */
function readText(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? undefined : ownText(value);
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  return value ?? undefined;
}

const plainNumber = /^-?\d+(?:\.\d+)?$/;
const money = /^(?:USD ?)?(-?)\$? ?(\d{1,3}(?:,\d{3})+|\d+)?(\.\d*)?(?: ?USD)?$/;

/** A number, or text that spells one: `29.33`, `$1,299.95`, `12 USD`. Anything else stays, to be refused. */
function readNumber(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return value ?? undefined;
  const text = value.trim();
  if (text === '') return undefined;
  if (plainNumber.test(text)) return Number(text);
  const [, sign = '', whole = '', fraction = ''] = money.exec(text) ?? [];
  if (whole === '' && fraction.length < 2) return value;
  return Number(`${sign}${whole.replaceAll(',', '') || '0'}${fraction}`);
}

/** `Number` of no amount at all, so that the check names the column that was really wrong. */
const derivedFromNothing = 0;

function unitPrice(total: unknown, quantity: unknown): number {
  if (!isAmount(total) || typeof quantity !== 'number' || !(quantity >= 1)) return derivedFromNothing;
  return toUsd(averageCents(toCents(total), quantity));
}

function totalOf(price: unknown, quantity: unknown): unknown {
  if (!isAmount(price) || typeof quantity !== 'number') return undefined;
  const cents = toCents(price) * quantity;
  return Number.isSafeInteger(cents) ? toUsd(cents) : Number.POSITIVE_INFINITY;
}

/** `orders.csv:17`: the same row of the same file has the same id in every run. The name gives way to the length limit. */
function orderId(name: string, line: number): string {
  return `${name}:${line}`;
}

/**
 * Makes the function that turns a row's values into an order to be checked: what the file says, and for the rest what
 * can be derived from it, or a default.
 *
 * - `order_id`: the file's name and the line
 * - `total_amount`: price × quantity; `price`: total ÷ quantity, rounded half-up to cents
 * - `quantity`: 1; `region`: `Unknown`
 * - `product_id`: the product's name, or `Unknown`; `product_name`: from the catalog by id, or the id
 * - `category`: left to the check, which takes it from the catalog, or `Unknown`
 * - a field of the shop's own: its `ifMissing`
 *
 * @param fields which field each of a row's values is
 */
export function orderFiller(
  file: string,
  fields: readonly OrderField[],
): (values: readonly unknown[], line: number) => Record<string, unknown> {
  const places = Object.fromEntries(fields.map((field, place) => [field, place]));
  const place = (field: OrderField): number => places[field] ?? -1;
  const at = {
    order: place('order_id'),
    customer: place('customer_id'),
    product: place('product_id'),
    name: place('product_name'),
    category: place('category'),
    quantity: place('quantity'),
    price: place('price'),
    total: place('total_amount'),
    time: place('timestamp'),
    region: place('region'),
  };
  const longestLine = String(Number.MAX_SAFE_INTEGER).length;
  const fileName = [...path.basename(file).replace(/\p{Surrogate}/gu, '\ufffd')]
    .slice(0, maxIdLength - longestLine - 1)
    .join('');

  return (values, line) => {
    const quantity = readNumber(values[at.quantity]) ?? 1;
    const givenPrice = readNumber(values[at.price]);
    const givenTotal = readNumber(values[at.total]);
    const name = readText(values[at.name]);
    const product =
      readText(values[at.product]) ?? (typeof name === 'string' ? shorten(name) : (name ?? unknown));
    const order: Record<string, unknown> = {
      order_id: readText(values[at.order]) ?? orderId(fileName, line),
      customer_id: readText(values[at.customer]),
      product_id: product,
      product_name: name ?? (typeof product === 'string' ? (productNames.get(product) ?? product) : product),
      category: readText(values[at.category]),
      quantity,
      price: givenPrice ?? unitPrice(givenTotal, quantity),
      total_amount: givenTotal ?? totalOf(givenPrice, quantity),
      timestamp: readTime(values[at.time]),
      region: readText(values[at.region]) ?? unknown,
    };
    for (const [field, { simulated, ifMissing }] of furtherFields) {
      const read = typeof simulated[0] === 'number' ? readNumber : readText;
      order[field] = read(values[places[field] ?? -1]) ?? ifMissing;
    }
    return order;
  };
}

function shorten(name: string): string {
  return name.length <= maxIdLength ? name : [...name].slice(0, maxIdLength).join('');
}
