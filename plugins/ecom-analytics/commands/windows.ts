import path from 'node:path';
import { UsageError } from '../../../pipeline/error.ts';
import type { CliOptions } from '../framework.ts';
import type { Command } from '../plugin.ts';
import { deployed } from '../session.ts';
import { type CopiedWindows, copyWindows } from '../streaming/copy-windows.ts';
import { type HourRange, hoursAgo } from '../streaming/hours.ts';
import { hoursOf } from './hours.ts';

const command = 'sls ecom windows get';

function outOf(value: CliOptions[string], stage: string): string {
  if (value === undefined) return `data-${stage}`;
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError('ECOM_OPTION', {
    what: '--out names no folder',
    where: command,
    fix: `Example: --out data-${stage}`,
  });
}

function rangeText({ since, before }: HourRange): string {
  return `since ${since ?? 'the first'}${before === undefined ? '' : ` and before ${before}`}`;
}

function windowsText(copied: CopiedWindows, range: HourRange, out: string): string {
  const { otherFiles } = copied;
  const left = otherFiles === 1 ? '1 file of another hour was' : `${otherFiles} files of other hours were`;
  const others = otherFiles === 0 ? [] : [`${left} left: --since and --before say which to take.`];
  const early =
    'A window is written once it is closed, a minute or two after its orders: `sls ecom stream status` shows how many rows are.';
  if (copied.hours === null)
    return [
      `There is no window file of an hour ${rangeText(range)}; nothing was copied.`,
      ...(otherFiles === 0 ? [early] : others),
    ].join('\n');
  const { first, last } = copied.hours;
  const quoted = /^[\w./-]+$/.test(out) ? out : `"${out}"`;
  return [
    `${copied.files} window ${copied.files === 1 ? 'file' : 'files'}, ${Math.ceil(copied.bytes / 1024)} KB, of the hours ${first} to ${last} (UTC) are in ${copied.out}.`,
    ...others,
    ...copied.joining.map(
      (hour) => `Rows of ${hour} are missing: its files are being joined. Run this again in some minutes.`,
    ),
    '',
    'To look at them:',
    `  npm run query -- --saved top-categories --out ${quoted}`,
    `  npm run report -- ${quoted}`,
  ].join('\n');
}

/** `sls ecom windows get` */
export const getWindowsCommand: Command = async (session, options, print) => {
  const asked = hoursOf(options, command);
  const out = outOf(options.out, session.input.stage);
  // A day, unless something else is asked for: a stage may have years.
  const isBounded = asked.since !== undefined || asked.before !== undefined;
  const range = isBounded ? asked : { since: hoursAgo(24, session.clock.now()) };
  const copied = await copyWindows(await deployed(session), range, path.resolve(out));
  print(options.json === true ? JSON.stringify(copied) : windowsText(copied, range, out));
  return 0;
};
