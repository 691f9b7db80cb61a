import { UsageError } from '../core/error.ts';

/**
 * A whole number of rows to show.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
export function rowLimit(text: string, least: number, fix: string): number {
  const rows = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (rows >= least && rows <= 100_000) return rows;
  const what = `--rows takes a whole number from ${least} to 100000, not "${text}"`;
  throw new UsageError('ECOM_OPTION_RANGE', { what, fix });
}
