import { exactly, literal, literalList } from './sql.ts';

/** What may part the fields of a line, the likeliest first. */
const delimiters = [',', ';', '\t', '|'] as const;

/** How a CSV file is written. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Empty where quotes are text. */
  readonly quote: '"' | "'" | '';
  readonly escape: '"' | "'" | '\\' | '';
  /** Lines above the header. */
  readonly skip: number;
  /** Of the header, in its lines; more than 1 where a name holds a line break. */
  readonly headerLines: number;
  /** As the file has them, trimmed. */
  readonly names: readonly string[];
}

interface Line {
  readonly fields: string[];
  readonly line: number;
  readonly lines: number;
}

/** Looked at to find the header and the delimiter. */
const linesLookedAt = 60;

/** The first records of a text; the last may be cut. */
function records(text: string, delimiter: string, quote: string): Line[] {
  const found: Line[] = [];
  let [fields, field, inQuotes, line, start]: [string[], string, boolean, number, number] = [
    [],
    '',
    false,
    1,
    1,
  ];
  for (let at = 0; at < text.length && found.length < linesLookedAt; at++) {
    const character = text[at] ?? '';
    if (inQuotes) {
      if (character === '\n') line++;
      if (character !== quote) field += character;
      else if (text[at + 1] === quote) field += text[at++];
      else inQuotes = false;
    } else if (character === quote && /^ *$/.test(field)) [field, inQuotes] = ['', true];
    else if (character === delimiter) {
      fields.push(field);
      field = '';
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at++;
      found.push({ fields: [...fields, field], line: start, lines: line - start + 1 });
      [fields, field, line] = [[], '', line + 1];
      start = line;
    } else field += character;
  }
  if (field !== '' || fields.length > 0)
    found.push({ fields: [...fields, field], line: start, lines: line - start + 1 });
  return found;
}

/** How many fields most of the records have, and how many have as many. */
function width(lines: readonly Line[]): { fields: number; records: number } {
  const counts = new Map<number, number>();
  for (const { fields } of lines) counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  const [best = [1, 0]] = [...counts].sort(([a, x], [b, y]) => (b > 1 ? y : 0) - (a > 1 ? x : 0) || b - a);
  return { fields: best[0], records: best[1] };
}

/**
 * How a CSV file is written, from its start: the delimiter that parts most lines into as many fields, and the header, which is
 * the first line with as many fields as those below it.
 *
 * @param said what the user says of it, which is not looked for
 */
export function csvDialect(
  text: string,
  said: { readonly delimiter?: string | undefined; readonly skip?: number | undefined },
): CsvDialect {
  const [first = ''] = text.split(/\r\n?|\n/, 1);
  // Excel's own way to say what parts the fields.
  const excel = /^"?sep=(.)"?$/i.exec(first)?.[1];
  const delimiter = said.delimiter ?? excel;
  const below = (count: number): string =>
    text
      .split(/(?<=\n|\r(?!\n))/)
      .slice(count)
      .join('');
  const skipped = said.skip ?? (excel === undefined ? 0 : 1);
  const start = skipped === 0 ? text : below(skipped);
  const quote = /^\s*'[^']*'[,;\t|]/.test(start) ? "'" : '"';
  const tried = (delimiter === undefined ? delimiters : [delimiter]).map((one) => {
    const lines = records(start, one, quote).filter(({ fields }) =>
      fields.some((field) => field.trim() !== ''),
    );
    // The last record may be cut in its middle.
    return { delimiter: one, lines, width: width(lines.length > 2 ? lines.slice(0, -1) : lines) };
  });
  const [best] = tried.sort(
    (a, b) =>
      (b.width.fields > 1 ? b.width.records : 0) - (a.width.fields > 1 ? a.width.records : 0) ||
      b.width.fields - a.width.fields,
  );
  const lines = best?.lines ?? [];
  const most = best?.width.fields ?? 1;
  const isEmpty = (field: string | undefined): boolean => field?.trim() === '';
  const endEmpty = lines.every(({ fields }) => fields.length !== most || isEmpty(fields.at(-1)));
  // A delimiter may end the header alone, or each row alone.
  const isHeader = ({ fields }: Line): boolean =>
    fields.length === most ||
    (fields.length === most + 1 && isEmpty(fields.at(-1))) ||
    (fields.length === most - 1 && fields.length > 1 && endEmpty);
  const header = said.skip === undefined ? lines.find(isHeader) : lines[0];
  // Fields between tabs may have quotes that are text: some start with one, and none ends as it should.
  const areText =
    best?.delimiter === '\t' && /(^|\t)"/m.test(start) && !/(^|\t)"([^"]|"")*"(\t|\r?$)/m.test(start);
  const closing = areText ? '' : quote;
  return {
    delimiter: best?.delimiter ?? ',',
    quote: closing,
    // A backslash before a quote that ends a field is text.
    escape: /\\"(?![,;\t|\r\n]|$)/.test(start) && !/""/.test(start) && !areText ? '\\' : closing,
    skip: skipped + (header?.line ?? 1) - 1,
    headerLines: header?.lines ?? 1,
    names:
      header === undefined ? [] : Array.from({ length: most }, (_, at) => header.fields[at]?.trim() ?? ''),
  };
}

/** What becomes of rows that cannot be taken apart: left out, kept in DuckDB's table of rejects, or an error. */
export type BrokenRows = 'skipped' | 'kept' | 'refused';

const brokenOptions: Readonly<Record<BrokenRows, string>> = {
  skipped: ', ignore_errors = true',
  kept: ', store_rejects = true, rejects_limit = 0',
  refused: '',
};

/** A row that is longer is not a row: it bounds what an unclosed quote can hold back. */
const longestRowBytes = 8_388_608;
/** DuckDB's own choice is sixteen of the longest rows, several times. */
const lineOptions = `auto_detect = false, header = false, compression = 'none', max_line_size = ${longestRowBytes}, buffer_size = ${2 * longestRowBytes}`;
const defaultNulls = ['NULL', 'Null', 'null', '\\N', 'nan', 'NaN', 'NAN', 'None', 'N/A', 'n/a', '#N/A'];

/** A query of one column that holds a whole line. */
export function linesQuery(file: string, broken: BrokenRows): string {
  // Control characters stand for what no line of JSON holds: a delimiter, and a text for no value.
  return (
    `read_csv(${literal(exactly(file))}, columns = {'line': 'VARCHAR'}, delim = '\u0001', quote = '', escape = '', ` +
    `nullstr = '\u0002', strict_mode = false, ${lineOptions}${brokenOptions[broken]})`
  );
}

/** @param nulls what stands for no value, besides the empty field */
export function csvQuery(
  file: string,
  dialect: CsvDialect,
  names: readonly string[],
  nulls: readonly string[] = defaultNulls,
): (broken: BrokenRows) => string {
  const columns = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(', ');
  return (broken) =>
    `SELECT * FROM read_csv(${literal(exactly(file))}, skip = ${dialect.skip + dialect.headerLines}, columns = {${columns}}, ` +
    `delim = ${literal(dialect.delimiter)}, quote = ${literal(dialect.quote)}, escape = ${literal(dialect.escape)}, ` +
    `nullstr = ${literalList(['', ...nulls])}, ${lineOptions}${brokenOptions[broken]})`;
}

/** The line of the first row; rows of Parquet and of JSON lists are counted from 1. */
export function firstLine(dialect: CsvDialect | null | undefined): number {
  return dialect ? dialect.skip + dialect.headerLines + 1 : 1;
}

/** Names that tell columns apart: a second `total` is `total (2)`, one without a name `column 3`. */
export function distinctNames(names: readonly string[]): string[] {
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
