import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from '../../pipeline/definition.ts';
import { EcomError, type ExitCode, UsageError } from '../../pipeline/error.ts';
import { parseArguments, rowLimit } from './arguments.ts';
import { windowTable } from './first-rows.ts';
import { reportJson } from './json.ts';
import { reportPage } from './page.ts';
import { readReport } from './report.ts';
import { findRunFolder } from './run-folder.ts';

/** The page, below the folder that it reports on. */
const pageName = 'report.html';

const usage = `Makes a page of plots of what a run wrote, and shows its windows.

  npm run report -- [DIR] [options]

  DIR          the folder that the run wrote (data); the page is DIR/${pageName}
  --rows N     how many rows of the window table to show, 0 to 100000 (20)
  --json       print the report as one JSON object, nothing else on stdout
  --debug      show the stack of an error
  --help       show this

Examples
  npm run report
  npm run report -- data/previous/2026-11-23T22-41-07.123Z --rows 50
  npm run --silent report -- data --json > report.json
`;

const fix = 'Run `npm run report -- --help` for the options.';
const replayFix =
  'A report is of a run: start one with `npm start -- --replay FILE`, then run `npm run report`.';

interface ReportOptions {
  readonly dir: string;
  readonly rows: number;
  readonly json: boolean;
}

function readOptions(args: readonly string[]): ReportOptions | 'help' {
  const options = {
    rows: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parseArguments(
    args,
    options,
    args.some((one) => /^--(replay|map|where|sql)\b/.test(one)) ? replayFix : fix,
  );
  if (values.help) return 'help';
  const [dir = 'data', extra] = positionals;
  if (extra !== undefined) {
    throw new UsageError('ECOM_OPTION_UNKNOWN', {
      what: `One folder is enough, and "${extra}" is another`,
      fix,
    });
  }
  return { dir, rows: rowLimit(values.rows, 0, fix), json: values.json };
}

/** Writes the page so that no reader ever sees half of it. */
async function writePage(folder: string, page: string): Promise<string> {
  const file = path.join(folder, pageName);
  const unfinished = path.join(folder, `.${pageName}.${process.pid}`);
  try {
    await writeFile(unfinished, page);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    const what = `The page cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`;
    const parts = {
      what,
      where: file,
      fix: 'Mend that, or copy the results to a folder that can be written.',
    };
    throw new EcomError('ECOM_REPORT_NOT_WRITABLE', parts, { cause });
  }
  return file;
}

/** Shows how far the reading is, once it takes longer than someone likes to wait without a word. */
function progressLine(startedMs: number): (rows: number) => void {
  let saidMs = startedMs + 1000;
  return (rows) => {
    if (performance.now() - saidMs < 1000) return;
    saidMs = performance.now();
    process.stderr.write(`Read ${rows} window rows …\n`);
  };
}

/** `npm run report`. Throws what {@link readReport} does, and `ECOM_REPORT_EMPTY` where there is nothing to report. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const options = readOptions(args);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const folder = await findRunFolder(options.dir);
  const report = await readReport(folder, pipeline, options.rows, progressLine(performance.now()));
  if (report === null) {
    throw new EcomError('ECOM_REPORT_EMPTY', {
      what: 'There is no window to report on: of windows that overlap it takes those that count each order once',
      where: folder,
      fix: 'A window is written once it is closed: let a run come to its end, or name the folder of one that did.',
    });
  }
  const file = await writePage(folder, reportPage(report, options.dir, Date.now()));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(reportJson(report, file))}\n`);
    return 0;
  }
  if (options.rows > 0) process.stdout.write(windowTable(report.firstRows));
  const shown = report.firstRows.length;
  if (shown > 0 && shown < report.rows)
    process.stdout.write(`only showing top ${shown} rows of ${report.rows}\n`);
  process.stdout.write(`\nReport: ${file}\n`);
  return 0;
}
