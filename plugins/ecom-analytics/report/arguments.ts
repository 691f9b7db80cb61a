import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../core/error.ts';
import { meantOption, optionProblem, takenByNpm } from '../functions/option-problem.ts';

/**
 * Reads a command's arguments: options as declared, and positionals.
 *
 * @param fix what someone should do who called the command wrongly
 * @throws UsageError `ECOM_OPTION_UNKNOWN`
 */
export function parseArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  fix: string,
) {
  const taken = takenByNpm(Object.keys(options), process.env);
  if (taken !== undefined)
    throw new UsageError('ECOM_OPTION_UNKNOWN', { what: 'An option was lost', fix: taken });
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const todo = `${meantOption(cause, Object.keys(options))}${fix}`;
    throw new UsageError('ECOM_OPTION_UNKNOWN', { what: optionProblem(cause), fix: todo }, { cause });
  }
}

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
