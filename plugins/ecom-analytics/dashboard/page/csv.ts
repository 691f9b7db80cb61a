/** CSV (RFC 4180) that no spreadsheet runs. */

/** A field as it stands in a line. */
export function csvField(value: string): string {
  return /[",;\t\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * The places in a text at which a spreadsheet may take a cell for a formula: its start, and behind what may end a cell. Where Excel
 * separates by semicolons, or a file is opened with tabs, a quote counts only at the start of such a cell, so those of a field
 * do not hold it together. A field that ends with a number, such as -5, is what it is taken for. Source: OWASP, "CSV Injection".
 */
const formula =
  /^(?=[\t\r\n])|(?=[=+\-@\uff1d\uff0b\uff0d\uff20])(?<=(?:^|[;\t\r\n])["\s]*)(?![+-]?[0-9]+(?:\.[0-9]+)?$)/g;

/** Text from orders may hold anything; no spreadsheet should run it: a `'` stands before what looks like a formula. */
export function csvText(value: string): string {
  return csvField(value.replace(formula, "'"));
}

/** Figures under heads. */
export interface Sheet {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A sheet as CSV, with a header. */
export function csvOf({ columns, rows }: Sheet): string {
  const line = (cells: readonly (string | number)[]): string =>
    `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : csvText(cell))).join(',')}\r\n`;
  return [columns, ...rows].map(line).join('');
}
