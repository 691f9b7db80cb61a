import { decodeField, type Segment } from './segment.ts';
import { type BrokenRow, maxRowBytes, type SourceRow } from './source.ts';

/** What may part the fields of a line, the likeliest first. */
const delimiters = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof delimiters)[number];

/** A record, or why the text at a place is none. */
type Record =
  | { readonly fields: string[]; readonly end: number }
  | 'open' // the text ends inside quotes
  | 'broken'; // text follows a closing quote

/** Where the line that holds `at` ends, past its newline. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

/** A line without its newline. */
function bareLine(text: string, start: number, end: number): string {
  let stop = end;
  if (text[stop - 1] === '\n') stop--;
  if (stop > start && text[stop - 1] === '\r') stop--;
  return text.slice(start, stop);
}

/** Reads a record that has a quote on its first line. A quote inside a field that does not start with one is text. */
function quotedRecord(text: string, start: number, delimiter: Delimiter): Record {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '"') {
      let value = '';
      for (;;) {
        const quote = text.indexOf('"', at + 1);
        if (quote === -1) return 'open';
        value += text.slice(at + 1, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      fields.push(value);
    } else {
      const stop = lineEnd(text, at);
      const comma = text.indexOf(delimiter, at);
      if (comma === -1 || comma >= stop) {
        fields.push(bareLine(text, at, stop));
        return { fields, end: stop };
      }
      fields.push(text.slice(at, comma));
      at = comma;
    }
    if (text[at] === delimiter) at++;
    else if (at === text.length) return { fields, end: at };
    else if (text[at] === '\n') return { fields, end: at + 1 };
    else if (text[at] === '\r' && text[at + 1] === '\n') return { fields, end: at + 2 };
    else return 'broken';
  }
}

function recordAt(text: string, start: number, end: number, delimiter: Delimiter): Record {
  const line = bareLine(text, start, end);
  return line.includes('"') ? quotedRecord(text, start, delimiter) : { fields: line.split(delimiter), end };
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** The delimiter of a file, from its first line: the one that stands there most often outside quotes. */
export function guessDelimiter(text: string): Delimiter {
  const header = bareLine(text, 0, lineEnd(text, 0)).replace(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => header.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** The fields of the header, trimmed, and how much of the text it takes; null when the text holds no whole header. */
export function readHeader(text: string, delimiter: Delimiter): { columns: string[]; end: number } | null {
  const start = /^(?:\r?\n)*/.exec(text)?.[0].length ?? 0;
  const header = recordAt(text, start, lineEnd(text, start), delimiter);
  if (typeof header === 'string') return null;
  return { columns: header.fields.map((field) => field.trim()), end: header.end };
}

/**
 * Reads the rows of a CSV file as RFC 4180 has it, segment by segment. It is ours because the readers we tried lose the
 * rows that follow a broken one, or count lines wrongly around it; here a row that cannot be read costs its own first
 * line and nothing else. Empty lines are no rows.
 */
export class CsvRows {
  readonly #delimiter: Delimiter;
  readonly #width: number;
  readonly #places: readonly number[];
  #line = 1;
  #headerRead = false;

  /** @param width how many columns the header has; @param places which of them are asked for */
  constructor(delimiter: Delimiter, width: number, places: readonly number[]) {
    this.#delimiter = delimiter;
    this.#width = width;
    this.#places = places;
  }

  read(segment: Segment): (SourceRow | BrokenRow)[] {
    const { text } = segment;
    const rows: (SourceRow | BrokenRow)[] = [];
    if (segment.cut) {
      rows.push(this.#broken(segment, text));
      this.#line++;
      return rows;
    }
    let at = 0;
    while (at < text.length) {
      const end = lineEnd(text, at);
      const record = recordAt(text, at, end, this.#delimiter);
      if (record === 'open' && !segment.last && text.length - at <= maxRowBytes) {
        segment.giveBack(text.slice(at));
        break;
      }
      if (typeof record === 'string') {
        rows.push(this.#broken(segment, bareLine(text, at, end)));
        this.#line++;
        at = end;
        continue;
      }
      this.#add(rows, segment, record.fields, bareLine(text, at, record.end));
      this.#line += record.end === end ? 1 : countLines(text.slice(at, record.end));
      at = record.end;
    }
    return rows;
  }

  #add(rows: (SourceRow | BrokenRow)[], segment: Segment, fields: string[], raw: string): void {
    if (raw === '') return;
    if (!this.#headerRead) {
      this.#headerRead = true;
      return;
    }
    if (fields.length !== this.#width) {
      rows.push(this.#broken(segment, raw));
      return;
    }
    const values: (string | null)[] = [];
    const decode = segment.encoding === 'latin1';
    for (const place of this.#places) {
      const field = fields[place] ?? '';
      const value = decode ? decodeField(field) : field;
      if (value === null) {
        rows.push({ line: this.#line, broken: 'not-utf8', raw: Buffer.from(raw, 'latin1') });
        return;
      }
      values.push(value);
    }
    rows.push({ line: this.#line, values, raw: decode ? Buffer.from(raw, 'latin1') : raw });
  }

  #broken(segment: Segment, raw: string): BrokenRow {
    return { line: this.#line, broken: 'row', raw: Buffer.from(raw, segment.encoding) };
  }
}
