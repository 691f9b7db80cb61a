import path from 'node:path';
import { UsageError } from '../../core/error.ts';
import { shellOption, shellPath } from '../../functions/shell-word.ts';
import type { CliOptions } from '../framework.ts';
import { deployed } from '../session.ts';
import { type CopiedWindows, copyWindows } from '../streaming/copy-windows.ts';
import { type HourRange, hoursAgo } from '../streaming/hours.ts';
import type { Command } from './declarations.ts';
import { hoursOf } from './hour-options.ts';

const command = 'sls ecom windows get';

function outOf(value: CliOptions[string], stage: string): string {
  if (value === undefined) return `data-${stage}`;
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError('ECOM_OPTION', {
    what: '--out does not name a folder',
    where: command,
    fix: `Example: --out data-${stage}.`,
  });
}

function rangeText({ since, before }: HourRange): string {
  return `since ${since ?? 'the first'}${before === undefined ? '' : ` and before ${before}`}`;
}

function windowsText({ hours, files, bytes, joining, out }: CopiedWindows, range: HourRange, asked: string) {
  const incomplete = joining.map(
    (hour) =>
      `Rows of ${hour} cannot be seen while its files are joined. Run this again in a few minutes. If the message stays, a compaction was killed: sls ecom stream compact finishes it.`,
  );
  if (hours === null)
    return [
      `There is no window file of an hour ${rangeText(range)}; nothing was copied.`,
      ...incomplete,
      'A window is written once it is closed, a minute or two after its orders: `sls ecom stream status` shows how many rows are. --since and --before name other hours.',
    ].join('\n');
  return [
    `${files} window ${files === 1 ? 'file' : 'files'}, ${Math.ceil(bytes / 1024)} KB, of the hours ${hours.first} to ${hours.last} (UTC) are in ${out}.`,
    ...incomplete,
    '',
    'To look at them:',
    `  npm run query -- --saved top-categories ${shellOption('--out', asked)}`,
    `  npm run report -- ${shellPath(asked)}`,
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
