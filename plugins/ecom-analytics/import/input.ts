import { randomUUID } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EcomError, UsageError } from '../core/error.ts';
import { shellPath } from '../functions/shell-word.ts';
import { type CsvDialect, csvDialect } from './csv-dialect.ts';
import { type ReplayDatabase, reasonOf } from './database.ts';
import { encodingOf, rewrite, unpack } from './encoding.ts';
import { exactly, identifier, literal, literalList } from './sql.ts';

/** What a user may say of how a file is written; the rest is found out. */
export interface InputOptions {
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
  readonly skip?: number | undefined;
  /** What stands for no value, besides the empty field. */
  readonly nulls?: readonly string[] | undefined;
}

export type ReplayFormat = 'csv' | 'json-lines' | 'json' | 'parquet' | 'sql';

export interface Column {
  readonly name: string;
  /** As DuckDB names it; a CSV column is text, whatever it looks like. */
  readonly type: string;
}

/** A file of orders that is recognised and not read yet, or several that are one. */
export interface Input {
  readonly format: ReplayFormat;
  readonly files: readonly string[];
  readonly columns: readonly Column[];
  /** Names that more than one column has. */
  readonly twice: ReadonlySet<string>;
  readonly notes: readonly string[];
  /** How each file is written: CSV, or null for another format. */
  readonly dialects: readonly (CsvDialect | null)[];
  /** The files that the query reads: those given, or what was made of them. */
  readonly reads: readonly string[];
  /** A query of all rows: the columns, {@link fileColumn}, {@link problemColumn} and {@link rawColumn}. */
  readonly select: (broken: BrokenRows) => string;
}

/** What becomes of rows that cannot be taken apart: left out, kept in DuckDB's table of rejects, or an error. */
export type BrokenRows = 'skipped' | 'kept' | 'refused';

export const fileColumn = '_ecom_file';
/** Why a row has no columns: a reason of a bad record, or null. */
export const problemColumn = '_ecom_problem';
export const rawColumn = '_ecom_raw';

const defaultNulls = ['NULL', 'Null', 'null', '\\N', 'nan', 'NaN', 'NAN', 'None', 'N/A', 'n/a', '#N/A'];
/** Read to find out what a file is. */
const startBytes = 1_048_576;
/** A row that is longer is not a row: it bounds what an unclosed quote can hold back. */
const longestRowBytes = 8_388_608;
/** DuckDB's own choice is sixteen of the longest rows, several times. */
const lineOptions = `compression = 'none', max_line_size = ${longestRowBytes}, buffer_size = ${2 * longestRowBytes}`;
/** DuckDB's own bound on an object; an answer that holds all orders is one, as long as its file. */
const usualObjectBytes = 16_777_216;
const endings = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet|pq)(\.gz|\.zst)?$/i;
const usable = 'Give a CSV file with a header, JSON, JSON lines or Parquet.';

interface Start {
  readonly file: string;
  readonly packed: 'gzip' | 'zstd' | null;
  readonly bytes: Buffer;
  /** Of the file, in bytes. */
  readonly size: number;
}

function formatError(file: string, what: string, fix: string, cause?: unknown): UsageError {
  return new UsageError('ECOM_REPLAY_FORMAT', { what, where: file, fix }, { cause });
}

function damaged(file: string, cause: unknown): EcomError {
  const what = `The file to replay is damaged: ${reasonOf(cause)}`;
  return new EcomError(
    'ECOM_REPLAY_READ',
    { what, where: file, fix: 'Download or export it again.' },
    { cause },
  );
}

function empty(file: string, what: string): UsageError {
  return new UsageError('ECOM_REPLAY_EMPTY', { what, where: file, fix: usable });
}

function unreadable(file: string, cause: unknown): UsageError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const what = 'There is no such file to replay';
    return new UsageError('ECOM_REPLAY_NOT_FOUND', { what, where: file, fix: 'Check the path.' }, { cause });
  }
  const what = `The file to replay cannot be read: ${reasonOf(cause)}`;
  return new UsageError(
    'ECOM_REPLAY_UNREADABLE',
    { what, where: file, fix: 'Check its permissions.' },
    { cause },
  );
}

/** The files that a path, a folder or a pattern names, in the order of their names. */
async function filesOf(given: string, db: ReplayDatabase): Promise<string[]> {
  const stats = await stat(given).catch((cause: unknown) => unreadable(given, cause));
  if (stats instanceof UsageError) {
    if (!/[*?[]/.test(given)) throw stats;
    const found = await db.rows(`SELECT file FROM glob(${literal(given)}) ORDER BY file`);
    if (found.length > 0) return found.map(({ file }) => String(file));
    throw new UsageError('ECOM_REPLAY_NOT_FOUND', {
      what: 'No file matches the pattern',
      where: given,
      fix: 'Check the pattern.',
    });
  }
  if (stats.isFile()) return [given];
  const fix = 'Give files of orders, or a folder of them.';
  if (!stats.isDirectory()) {
    const what = 'What is to be replayed is not a file but a device or a pipe';
    throw new UsageError('ECOM_REPLAY_NOT_A_FILE', { what, where: given, fix });
  }
  const names = (await readdir(given)).filter((name) => endings.test(name) && !/^[._]/.test(name)).sort();
  if (names.length > 0) return names.map((name) => path.join(given, name));
  const what = 'The folder to replay holds no CSV, JSON or Parquet file';
  throw new UsageError('ECOM_REPLAY_NOT_A_FILE', { what, where: given, fix });
}

async function readStart(file: string): Promise<Start> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  let bytes: Buffer;
  let size: number;
  try {
    handle = await open(file);
    ({ size } = await handle.stat());
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    bytes = buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    await handle?.close();
  }
  const isZstd = bytes.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
  const packed = isZstd ? 'zstd' : bytes[0] === 0x1f && bytes[1] === 0x8b ? 'gzip' : null;
  return { file, packed, bytes, size };
}

const brokenOptions: Readonly<Record<BrokenRows, string>> = {
  skipped: ', ignore_errors = true',
  kept: ', store_rejects = true, rejects_limit = 0',
  refused: '',
};

/** One column that holds a whole line. */
function linesQuery(file: string, broken: BrokenRows): string {
  // Control characters stand for what no line of JSON holds: a delimiter, and a text for no value.
  return (
    `read_csv(${literal(exactly(file))}, auto_detect = false, header = false, columns = {'line': 'VARCHAR'}, delim = '\u0001', ` +
    `quote = '', escape = '', nullstr = '\u0002', strict_mode = false, ${lineOptions}${brokenOptions[broken]})`
  );
}

/**
 * What the file is, by its content.
 *
 * @throws UsageError `ECOM_REPLAY_FORMAT`, `_EMPTY`
 */
function formatOf({ file, bytes }: Start, text: string): Exclude<ReplayFormat, 'sql'> {
  const magic = bytes.subarray(0, 4).toString('latin1');
  if (magic === 'PAR1') return 'parquet';
  if (/\.(parquet|pq)$/i.test(file)) throw formatError(file, 'The file is named Parquet and is not', usable);
  if (magic.startsWith('PK')) {
    if (/\.(xlsx|xlsm|ods|numbers)$/i.test(file)) {
      const fix = 'In the spreadsheet, choose File, Save as (or Export) and "CSV UTF-8", and give that file.';
      throw formatError(file, 'The file is a spreadsheet, not text', fix);
    }
    const fix = `Unpack it first, for example with: unzip ${shellPath(file)}`;
    throw formatError(file, 'The file is a zip archive', fix);
  }
  if (magic === '\u00d0\u00cf\u0011\u00e0') {
    const fix = 'Open it in a spreadsheet, save it as "CSV UTF-8", and give that file.';
    throw formatError(file, 'The file is a spreadsheet of the old Excel format', fix);
  }
  if (text.trim() === '') throw empty(file, 'The file to replay is empty');
  if (text.includes('\0')) throw formatError(file, 'The file is neither text nor Parquet', usable);
  const start = text.trimStart();
  if (start.startsWith('[')) return 'json';
  if (!start.startsWith('{')) {
    if (/\.(jsonl|ndjson|json)$/i.test(file.replace(/\.(gz|zst)$/i, '')))
      throw formatError(file, 'The file is named JSON, and does not start with an object or a list', usable);
    return 'csv';
  }
  // A first line that is an object of its own is the first of JSON lines, unless all orders are inside it.
  const [first = '', second = ''] = start.split('\n', 2);
  if (second.trim() === '' && wrapperOf(start) !== null) return 'json';
  try {
    JSON.parse(first);
    return 'json-lines';
  } catch {
    return second.trimStart().startsWith('{') ? 'json-lines' : 'json';
  }
}

/** The JSON path in an API's answer below which the orders stand: `{"orders": [{…`, `{"result": {"list": [{…`. */
function wrapperOf(text: string, at = '$'): string | null {
  const [all = '', before = '', key, opened] =
    /^\s*\{((?:\s*"(?:meta|info|pagination|paging|page|_?links|search_criteria)"\s*:\s*\{[^{}]*\}\s*,|\s*"[^"]*"\s*:\s*(?:"[^"]*"|[\w.-]+|\{\s*\})\s*,)*)\s*"([^"]+)"\s*:\s*(\[\s*(?=\{)|(?=\{\s*"))/.exec(
      text,
    ) ?? [];
  // What has an id is an order by itself, and the list is of its items.
  if (key === undefined || /"(id|order_?id|email|currency)"\s*:/i.test(before)) return null;
  const place = `${at}."${key}"`;
  return opened === '' ? wrapperOf(text.slice(all.length), place) : place;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Columns of an object, nested ones with dots (`customer.id`), of a list its first (`line_items[0].sku`), with their JSON paths. */
function addColumns(
  object: JsonObject,
  name: string,
  at: string,
  depth: number,
  columns: Map<string, string>,
): void {
  for (const [key, value] of Object.entries(object)) {
    const [column, place] = [`${name}${key}`, `${at}."${key.replaceAll('"', '\\"')}"`];
    if (isObject(value) && depth > 0) addColumns(value, `${column}.`, place, depth - 1, columns);
    else columns.set(column, place);
    if (Array.isArray(value) && isObject(value[0]) && depth > 0)
      addColumns(value[0], `${column}[0].`, `${place}[0]`, 0, columns);
  }
}

/** DuckDB takes NaN for JSON, which it is not. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** What an answer of an API says of itself, beside the orders of a page. */
const aboutPage =
  /^(object|status|success|ok|url|pages?|per_?page|limit|offset|count|total|total_?(count|pages|results|items)|has_?(more|next\w*)|next\w*|prev\w*|cursor|meta|info|pagination|paging|_?links|search_criteria)$/i;

/** The JSON path of the list, where each line is a page of orders and nothing else: `{"orders": […], "page": 2}`. */
function pageOf(line: string): string | null {
  const page = parsed(line);
  const entries = isObject(page) ? Object.entries(page) : [];
  const [list, ...others] = entries.filter(([key]) => !aboutPage.test(key));
  return list !== undefined && others.length === 0 && Array.isArray(list[1]) && list[1].every(isObject)
    ? `$."${list[0].replaceAll('"', '\\"')}"`
    : null;
}

async function jsonInput(
  start: Start,
  text: string,
  format: 'json' | 'json-lines',
  page: string | null,
  db: ReplayDatabase,
) {
  const { file } = start;
  const wrapper = format === 'json' ? wrapperOf(text) : null;
  const options = `compression = 'uncompressed', maximum_object_size = ${Math.max(usualObjectBytes, wrapper === null ? 0 : start.size + 1024)}`;
  // DuckDB takes an answer that holds all orders as a whole, several times.
  if (wrapper !== null) await db.hold(16 * start.size);
  const lines = (broken: BrokenRows): string =>
    `SELECT try_cast(line AS JSON) AS json, line FROM ${linesQuery(file, broken)} WHERE trim(line) <> ''`;
  const objects = (broken: BrokenRows): string =>
    page !== null
      ? // A line that is not a page stays, to be refused.
        `SELECT unnest(CASE WHEN json_type(json, ${literal(page)}) = 'ARRAY' THEN json_extract(json, ${literal(`${page}[*]`)}) ELSE ['0'::JSON] END) AS json, line FROM (${lines(broken)})`
      : format === 'json-lines'
        ? lines(broken)
        : wrapper === null
          ? `SELECT json, NULL AS line FROM read_json_objects(${literal(exactly(file))}, format = 'auto', ${options})`
          : `SELECT unnest(json_extract(json, ${literal(`${wrapper}[*]`)})) AS json, NULL AS line FROM read_json_objects(${literal(exactly(file))}, format = 'unstructured', ${options})`;
  const sample = await db
    .rows(`SELECT json FROM (${objects('skipped')}) LIMIT 1000`)
    .catch((cause: unknown) => {
      throw formatError(
        file,
        `The JSON cannot be read: ${reasonOf(cause)}`,
        'Repair it, or export it again.',
        cause,
      );
    });
  const columns = new Map<string, string>();
  for (const { json } of sample) {
    const value = typeof json === 'string' ? parsed(json) : null;
    if (isObject(value)) addColumns(value, '', '$', 3, columns);
  }
  if (columns.size === 0) throw formatError(file, 'The file looks like JSON, and holds no objects', usable);
  const places = literalList([...columns.values()]);
  const names = [...columns.keys()];
  return {
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    select: (broken: BrokenRows): string =>
      `SELECT ${names.map((name, place) => `nullif(v[${place + 1}], '') AS ${identifier(name)}`).join(', ')}, ${problemColumn}, ${rawColumn} FROM (` +
      `SELECT json_extract_string(json, ${places}) AS v, CASE WHEN json IS NULL THEN 'not-json' WHEN json_type(json) <> 'OBJECT' THEN 'not-an-object' END AS ${problemColumn}, ` +
      `coalesce(line, CAST(json AS VARCHAR)) AS ${rawColumn} FROM (${objects(broken)}))`,
  };
}

function csvSelect(
  file: string,
  dialect: CsvDialect,
  names: readonly string[],
  nulls: readonly string[],
  broken: BrokenRows,
): string {
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return (
    `SELECT * FROM read_csv(${literal(exactly(file))}, auto_detect = false, header = false, ` +
    `skip = ${dialect.skip + dialect.headerLines}, columns = {${columns}}, delim = ${literal(dialect.delimiter)}, ` +
    `quote = ${literal(dialect.quote)}, escape = ${literal(dialect.escape)}, nullstr = ${literalList(['', ...nulls])}, ` +
    `${lineOptions}${brokenOptions[broken]})`
  );
}

/** The line of the first row; rows of Parquet and of JSON lists are counted from 1. */
export function firstLine(dialect: CsvDialect | null | undefined): number {
  return dialect ? dialect.skip + dialect.headerLines + 1 : 1;
}

/** Names that tell columns apart: a second `total` is `total (2)`, one without a name `column 3`. */
function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name, place) => {
    const base = name === '' ? `column ${place + 1}` : name;
    let own = base;
    // DuckDB takes names for the same whose letters differ in case alone.
    for (let count = 2; taken.has(own.toLowerCase()); count++) own = `${base} (${count})`;
    taken.add(own.toLowerCase());
    return own;
  });
}

function delimiterName(delimiter: string): string {
  return { '\t': 'tabs', ';': 'semicolons', '|': 'vertical bars' }[delimiter] ?? `"${delimiter}"`;
}

interface OneInput extends Omit<Input, 'files' | 'reads' | 'select' | 'dialects' | 'firstLine'> {
  readonly dialect: CsvDialect | null;
  /** What is read of it, which may have been rewritten. */
  readonly file: string;
  readonly query: (broken: BrokenRows) => string;
}

/** Whether a text is columns aligned with spaces: as many words in each of its first lines. */
function isAligned(text: string): boolean {
  const lines = text
    .split('\n', 40)
    .slice(0, -1)
    .filter((line) => line.trim() !== '');
  const words = lines.map((line) => line.trim().split(/\s+/).length);
  return lines.length > 2 && (words[0] ?? 0) > 2 && words.every((count) => count === words[0]);
}

/** @param rewritten write it in UTF-8 first, whatever it is in: its lines end in different ways */
async function openOne(
  file: string,
  options: InputOptions,
  db: ReplayDatabase,
  rewritten: boolean,
): Promise<OneInput> {
  const made = (): string => path.join(db.folder, randomUUID());
  const notDamaged = (cause: unknown): never => {
    throw damaged(file, cause);
  };
  let start = await readStart(file);
  if (start.packed !== null) {
    const to = made();
    await unpack(file, start.packed, to).catch(notDamaged);
    start = await readStart(to);
  }
  const notes: string[] = [];
  let text = '';
  if (start.bytes.subarray(0, 4).toString('latin1') !== 'PAR1') {
    const encoding = options.encoding ?? encodingOf(start.bytes);
    text = new TextDecoder(encoding).decode(start.bytes);
    const looksBinary = text.startsWith('PK') || /^.{0,200}\0/s.test(text);
    // DuckDB wants UTF-8, whose lines end in one way.
    const endings = new Set(text.match(/\r\n|\n/g) ?? (text.includes('\r') ? ['\r', '\n'] : []));
    if (!looksBinary && (encoding !== 'utf-8' || endings.size > 1 || rewritten)) {
      const to = made();
      await rewrite(start.file, encoding, to).catch(notDamaged);
      if (encoding !== 'utf-8')
        notes.push(
          `The text is read as ${encoding}${options.encoding === undefined ? ' (--encoding says otherwise)' : ''}.`,
        );
      start = await readStart(to);
      text = new TextDecoder().decode(start.bytes);
    }
  }
  const format = formatOf({ ...start, file }, text);
  const one = { file: start.file, format, dialect: null, twice: new Set<string>(), notes };
  if (format === 'parquet') {
    const query = `SELECT * FROM read_parquet(${literal(exactly(start.file))}, binary_as_string = true)`;
    const columns = await db.columns(query).catch((cause: unknown) => {
      throw formatError(file, `The Parquet file is damaged: ${reasonOf(cause)}`, 'Write it again.', cause);
    });
    return { ...one, columns, query: () => query };
  }
  if (format !== 'csv') {
    const page = format === 'json-lines' ? pageOf(text.trimStart().split('\n', 1)[0] ?? '') : null;
    const { columns, select } = await jsonInput(start, text, format, page, db);
    // Its rows are not its lines.
    return { ...one, ...(page !== null && { format: 'json' }), columns, query: select };
  }
  const dialect = csvDialect(text, options);
  if (dialect.names.length === 1 && options.delimiter === undefined && isAligned(text)) {
    const to = made();
    await rewrite(start.file, 'utf-8', to, true);
    const columns = await openOne(to, { ...options, delimiter: '\t' }, db, false);
    return { ...columns, notes: [...notes, 'Its columns are aligned with spaces.'] };
  }
  const names = distinctNames(dialect.names);
  if (dialect.names.length === 0 || dialect.names.every((name) => /^[\s\d.,:/$€-]*$/.test(name))) {
    throw formatError(
      file,
      `Line ${dialect.skip + 1} does not name columns: ${dialect.names.map((name) => JSON.stringify(name)).join(', ')}`,
      'Add a line of names above the first row, or say with --skip N how many lines stand above the header.',
    );
  }
  if (dialect.delimiter !== ',')
    notes.push(`Its fields are separated by ${delimiterName(dialect.delimiter)}.`);
  if (dialect.skip > 0 && options.skip === undefined)
    notes.push(`The header is taken to be line ${dialect.skip + 1}; --skip N says otherwise.`);
  return {
    ...one,
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    dialect,
    twice: new Set(dialect.names.filter((name, place) => dialect.names.indexOf(name) !== place)),
    query: (broken) => csvSelect(start.file, dialect, names, options.nulls ?? defaultNulls, broken),
  };
}

function differ(one: OneInput, other: OneInput, shown: readonly [string, string]): UsageError {
  const names = (input: OneInput): string[] => input.columns.map(({ name }) => name);
  const missing = names(one).filter((name) => !names(other).includes(name));
  const added = names(other).filter((name) => !names(one).includes(name));
  const list = (some: readonly string[]): string => some.map((name) => JSON.stringify(name)).join(', ');
  const parts = [
    missing.length > 0 ? `${path.basename(shown[1])} lacks ${list(missing)}` : null,
    added.length > 0 ? `it has ${list(added)} besides` : null,
    missing.length + added.length === 0
      ? 'their columns are in another order, or their formats differ'
      : null,
  ].filter((part) => part !== null);
  return new UsageError('ECOM_REPLAY_COLUMNS', {
    what: `The files have different columns: ${parts.join('; ')}`,
    where: shown.join(', '),
    fix: 'Give files of one layout, or say with --sql "SELECT …" how they belong together.',
  });
}

/**
 * Opens files of orders: finds out their format, their dialect and their columns.
 *
 * @param given paths, folders and patterns
 * @param shape whether the files are one, or each a table of its own that a query joins
 * @throws UsageError `ECOM_REPLAY_NOT_FOUND`, `_NOT_A_FILE`, `_UNREADABLE`, `_EMPTY`, `_FORMAT`, `_COLUMNS`
 * @throws EcomError `ECOM_REPLAY_READ` for a file that is damaged
 */
export async function openInput(
  given: readonly string[],
  options: InputOptions,
  db: ReplayDatabase,
  shape: 'one' | 'tables',
  rewritten = false,
): Promise<Input[]> {
  const found = (await Promise.all(given.map((one) => filesOf(one, db)))).flat();
  const opened: OneInput[] = [];
  for (const file of found) opened.push(await openOne(file, options, db, rewritten));
  const tables = opened.map(({ query, file, dialect, ...rest }, place): Input => {
    const shown = literal(found[place] ?? file);
    const hidden =
      rest.format === 'json' || rest.format === 'json-lines'
        ? `${shown} AS ${fileColumn}`
        : `${shown} AS ${fileColumn}, CAST(NULL AS VARCHAR) AS ${problemColumn}, CAST(NULL AS VARCHAR) AS ${rawColumn}`;
    return {
      ...rest,
      files: [found[place] ?? file],
      dialects: [dialect],
      reads: [file],
      select: (broken) => `SELECT *, ${hidden} FROM (${query(broken)})`,
    };
  });
  const [first, ...others] = opened;
  const [table] = tables;
  if (first === undefined || table === undefined || others.length === 0 || shape === 'tables') return tables;
  const layout = JSON.stringify([first.format, first.columns]);
  for (const [place, other] of others.entries()) {
    if (JSON.stringify([other.format, other.columns]) !== layout)
      throw differ(first, other, [found[0] ?? '', found[place + 1] ?? '']);
  }
  return [
    {
      ...table,
      files: found,
      notes: [...new Set(opened.flatMap(({ notes }) => notes))],
      dialects: tables.flatMap(({ dialects }) => dialects),
      reads: tables.flatMap(({ reads }) => reads),
      select: (broken) => tables.map(({ select }) => `(${select(broken)})`).join(' UNION ALL '),
    },
  ];
}
