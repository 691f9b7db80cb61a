import { createReadStream } from 'node:fs';
import { EcomError } from '../core/error.ts';
import { excerpt } from '../core/excerpt.ts';
import { type CsvDialect, firstLine } from './csv-dialect.ts';
import type { ReplayDatabase } from './replay-database.ts';
import type { Input } from './table.ts';

/** Rows that could not be taken apart, from DuckDB's table of rejects. */
export interface Reject {
  /** By DuckDB's count, to which a blank line is one, and so is a record of several lines. */
  readonly record: number;
  readonly file: string;
  readonly reason: 'row' | 'not-utf8';
  readonly text: string;
}

/** @throws EcomError `ECOM_REPLAY_QUOTES` where an unclosed quote took in rows that cannot be told */
async function rejectsOf(db: ReplayDatabase, input: Input): Promise<Reject[]> {
  const there = await db.row("SELECT count(*) AS n FROM duckdb_tables() WHERE table_name = 'reject_errors'");
  if (Number(there.n) === 0) return [];
  const rows = await db.rows(
    // A row may have several errors.
    'SELECT DISTINCT ON (file_path, line) line, error_type, csv_line, file_path FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id) ORDER BY file_path, line',
  );
  return rows.map((row): Reject => {
    const [record, text, kind] = [Number(row.line), String(row.csv_line ?? ''), String(row.error_type)];
    const file = input.tables.find(({ read }) => read === row.file_path)?.file ?? String(row.file_path);
    if (/QUOTE|LINE SIZE/.test(kind) && (text.trim().includes('\n') || kind !== 'UNQUOTED VALUE')) {
      throw new EcomError('ECOM_REPLAY_QUOTES', {
        what: `The quotes of line ${record} do not match: the field that opens there takes in the rows below`,
        where: `${file}:${record}`,
        fix: `Close the quote, or double one that is text (""). The line starts with: ${JSON.stringify(excerpt(text.split('\n')[0] ?? '', 80))}`,
      });
    }
    return { record, file, reason: /ENCODING/.test(kind) ? 'not-utf8' : 'row', text };
  });
}

/** Where each file's rows start, and which lines they have. */
export class RowPlaces {
  /** Rows that could not be taken apart. */
  readonly rejects: readonly Reject[];
  readonly #input: Input;
  /** The first row of each file, in the table `item`. */
  readonly #starts: ReadonlyMap<string, number>;
  /** A text file is read for them when a row of it is refused. */
  readonly #lines = new Map<string, Promise<RowLines>>();

  private constructor(input: Input, starts: ReadonlyMap<string, number>, rejects: readonly Reject[]) {
    this.rejects = rejects;
    this.#input = input;
    this.#starts = starts;
  }

  /** @throws EcomError `ECOM_REPLAY_QUOTES` where an unclosed quote took in rows that cannot be told */
  static async of(db: ReplayDatabase, input: Input): Promise<RowPlaces> {
    const rejects = await rejectsOf(db, input);
    const rows = await db.rows('SELECT file, min(rowid)::DOUBLE AS row_id FROM item GROUP BY file');
    return new RowPlaces(input, new Map(rows.map((row) => [String(row.file), Number(row.row_id)])), rejects);
  }

  /** The line of a row of the table `item`. */
  async line(file: string, rowId: number): Promise<number> {
    const row = rowId - (this.#starts.get(file) ?? 0);
    return (await this.#linesOf(file))?.line(row) ?? row + 1;
  }

  async refusedLine({ file, record }: Reject): Promise<number> {
    return (await this.#linesOf(file))?.refusedLine(record) ?? record;
  }

  #linesOf(file: string): Promise<RowLines> | undefined {
    const table = this.#input.tables.find((one) => one.file === file);
    if (table === undefined || (table.format !== 'csv' && table.format !== 'json-lines')) return undefined;
    const refused = this.rejects.filter((reject) => reject.file === file);
    const records = new Set(refused.map(({ record }) => record));
    const found = this.#lines.get(file) ?? RowLines.of(table.read, table.dialect, records);
    this.#lines.set(file, found);
    return found;
  }
}

const [newline, carriageReturn, space, backslash] = [10, 13, 32, 92];
const readBytes = 1_048_576;

/**
 * The lines that the rows of a text file start on. DuckDB counts records, blank ones among them, and a record of several
 * lines as one.
 */
class RowLines {
  /** Rows, from 0, from which on their lines lie further below them. */
  readonly #from: number[] = [];
  readonly #below: number[] = [];
  /** Lines of refused records, by DuckDB's count. */
  readonly #refused = new Map<number, number>();

  /** @param row from 0, those that were refused left out */
  line(row: number): number {
    let [low, high] = [0, this.#from.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#from[middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return row + (this.#below[low - 1] ?? 1);
  }

  /** @param record by DuckDB's count, from 1 */
  refusedLine(record: number): number {
    return this.#refused.get(record) ?? record;
  }

  /**
   * @param dialect of a CSV file; null for JSON lines
   * @param refused records, by DuckDB's count
   */
  static async of(file: string, dialect: CsvDialect | null, refused: ReadonlySet<number>): Promise<RowLines> {
    const first = firstLine(dialect);
    const lines = new RowLines();
    const quote = dialect?.quote.charCodeAt(0);
    const escaping = dialect?.escape === '\\' ? backslash : undefined;
    const delimiter = dialect === null ? undefined : Buffer.from(dialect.delimiter).at(-1);
    let [line, start, row, record] = [1, first, 0, first];
    let [isBlank, isQuoted, isEscaped, mayOpen] = [true, false, false, true];
    const end = (): void => {
      if (refused.has(record)) lines.#refused.set(record, start);
      else if (!isBlank) {
        if (start - row !== lines.#below.at(-1)) {
          lines.#from.push(row);
          lines.#below.push(start - row);
        }
        row++;
      }
      record++;
      [isBlank, mayOpen] = [true, true];
    };
    for await (const bytes of createReadStream(file, { highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
      for (const byte of bytes) {
        if (byte === newline) line++;
        if (line < first || (byte === newline && line === first)) continue;
        if (isQuoted) {
          if (isEscaped) isEscaped = false;
          else if (byte === escaping) isEscaped = true;
          // One that is doubled opens again what it closed.
          else if (byte === quote) [isQuoted, mayOpen] = [false, true];
        } else if (byte === newline) {
          end();
          start = line;
        } else {
          if (byte !== carriageReturn && (dialect !== null || byte !== space)) isBlank = false;
          isQuoted = byte === quote && mayOpen;
          mayOpen = byte === delimiter || (mayOpen && byte === space);
        }
      }
    }
    end();
    return lines;
  }
}
