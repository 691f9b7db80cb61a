import { unknownCategory } from '../core/catalog-types.ts';
import { type BadRecordReason, maxIdLength, OrderReader, type ParsedOrder } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { ReplayDatabase } from './database.ts';
import type { RowPlaces } from './lines.ts';
import { shopCells } from './load.ts';
import { literal } from './sql.ts';

/** A row that is an order, or rows that are one. */
export interface ReplayOrder extends ParsedOrder {
  readonly kind: 'order';
}

/** A row that is none, and belongs to the dead letters. */
export interface BadRow {
  readonly kind: 'bad-row';
  /** From 1: the line of a text file, the row of another. */
  readonly line: number;
  readonly reason: BadRecordReason;
  /** What stands in the file; of a row that could be taken apart, its mapped columns as JSON. */
  readonly raw: Uint8Array;
}

export type ReplayRow = ReplayOrder | BadRow;

/**
 * Asked of DuckDB at once, a text of JSON for each column: a value for each field, or an object for each order, costs several
 * times as much. A part of one row group, which one thread reads in its order.
 */
const rowsAtOnce = 15_360;
/** Handed on at once. */
const batchRows = 2048;

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += batchRows) yield all.slice(from, from + batchRows);
}

const badQuery =
  'SELECT rowid::DOUBLE AS row_id, file, reason, raw FROM item WHERE reason IS NOT NULL UNION ALL ' +
  'SELECT row_id::DOUBLE, file, reason, CAST(to_json(struct_pack(order_id := order_id, customer_id := customer_id, product_id := product_id, quantity := quantity, ' +
  'total_amount := total::DOUBLE, "timestamp" := strftime(make_timestamp(ms * 1000), \'%Y-%m-%dT%H:%M:%SZ\'))) AS VARCHAR) FROM placed WHERE reason IS NOT NULL ORDER BY row_id';

/** Rows that could not be taken apart, and then those that were refused, by their lines. */
export async function* badRows(db: ReplayDatabase, places: RowPlaces): AsyncGenerator<readonly BadRow[]> {
  const row = (line: number, reason: BadRecordReason, raw: unknown): BadRow => ({
    kind: 'bad-row',
    line,
    reason,
    raw: Buffer.from(String(raw ?? '')),
  });
  for (const broken of batches(places.rejects))
    yield await Promise.all(
      broken.map(async (one) => row(await places.refusedLine(one), one.reason, one.text)),
    );
  for await (const rows of (await db.stream(badQuery)).yieldRows())
    yield await Promise.all(
      rows.map(async ([at, file, reason, raw]) =>
        // The reason was written by our own query, from the closed list.
        row(await places.line(String(file), Number(at)), reason as BadRecordReason, raw),
      ),
    );
}

/** A field of an order, as SQL over `placed`. */
interface Cell {
  readonly field: string;
  readonly sql: string;
  readonly isNumber: boolean;
}

function cellsOf({ catalog, orderFields }: PipelineDefinition): Cell[] {
  const product = `coalesce(product_id, left(product_name, ${maxIdLength}), ${literal(unknownCategory)})`;
  const names = catalog.products.map(
    (one) => `WHEN ${literal(one.product_id)} THEN ${literal(one.product_name)}`,
  );
  const texts = {
    order_id: 'order_id',
    customer_id: 'customer_id',
    product_id: product,
    product_name: `coalesce(product_name, CASE product_id ${names.join(' ')} ELSE ${product} END)`,
    category: 'category',
    timestamp: "strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')",
    region: `coalesce(region, ${literal(unknownCategory)})`,
  };
  const numbers = {
    quantity: 'quantity',
    // Of hundredths, rounded half-up.
    price:
      'coalesce(price_cents, (2 * cents + CAST(quantity AS BIGINT)) // (2 * CAST(quantity AS BIGINT))) / 100',
    total_amount: 'cents / 100',
  };
  const cells = (of: object, isNumber: boolean): Cell[] =>
    Object.entries(of).map(([field, sql]) => ({ field, sql: String(sql), isNumber }));
  return [...cells(texts, false), ...cells(numbers, true), ...shopCells(orderFields)];
}

/** Orders of a part of `placed`, in the order of their places. */
interface Page {
  readonly places: readonly number[];
  /** One of them, made when it is asked for: an order that is kept for long costs the garbage collector more. */
  order(at: number): object;
}

/** The texts of a JSON list that was put together without escapes, or null where one of them needed some. */
function plainTexts(json: string, count: number): string[] | null {
  if (json.includes('\\')) return null;
  try {
    const texts = JSON.parse(json) as string[]; // written by our own query
    // A quote within a text makes more texts of it.
    return texts.length === count ? texts : null;
  } catch {
    return null;
  }
}

/** @param escaped fields with texts that need escapes in JSON */
async function pageFrom(
  db: ReplayDatabase,
  cells: readonly Cell[],
  from: number,
  escaped: Set<string>,
): Promise<Page> {
  const lists = cells.map(({ field, sql, isNumber }, at) =>
    isNumber
      ? `list(CAST(${sql} AS DOUBLE)) AS c${at}`
      : escaped.has(field)
        ? `CAST(to_json(list(coalesce(${sql}, ''))) AS VARCHAR) AS c${at}`
        : `'["' || string_agg(coalesce(${sql}, ''), '","') || '"]' AS c${at}`,
  );
  const row = await db.row(
    `SELECT list(CAST(place AS DOUBLE)) AS places, ${lists.join(', ')} FROM placed WHERE place >= ${from} AND place < ${from + rowsAtOnce} ` +
      'AND left_out IS NULL AND NOT coalesce(refund, false) AND reason IS NULL',
  );
  const places = (row.places ?? []) as number[]; // doubles, as asked
  if (places.length === 0) return { places, order: () => ({}) };
  const values = new Map<string, readonly unknown[]>();
  for (const [at, { field, isNumber }] of cells.entries()) {
    const value = row[`c${at}`];
    const list = isNumber
      ? (value as number[])
      : escaped.has(field)
        ? (JSON.parse(String(value)) as string[])
        : plainTexts(String(value), places.length);
    if (list === null) return pageFrom(db, cells, from, escaped.add(field));
    values.set(field, list);
  }
  const of = (field: string): readonly unknown[] => values.get(field) ?? [];
  const [orderId, customer, product, name] = ['order_id', 'customer_id', 'product_id', 'product_name'].map(
    of,
  );
  const [category, timestamp, region] = ['category', 'timestamp', 'region'].map(of);
  const [quantity, price, total] = ['quantity', 'price', 'total_amount'].map(of);
  const shop = cells.slice(10).map(({ field }) => [field, of(field)] as const);
  const order = (at: number): object => {
    const made: Record<string, unknown> = {
      order_id: orderId?.[at],
      customer_id: customer?.[at],
      product_id: product?.[at],
      product_name: name?.[at],
      category: category?.[at],
      quantity: quantity?.[at],
      price: price?.[at],
      total_amount: total?.[at],
      timestamp: timestamp?.[at],
      region: region?.[at],
    };
    for (const [field, list] of shop) made[field] = list[at] ?? null;
    return made;
  };
  // One thread reads them in order; where several did, they are sorted here.
  if (places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0))) return { places, order };
  const sorted = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  return { places: sorted.map((at) => places[at] ?? 0), order: (at) => order(sorted[at] ?? 0) };
}

/**
 * The orders, in the order of time; those that are refused only now, for a field of the shop's own, as bad rows among them.
 *
 * @param now when they are taken to be appended, epoch milliseconds
 */
export async function* orders(
  db: ReplayDatabase,
  places: RowPlaces,
  definition: PipelineDefinition,
  now: () => number,
): AsyncGenerator<readonly ReplayRow[]> {
  const reader = new OrderReader(definition);
  const cells = cellsOf(definition);
  const escaped = new Set<string>();
  const refused = async (place: number, reason: BadRecordReason, order: object): Promise<BadRow> => {
    const row = await db.row(`SELECT row_id::DOUBLE AS row_id, file FROM placed WHERE place = ${place}`);
    const line = await places.line(String(row.file), Number(row.row_id));
    return { kind: 'bad-row', line, reason, raw: Buffer.from(JSON.stringify(order)) };
  };
  const { end } = await db.row('SELECT coalesce(max(place) + 1, 0)::DOUBLE AS end FROM placed');
  let next = pageFrom(db, cells, 0, escaped);
  try {
    for (let from = 0; from < Number(end); from += rowsAtOnce) {
      const page = await next;
      // DuckDB writes the next ones while these are worked on.
      next = pageFrom(db, cells, from + rowsAtOnce, escaped);
      for (const batch of batches([...page.places.entries()])) {
        const nowMs = now();
        yield await Promise.all(
          batch.map(([at, place]) => {
            const made = page.order(at);
            const checked = reader.check(made, nowMs);
            return typeof checked === 'string'
              ? refused(place, checked, made)
              : ({ kind: 'order', ...checked } as const);
          }),
        );
      }
    }
  } finally {
    await next.catch(() => null);
  }
}
