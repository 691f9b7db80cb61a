import path from 'node:path';
import { unknownCategory } from '../core/catalog-types.ts';
import { EcomError, UsageError } from '../core/error.ts';
import { currencyDecimals } from '../core/money.ts';
import {
  type BadRecordReason,
  maxIdLength,
  OrderReader,
  type ParsedOrder,
  type PipelineField,
} from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { currencyInAmounts } from './amount.ts';
import { ReplayDatabase, reasonOf, resourceError } from './database.ts';
import { describeFindings, layoutWarning, look, type RowPlaces } from './findings.ts';
import type { ReplayFindings } from './found.ts';
import { firstLine, type Input, type InputOptions, openInput, type ReplayFormat } from './input.ts';
import {
  findLayout,
  idName,
  loadItems,
  placeOrders,
  type Reject,
  rowsOutOfOrder,
  shopCells,
} from './load.ts';
import { noRows, type Plan, type PlanOptions, planOrders } from './plan.ts';
import { bundles } from './platform.ts';
import { fewOf, identifier, literal } from './sql.ts';
import { timeReading } from './time-form.ts';

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

/** What a user may say of a file of orders; the rest is found out. */
export interface ReplayChoices extends InputOptions, PlanOptions {
  /** A query whose rows are the orders or items; each file is a table by its name. */
  readonly sql?: string | undefined;
  readonly rows?: 'orders' | 'items' | undefined;
  /** strptime */
  readonly timeFormat?: string | undefined;
  /** Of local times; UTC by default. */
  readonly timeZone?: string | undefined;
  /** The currency to take, where there are several. */
  readonly currency?: string | undefined;
}

export interface ReplayOptions extends ReplayChoices {
  /** A path, a folder or a pattern; several are one. */
  readonly file: string | readonly string[];
  readonly definition: PipelineDefinition;
  /** When rows are taken to be appended, epoch milliseconds: an order may not lie after it. The present by default. */
  readonly now?: () => number;
  /** Whether the replay is to end: asked while a file is read, which takes a while before the first order. */
  readonly isOver?: () => boolean;
  /** Told the share that has been read, 0 to 1, about once a second. */
  readonly onProgress?: (share: number) => void;
}

/** A file of orders, read and in the order of time; iterating hands them on. */
export interface Replay extends AsyncIterable<readonly ReplayRow[]> {
  readonly files: readonly string[];
  readonly format: ReplayFormat;
  readonly plan: Plan;
  readonly findings: ReplayFindings;
  /** What someone should know before the run, a sentence each. */
  readonly notes: readonly string[];
  /** The share of the orders that have been handed on, 0 to 1. */
  progress(): number;
  /** Removes the temporary files; nothing can be iterated after it. */
  close(): void;
}

/**
 * Asked of DuckDB at once, a text of JSON for each column: a value for each field, or an object for each order, costs several
 * times as much. A part of one row group, which one thread reads in its order.
 */
const rowsAtOnce = 15_360;
/** Handed on at once. */
const batchRows = 2048;

/** What an order's fields come from, as SQL over `placed`: texts, and numbers as doubles. */
interface OrderColumns {
  readonly texts: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<string, string>;
}

function orderColumns({ catalog, orderFields }: PipelineDefinition): OrderColumns {
  const product = `coalesce(product_id, left(product_name, ${maxIdLength}), ${literal(unknownCategory)})`;
  const names = catalog.products.map(
    (one) => `WHEN ${literal(one.product_id)} THEN ${literal(one.product_name)}`,
  );
  const shop = shopCells(orderFields);
  const ofKind = (isNumber: boolean): [string, string][] =>
    shop.filter((cell) => cell.isNumber === isNumber).map(({ field, sql }) => [field, sql]);
  return {
    texts: new Map([
      ['order_id', 'order_id'],
      ['customer_id', 'customer_id'],
      ['product_id', product],
      ['product_name', `coalesce(product_name, CASE product_id ${names.join(' ')} ELSE ${product} END)`],
      ['category', 'category'],
      ['timestamp', "strftime(make_timestamp(ms * 1000), '%Y-%m-%dT%H:%M:%S.%gZ')"],
      ['region', `coalesce(region, ${literal(unknownCategory)})`],
      ...ofKind(false),
    ]),
    numbers: new Map([
      ['quantity', 'quantity'],
      // Rounded half-up.
      [
        'price',
        'coalesce(price_cents, (2 * cents + CAST(quantity AS BIGINT)) // (2 * CAST(quantity AS BIGINT)))',
      ],
      ['total_amount', 'cents'],
      ...ofKind(true),
    ]),
  };
}

/** Orders of a part of `placed`. */
interface PlacedOrders {
  readonly places: readonly number[];
  /** One of them, made when it is asked for: an order that is kept for long costs the garbage collector more. */
  order(index: number): object;
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

const isOrder = 'left_out IS NULL AND NOT coalesce(refund, false) AND reason IS NULL';

const badQuery =
  'SELECT rowid::DOUBLE AS row_id, file, reason, raw FROM item WHERE reason IS NOT NULL UNION ALL ' +
  'SELECT row_id::DOUBLE, file, reason, CAST(to_json(struct_pack(order_id := order_id, customer_id := customer_id, product_id := product_id, quantity := quantity, ' +
  'total_amount := total::DOUBLE, "timestamp" := strftime(make_timestamp(ms * 1000), \'%Y-%m-%dT%H:%M:%SZ\'))) AS VARCHAR) FROM placed WHERE reason IS NOT NULL ORDER BY row_id';

class OpenReplay implements Replay {
  readonly files: readonly string[];
  readonly format: ReplayFormat;
  readonly plan: Plan;
  readonly findings: ReplayFindings;
  readonly notes: readonly string[];
  readonly #db: ReplayDatabase;
  readonly #places: RowPlaces;
  readonly #broken: readonly Reject[];
  readonly #now: () => number;
  readonly #reader: OrderReader;
  readonly #columns: OrderColumns;
  /** Columns with texts that need escapes in JSON. */
  readonly #escaped = new Set<string>();
  readonly #shopFields: readonly string[];
  #handedOn = 0;

  constructor(
    db: ReplayDatabase,
    about: Pick<Replay, 'files' | 'format' | 'plan' | 'findings' | 'notes'>,
    rows: {
      places: RowPlaces;
      broken: readonly Reject[];
      now: () => number;
      definition: PipelineDefinition;
    },
  ) {
    this.#db = db;
    this.files = about.files;
    this.format = about.format;
    this.plan = about.plan;
    this.findings = about.findings;
    this.notes = about.notes;
    this.#places = rows.places;
    this.#broken = rows.broken;
    this.#now = rows.now;
    this.#reader = new OrderReader(rows.definition);
    this.#columns = orderColumns(rows.definition);
    this.#shopFields = Object.keys(rows.definition.orderFields);
  }

  progress(): number {
    return this.findings.orders === 0 ? 1 : Math.min(1, this.#handedOn / this.findings.orders);
  }

  close(): void {
    this.#db.close();
  }

  async *#badRows(): AsyncGenerator<readonly BadRow[]> {
    for (let from = 0; from < this.#broken.length; from += batchRows) {
      const broken = this.#broken.slice(from, from + batchRows).map(
        async (reject): Promise<BadRow> => ({
          kind: 'bad-row',
          line: await this.#places.refusedLine(reject),
          reason: reject.reason,
          raw: Buffer.from(reject.text),
        }),
      );
      yield await Promise.all(broken);
    }
    if (this.findings.refused.length === 0) return;
    const answer = await this.#db.stream(badQuery);
    for await (const rows of answer.yieldRows()) {
      const bad = rows.map(
        async ([at, file, reason, raw]): Promise<BadRow> => ({
          kind: 'bad-row',
          line: await this.#places.line(String(file), Number(at)),
          reason: reason as BadRecordReason, // written by our own query, from the closed list
          raw: Buffer.from(String(raw ?? '')),
        }),
      );
      yield await Promise.all(bad);
    }
  }

  /** Orders from a place on, in the order of their places. */
  async #orders(from: number): Promise<PlacedOrders> {
    const { texts, numbers } = this.#columns;
    const query = [
      ...[...texts].map(([field, sql], at) =>
        this.#escaped.has(field)
          ? `CAST(to_json(list(coalesce(${sql}, ''))) AS VARCHAR) AS t${at}`
          : `'["' || string_agg(coalesce(${sql}, ''), '","') || '"]' AS t${at}`,
      ),
      ...[...numbers.values()].map((sql, at) => `list(CAST(${sql} AS DOUBLE)) AS n${at}`),
    ];
    const row = await this.#db.row(
      `SELECT list(CAST(place AS DOUBLE)) AS places, ${query.join(', ')} FROM placed WHERE place >= ${from} AND place < ${from + rowsAtOnce} AND ${isOrder}`,
    );
    const numbersAt = (name: string): readonly number[] => (row[name] ?? []) as number[]; // doubles, as asked
    const column = new Map([...numbers.keys()].map((field, at) => [field, numbersAt(`n${at}`)]));
    const places = numbersAt('places');
    if (places.length === 0) return { places, order: () => ({}) };
    const text = new Map<string, readonly string[]>();
    for (const [at, field] of [...texts.keys()].entries()) {
      const json = String(row[`t${at}`]);
      const found = this.#escaped.has(field)
        ? (JSON.parse(json) as string[])
        : plainTexts(json, places.length); // written by our own query
      if (found === null) {
        this.#escaped.add(field);
        return this.#orders(from);
      }
      text.set(field, found);
    }
    const textOf = (field: PipelineField): readonly string[] => text.get(field) ?? [];
    const centsOf = (field: PipelineField): readonly number[] => column.get(field) ?? [];
    const [orderId, customer, product] = [textOf('order_id'), textOf('customer_id'), textOf('product_id')];
    const [name, category, region] = [textOf('product_name'), textOf('category'), textOf('region')];
    const [timestamp, quantity] = [textOf('timestamp'), column.get('quantity') ?? []];
    const [price, total] = [centsOf('price'), centsOf('total_amount')];
    const shop = this.#shopFields.map(
      (field) => [field, column.get(field) ?? text.get(field) ?? []] as const,
    );
    const order = (at: number): object => {
      const made: Record<string, unknown> = {
        order_id: orderId[at],
        customer_id: customer[at],
        product_id: product[at],
        product_name: name[at],
        category: category[at],
        quantity: quantity[at],
        price: (price[at] ?? Number.NaN) / 100,
        total_amount: (total[at] ?? Number.NaN) / 100,
        timestamp: timestamp[at],
        region: region[at],
      };
      for (const [field, values] of shop) made[field] = values[at] ?? null;
      return made;
    };
    // One thread reads them in order; where several did, they are sorted here.
    if (places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0))) return { places, order };
    const sorted = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
    return {
      places: sorted.map((at) => places[at] ?? 0),
      order: (index) => order(sorted[index] ?? 0),
    };
  }

  async #badOrder(place: number, reason: BadRecordReason, order: unknown): Promise<BadRow> {
    const row = await this.#db.row(
      `SELECT row_id::DOUBLE AS row_id, file FROM placed WHERE place = ${place}`,
    );
    const line = await this.#places.line(String(row.file), Number(row.row_id));
    return { kind: 'bad-row', line, reason, raw: Buffer.from(JSON.stringify(order)) };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly ReplayRow[]> {
    this.#handedOn = 0;
    let next: Promise<PlacedOrders> | undefined;
    try {
      yield* this.#badRows();
      const { places } = await this.#db.row(
        'SELECT coalesce(max(place) + 1, 0)::DOUBLE AS places FROM placed',
      );
      next = this.#orders(0);
      for (let from = 0; from < Number(places); from += rowsAtOnce) {
        const { places: here, order } = await next;
        // DuckDB writes the next ones while these are worked on.
        next = this.#orders(from + rowsAtOnce);
        for (let start = 0; start < here.length; start += batchRows) {
          const nowMs = this.#now();
          const batch = here.slice(start, start + batchRows).map((place, index) => {
            const made = order(start + index);
            const checked = this.#reader.check(made, nowMs);
            return typeof checked === 'string'
              ? this.#badOrder(place, checked, made)
              : ({ kind: 'order', ...checked } as const);
          });
          this.#handedOn += batch.length;
          yield await Promise.all(batch);
        }
      }
    } catch (cause) {
      throw readError(cause, this.files);
    } finally {
      await next?.catch(() => []);
    }
  }
}

function readError(cause: unknown, files: readonly string[]): Error {
  if (cause instanceof EcomError) return cause;
  const where = fewOf(files);
  const resources = resourceError(cause, where);
  if (resources !== null) return resources;
  const what = `Reading the orders failed: ${reasonOf(cause)}`;
  return new EcomError(
    'ECOM_REPLAY_READ',
    { what, where, fix: 'Repair or replace the file and run again.' },
    { cause },
  );
}

/** Where a user's expression fails for the values of a row, which no repair of the file is asked for. */
function expressionFailure(
  cause: unknown,
  { map, where, sql }: ReplayChoices,
  files: readonly string[],
): UsageError | null {
  const given = Object.entries({ '--map': map, '--where': where, '--sql': sql }).filter(
    ([, text]) => text !== undefined,
  );
  const what = reasonOf(cause).split('\n')[0] ?? '';
  if (
    cause instanceof EcomError ||
    given.length === 0 ||
    !/^(Conversion|Invalid Input|Out of Range)/.test(what)
  )
    return null;
  return new UsageError(
    'ECOM_REPLAY_EXPRESSION',
    {
      what: `What ${given.map(([option]) => option).join(' or ')} says fails in a row: ${what}`,
      where: fewOf(files),
      fix: 'try_cast(… AS …) gives no value where a value does not fit, and amount(…) reads amounts.',
    },
    { cause },
  );
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The view `source` of all rows, from the files as one or from a query over them. */
async function openSource(
  db: ReplayDatabase,
  given: readonly string[],
  options: ReplayOptions,
  rewritten: boolean,
): Promise<{ input: Input; bundle: (typeof bundles)[number] | null }> {
  const { sql, timeZone = 'UTC' } = options;
  if (!isZone(timeZone)) {
    const fix = 'Give a zone by its IANA name, for example America/New_York.';
    throw new UsageError('ECOM_OPTION_RANGE', {
      what: `There is no time zone "${timeZone}"`,
      where: '--time-zone',
      fix,
    });
  }
  const named = async (): Promise<Input[]> => openInput(given, options, db, 'tables', rewritten);
  let tables: Input[] | null = sql === undefined ? null : await named();
  let bundle: (typeof bundles)[number] | null = null;
  let input: Input | undefined;
  if (tables === null) {
    const all = await openInput(given, options, db, 'one', rewritten).catch(async (error: unknown) => {
      if (!(error instanceof EcomError) || error.code !== 'ECOM_REPLAY_COLUMNS') throw error;
      const each = await named();
      bundle =
        bundles.find(({ files }) => files.every((one) => each.some((table) => stem(table) === one))) ?? null;
      if (bundle === null) throw error;
      return each;
    });
    if (bundle === null) [input] = all;
    else tables = all;
  }
  if (tables !== null) {
    for (const table of tables) {
      for (const name of new Set([path.basename(table.files[0] ?? ''), stem(table)])) {
        const columns = table.columns.map(({ name: column }) => identifier(column)).join(', ');
        await db.run(
          `CREATE OR REPLACE VIEW ${identifier(name)} AS SELECT ${columns} FROM (${table.select('refused')})`,
        );
      }
    }
  } else if (input !== undefined) await db.run(`CREATE VIEW source AS ${input.select('skipped')}`);
  await db.lock(
    [...(tables ?? []), ...(input === undefined ? [] : [input])].flatMap(({ reads }) => reads),
    timeZone,
  );
  if (tables === null && input !== undefined) return { input, bundle: null };
  // Of the query's own texts, amounts are read as they are of any file's.
  const query = sql?.replace(/[;\s]+$/, '') ?? bundleSql(bundle, tables ?? []);
  try {
    if (sql === undefined) await db.run('CREATE OR REPLACE MACRO amount(t) AS try_cast(t AS DECIMAL(18, 4))');
    if (!(await db.isOneQuestion(query))) throw new Error('it is not one SELECT');
    const columns = await db.columns(query);
    await db.run(
      `CREATE VIEW source AS SELECT *, 'query' AS _ecom_file, CAST(NULL AS VARCHAR) AS _ecom_problem, CAST(NULL AS VARCHAR) AS _ecom_raw FROM (${query}\n)`,
    );
    const joined: Input = {
      format: 'sql',
      files: (tables ?? []).flatMap(({ files }) => files),
      reads: (tables ?? []).flatMap(({ reads }) => reads),
      columns,
      twice: new Set(),
      dialects: [],
      notes: [...(tables ?? []).flatMap(({ notes }) => notes), ...unusedNotes(bundle, tables ?? [])],
      select: () => query,
    };
    return { input: joined, bundle };
  } catch (cause) {
    const names = fewOf((tables ?? []).map((table) => stem(table)));
    const what = `--sql cannot be used: ${reasonOf(cause).split('\n')[0]}`;
    const fix = `It is one SELECT over the files, whose names are tables: ${names}. It reads nothing else and writes nothing.`;
    throw new UsageError('ECOM_REPLAY_EXPRESSION', { what, where: '--sql', fix }, { cause });
  }
}

function stem({ files }: Input): string {
  return path
    .basename(files[0] ?? '')
    .replace(/\.(gz|zst)$/i, '')
    .replace(/\.[^.]+$/, '');
}

/** Files of a folder that its data set's orders are not made of. */
function unusedNotes(bundle: (typeof bundles)[number] | null, tables: readonly Input[]): string[] {
  if (bundle === null) return [];
  const known = [...bundle.files, ...bundle.further];
  const unused = tables.filter((table) => !known.includes(stem(table))).flatMap(({ files }) => files);
  if (unused.length === 0) return [];
  const list = unused.map((file) => path.basename(file)).join(', ');
  const what = unused.length === 1 ? '1 file that is' : `${unused.length} files that are`;
  return [`Not used: ${what} not part of the orders of ${bundle.name}: ${list}.`];
}

function bundleSql(bundle: (typeof bundles)[number] | null, tables: readonly Input[]): string {
  return bundle?.sql((name) => tables.some((table) => stem(table) === name)) ?? '';
}

/** The plan with the currency that the amounts themselves say, where no column does. */
async function withCurrency(db: ReplayDatabase, source: string, plan: Plan, own: string): Promise<Plan> {
  const { currency, total_amount, price } = plan.expressions;
  const amount = total_amount ?? price;
  if (currency !== undefined || amount === undefined || !/^[A-Z]{3}$/.test(own)) return plan;
  const said = await currencyInAmounts(db, source, amount, own);
  return said === null ? plan : { ...plan, expressions: { ...plan.expressions, currency: said } };
}

/** The currency of the file's amounts, and how many digits it has after the point. */
async function currencyOf(
  db: ReplayDatabase,
  options: ReplayOptions,
  definition: PipelineDefinition,
  where: string,
): Promise<{ currency: string; notes: string[] }> {
  const wanted = options.currency?.toUpperCase();
  const own = definition.currency;
  const { n } = await db.row('SELECT count(currency) AS n FROM item');
  if (Number(n) === 0) return { currency: wanted ?? own, notes: [] };
  const there = await db.rows(
    'SELECT upper(currency) AS currency, count(*) AS n FROM item WHERE left_out IS NULL AND reason IS NULL AND currency IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1',
  );
  const [only] = there;
  if (wanted !== undefined) {
    if (there.length > 0 && !there.some(({ currency }) => currency === wanted)) {
      const fix = `The file has ${there.map(({ currency }) => String(currency)).join(', ')}.`;
      throw new UsageError('ECOM_REPLAY_CURRENCY', { what: `No row is in ${wanted}`, where, fix });
    }
    await db.run(
      `UPDATE item SET left_out = 'in ' || upper(currency) WHERE left_out IS NULL AND currency IS NOT NULL AND upper(currency) <> '${wanted}'`,
    );
    // An order's currency may stand in its first row alone.
    if (there.length > 1) {
      await db.run(
        `UPDATE item SET left_out = coalesce(o.what, 'without a currency') FROM (SELECT i.rowid AS row_id, j.what, j.own FROM item i LEFT JOIN (` +
          `SELECT order_id, any_value(left_out) FILTER (left_out LIKE 'in %') AS what, bool_or(upper(currency) = '${wanted}') AS own FROM item WHERE currency IS NOT NULL GROUP BY 1` +
          ') j USING (order_id) WHERE i.currency IS NULL) o WHERE item.rowid = o.row_id AND item.left_out IS NULL AND NOT coalesce(o.own, false)',
      );
    }
    return { currency: wanted, notes: [] };
  }
  if (there.length > 1) {
    const list = there.map(({ currency, n }) => `${String(currency)} (${String(n)} rows)`).join(', ');
    throw new UsageError('ECOM_REPLAY_CURRENCY', {
      what: `The amounts are in ${there.length} currencies: ${list}`,
      where,
      fix: `Pick one, the others are left out: --currency ${String(only?.currency)}. Adding them up would mean nothing.`,
    });
  }
  const currency = String(only?.currency ?? own);
  const notes =
    currency === own
      ? []
      : [
          `All amounts are in ${currency}, and so is this run; the definition says ${own} (pipeline/definition.ts).`,
        ];
  return { currency, notes };
}

/**
 * Opens files of real orders to be replayed: recognises their layout, reads all of their rows into a database of their own
 * on disk, puts rows that are items together, and hands on orders in the order of time. Memory stays flat, whatever the size.
 *
 * @throws UsageError before anything runs: what `openInput`, `planOrders` and `timeReading` throw, and
 * `ECOM_REPLAY_CURRENCY` for several currencies
 * @throws EcomError `ECOM_REPLAY_NO_ORDERS`, `ECOM_REPLAY_QUOTES`, `ECOM_REPLAY_READ`, `ECOM_REPLAY_RESOURCES`
 */
export async function openReplay(options: ReplayOptions): Promise<Replay> {
  return open(options, false);
}

async function open(options: ReplayOptions, rewritten: boolean): Promise<Replay> {
  const { definition, now = Date.now, isOver = () => false } = options;
  const given = typeof options.file === 'string' ? [options.file] : options.file;
  const db = await ReplayDatabase.open();
  const watch = setInterval(() => {
    if (isOver()) db.interrupt();
    options.onProgress?.(db.progress());
  }, 500).unref();
  try {
    const { input, bundle } = await openSource(db, given, options, rewritten);
    const where = fewOf(input.files);
    const { plan: planned, source } = await planOrders(db, input, bundle, options, definition.orderFields);
    const plan = await withCurrency(db, source, planned, options.currency ?? definition.currency);
    const timeSql = plan.expressions.timestamp ?? 'NULL';
    const [{ type = 'VARCHAR' } = {}] = await db.columns(`SELECT (${timeSql}) AS t FROM ${source}`);
    const time = await timeReading(
      db,
      source,
      `(${timeSql})`,
      type,
      { format: options.timeFormat, first: plan.layout.first },
      { file: where, column: plan.mapping.timestamp ?? 'timestamp' },
    );
    // The first readings skip rows that cannot be taken apart; this one keeps them.
    if (input.format !== 'sql') await db.run(`CREATE OR REPLACE VIEW source AS ${input.select('kept')}`);
    await loadItems(db, source, plan, time.sql, definition.orderFields);
    const { currency, notes: ofCurrency } = await currencyOf(db, options, definition, where);
    const digits = currencyDigits(currency, where);
    const found = await findLayout(db, plan, options.rows);
    const outOfOrder = await rowsOutOfOrder(db);
    await placeOrders(db, found, {
      inOrder: outOfOrder === 0,
      name: idName(given[0] ?? ''),
      firstRow: firstLine(input.dialects[0]),
      guests: options.guests === 'count',
      digits,
      nowMs: now(),
      shopFields: definition.orderFields,
    });
    const seen = await look(db, input, found, { platform: plan.platform, currency, outOfOrder });
    const { findings } = seen;
    if (findings.rows === 0) throw noRows(where);
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency }).format;
    const said = [...describeFindings(findings, format), ...layoutWarning(found, options.rows)];
    if (findings.orders === 0) {
      throw new EcomError('ECOM_REPLAY_NO_ORDERS', {
        what: 'No row of the file makes an order',
        where,
        fix: said.slice(1).join('\n') || 'Give another file.',
      });
    }
    const rounded =
      seen.rounded === 0 ? [] : [`Rounded: ${seen.rounded} amounts have more decimals than ${currency}.`];
    return new OpenReplay(
      db,
      {
        files: input.files,
        format: input.format,
        plan,
        findings,
        notes: [...plan.notes, ...input.notes, ...time.notes, ...ofCurrency, ...said, ...rounded],
      },
      {
        places: seen.places,
        broken: seen.broken,
        now,
        definition,
      },
    );
  } catch (cause) {
    db.close();
    // DuckDB reads lines that end in one way.
    if (!rewritten && /state machine reached an invalid state/.test(String(cause)))
      return await open(options, true);
    throw expressionFailure(cause, options, given) ?? readError(cause, given);
  } finally {
    clearInterval(watch);
  }
}

/**
 * @throws UsageError `ECOM_REPLAY_CURRENCY` for one that does not exist, or has more decimals than the pipeline counts
 */
function currencyDigits(currency: string, where: string): number {
  const digits = currencyDecimals(currency);
  if (digits !== undefined && digits <= 2) return digits;
  throw new UsageError('ECOM_REPLAY_CURRENCY', {
    what:
      digits === undefined
        ? `"${currency}" is not the code of a currency`
        : `${currency} has ${digits} decimals, and the pipeline counts in hundredths`,
    where,
    fix: 'Give amounts in a currency of two decimals or none, for example with --map total_amount=… and --currency USD.',
  });
}
