import { UsageError } from '../core/error.ts';
import type { ShopFields } from '../core/fields.ts';
import { type PipelineField as OrderField, orderFields } from '../core/order.ts';
import { shellOption } from '../functions/shell-word.ts';
import { amountMacro } from './amount.ts';
import type { Layout, LeftOut, Plan, SourceField } from './layout.ts';
import { columnName, type Mapping, mappingError, missingFields, parseMapping } from './mapping.ts';
import { recognize } from './recognition.ts';
import { duckdbReason, type ReplayDatabase } from './replay-database.ts';
import { fewOf, identifier, literal } from './sql.ts';
import {
  type ColumnFacts,
  currencyColumn,
  isNoSale,
  isStatus,
  likeliest,
  suggestColumns,
} from './suggestion.ts';
import type { Column, Input } from './table.ts';
import { sampleRows, timeSample } from './time-form.ts';

/** What a user may say of the rows of a file. */
export interface PlanOptions {
  /** `our_field=their_column,…` */
  readonly map?: string | undefined;
  /** SQL over the file's columns. */
  readonly where?: string | undefined;
  /** Rows without a customer: refused, or each a customer of its own. */
  readonly guests?: 'refuse' | 'count' | undefined;
  readonly decimal?: '.' | ',' | undefined;
  /** The mapping is being looked at, or was: nobody need be told to. */
  readonly isChecked?: true;
}

const commaAmount = String.raw`^\D{0,4}\d{1,3}([. '’\x{00a0}\x{202f}]\d{3})*,\d{1,2}\D{0,4}$|^\D{0,4}\d+,(\d{1,2}|\d{4,8})\D{0,4}$`;
const pointAmount = String.raw`^\D{0,4}\d{1,3}(,\d{3})*\.\d{1,2}\D{0,4}$|^\D{0,4}\d+\.\d{1,2}\D{0,4}$`;
const groupedAmount = String.raw`^\D{0,4}[1-9]\d{0,2}(\.\d{3})+\D{0,4}$`;

function isText({ type }: Column): boolean {
  return type === 'VARCHAR';
}

/** What parts whole from fraction in the file's amounts: what most of them have. */
async function decimalOf(db: ReplayDatabase, columns: readonly Column[]): Promise<'.' | ','> {
  const texts = columns.filter(isText).map(({ name }) => identifier(name));
  if (texts.length === 0) return '.';
  const count = (pattern: string): string =>
    texts.map((text) => `count(*) FILTER (regexp_matches(${text}, ${literal(pattern)}))`).join(' + ');
  const { comma, point, grouped } = await db.row(
    `SELECT ${count(commaAmount)} AS comma, ${count(pointAmount)} AS point, ${count(groupedAmount)} AS grouped FROM (SELECT * FROM source LIMIT 2000)`,
  );
  // Where nothing has decimals, points part thousands.
  if (Number(comma) + Number(point) === 0 && Number(grouped) > 0) return ',';
  return Number(comma) > Number(point) ? ',' : '.';
}

async function factsOf(db: ReplayDatabase, columns: readonly Column[]): Promise<ColumnFacts[]> {
  const names = columns.map(({ name }) => name);
  const [price, quantity] = [likeliest(names, 'price'), likeliest(names, 'quantity')];
  const product =
    price === undefined || quantity === undefined || price === quantity
      ? null
      : `amount(${identifier(price)})::DOUBLE * amount(${identifier(quantity)})`;
  const parts = columns.flatMap((column, place) => {
    const name = identifier(column.name);
    const time = timeSample(name, column.type);
    return [
      `count(${name}) AS v${place}`,
      `count(DISTINCT ${name}) AS d${place}`,
      `count(${time}) AS t${place}`,
      `count(amount(${name})) AS a${place}`,
      `coalesce(sum(abs(amount(${name}))), 0) AS s${place}`,
      `count(*) FILTER (amount(${name}) < 0) AS n${place}`,
      ...(product === null || column.name === price || column.name === quantity
        ? []
        : [`count(*) FILTER (abs(amount(${name})::DOUBLE - ${product}) < 0.01) AS p${place}`]),
    ];
  });
  const row = await db.row(`SELECT ${parts.join(', ')} FROM (SELECT * FROM source LIMIT 1000)`);
  const number = (key: string): number => Number(String(row[key] ?? 0));
  return columns.map(({ name }, place) => ({
    name,
    values: number(`v${place}`),
    distinct: number(`d${place}`),
    times: number(`t${place}`),
    amounts: number(`a${place}`),
    sum: number(`s${place}`),
    negative: number(`n${place}`),
    products: `p${place}` in row ? number(`p${place}`) : null,
  }));
}

/** The columns that an expression may speak of whose values are all numbers, with the type that holds them. */
async function numbersIn(
  db: ReplayDatabase,
  columns: readonly Column[],
  expressions: readonly string[],
): Promise<{ name: string; type: string }[]> {
  const text = expressions.join(' ').toLowerCase();
  const used = columns.filter((column) => isText(column) && text.includes(column.name.toLowerCase()));
  if (used.length === 0) return [];
  const row = await db.row(
    `SELECT ${used
      .map(({ name }, place) => {
        const value = `trim(${identifier(name)})`;
        return (
          `bool_and(regexp_full_match(${value}, '-?(0|[1-9]\\d{0,17})')) AS w${place}, ` +
          `bool_and(try_cast(${value} AS DOUBLE) IS NOT NULL AND NOT regexp_matches(${value}, '^-?0\\d')) AS f${place}`
        );
      })
      .join(', ')} FROM (SELECT * FROM source LIMIT ${sampleRows})`,
  );
  return used.flatMap(({ name }, place) => {
    const type = row[`w${place}`] === true ? 'BIGINT' : row[`f${place}`] === true ? 'DOUBLE' : null;
    return type === null ? [] : [{ name, type }];
  });
}

/** What to say of states that are not sales, where no layout leaves them out. */
async function statesNotes(db: ReplayDatabase, columns: readonly Column[]): Promise<string[]> {
  const notes: string[] = [];
  for (const { name } of columns.filter((column) => isText(column) && isStatus(column.name))) {
    const found = await db.rows(
      `SELECT ${identifier(name)} AS state, count(*) AS n FROM (SELECT * FROM source LIMIT ${sampleRows}) WHERE ${identifier(name)} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50`,
    );
    const out = found.filter(({ state }) => isNoSale(String(state)));
    if (out.length === 0 || out.length === found.length) continue;
    const where = `coalesce(${identifier(name)}, '') NOT IN (${out.map(({ state }) => literal(String(state))).join(', ')})`;
    notes.push(
      `Warning: orders count whatever their ${name}: ${out.map(({ state, n }) => `${String(state)} (${String(n)} ${Number(n) === 1 ? 'row' : 'rows'})`).join(', ')}. To leave these out: ${shellOption('--where', where)}`,
    );
  }
  return notes;
}

/** A user's expression, and the option that it was given with. */
interface Written {
  readonly option: string;
  readonly sql: string;
}

/**
 * Makes a view of all rows with a user's expressions as columns `_ecom_0`, `_ecom_1`, …. They see numbers where a column's
 * values all are, so that they can reckon with them, or else text.
 *
 * @throws UsageError `ECOM_REPLAY_EXPRESSION` for what is not one expression over the columns alone
 */
async function withExpressions(
  db: ReplayDatabase,
  columns: readonly Column[],
  expressions: readonly Written[],
  file: string,
): Promise<string> {
  if (expressions.length === 0) return 'source';
  const numbers = await numbersIn(
    db,
    columns,
    expressions.map(({ sql }) => sql),
  );
  const casts = numbers.map(
    ({ name, type }) => `try_cast(trim(${identifier(name)}) AS ${type}) AS ${identifier(name)}`,
  );
  const texts = numbers.map(({ name }, place) => `${identifier(name)} AS _ecom_text_${place}`);
  await db.run(
    numbers.length === 0
      ? 'CREATE VIEW numbers AS SELECT * FROM source'
      : `CREATE VIEW numbers AS SELECT * REPLACE (${casts.join(', ')}), ${texts.join(', ')} FROM source`,
  );
  const failure = async ({ option, sql }: Written, view: string): Promise<unknown> => {
    // Beside a column, for an aggregate is none of a row; --where is a condition.
    const value = option === '--where' ? `coalesce((${sql}\n), false)` : `(${sql}\n)`;
    const query = `SELECT *, ${value} AS value FROM ${view}`;
    try {
      if (!(await db.isOneQuestion(query))) return new Error('it is more than one expression');
      if (/\bunnest\s*\(/i.test(sql)) return new Error('it makes several rows of one');
      await db.columns(query);
      return null;
    } catch (cause) {
      return cause;
    }
  };
  const over: { numbers: string[]; source: string[] } = { numbers: [], source: [] };
  for (const [place, written] of expressions.entries()) {
    const cause = await failure(written, 'numbers');
    const view = cause === null ? 'numbers' : (await failure(written, 'source')) === null ? 'source' : null;
    if (view === null) throw expressionError(written, columns, cause, file);
    over[view].push(`(${written.sql}\n) AS _ecom_${place}`);
  }
  const back = numbers.map(({ name }, place) => `_ecom_text_${place} AS ${identifier(name)}`);
  const restored =
    numbers.length === 0
      ? '*'
      : `* EXCLUDE (${numbers.map((_, place) => `_ecom_text_${place}`).join(', ')}) REPLACE (${back.join(', ')})`;
  const list = (some: readonly string[]): string => some.map((one) => `, ${one}`).join('');
  // What is reckoned with texts comes after the texts are back in their places.
  await db.run(
    `CREATE VIEW reckoned AS SELECT *${list(over.source)} FROM (SELECT ${restored} FROM (SELECT *${list(over.numbers)} FROM numbers))`,
  );
  return 'reckoned';
}

function expressionError(
  { option, sql }: Written,
  columns: readonly Column[],
  cause: unknown,
  file: string,
): UsageError {
  const reason = duckdbReason(cause).split('\n')[0] ?? '';
  return new UsageError(
    'ECOM_REPLAY_EXPRESSION',
    {
      what: `${option} "${sql}" cannot be used: ${reason}`,
      where: file,
      fix: `It is an SQL expression over the columns of the file, which reads nothing else: ${columns.map(({ name }) => JSON.stringify(name)).join(', ')}. Put a name with spaces in double quotes.`,
    },
    { cause },
  );
}

/** For a file that has a header, or nothing that a reader keeps. */
export function noRows(where: string): UsageError {
  const fix = 'Give a file with at least one order.';
  return new UsageError('ECOM_REPLAY_EMPTY', { what: 'The file to replay has no rows', where, fix });
}

const lackingNames: Readonly<Partial<Record<string, string>>> = {
  customer_id: 'customer (customer_id)',
  timestamp: 'time (timestamp)',
  total_amount: 'amount (total_amount or price)',
};

/**
 * Decides which column or expression gives which field: what the user says, before what the recognized layout has, before
 * columns that have our names.
 *
 * @param bundle the data set that the files belong to
 * @param ofShop fields of the shop's own
 * @returns the plan, and the view that it reads
 * @throws UsageError `ECOM_REPLAY_MAPPING`, `ECOM_REPLAY_EXPRESSION`, `ECOM_REPLAY_NO_AMOUNTS`
 */
export async function planOrders(
  db: ReplayDatabase,
  input: Input,
  bundle: { readonly name: string; readonly leave: readonly LeftOut[] } | null,
  options: PlanOptions,
  ofShop: ShopFields,
): Promise<{ plan: Plan; source: string }> {
  const { columns, twice } = input;
  const names = columns.map(({ name }) => name);
  const file = fewOf(input.tables.map((table) => table.file));
  const decimal = options.decimal ?? (await decimalOf(db, columns));
  await db.run(amountMacro(decimal));
  const { mapping, problem } = parseMapping(options.map ?? '', ofShop);

  const platform = bundle === null ? recognize(names) : null;
  if (platform?.refused !== undefined && options.map === undefined) {
    throw new UsageError('ECOM_REPLAY_NO_AMOUNTS', {
      what: `These are ${platform.name}: ${platform.refused}`,
      where: file,
      fix: `Give a file that has them, or name columns with --map. The data set is described at ${platform.source}.`,
    });
  }
  const known = platform?.refused === undefined ? platform : null;
  const layout: Layout | null = bundle === null ? (known?.layout ?? null) : { map: {}, leave: bundle.leave };
  const name = bundle?.name ?? known?.name ?? null;

  const expressions: Partial<Record<SourceField, string>> = { ...layout?.map };
  const written: Record<string, string> = { ...layout?.map };
  const taken = new Set(Object.values(mapping).map(columnName));
  const fieldNames = Object.keys(orderFields(ofShop));
  for (const field of fieldNames as OrderField[]) {
    if (field in expressions || !names.includes(field) || taken.has(field)) continue;
    expressions[field] = identifier(field);
    written[field] = field;
  }
  const currency = layout === null ? currencyColumn(names) : undefined;
  if (currency !== undefined) expressions.currency ??= identifier(currency);
  const own: Written[] = [];
  let wrong = problem;
  for (const [field, text] of Object.entries(mapping) as [SourceField, string][]) {
    const column = columnName(text);
    written[field] = text;
    if (text === '') delete expressions[field];
    else if (names.includes(column)) expressions[field] = identifier(column);
    else if (/^[\w .-]*$/.test(column) || (text.startsWith('"') && column !== text))
      wrong ??= `The file has no column "${column}" for ${field}`;
    else {
      expressions[field] = `_ecom_${own.length}`;
      own.push({ option: `--map ${field}=`, sql: text });
    }
  }
  const double = Object.values(written).find((column) => twice.has(columnName(column)));
  if (double !== undefined) wrong ??= `The file has two columns named "${columnName(double)}"`;
  const lacking = missingFields((field) => expressions[field] !== undefined, options.guests === 'count');
  if (lacking.length > 0 && !(layout !== null && lacking.join() === 'customer_id'))
    wrong ??= `The columns of the file do not say which is the ${lacking.map((field) => lackingNames[field]).join(', the ')}`;
  if (wrong !== null) {
    const [any] = await db.rows('SELECT 1 AS one FROM source LIMIT 1');
    if (any === undefined) throw noRows(file);
    const facts = await factsOf(
      db,
      columns.filter((column) => !twice.has(column.name) && !/ \(\d+\)$/.test(column.name)),
    );
    const certain = Object.entries(written).filter(
      ([field, one]) => fieldNames.includes(field) && names.includes(one) && !twice.has(one),
    );
    const suggested: Mapping = suggestColumns(facts, Object.fromEntries(certain));
    const unknown = layout === null ? 'Unknown layout. ' : '';
    throw mappingError(`${unknown}${wrong}`, file, names, suggested, twice, ofShop);
  }

  const leave = [...(layout?.leave ?? [])];
  if (options.where !== undefined) {
    const when = `NOT coalesce(_ecom_${own.length}, false)`;
    leave.push({ what: 'not matched by --where', when, of: 'row' });
    own.push({ option: '--where', sql: options.where });
  }
  const source = await withExpressions(db, columns, own, file);
  const notes = [...(layout?.notes ?? [])];
  if (name !== null) notes.unshift(`Recognized: ${name}.`);
  else if (input.format !== 'sql')
    notes.unshift(
      `Unknown layout: columns were matched by their names and by --map.${options.isChecked ? '' : ' Check the mapping with --dry-run.'}`,
    );
  if (layout === null && options.where === undefined) notes.push(...(await statesNotes(db, columns)));
  if (decimal === ',' && options.decimal === undefined)
    notes.push('Amounts have a decimal comma (--decimal . says otherwise).');
  return {
    source,
    plan: { platform: name, expressions, mapping: written, leave, layout: layout ?? {}, notes },
  };
}
