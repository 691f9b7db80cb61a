import { EcomError, UsageError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { amountMacro } from './amount.ts';
import { firstLine } from './csv-dialect.ts';
import { currencyOf, withCurrency } from './currency.ts';
import { describeFindings, layoutWarning, look } from './findings.ts';
import type { ReplayFindings } from './found.ts';
import type { InputOptions } from './input.ts';
import type { Plan } from './layout.ts';
import { RowPlaces } from './lines.ts';
import { findLayout, idName, loadItems, placeOrders, rowsOutOfOrder } from './load.ts';
import { badRows, orders, type ReplayRow } from './orders.ts';
import { noRows, type PlanOptions, planOrders } from './plan-orders.ts';
import { duckdbReason, ReplayDatabase, resourceError } from './replay-database.ts';
import { openSource } from './source-view.ts';
import { fewOf } from './sql.ts';
import type { ReplayFormat } from './table.ts';
import { lackZone, timeReading } from './time-form.ts';

export type { BadRow, ReplayOrder } from './orders.ts';

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
  /** Event time of the earliest and the latest order, epoch milliseconds. */
  readonly span: { readonly fromMs: number; readonly toMs: number };
  /** What someone should know before the run, a sentence each. */
  readonly notes: readonly string[];
  /** The share of the orders that have been handed on, 0 to 1. */
  progress(): number;
  /** Removes the temporary files; nothing can be iterated after it. */
  close(): void;
}

function readError(cause: unknown, files: readonly string[]): Error {
  if (cause instanceof EcomError) return cause;
  const where = fewOf(files);
  const what = `Reading the orders failed: ${duckdbReason(cause)}`;
  const fix = 'Repair or replace the file and run again.';
  return resourceError(cause, where) ?? new EcomError('ECOM_REPLAY_READ', { what, where, fix }, { cause });
}

/** Where a user's expression fails for the values of a row, which no repair of the file is asked for. */
function expressionFailure(
  cause: unknown,
  { map, where, sql }: ReplayChoices,
  files: readonly string[],
): UsageError | null {
  const said = Object.entries({ '--map': map, '--where': where, '--sql': sql });
  const given = said.filter(([, text]) => text !== undefined).map(([option]) => option);
  const reason = duckdbReason(cause).split('\n')[0] ?? '';
  if (cause instanceof EcomError || given.length === 0) return null;
  if (!/^(Conversion|Invalid Input|Out of Range)/.test(reason)) return null;
  const what = `What ${given.join(' or ')} says fails in a row: ${reason}`;
  const fix = 'try_cast(… AS …) gives no value where a value does not fit, and amount(…) reads amounts.';
  return new UsageError('ECOM_REPLAY_EXPRESSION', { what, where: fewOf(files), fix }, { cause });
}

/**
 * Opens files of real orders to be replayed: recognizes their layout, reads all of their rows into a database of their own,
 * puts rows that are items together, and hands on orders in the order of time. Memory stays flat, whatever the size.
 *
 * @throws UsageError before anything runs: what `openSource`, `planOrders`, `timeReading` and `currencyOf` throw
 * @throws EcomError `ECOM_REPLAY_NO_ORDERS`, `ECOM_REPLAY_QUOTES`, `ECOM_REPLAY_READ`, `ECOM_REPLAY_RESOURCES`
 */
export async function openReplay(options: ReplayOptions): Promise<Replay> {
  const given = typeof options.file === 'string' ? [options.file] : options.file;
  try {
    return await opened(given, options, false).catch((cause: unknown) => {
      // DuckDB reads lines that end in one way.
      if (!/state machine reached an invalid state/.test(String(cause))) throw cause;
      return opened(given, options, true);
    });
  } catch (cause) {
    throw expressionFailure(cause, options, given) ?? readError(cause, given);
  }
}

async function opened(given: readonly string[], options: ReplayOptions, rewritten: boolean): Promise<Replay> {
  const db = await ReplayDatabase.open(options.timeZone ?? 'UTC');
  const watch = setInterval(() => {
    if (options.isOver?.()) db.interrupt();
    options.onProgress?.(db.progress());
  }, 500).unref();
  try {
    return await loaded(db, given, options, rewritten);
  } catch (cause) {
    db.close();
    throw cause;
  } finally {
    clearInterval(watch);
  }
}

async function loaded(
  db: ReplayDatabase,
  given: readonly string[],
  options: ReplayOptions,
  rewritten: boolean,
): Promise<Replay> {
  const { definition } = options;
  // For what --sql says; its decimals are those of the file from the plan on.
  await db.run(amountMacro(options.decimal ?? '.'));
  const { input, bundle } = await openSource(db, given, options, options.sql, rewritten);
  const files = input.tables.map(({ file }) => file);
  const where = fewOf(files);
  const { plan: planned, source } = await planOrders(db, input, bundle, options, definition.orderFields);
  const plan = await withCurrency(db, source, planned, options.currency ?? definition.currency);
  const time = await timeReading(db, source, plan, { format: options.timeFormat, file: where });
  const zoneNotes =
    options.timeZone === undefined && (await lackZone(db, source, plan, time))
      ? ['Times without a zone are read as UTC (--time-zone).']
      : [];
  // The first readings skip rows that cannot be taken apart; this one keeps them.
  await db.run(`CREATE OR REPLACE VIEW source AS ${input.select('kept')}`);
  await loadItems(db, source, plan, time.sql, definition.orderFields);
  const { currency, digits, notes } = await currencyOf(db, definition.currency, options.currency, where);
  const layout = await findLayout(db, plan, options.rows);
  const outOfOrder = await rowsOutOfOrder(db);
  await placeOrders(db, layout, {
    inOrder: outOfOrder === 0,
    name: idName(given[0] ?? ''),
    firstRow: firstLine(input.tables[0]?.dialect),
    guests: options.guests === 'count',
    digits,
    nowMs: (options.now ?? Date.now)(),
    shopFields: definition.orderFields,
  });
  const places = await RowPlaces.of(db, input);
  const { findings, span, rounded } = await look(db, places, layout, {
    files,
    layout: plan.platform,
    currency,
    out_of_order: outOfOrder,
  });
  if (findings.rows === 0) throw noRows(where);
  const said = [...describeFindings(findings), ...layoutWarning(layout, options.rows)];
  if (findings.orders === 0) {
    const fix = said.slice(1).join('\n') || 'Give another file.';
    throw new EcomError('ECOM_REPLAY_NO_ORDERS', { what: 'No row of the file makes an order', where, fix });
  }
  if (rounded > 0) said.push(`Rounded: ${rounded} amounts have more decimals than ${currency}.`);
  let handedOn = 0;
  return {
    files,
    format: input.format,
    plan,
    findings,
    span,
    notes: [...plan.notes, ...input.notes, ...time.notes, ...zoneNotes, ...notes, ...said],
    progress: () => Math.min(1, handedOn / findings.orders),
    close: () => db.close(),
    async *[Symbol.asyncIterator]() {
      handedOn = 0;
      try {
        yield* badRows(db, places);
        for await (const batch of orders(db, places, definition)) {
          handedOn += batch.length;
          yield batch;
        }
      } catch (cause) {
        throw readError(cause, files);
      }
    },
  };
}
