import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../../core/error.ts';
import { parseArguments } from '../../functions/command-arguments.ts';
import { launch, open } from './browser.ts';
import { smallPng } from './small-png.ts';
import { startRun } from './started-run.ts';

const root = path.resolve(import.meta.dirname, '../../../..');

const usage = `Takes the README's picture of the dashboard, from a real run.

  npm run screenshot -- [options]

  --minutes N    how long to let the run go first (20)
  --out FILE     where the picture goes (docs/images/dashboard.png)

Example: npm run screenshot -- --minutes 5 --out /tmp/dashboard.png
`;

/** `npm run screenshot`: lets `npm start` run for a while, and keeps a picture of its dashboard. */
export async function main(args: readonly string[]): Promise<number> {
  const { minutes, out, help } = readOptions(args);
  if (help) {
    process.stdout.write(usage);
    return 0;
  }
  const run = await startRun(['--rate', '1000', '--seed', '7', '--port', '0']);
  try {
    process.stderr.write(`Watching ${run.url} for ${minutes} minutes\n`);
    await delay(minutes * 60_000);
    await writeFile(out, await picture(run.url));
    process.stdout.write(`${path.relative(process.cwd(), out)}\n`);
  } finally {
    await run.stop();
  }
  return 0;
}

async function picture(url: string): Promise<Buffer> {
  const browser = await launch();
  try {
    const { page } = await open(browser, url, { viewport: { width: 1440, height: 985 } });
    await page.locator('#category-chart canvas').waitFor();
    await page.locator('#newest-list li').first().waitFor();
    // A frame or two after the first one, so that nothing is half drawn.
    await delay(1500);
    return await smallPng(browser, await page.screenshot());
  } finally {
    await browser.close();
  }
}

function readOptions(args: readonly string[]): { minutes: number; out: string; help: boolean } {
  const fix = 'Run `npm run screenshot -- --help` for the options.';
  const declared = {
    minutes: { type: 'string', default: '20' },
    out: { type: 'string', default: path.join(root, 'docs/images/dashboard.png') },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArguments(args, declared, fix, 'options');
  const minutes = Number(values.minutes);
  if (minutes > 0 && minutes <= 60) return { minutes, out: path.resolve(values.out), help: values.help };
  throw new UsageError('ECOM_OPTION_RANGE', { what: '--minutes takes a number over 0, up to 60', fix });
}
