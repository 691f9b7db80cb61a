import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { UsageError } from '../core/error.ts';
import { type BrokenRows, csvDialect, csvQuery, distinctNames } from './csv-dialect.ts';
import { encodingOf, rewrite, unpack } from './encoding.ts';
import { damaged, filesOf, formatError, isParquet, readStart } from './input-files.ts';
import { jsonFormat, jsonRows } from './json-format.ts';
import { duckdbReason, type ReplayDatabase } from './replay-database.ts';
import { exactly, literal } from './sql.ts';
import { fileColumn, type Input, problemColumn, rawColumn, type Table } from './table.ts';

/** What a user may say of how a file is written; the rest is found out. */
export interface InputOptions {
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
  readonly skip?: number | undefined;
  /** What stands for no value, besides the empty field. */
  readonly nulls?: readonly string[] | undefined;
}

const byteOrderMark = Buffer.from('\ufeff');

const delimiterNames: Readonly<Record<string, string>> = {
  '\t': 'tabs',
  ';': 'semicolons',
  '|': 'vertical bars',
};

/** Whether a text is columns aligned with spaces: as many words in each of its first lines. */
function isAligned(text: string): boolean {
  const lines = text
    .split('\n', 40)
    .slice(0, -1)
    .filter((line) => line.trim() !== '');
  const words = lines.map((line) => line.trim().split(/\s+/).length);
  return lines.length > 2 && (words[0] ?? 0) > 2 && words.every((count) => count === words[0]);
}

/** Recognizes a file. @param rewritten write it in UTF-8 first, whatever it is in: its lines end in different ways */
async function openTable(
  file: string,
  options: InputOptions,
  db: ReplayDatabase,
  rewritten: boolean,
): Promise<Table> {
  const made = (): string => path.join(db.folder, randomUUID());
  const notDamaged = (cause: unknown): never => {
    throw damaged(file, cause);
  };
  let start = await readStart(file);
  /** Goes on with a file that is made of it. */
  const remake = async (how: (to: string) => Promise<void>): Promise<void> => {
    const to = made();
    await how(to).catch(notDamaged);
    start = await readStart(to);
  };
  const { packed } = start;
  if (packed !== null) await remake((to) => unpack(file, packed, to));
  const encoding = options.encoding ?? encodingOf(start.bytes);
  let text = new TextDecoder(encoding).decode(start.bytes);
  const table = (
    rows: Omit<Table, 'select' | 'file' | 'dialect' | 'twice' | 'notes'> & Partial<Table>,
    query: (broken: BrokenRows) => string,
  ): Table => {
    const hidden = rows.format.startsWith('json')
      ? ''
      : `, CAST(NULL AS VARCHAR) AS ${problemColumn}, CAST(NULL AS VARCHAR) AS ${rawColumn}`;
    return {
      file,
      dialect: null,
      twice: new Set<string>(),
      notes,
      ...rows,
      select: (broken) => `SELECT *, ${literal(file)} AS ${fileColumn}${hidden} FROM (${query(broken)})`,
    };
  };
  const notes: string[] = [];
  if (isParquet(file, start.bytes, text)) {
    const query = `SELECT * FROM read_parquet(${literal(exactly(start.file))}, binary_as_string = true)`;
    const columns = await db.columns(query).catch((cause: unknown) => {
      throw formatError(
        file,
        `The Parquet file is damaged: ${duckdbReason(cause)}`,
        'Write it again.',
        cause,
      );
    });
    return table({ format: 'parquet', read: start.file, columns }, () => query);
  }
  // DuckDB wants UTF-8, whose lines end in one way.
  const endings = new Set(text.match(/\r\n|\n/g) ?? (text.includes('\r') ? ['\r', '\n'] : []));
  if (encoding !== 'utf-8' || endings.size > 1 || rewritten) {
    await remake((to) => rewrite(start.file, encoding, to));
    text = new TextDecoder().decode(start.bytes);
  }
  if (encoding !== 'utf-8')
    notes.push(
      `The text is read as ${encoding}${options.encoding === undefined ? ' (--encoding says otherwise)' : ''}.`,
    );
  const json = jsonFormat(file, text);
  if (json !== null) {
    // DuckDB finds no objects in a list behind a byte order mark.
    if (json === 'json' && start.bytes.subarray(0, 3).equals(byteOrderMark))
      await remake((to) => rewrite(start.file, 'utf-8', to));
    const { query, notes: more, ...rows } = await jsonRows(file, start, text, json, db, made);
    notes.push(...more);
    return table(rows, query);
  }
  let dialect = csvDialect(text, options);
  if (dialect.names.length === 1 && options.delimiter === undefined && isAligned(text)) {
    await remake((to) => rewrite(start.file, 'utf-8', to, true));
    dialect = csvDialect(start.bytes.toString(), { ...options, delimiter: '\t' });
    notes.push('Its columns are aligned with spaces.');
  } else if (dialect.delimiter !== ',')
    notes.push(
      `Its fields are separated by ${delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`}.`,
    );
  const { names: given, skip } = dialect;
  if (given.every((name) => /^[\s\d.,:/$€-]*$/.test(name))) {
    throw formatError(
      file,
      `Line ${skip + 1} does not name columns: ${given.map((name) => JSON.stringify(name)).join(', ')}`,
      'Add a line of names above the first row, or say with --skip N how many lines stand above the header.',
    );
  }
  if (skip > 0 && options.skip === undefined)
    notes.push(`The header is taken to be line ${skip + 1}; --skip N says otherwise.`);
  const names = distinctNames(given);
  return table(
    {
      format: 'csv',
      read: start.file,
      columns: names.map((name) => ({ name, type: 'VARCHAR' })),
      dialect,
      twice: new Set(given.filter((name, place) => given.indexOf(name) !== place)),
    },
    csvQuery(start.file, dialect, names, options.nulls),
  );
}

/**
 * Opens files of orders: finds out their format, their dialect and their columns.
 *
 * @param given paths, folders and patterns
 * @param rewritten whether to write them in UTF-8 first, for their lines end in different ways
 * @throws UsageError `ECOM_REPLAY_NOT_FOUND`, `_NOT_A_FILE`, `_UNREADABLE`, `_EMPTY`, `_FORMAT`
 * @throws EcomError `ECOM_REPLAY_READ` for a file that is damaged
 */
export async function openTables(
  given: readonly string[],
  options: InputOptions,
  db: ReplayDatabase,
  rewritten: boolean,
): Promise<[Table, ...Table[]]> {
  const [first = '', ...others] = (await Promise.all(given.map((one) => filesOf(one, db)))).flat();
  const tables: [Table, ...Table[]] = [await openTable(first, options, db, rewritten)];
  for (const file of others) tables.push(await openTable(file, options, db, rewritten));
  return tables;
}

/**
 * Files as one.
 *
 * @throws UsageError `ECOM_REPLAY_COLUMNS`
 */
export function asOne(tables: readonly [Table, ...Table[]]): Input {
  const [first] = tables;
  const layout = ({ format, columns }: Table): string => JSON.stringify([format, columns]);
  const other = tables.find((one) => layout(one) !== layout(first));
  if (other !== undefined) throw differ(first, other);
  return {
    ...first,
    tables,
    notes: [...new Set(tables.flatMap(({ notes }) => notes))],
    select: (broken) => tables.map(({ select }) => `(${select(broken)})`).join(' UNION ALL '),
  };
}

function differ(one: Table, other: Table): UsageError {
  const names = ({ columns }: Table): string[] => columns.map(({ name }) => name);
  const besides = (some: Table, others: Table): string =>
    names(some)
      .filter((name) => !names(others).includes(name))
      .map((name) => JSON.stringify(name))
      .join(', ');
  const [missing, added] = [besides(one, other), besides(other, one)];
  const parts = [
    ...(missing === '' ? [] : [`${path.basename(other.file)} lacks ${missing}`]),
    ...(added === '' ? [] : [`it has ${added} besides`]),
  ];
  return new UsageError('ECOM_REPLAY_COLUMNS', {
    what: `The files have different columns: ${parts.join('; ') || 'their columns are in another order, or their formats differ'}`,
    where: `${one.file}, ${other.file}`,
    fix: 'Give files of one layout, or say with --sql "SELECT …" how they belong together.',
  });
}
