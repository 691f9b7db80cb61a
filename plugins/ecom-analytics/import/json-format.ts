import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { shellPath } from '../functions/shell-word.ts';
import { type BrokenRows, distinctNames, linesQuery } from './csv-dialect.ts';
import { type FileStart, formatError } from './input-files.ts';
import { duckdbReason, type ReplayDatabase, type Row } from './replay-database.ts';
import { exactly, identifier, literal, literalList } from './sql.ts';
import { type Column, problemColumn, rawColumn } from './table.ts';

/**
 * Whether a text is JSON lines, or a list or objects over several lines; null where it is not JSON.
 *
 * @throws UsageError `ECOM_REPLAY_FORMAT` where only its name is JSON's
 */
export function jsonFormat(file: string, text: string): 'json' | 'json-lines' | null {
  const start = text.trimStart();
  if (start.startsWith('[')) return 'json';
  if (!start.startsWith('{')) {
    if (!/\.(jsonl|ndjson|json)(\.gz|\.zst)?$/i.test(file)) return null;
    throw formatError(file, 'The file is named JSON, and does not start with an object or a list');
  }
  // A first line that is an object of its own is the first of JSON lines, unless all orders are inside it.
  const [first = '', second = ''] = start.split('\n', 2);
  const isAnswer = listIn(start) !== null;
  if (isObject(parsed(first))) return isAnswer && second.trim() === '' ? 'json' : 'json-lines';
  return !isAnswer && second.trimStart().startsWith('{') ? 'json-lines' : 'json';
}

/** Where the list of orders stands in an answer of an API. */
interface List {
  /** Of JSON. */
  readonly path: string;
  /** The character that opens it. */
  readonly from: number;
  /** How many objects it is in. */
  readonly depth: number;
}

/** The list of orders in an API's answer: `{"orders": [{…`, `{"result": {"list": [{…`. */
function listIn(text: string, within: List = { path: '$', from: 0, depth: 0 }): List | null {
  const [all = '', before = '', key, opened = ''] =
    /^\s*\{((?:\s*"(?:meta|info|pagination|paging|page|_?links|search_criteria)"\s*:\s*\{[^{}]*\}\s*,|\s*"[^"]*"\s*:\s*(?:"[^"]*"|[\w.-]+|\{\s*\})\s*,)*)\s*"([^"]+)"\s*:\s*(\[\s*(?=\{)|(?=\{\s*"))/.exec(
      text.slice(within.from),
    ) ?? [];
  // What has an id is an order by itself, and the list is of its items.
  if (key === undefined || /"(id|order_?id|email|currency)"\s*:/i.test(before)) return null;
  const from = within.from + all.length - opened.length;
  const list = { path: `${within.path}."${key}"`, from, depth: within.depth + 1 };
  return opened === '' ? listIn(text, list) : list;
}

const [quote, backslash, openList, closeList, openObject, closeObject] = Buffer.from('"\\[]{}');
const space = 32;

/**
 * Copies the list out of an answer: DuckDB takes an object as a whole, several times its size, and a list an object at a time.
 *
 * @param from the byte that opens the list
 * @param depth how many objects the list is in
 * @returns whether the answer is the only one in the file, and whether the list is the only one of objects in the answer
 * @throws where it ends early
 */
async function copyList(
  file: string,
  from: number,
  depth: number,
  to: string,
): Promise<{ isOnly: boolean; isAlone: boolean }> {
  let [open, isText, isEscaped, isWhole, isOnly, isAlone] = [0, false, false, false, true, true];
  /** The character before, behind the list. */
  let before: number | undefined;
  async function* list(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const bytes of source) {
      let end = isWhole ? 0 : bytes.length;
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at];
        if (isText) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) isText = false;
        } else if (byte === quote) isText = true;
        else if (byte === openList || byte === openObject) {
          if (open === -depth) isOnly = false;
          if (before === openList && byte === openObject && open <= 1 && open > 1 - depth) isAlone = false;
          open++;
        } else if (byte === closeList || byte === closeObject) {
          open--;
          if (open === 0 && !isWhole) [isWhole, end] = [true, at + 1];
        }
        if (isWhole && byte !== undefined && byte > space) before = byte;
      }
      yield bytes.subarray(0, end);
    }
  }
  await pipeline(createReadStream(file, { start: from }), list, createWriteStream(to));
  if (isOnly && open !== -depth) throw new Error('its JSON ends early');
  return { isOnly, isAlone };
}

/** The list of an answer as a file of its own, or null where the file is not one answer. */
async function ownList(
  { file, bytes }: FileStart,
  text: string,
  list: List,
  to: string,
): Promise<{ file: string; isAlone: boolean } | null> {
  const from = Buffer.byteLength(text.slice(0, list.from));
  if (bytes[from] !== openList) return null;
  const { isOnly, isAlone } = await copyList(file, from, list.depth, to);
  return isOnly ? { file: to, isAlone } : null;
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
    // No path of DuckDB's leads to a key without a name.
    if (key === '') continue;
    const [column, place] = [`${name}${key}`, `${at}."${key.replaceAll('"', '\\"')}"`];
    if (isObject(value) && depth > 0) addColumns(value, `${column}.`, place, depth - 1, columns);
    else columns.set(column, place);
    if (Array.isArray(value) && isObject(value[0]) && depth > 0)
      addColumns(value[0], `${column}[0].`, `${place}[0]`, 0, columns);
  }
}

/** DuckDB takes NaN for JSON, which it is not. */
function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return null;
  }
}

/** What an answer of an API says of itself, beside the orders of a page. */
const aboutPage =
  /^(object|status|success|ok|url|pages?|per_?page|limit|offset|count|total|total_?(count|pages|results|items)|has_?(more|next\w*)|next\w*|prev\w*|cursor|meta|info|pagination|paging|_?links|search_criteria)$/i;

/**
 * The JSON path of all orders, where a document is a page of them and nothing else (`{"orders": […], "page": 2}`), or has them
 * below keys of their own (`{"orders": {"-Nx1": {…}, "-Nx2": {…}}}`), or is one of several lists (`[…]\n[…]`).
 */
function pageOf(document: unknown, at = '$'): string | null {
  if (Array.isArray(document)) return document.length > 0 && document.every(isObject) ? `${at}[*]` : null;
  if (!isObject(document)) return null;
  const entries = Object.entries(document).filter(([key]) => !aboutPage.test(key));
  const [[key, value] = ['', null], ...others] = entries;
  const shape = (one: unknown): string => (isObject(one) ? Object.keys(one).sort().join() : '');
  if (others.length > 0 && entries.every(([, one]) => shape(one) !== '' && shape(one) === shape(value)))
    return `${at}.*`;
  if (others.length > 0) return null;
  return pageOf(value, `${at}."${key.replaceAll('"', '\\"')}"`);
}

/** What is read of a file of JSON. */
interface JsonRows {
  readonly format: 'json' | 'json-lines';
  /** The file that is read. */
  readonly read: string;
  readonly columns: readonly Column[];
  readonly notes: readonly string[];
  readonly query: (broken: BrokenRows) => string;
}

/**
 * @param file as it was given
 * @param text how it starts
 * @param made a file to be made
 * @throws UsageError `ECOM_REPLAY_FORMAT`
 */
export async function jsonRows(
  file: string,
  start: FileStart,
  text: string,
  format: 'json' | 'json-lines',
  db: ReplayDatabase,
  made: () => string,
): Promise<JsonRows> {
  const list = format === 'json' ? listIn(text) : null;
  const own = list === null ? null : await ownList(start, text, list, made());
  const read = own?.file ?? start.file;
  const documents = (broken: BrokenRows): string =>
    format === 'json-lines'
      ? `SELECT try_cast(line AS JSON) AS json, line FROM ${linesQuery(read, broken)} WHERE trim(line) <> ''`
      : `SELECT json, NULL AS line FROM read_json_objects(${literal(exactly(read))}, format = 'auto', compression = 'uncompressed')`;
  const some = (query: string, rows: number): Promise<Row[]> =>
    db.rows(`SELECT json FROM (${query}) LIMIT ${rows}`).catch((cause: unknown) => {
      const isLarge = /maximum_object_size/.test(String(cause));
      const what = isLarge ? 'An object is larger than 16 MB' : duckdbReason(cause);
      const fix = isLarge
        ? `Put each order on a line of its own, for example with: jq -c '.[]' ${shellPath(file)} > orders.jsonl`
        : 'Repair it, or export it again.';
      throw formatError(file, `The JSON cannot be read: ${what}`, fix, cause);
    });
  const [first] = await some(documents('skipped'), 1);
  const page = own === null ? (list === null ? pageOf(parsed(first?.json)) : `${list.path}[*]`) : null;
  const kind = page?.endsWith('[*]') ? `json_type(json, ${literal(page.slice(0, -'[*]'.length))})` : 'NULL';
  const objects = (broken: BrokenRows): string =>
    page === null
      ? documents(broken)
      : // A line that is not a page stays, to be refused; the last page is often one without orders.
        `SELECT unnest(CASE WHEN len(found) > 0 OR kind = 'ARRAY' THEN found ELSE ['0'::JSON] END) AS json, line FROM (SELECT json_extract(json, ${literal(page)}) AS found, ${kind} AS kind, line FROM (${documents(broken)}))`;
  const sample = await some(objects('skipped'), 1000);
  const columns = new Map<string, string>();
  for (const { json } of sample) {
    const value = parsed(json);
    if (isObject(value)) addColumns(value, '', '$', 3, columns);
  }
  if (columns.size === 0) throw formatError(file, 'The file looks like JSON, and holds no objects');
  const names = distinctNames([...columns.keys()]);
  const values = names.map((name, place) => `nullif(v[${place + 1}], '') AS ${identifier(name)}`).join(', ');
  return {
    // The rows of pages are not their lines.
    format: page === null ? format : 'json',
    read,
    columns: names.map((name) => ({ name, type: 'VARCHAR' })),
    notes:
      list === null || own === null || own.isAlone
        ? []
        : [
            `Only the list "${list.path.slice(2).replaceAll('"', '')}" is read; the file holds another one beside it.`,
          ],
    query: (broken) =>
      `SELECT ${values}, ${problemColumn}, ${rawColumn} FROM (` +
      `SELECT json_extract_string(json, ${literalList([...columns.values()])}) AS v, CASE WHEN json IS NULL THEN 'not-json' WHEN json_type(json) <> 'OBJECT' THEN 'not-an-object' END AS ${problemColumn}, ` +
      `coalesce(line, CAST(json AS VARCHAR)) AS ${rawColumn} FROM (${objects(broken)}))`,
  };
}
