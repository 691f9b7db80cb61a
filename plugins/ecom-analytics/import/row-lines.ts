import { createReadStream } from 'node:fs';
import type { CsvDialect } from './csv-dialect.ts';

const [newline, carriageReturn, space, backslash] = [10, 13, 32, 92];
const readBytes = 1_048_576;

/**
 * The lines that the rows of a text file start on. DuckDB counts records, blank ones among them, and a record of several
 * lines as one.
 */
export class RowLines {
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
   * @param firstLine below the header
   * @param dialect of a CSV file; null for JSON lines
   * @param refused records, by DuckDB's count
   */
  static async of(
    file: string,
    firstLine: number,
    dialect: CsvDialect | null,
    refused: ReadonlySet<number>,
  ): Promise<RowLines> {
    const lines = new RowLines();
    const quote = dialect?.quote.charCodeAt(0);
    const escaping = dialect?.escape === '\\' ? backslash : undefined;
    const delimiter = dialect === null ? undefined : Buffer.from(dialect.delimiter).at(-1);
    let [line, start, row, record] = [1, firstLine, 0, firstLine];
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
        if (line < firstLine || (byte === newline && line === firstLine)) continue;
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
