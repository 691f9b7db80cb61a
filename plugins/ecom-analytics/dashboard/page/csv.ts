/** CSV (RFC 4180) that no spreadsheet runs. */

/** A field as it stands in a line. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * What a spreadsheet takes for a formula. Source: OWASP, "CSV Injection". A number in text, such as -5, is what it is
 * taken for.
 */
const formula = /^(?![+-]?[0-9]+(?:\.[0-9]+)?$)[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** Text from orders may hold anything; no spreadsheet should run it: what looks like a formula follows a `'`. */
export function csvText(value: string): string {
  return csvField(formula.test(value) ? `'${value}` : value);
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
