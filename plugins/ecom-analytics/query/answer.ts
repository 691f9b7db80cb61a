import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { csvField, csvText } from '../dashboard/page/csv.ts';
import { consoleTable, terminalWidth } from '../report/console-table.ts';

/** A column of an answer. */
export interface AnswerColumn {
  readonly name: string;
  readonly isNumber: boolean;
}

/** A value as JSON has it: times in ISO 8601, whole numbers that JSON cannot hold exactly as text. */
function json(value: DuckDBValue): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBTimestampValue) return `${String(value).replace(' ', 'T')}Z`;
  if (value instanceof DuckDBTimestampTZValue)
    return `${String(value).replace(' ', 'T').replace(/\+00$/, '')}Z`;
  if (value instanceof DuckDBListValue) return value.items.map(json);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, entry]) => [key, json(entry)]));
  }
  return String(value);
}

type Rows = AsyncIterable<readonly (readonly DuckDBValue[])[]>;

type TextOf = (columns: readonly AnswerColumn[], rows: Rows) => AsyncGenerator<string>;

/**
 * An answer as a table.
 *
 * @param limit rows beyond it are counted, not shown
 */
export function tableText(limit: number): TextOf {
  return async function* (columns, rows) {
    const shown: string[][] = [];
    let count = 0;
    for await (const batch of rows) {
      count += batch.length;
      for (const row of batch.slice(0, limit - shown.length)) {
        shown.push(row.map((value) => (value === null ? 'NULL' : String(value))));
      }
    }
    yield consoleTable(
      columns.map(({ name, isNumber }) => ({ name, align: isNumber ? 'right' : 'left' })),
      shown,
      terminalWidth(),
    );
    yield count > shown.length
      ? `only showing top ${shown.length} rows of ${count}\n`
      : `${count} ${count === 1 ? 'row' : 'rows'}\n`;
  };
}

/** An answer as one JSON array of objects, a row a line. */
export async function* jsonText(columns: readonly AnswerColumn[], rows: Rows): AsyncGenerator<string> {
  let before = '[';
  for await (const batch of rows) {
    let lines = '';
    for (const row of batch) {
      const object = Object.fromEntries(columns.map(({ name }, place) => [name, json(row[place] ?? null)]));
      lines += `${before}\n${JSON.stringify(object)}`;
      before = ',';
    }
    yield lines;
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

/** An answer as CSV (RFC 4180) with a header; what is null is an empty field, and a `'` stands before what looks like a formula. */
export async function* csvLines(columns: readonly AnswerColumn[], rows: Rows): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => csvText(name)).join(',')}\r\n`;
  const cell = (value: DuckDBValue, place: number): string => {
    if (value === null) return '';
    return columns[place]?.isNumber ? csvField(String(value)) : csvText(String(value));
  };
  for await (const batch of rows) yield batch.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
