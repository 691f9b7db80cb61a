import { UsageError } from '../../core/error.ts';
import type { CliOptions } from '../framework.ts';
import type { HourRange } from '../streaming/hours.ts';

/**
 * The hours between `--since` and `--before`.
 *
 * @param command as it is typed, for messages
 * @throws UsageError `ECOM_OPTION`
 */
export function hoursOf(options: CliOptions, command: string): HourRange {
  const since = hourOf(options, 'since', command);
  const before = hourOf(options, 'before', command);
  if (since !== undefined && before !== undefined && since >= before)
    throw new UsageError('ECOM_OPTION', {
      what: `No hour lies between ${since} and ${before}`,
      where: `${command}, --since and --before`,
      fix: '--since is the first hour to take, --before the first hour to leave out.',
    });
  return { since, before };
}

function hourOf(options: CliOptions, option: string, command: string): string | undefined {
  const value = options[option];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}$/.test(value)) {
    const time = new Date(`${value}:00:00.000Z`);
    // 2026-02-30 would be a day in March.
    if (!Number.isNaN(time.getTime()) && time.toISOString().startsWith(value)) return value;
  }
  throw new UsageError('ECOM_OPTION', {
    what: `--${option} must be an hour in UTC, is ${String(value)}`,
    where: command,
    fix: `Example: --${option} 2026-11-23T10.`,
  });
}
