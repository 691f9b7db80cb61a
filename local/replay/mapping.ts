import { shellOption } from '../../functions/shell-word.ts';
import { UsageError } from '../../pipeline/error.ts';
import { type OrderField, orderFields } from '../../pipeline/order.ts';
import { suggestColumns } from './suggestion.ts';

/** Which column of the file gives which of our fields. */
export type Mapping = Readonly<Partial<Record<OrderField, string>>>;

const fields = Object.keys(orderFields);

function isField(name: string): name is OrderField {
  return fields.includes(name);
}

/** One `field=column` of a mapping; a column with a comma or a quote stands in quotes, its own quotes doubled. */
const pair = /\s*([^=,]*)=("(?:[^"]|"")*"|[^,]*)(?:,|$)/gy;

/** Writes `field=column,…` so that {@link parsePairs} reads it back. */
function writePairs(mapping: Mapping): string {
  return Object.entries(mapping)
    .map(([field, column]) => {
      const bare = column !== '' && column === column.trim() && !/[",]/.test(column);
      return `${field}=${bare ? column : `"${column.replaceAll('"', '""')}"`}`;
    })
    .join(',');
}

function parsePairs(map: string): [field: string, column: string][] | null {
  const pairs: [string, string][] = [];
  let end = 0;
  for (const [whole, field = '', column = ''] of map.matchAll(pair)) {
    end += whole.length;
    const quoted = column.startsWith('"');
    pairs.push([field.trim(), quoted ? column.slice(1, -1).replaceAll('""', '"') : column.trim()]);
  }
  return end === map.length ? pairs : null;
}

function mismatch(what: string, file: string, columns: readonly string[], given: Mapping): UsageError {
  // A name that two columns have says of neither what is in it.
  const unique = columns.filter((column) => columns.indexOf(column) === columns.lastIndexOf(column));
  const suggested = suggestColumns(
    unique,
    Object.fromEntries(Object.entries(given).filter(([, column]) => unique.includes(column))),
  );
  const missing = [
    suggested.customer_id === undefined ? 'customer_id' : null,
    suggested.timestamp === undefined ? 'timestamp' : null,
    suggested.total_amount === undefined && suggested.price === undefined ? 'total_amount' : null,
  ].filter((field) => field !== null);
  const pairs = [
    // Those that map by themselves need not be written.
    writePairs(Object.fromEntries(Object.entries(suggested).filter(([field, column]) => field !== column))),
    ...missing.map((field) => `${field}=<column>`),
  ];
  const option = pairs.filter((text) => text !== '').join(',');
  return new UsageError('ECOM_REPLAY_MAPPING', {
    what,
    where: file,
    fix:
      `${unique.length < columns.length ? 'Give each column that is used a name of its own in the file. ' : ''}` +
      `Its columns are: ${columns.map((column) => JSON.stringify(column)).join(', ')}.\n` +
      `${option === '' ? '' : `Run again with: ${shellOption('--map', option)}\n`}` +
      `Ours are: ${fields.join(', ')}; a customer, a time and an amount (total_amount or price) are the least that is needed`,
  });
}

/**
 * Which column gives which field: what `map` says; a column that has a field's own name, and is not mapped elsewhere,
 * maps by itself.
 *
 * @param map `our_field=their_column,…`
 * @throws UsageError `ECOM_REPLAY_MAPPING`, with the file's columns and the option to write
 */
export function resolveMapping(map: string | undefined, columns: readonly string[], file: string): Mapping {
  const mapping: Partial<Record<OrderField, string>> = {};
  const fail = (what: string): UsageError => mismatch(what, file, columns, mapping);
  const pairs = parsePairs(map ?? '');
  if (pairs === null) throw fail(`The mapping "${map}" is not of the form our_field=their_column,…`);
  const problems: string[] = [];
  for (const [field, column] of pairs) {
    if (!isField(field)) problems.push(`the mapping names "${field}", which is none of our fields`);
    else if (!columns.includes(column)) problems.push(`the file has no column "${column}" for ${field}`);
    else if (field in mapping) problems.push(`the mapping names ${field} twice`);
    else mapping[field] = column;
  }
  const [problem] = problems;
  const taken = new Set(Object.values(mapping));
  for (const field of fields) {
    if (isField(field) && !(field in mapping) && columns.includes(field) && !taken.has(field))
      mapping[field] = field;
  }
  if (problem !== undefined) throw fail(`${problem[0]?.toUpperCase()}${problem.slice(1)}`);

  const lacking = [
    mapping.customer_id === undefined ? 'customer (customer_id)' : null,
    mapping.timestamp === undefined ? 'time (timestamp)' : null,
    mapping.total_amount === undefined && mapping.price === undefined
      ? 'amount (total_amount or price)'
      : null,
  ].filter((part) => part !== null);
  if (lacking.length > 0)
    throw fail(`The columns of the file do not say which is the ${lacking.join(', the ')}`);
  const twice = Object.values(mapping).find(
    (column) => columns.indexOf(column) !== columns.lastIndexOf(column),
  );
  if (twice !== undefined) throw fail(`The file has two columns named "${twice}"`);
  return mapping;
}
