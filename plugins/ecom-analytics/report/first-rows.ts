import { type WindowRow, windowColumns } from '../core/window.ts';
import { consoleTable } from './console-table.ts';

function byWindow(a: WindowRow, b: WindowRow): number {
  return (
    a.window_start - b.window_start || compare(a.category, b.category) || compare(a.location, b.location)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first rows of any number, by window, category and location; no more than twice as many are held. */
export class FirstRows {
  readonly #limit: number;
  #rows: WindowRow[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(rows: readonly WindowRow[]): void {
    for (const row of rows) {
      this.#rows.push(row);
      if (this.#rows.length > 2 * this.#limit + 1000) this.#cut();
    }
  }

  #cut(): void {
    this.#rows.sort(byWindow);
    this.#rows.length = Math.min(this.#rows.length, this.#limit);
  }

  get rows(): readonly WindowRow[] {
    this.#cut();
    return this.#rows;
  }
}

/** `2026-11-23 22:42:30`, with a fraction where there is one, as Spark shows a timestamp. */
function timestampCell(epochMs: number): string {
  return new Date(epochMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '');
}

/** `29.0`, `1299.95`: as Spark shows a double, save that large ones have no exponent. */
function doubleCell(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Of a terminal that a table of all columns needs. */
function widthOfTable(table: string): number {
  return table.indexOf('\n');
}

function allColumns(rows: readonly WindowRow[]): string {
  const columns = Object.entries(windowColumns);
  return consoleTable(
    columns.map(([name]) => ({ name })),
    rows.map((row) => {
      const cells = new Map<string, unknown>(Object.entries(row));
      return columns.map(([name, type]) => {
        const value = cells.get(name);
        if (typeof value !== 'number') return String(value);
        if (type === 'timestamp-millis') return timestampCell(value);
        return type === 'double' ? doubleCell(value) : String(value);
      });
    }),
    Number.POSITIVE_INFINITY,
  );
}

/** What a reader looks for first, in 80 columns. */
function mainColumns(rows: readonly WindowRow[], most: number): string {
  const numbers = ['orders', 'revenue', 'average', 'customers'];
  return consoleTable(
    [
      ...['window start', 'category', 'location'].map((name) => ({ name })),
      ...numbers.map((name) => ({ name, align: 'right' as const })),
    ],
    rows.map((row) => [
      timestampCell(row.window_start),
      row.category,
      row.location,
      String(row.order_count),
      row.total_revenue.toFixed(2),
      row.avg_order_value.toFixed(2),
      String(row.unique_customers),
    ]),
    most,
  );
}

/**
 * Rows as Spark's console sink shows them where the terminal is wide enough, and else their main columns.
 *
 * @param most columns of the terminal
 */
export function windowTable(rows: readonly WindowRow[], most: number): string {
  const whole = allColumns(rows);
  const width = widthOfTable(whole);
  if (width <= most) return whole;
  return `${mainColumns(rows, most)}For all columns, use a terminal that is ${width} columns wide, or --json.\n`;
}
