import { unknownCategory } from '../core/catalog-types.ts';
import type { ShopFields } from '../core/fields.ts';
import { type BadRecordReason, fieldTypes, maxIdLength, type ParsedOrder } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { RowPlaces } from './lines.ts';
import { shopCells, shopColumn } from './load.ts';
import type { ReplayDatabase } from './replay-database.ts';
import { identifier, literal } from './sql.ts';

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

/** Asked of DuckDB at once. More cost less time, and more memory. */
const rowsAtOnce = 15_360;
/** Handed on at once. */
const batchRows = 2048;

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
  yield await Promise.all(
    places.rejects.map(async (one) => row(await places.refusedLine(one), one.reason, one.text)),
  );
  for await (const rows of (await db.stream(badQuery)).yieldRows())
    yield await Promise.all(
      rows.map(async ([at, file, reason, raw]) =>
        row(await places.line(String(file), Number(at)), String(reason), raw),
      ),
    );
}

/** A field, or what one is made of, as SQL over `placed`. */
interface Cell {
  readonly name: string;
  readonly sql: string;
  readonly isNumber: boolean;
}

function cellsOf(products: PipelineDefinition['catalog']['products'], ofShop: ShopFields): readonly Cell[] {
  const product = `coalesce(product_id, left(product_name, ${maxIdLength}), ${literal(unknownCategory)})`;
  const names = products.map((one) => `WHEN ${literal(one.product_id)} THEN ${literal(one.product_name)}`);
  const texts = {
    order_id: 'order_id',
    customer_id: 'customer_id',
    product_id: product,
    product_name: `coalesce(product_name, CASE product_id ${names.join(' ')} ELSE ${product} END)`,
    category: 'category',
    timestamp: "strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')",
    region: `coalesce(region, ${literal(unknownCategory)})`,
  };
  const count = 'CAST(quantity AS BIGINT)';
  const numbers = {
    place: 'place',
    ms: 'ms',
    quantity: count,
    // Rounded half-up.
    price: `coalesce(price_cents, (2 * cents + ${count}) // (2 * ${count}))`,
    cents: 'cents',
  };
  return [
    ...Object.entries(texts).map(([name, sql]) => ({ name, sql, isNumber: false })),
    ...Object.entries(numbers).map(([name, sql]) => ({ name, sql, isNumber: true })),
    ...shopCells(ofShop),
  ];
}

/** Lists of the values of a batch of orders, by the names of their cells; each list a text of JSON. */
type Batch = Readonly<Record<string, unknown>>;

/** The orders of a batch: what DuckDB did not refuse is one. */
function ordersOf(
  batch: Batch,
  categories: ReadonlyMap<string | undefined, string>,
  shopFields: readonly string[],
): ReplayOrder[] {
  const list = <T>(name: string): readonly T[] => JSON.parse(String(batch[name])); // written by our own query
  const texts = list<string>;
  const numbers = list<number>;
  const [orderId, customer, product] = [texts('order_id'), texts('customer_id'), texts('product_id')];
  const [name, category, region] = [texts('product_name'), texts('category'), texts('region')];
  const [timestamp, ms, quantity] = [texts('timestamp'), numbers('ms'), numbers('quantity')];
  const [price, cents, place] = [numbers('price'), numbers('cents'), numbers('place')];
  const shop = shopFields.map((field) => [field, list(shopColumn(field))] as const);
  // One thread reads them in their order, but not several.
  const inOrder = [...place.keys()].sort((a, b) => (place[a] ?? 0) - (place[b] ?? 0));
  return inOrder.map((at): ReplayOrder => {
    const [eventTimeMs, totalCents] = [ms[at] ?? Number.NaN, cents[at] ?? Number.NaN];
    const order: ReplayOrder['order'] = {
      order_id: orderId[at] ?? '',
      customer_id: customer[at] ?? '',
      product_id: product[at] ?? '',
      product_name: name[at] ?? '',
      category: category[at] || (categories.get(product[at]) ?? unknownCategory),
      quantity: quantity[at] ?? Number.NaN,
      price: (price[at] ?? Number.NaN) / 100,
      total_amount: totalCents / 100,
      timestamp: timestamp[at] ?? '',
      region: region[at] ?? '',
    };
    for (const [field, values] of shop) order[field] = values[at];
    return { kind: 'order', order, eventTimeMs, totalCents };
  });
}

/** The orders, in the order of time; one that is wrong in a field of the shop's own is a bad row among them. */
export async function* orders(
  db: ReplayDatabase,
  places: RowPlaces,
  { catalog, orderFields: ofShop }: PipelineDefinition,
): AsyncGenerator<readonly ReplayRow[]> {
  // A value for each field, or an object for each order, costs several times as much.
  const lists = cellsOf(catalog.products, ofShop).map(({ name, sql, isNumber }) =>
    isNumber
      ? `'[' || string_agg(coalesce(CAST(${sql} AS VARCHAR), 'null'), ',') || ']' AS ${identifier(name)}`
      : `CAST(to_json(list(coalesce(${sql}, ''))) AS VARCHAR) AS ${identifier(name)}`,
  );
  const read = (from: number): Promise<Batch[]> =>
    db.rows(
      `SELECT place // ${batchRows} AS batch, ${lists.join(', ')} FROM placed WHERE place >= ${from} AND place < ${from + rowsAtOnce} ` +
        'AND left_out IS NULL AND NOT coalesce(refund, false) AND reason IS NULL GROUP BY ALL ORDER BY batch',
    );
  const categories = new Map(catalog.products.map((one) => [one.product_id, one.category]));
  const checks = Object.entries(ofShop).map(([field, { type }]) => ({
    field,
    check: fieldTypes[type].check,
    reason: field.replaceAll('_', '-'),
  }));
  const checked = async (made: ReplayOrder, place: unknown): Promise<ReplayRow> => {
    const { order } = made;
    const wrong = checks.find(({ field, check }) => !check(order[field]));
    if (wrong === undefined) return made;
    const at = await db.row(
      `SELECT row_id::DOUBLE AS row_id, file FROM placed WHERE place = ${String(place)}`,
    );
    const line = await places.line(String(at.file), Number(at.row_id));
    return { kind: 'bad-row', line, reason: wrong.reason, raw: Buffer.from(JSON.stringify(order)) };
  };
  const { end } = await db.row('SELECT coalesce(max(place) + 1, 0)::DOUBLE AS end FROM placed');
  let next = read(0);
  try {
    for (let from = 0; from < Number(end); from += rowsAtOnce) {
      const group = await next;
      // DuckDB writes the next ones while these are worked on.
      next = read(from + rowsAtOnce);
      for (const batch of group) {
        const made = ordersOf(batch, categories, Object.keys(ofShop));
        if (checks.length === 0) yield made;
        else {
          const at: number[] = JSON.parse(String(batch.place));
          at.sort((a, b) => a - b);
          yield await Promise.all(made.map((one, index) => checked(one, at[index])));
        }
      }
    }
  } finally {
    await next.catch(() => []);
  }
}
