import type { Segment } from './segment.ts';
import type { BrokenRow, SourceRow } from './source.ts';

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How deep columns are looked for: `customer.address.country`. */
const maxDepth = 3;

function addColumns(object: JsonObject, prefix: string, depth: number, columns: Set<string>): void {
  for (const [key, value] of Object.entries(object)) {
    if (isObject(value) && depth < maxDepth) addColumns(value, `${prefix}${key}.`, depth + 1, columns);
    else columns.add(`${prefix}${key}`);
  }
}

/** The columns of JSON lines: every key of the lines that are objects, in the order met, nested ones with dots. */
export function jsonColumns(text: string): string[] {
  const columns = new Set<string>();
  for (const line of text.split('\n')) {
    try {
      const json: unknown = JSON.parse(line);
      if (isObject(json)) addColumns(json, '', 1, columns);
    } catch {
      // Not an object: its row will say so.
    }
  }
  return [...columns];
}

/** The value of a column: under that very key, or else along its dots. */
function valueAt(object: JsonObject, column: string, path: readonly string[]): unknown {
  if (Object.hasOwn(object, column) || path.length === 1) return object[column];
  let value: unknown = object;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Reads the rows of a JSON lines file, segment by segment. Blank lines are no rows. */
export class JsonRows {
  readonly #columns: readonly (readonly [column: string, path: readonly string[]])[];
  #line = 0;

  constructor(columns: readonly string[]) {
    this.#columns = columns.map((column) => [column, column.split('.')]);
  }

  read(segment: Segment): (SourceRow | BrokenRow)[] {
    const rows: (SourceRow | BrokenRow)[] = [];
    const lines = segment.text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const text of lines) {
      this.#line++;
      if (text.trim() !== '') rows.push(this.#row(text, segment));
    }
    return rows;
  }

  #row(text: string, { encoding, cut }: Segment): SourceRow | BrokenRow {
    const line = this.#line;
    // In a segment that is not UTF-8 throughout, each line is judged by its own bytes.
    const bytes = encoding === 'latin1' ? Buffer.from(text, 'latin1') : null;
    const decoded = bytes === null ? text : bytes.toString('utf8');
    if (bytes !== null && !bytes.equals(Buffer.from(decoded, 'utf8'))) {
      return { line, broken: 'not-utf8', raw: bytes };
    }
    let json: unknown;
    try {
      json = cut ? undefined : JSON.parse(decoded);
    } catch {
      json = undefined;
    }
    if (json === undefined) return { line, broken: 'not-json', raw: decoded };
    if (!isObject(json)) return { line, broken: 'not-an-object', raw: decoded };
    const object = json;
    return {
      line,
      values: this.#columns.map(([column, path]) => valueAt(object, column, path)),
      raw: decoded,
    };
  }
}
