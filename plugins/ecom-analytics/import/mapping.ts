import { UsageError } from '../core/error.ts';
import type { ShopFields } from '../core/fields.ts';
import { type PipelineField as OrderField, orderFields } from '../core/order.ts';
import { shellOption } from '../functions/shell-word.ts';
import { extraFields, type SourceField } from './layout.ts';
import { identifier } from './sql.ts';

/** What gives each field: a column of the file or an SQL expression over its columns; empty for none. */
export type Mapping = Readonly<Partial<Record<SourceField, string>>>;

function isField(name: string, ofShop: ShopFields): name is SourceField {
  return name in orderFields(ofShop) || extraFields.some((one) => one === name);
}

/** The parts of a text that commas part, but for those between quotes or in parentheses. */
function parts(text: string): string[] {
  const found: string[] = [];
  let [part, depth, quote]: [string, number, string] = ['', 0, ''];
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(' || character === '[') depth++;
    else if (character === ')' || character === ']') depth--;
    if (character === ',' && quote === '' && depth <= 0) {
      found.push(part);
      part = '';
    } else part += character;
  }
  return [...found, part];
}

/** Writes `field=column` so that {@link parseMapping} reads it back. */
function pairText(field: string, column: string): string {
  const bare = column === column.trim() && !/[",'()[\]]/.test(column);
  return `${field}=${bare ? column : identifier(column)}`;
}

/** Joins sides that are written as `--map` takes them already: an expression stays one. */
export function joinMapping(written: Readonly<Record<string, string>>): string {
  return Object.entries(written)
    .map(([field, side]) => `${field}=${parts(side).length === 1 ? side : identifier(side)}`)
    .join(',');
}

/** The name that a text in double quotes stands for; another text as it is. */
export function columnName(text: string): string {
  return /^"(?:[^"]|"")*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/**
 * Reads `our_field=their_column,…`; a side may be an SQL expression, and an empty one means none.
 *
 * @param ofShop fields of the shop's own
 * @returns the pairs, or why they are none
 */
export function parseMapping(map: string, ofShop: ShopFields): { mapping: Mapping; problem: string | null } {
  const mapping: Partial<Record<SourceField, string>> = {};
  let problem: string | null = null;
  for (const part of map.trim() === '' ? [] : parts(map)) {
    const [, name = '', value] = /^\s*([^=]*?)\s*=(.*)$/s.exec(part) ?? [];
    if (value === undefined) problem ??= `The mapping "${map}" is not of the form our_field=their_column,…`;
    else if (!isField(name, ofShop))
      problem ??= `The mapping names "${name}", which is not one of our fields`;
    else if (name in mapping) problem ??= `The mapping names ${name} twice`;
    else mapping[name] = value.trim();
  }
  return { mapping, problem };
}

/** What a file lacks to be orders. */
export function missingFields(has: (field: OrderField) => boolean, guests: boolean): OrderField[] {
  return [
    has('customer_id') || guests ? null : ('customer_id' as const),
    has('timestamp') ? null : ('timestamp' as const),
    has('total_amount') || has('price') ? null : ('total_amount' as const),
  ].filter((field) => field !== null);
}

/**
 * A mapping that does not do, with the file's columns and the option to write.
 *
 * @param suggested what the columns' names and values speak for
 * @param ofShop fields of the shop's own
 */
export function mappingError(
  what: string,
  file: string,
  columns: readonly string[],
  suggested: Mapping,
  twice: ReadonlySet<string>,
  ofShop: ShopFields,
): UsageError {
  const lacking = missingFields((field) => suggested[field] !== undefined, false);
  const own = (field: string, column: string): boolean => field === column && columns.includes(column);
  const inCents = (field: string, column: string): boolean =>
    (field === 'total_amount' || field === 'price') && /(^|[^a-z])cents?([^a-z]|$)|[a-z]Cents$/i.test(column);
  const pairs = [
    // Those that map by themselves need not be written.
    ...Object.entries(suggested)
      .filter(([field, column]) => !own(field, column))
      .map(([field, column]) =>
        inCents(field, column) ? `${field}=${identifier(column)} / 100` : pairText(field, column),
      ),
    ...lacking.map((field) => `${field}=<column>`),
  ];
  const option = pairs.filter((text) => text !== '').join(',');
  const names = [...twice].map((name) => JSON.stringify(name)).join(', ');
  return new UsageError('ECOM_REPLAY_MAPPING', {
    what,
    where: file,
    fix:
      `${twice.size > 0 ? `Two columns are named ${names}: give each a name of its own. ` : ''}` +
      `Its columns are: ${columns.map((column) => JSON.stringify(column)).join(', ')}.\n` +
      `${option === '' ? '' : `Run again with: ${shellOption('--map', option)}\n`}` +
      `Ours are: ${Object.keys(orderFields(ofShop)).join(', ')}; at least a customer, a time and an amount (total_amount or price) are needed`,
  });
}
