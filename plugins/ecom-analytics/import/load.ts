import path from 'node:path';
import type { ShopFields } from '../core/fields.ts';
import { maxAmountUsd } from '../core/money.ts';
import { maxFutureMs, maxIdLength, maxQuantity } from '../core/order.ts';
import { amountType } from './amount.ts';
import type { LeftOut, Plan, RowLayout, SourceField } from './layout.ts';
import type { ReplayDatabase } from './replay-database.ts';
import { literal } from './sql.ts';
import { fileColumn, problemColumn, rawColumn } from './table.ts';

/** The column of a shop's own field, in the tables here: one that nothing else has the name of. */
export function shopColumn(field: string): string {
  return `shop_${field}`;
}

function isNumber({ simulated }: ShopFields[string]): boolean {
  return typeof simulated[0] === 'number';
}

/** The shop's own fields, as SQL over the columns of `placed`. */
export function shopCells(fields: ShopFields): { name: string; isNumber: boolean; sql: string }[] {
  return Object.entries(fields).map(([field, own]) => {
    const name = shopColumn(field);
    const missing = isNumber(own) ? String(own.ifMissing) : literal(String(own.ifMissing));
    const sql = own.ifMissing === undefined ? name : `coalesce(${name}, ${missing})`;
    return { name, isNumber: isNumber(own), sql };
  });
}

/** Texts of a row, trimmed, null where there is nothing. */
const texts = [
  'order_id',
  'customer_id',
  'product_id',
  'product_name',
  'category',
  'region',
  'currency',
] as const satisfies readonly SourceField[];
const amounts = ['quantity', 'price', 'total_amount', 'refunded'] as const satisfies readonly SourceField[];

/**
 * Reads every row into the table `item`: the fields, why a row is left out or refused, and what stood in it where it is
 * refused. Row ids are in the order of the rows.
 *
 * @param time SQL of type TIMESTAMPTZ over `source`
 * @param shopFields fields of the shop's own
 */
export async function loadItems(
  db: ReplayDatabase,
  source: string,
  plan: Plan,
  time: string,
  shopFields: ShopFields,
): Promise<void> {
  const { expressions, leave } = plan;
  const mapped = Object.entries(expressions);
  const sides = mapped.map(([field, sql]) => `(${sql}) AS m_${field}`);
  const described = await db.columns(`SELECT ${sides.join(', ')} FROM ${source}`);
  const types = new Map(described.map(({ name, type }) => [name.slice(2), type]));
  const leftOut = (what: LeftOut['of']): string => {
    const cases = leave.filter(({ of }) => of === what);
    return `CASE ${cases.map((one) => `WHEN ${one.when} THEN ${literal(one.what)}`).join(' ')} WHEN false THEN '' END`;
  };
  const inner = [
    ...sides,
    `${time} AS read_time`,
    `${leftOut('row')} AS left_out`,
    `${leftOut('order')} AS order_out`,
    fileColumn,
    problemColumn,
    rawColumn,
  ];
  const text = (field: string): string => {
    if (!(field in expressions)) return 'CAST(NULL AS VARCHAR)';
    const value = types.get(field) === 'VARCHAR' ? `m_${field}` : `CAST(m_${field} AS VARCHAR)`;
    // trim() is slow, and few texts have a space, or a letter that may be one, at an end.
    return `CASE WHEN ${value} LIKE ' %' OR ${value} LIKE '% ' OR strlen(${value}) <> length(${value}) THEN nullif(trim(${value}), '') ELSE nullif(${value}, '') END`;
  };
  const amount = (field: string): string => {
    if (!(field in expressions)) return `CAST(NULL AS ${amountType})`;
    return types.get(field) === 'VARCHAR' ? `amount(m_${field})` : `try_cast(m_${field} AS ${amountType})`;
  };
  // A layout that says the zone of each row says it in place of the session's.
  const instant =
    'time_zone' in expressions
      ? `coalesce(timezone(m_time_zone, CAST(read_time AS TIMESTAMP)), read_time)`
      : 'read_time';
  const middle = [
    ...texts.map((field) => `${text(field)} AS ${field}`),
    ...amounts.map((field) => `${amount(field)} AS ${field}`),
    ...Object.entries(shopFields).map(
      ([field, own]) => `${isNumber(own) ? amount(field) : text(field)} AS ${shopColumn(field)}`,
    ),
    `epoch_ms(${instant}) AS ms`,
  ];
  const unread = (field: SourceField, value: string, reason: string): string =>
    field in expressions ? `WHEN ${value} IS NULL AND ${text(field)} IS NOT NULL THEN '${reason}' ` : '';
  const said = mapped
    .filter(([field]) => field !== 'time_zone' && field !== 'refunded')
    .map(([field]) => `"${field}" := CAST(m_${field} AS VARCHAR)`)
    .join(', ');
  const ofShop = Object.keys(shopFields).map(shopColumn);
  const kept = [...texts, ...amounts, ...ofShop, 'ms', 'left_out', 'order_out', 'reason'].join(', ');
  await db.run(
    `CREATE TABLE item AS SELECT ${kept}, ${fileColumn} AS file, ` +
      `CASE WHEN reason IS NOT NULL THEN coalesce(${rawColumn}, CAST(to_json(struct_pack(${said})) AS VARCHAR)) END AS raw FROM (` +
      `SELECT *, CASE WHEN left_out IS NOT NULL THEN NULL WHEN ${problemColumn} IS NOT NULL THEN ${problemColumn} ` +
      unread('quantity', 'quantity', 'quantity') +
      unread('price', 'price', 'price') +
      unread('total_amount', 'total_amount', 'total-amount') +
      unread('timestamp', 'ms', 'timestamp') +
      `WHEN false THEN '' END AS reason FROM (` +
      `SELECT *, ${middle.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${source})))`,
  );
}

/** How the rows of an order lie: from the values, unless it is known. */
export interface FoundLayout {
  readonly rows: RowLayout;
  /** What the values speak for. */
  readonly told: RowLayout;
  /** Whether rows share an order's id. */
  readonly grouped: boolean;
  /** How many ids there are, where rows share them. */
  readonly ids: number;
}

/** Put together at once: DuckDB does not spill the texts of unfinished groups to disk. */
const ordersAtOnce = 100_000;

/** The share of orders that must agree on a layout. */
const agreed = 0.9;

export async function findLayout(
  db: ReplayDatabase,
  plan: Plan,
  said: 'orders' | 'items' | undefined,
): Promise<FoundLayout> {
  const alone: FoundLayout = { rows: 'orders', told: 'orders', grouped: false, ids: 0 };
  if (plan.expressions.order_id === undefined) return alone;
  const items = 'FROM item WHERE left_out IS NULL AND reason IS NULL AND order_id IS NOT NULL';
  const { n, d } = await db.row(
    // count(DISTINCT …) cannot be spilled to disk.
    `SELECT sum(n)::DOUBLE AS n, count(*)::DOUBLE AS d FROM (SELECT count(*) AS n ${items} GROUP BY order_id)`,
  );
  if (n === null || n === d) return alone;
  const found = await db.row(
    'SELECT count(*)::DOUBLE AS orders, count(*) FILTER (totals = 1)::DOUBLE AS first, ' +
      'count(*) FILTER (totals = n AND least = most)::DOUBLE AS repeated, count(*) FILTER (totals = n AND head * 2 = whole)::DOUBLE AS summed, ' +
      'count(*) FILTER (n > 2 AND head * 2 = whole AND head > 0)::DOUBLE AS certain, sum(products)::DOUBLE AS products, sum(priced)::DOUBLE AS priced FROM (' +
      'SELECT count(*) AS n, count(total_amount) AS totals, min(total_amount) AS least, max(total_amount) AS most, arg_min(total_amount, rowid) AS head, sum(total_amount) AS whole, ' +
      `count(*) FILTER (abs(total_amount - price * coalesce(quantity, 1)) < 0.01) AS products, count(price + total_amount) AS priced ${items} GROUP BY order_id HAVING count(*) > 1)`,
  );
  const most = (some: string, all = 'orders'): boolean =>
    Number(found[some]) >= Number(found[all]) * agreed && Number(found[some]) > 0;
  const layouts: [RowLayout, boolean][] = [
    ['items', plan.expressions.total_amount === undefined],
    ['first', most('first')],
    ['summary', most('summed') && Number(found.certain) > 0],
    ['items', most('products', 'priced')],
    ['repeated', most('repeated')],
  ];
  const [told] = layouts.find(([, speaks]) => speaks) ?? ['items' as const];
  const total = told === 'first' || told === 'summary' ? told : 'repeated';
  // What a layout is known for gives way to what its values show.
  const known = plan.layout.rows === 'items' ? 'items' : told;
  const rows = said === 'orders' ? total : said === 'items' ? (told === 'first' ? told : 'items') : known;
  return { rows, told, grouped: true, ids: Number(d) };
}

/** Rows that stand after one of a later time. */
export async function rowsOutOfOrder(db: ReplayDatabase): Promise<number> {
  const { n } = await db.row(
    'SELECT count(*) AS n FROM (SELECT ms < lag(ms) OVER () AS back FROM item WHERE left_out IS NULL AND reason IS NULL AND ms IS NOT NULL) WHERE back',
  );
  return Number(n);
}

/**
 * Makes the view `placed`: an order a row, with its cents, and why it is none: a refund, or refused. Its column `place`
 * counts them in the order of time, with gaps.
 *
 * @param name that orders without an id are called by, with their row
 * @param digits after the point of the currency
 */
export async function placeOrders(
  db: ReplayDatabase,
  { grouped, rows, ids }: FoundLayout,
  options: {
    readonly name: string;
    /** Whether rows lie in the order of time already. */
    readonly inOrder: boolean;
    readonly firstRow: number;
    readonly guests: boolean;
    readonly digits: number;
    readonly nowMs: number;
    /** Fields of the shop's own. */
    readonly shopFields: ShopFields;
  },
): Promise<void> {
  const ofShop = Object.keys(options.shopFields).map(shopColumn);
  const further = ofShop.map((column) => `${column}, `).join('');
  // A wider decimal costs twenty times as much to reckon with.
  const ownTotal = `coalesce(total_amount, try_cast(price * coalesce(quantity, 1) AS ${amountType}))`;
  const id = `coalesce(order_id, ${literal(`${options.name}:`)} || (rowid + ${options.firstRow}))`;
  const kept = 'FROM item WHERE left_out IS NULL AND reason IS NULL';
  const isView = !grouped && options.inOrder;
  if (grouped) {
    const total =
      rows === 'items'
        ? `try_cast(sum(${ownTotal}) AS ${amountType})`
        : `coalesce(arg_min(total_amount, rowid), try_cast(sum(price * coalesce(quantity, 1)) AS ${amountType}))`;
    // A row that sums up the others has their quantity too.
    const quantity =
      rows === 'summary'
        ? 'CASE WHEN count(quantity) = count(*) THEN max(quantity) ELSE sum(quantity) END'
        : 'sum(quantity)';
    const firstOf = ['customer_id', 'region', 'currency', ...ofShop].map(
      (field) => `arg_min(${field}, rowid) AS ${field}`,
    );
    const largest = ['product_id', 'product_name', 'category'].map(
      (field) =>
        `coalesce(arg_max(${field}, (coalesce(price * coalesce(quantity, 1), total_amount, 0), -rowid)), any_value(${field})) AS ${field}`,
    );
    const query =
      `SELECT min(rowid) AS row_id, any_value(file) AS file, ${id} AS order_id, ${[...firstOf, ...largest].join(', ')}, ` +
      `${quantity} AS quantity, CASE WHEN count(*) = 1 THEN any_value(price) END AS price, ${total} AS total, ` +
      `${rows === 'items' ? 'sum' : 'max'}(refunded) AS refunded, min(ms) AS ms, count(*) AS row_count, max(order_out) AS left_out ${kept}`;
    const times = Math.ceil(ids / ordersAtOnce);
    for (let at = 0; at < times; at++)
      await db.run(
        `${at === 0 ? 'CREATE TABLE part AS' : 'INSERT INTO part'} ${query} AND hash(${id}) % ${times} = ${at} GROUP BY ${id}`,
      );
    await db.run('CREATE TABLE grouped AS SELECT * FROM part ORDER BY ms, row_id');
    await db.run('DROP TABLE part');
  } else {
    await db.run(
      `CREATE ${isView ? 'VIEW' : 'TABLE'} grouped AS SELECT ${isView ? 'rowid AS place, ' : ''}rowid AS row_id, file, ${id} AS order_id, customer_id, product_id, product_name, category, region, currency, ${further}` +
        `quantity, price, ${ownTotal} AS total, refunded, ms, 1 AS row_count, order_out AS left_out ${kept}${isView ? '' : ' ORDER BY ms, row_id'}`,
    );
  }
  const cents = (amount: string): string =>
    `CAST(${options.digits === 0 ? `round(${amount}) * 100` : `round(${amount} * 100)`} AS BIGINT)`;
  const customer = options.guests ? `coalesce(customer_id, 'guest ' || order_id)` : 'customer_id';
  const short = (field: string): string => `length(${field}) > ${maxIdLength}`;
  await db.run(
    `CREATE VIEW placed AS SELECT *, CASE WHEN left_out IS NOT NULL OR total < 0 THEN NULL WHEN ${short('order_id')} THEN 'order-id' ` +
      `WHEN customer_id IS NULL OR ${short('customer_id')} THEN 'customer-id' WHEN ${short('product_id')} THEN 'product-id' ` +
      `WHEN quantity < 1 OR quantity > ${maxQuantity} OR quantity <> round(quantity) THEN 'quantity' WHEN total IS NULL OR total > ${maxAmountUsd} THEN 'total-amount' ` +
      `WHEN ms IS NULL THEN 'timestamp' WHEN ms < 0 THEN 'before-1970' WHEN ms > ${options.nowMs + maxFutureMs} THEN 'in-the-future' END AS reason, ` +
      `left_out IS NULL AND total < 0 AS refund FROM (` +
      `SELECT ${isView ? 'place' : 'rowid AS place'}, row_id, file, order_id, ${customer} AS customer_id, product_id, product_name, category, region, currency, ${further}` +
      `coalesce(quantity, 1) AS quantity, price, total, refunded, ms, row_count, left_out, ` +
      `CASE WHEN abs(total) <= ${maxAmountUsd} THEN ${cents('total')} END AS cents, ` +
      `CASE WHEN price >= 0 AND price <= ${maxAmountUsd} THEN ${cents('price')} END AS price_cents FROM grouped)`,
  );
}

/** The name that ids of rows are made of: the file's, as short as an id allows. */
export function idName(file: string): string {
  const longestRow = String(Number.MAX_SAFE_INTEGER).length;
  return [...path.basename(file).replace(/\p{Surrogate}/gu, '\ufffd')]
    .slice(0, maxIdLength - longestRow - 1)
    .join('');
}
