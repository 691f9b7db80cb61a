import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EcomError, type ExitCode, UsageError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { numberOf, parseArguments } from '../functions/command-arguments.ts';
import { definitionIn } from '../functions/stage-definition.ts';
import {
  type AskedReplay,
  askedReplay,
  dryRunDeclared,
  dryRunUsage,
  replayDeclared,
  replayUsage,
} from '../import/choices.ts';
import { defaultSparkLine } from '../job/releases.ts';
import { noDefinition } from '../project/project.ts';
import { interruptedCode, listenForInterruption } from '../run/interruption.ts';
import { terminalWidth } from './console-table.ts';
import { windowTable } from './first-rows.ts';
import { reportPage } from './page.ts';
import { progressLine } from './progress-line.ts';
import { readReport } from './report.ts';
import { reportJson } from './report-json.ts';
import { findRunFolder } from './run-folder.ts';

/** The page, below the folder that it reports on. */
const pageName = 'report.html';

export const usage = `Makes a page of plots of what a run wrote, and shows its windows.

  npm run report -- [DIR] [options]
  npm run report -- --replay FILE [options]

  DIR                   the folder that the run wrote (data); the page is DIR/${pageName}
  --rows N              how many rows of the window table to show, 0 to 100000 (20)
  --json                print the report as one JSON object, nothing else on stdout
  --debug               show the stack of an error
  --help                show this

Orders of your own are run first, without a dashboard:

${replayUsage}
${dryRunUsage}
  --out DIR             where to write the run and its page (a temporary folder, which stays)

Examples
  npm run report
  npm run report -- --replay orders_export.csv
  npm run report -- data/previous/2026-11-23T22-41-07.123Z --rows 50
  npm run --silent report -- data --json > report.json
`;

const fix = 'Run `npm run report -- --help` for the options.';

interface ReportOptions {
  /** Relative to the working folder. */
  readonly dir: string;
  /** Orders to run first, and where to; null for a temporary folder. */
  readonly replay: { readonly asked: AskedReplay; readonly out: string | null } | null;
  /** The shop's, or what stands in for it. */
  readonly definition: PipelineDefinition;
  readonly rows: number;
  readonly json: boolean;
}

function readOptions(args: readonly string[], shop: PipelineDefinition | Error): ReportOptions {
  const options = {
    ...replayDeclared,
    ...dryRunDeclared,
    // Both a number of rows to show, and how rows make orders.
    rows: { type: 'string', multiple: true },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, options, fix, 'options and a folder');
  const [dir] = positionals;
  const isLayout = (text: string): boolean => text === 'orders' || text === 'items';
  const layout = { ...values, rows: values.rows?.findLast(isLayout) };
  // Only a replay needs the definition: its fields and rules.
  if (values.replay !== undefined && shop instanceof Error) throw shop;
  const definition = shop instanceof Error ? noDefinition : shop;
  const asked = askedReplay(layout, process.cwd(), definition.orderFields);
  const conflict = (what: string): UsageError => new UsageError('ECOM_OPTION_CONFLICT', { what, fix });
  if (asked !== null && dir !== undefined)
    throw conflict(`--replay cannot go with a folder: name the one to write with --out ${dir}`);
  if (asked === null && values.out !== undefined)
    throw conflict('--out needs --replay: the page is written to the folder that it reports on');
  if (values.out === '')
    throw new UsageError('ECOM_OPTION_RANGE', { what: '--out takes a folder, not ""', fix });
  const shown = values.rows?.findLast((text) => !isLayout(text));
  return {
    dir: dir ?? 'data',
    replay: asked === null ? null : { asked, out: values.out ?? null },
    definition,
    rows: numberOf('--rows', shown, { min: 0, max: 100_000, whole: true }, fix) ?? 20,
    json: values.json,
  };
}

/** Runs the orders through the embedded engine. */
async function runReplay(
  asked: AskedReplay,
  definition: PipelineDefinition,
  out: string,
  signal: AbortSignal,
): Promise<void> {
  const { run } = await import('../run/command.ts');
  await run(
    {
      durationSeconds: null,
      source: { kind: 'replay', ...asked, speed: 'max' },
      out,
      engine: 'embedded',
      spark: defaultSparkLine,
      dashboard: null,
      json: false,
    },
    definitionIn(process.env, definition),
    signal,
  );
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
      fix: 'Fix that, or copy the results to a folder that can be written.',
    };
    throw new EcomError('ECOM_REPORT_NOT_WRITABLE', parts, { cause });
  }
  return file;
}

/** `npm run report`. Throws what {@link readReport} and a replay do, and `ECOM_REPORT_EMPTY` where there is nothing to report. */
export async function main(args: readonly string[], shop: PipelineDefinition | Error): Promise<ExitCode> {
  const options = readOptions(args, shop);
  const { replay, definition } = options;
  if (shop instanceof Error) {
    process.stderr.write(
      `The report is made of the run's files alone: pipeline/definition.ts cannot be loaded.\n${shop.message}\n`,
    );
  }
  if (replay === null) {
    await report(options.dir, definition, options);
    return 0;
  }
  if (replay.asked.dryRun !== null) {
    const { showDryRun } = await import('../import/dry-run.ts');
    return showDryRun(replay.asked, definitionIn(process.env, definition), options.json);
  }
  const interruption = listenForInterruption(() =>
    process.stderr.write('\nStopping: the report is of the orders so far. Ctrl-C again to stop at once.\n'),
  );
  const temporary = replay.out === null ? await mkdtemp(path.join(tmpdir(), 'ecom-report-')) : null;
  const out = path.resolve(replay.out ?? temporary ?? '');
  try {
    await runReplay(replay.asked, definition, out, interruption.signal);
    await report(out, definition, options);
    return interruption.happened() ? interruptedCode : 0;
  } catch (error) {
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    throw error;
  } finally {
    interruption.dispose();
  }
}

async function report(
  dir: string,
  definition: PipelineDefinition,
  options: Pick<ReportOptions, 'rows' | 'json'>,
): Promise<void> {
  const folder = await findRunFolder(dir);
  const found = await readReport(folder, definition, options.rows, progressLine(performance.now()));
  if (found === null) {
    throw new EcomError('ECOM_REPORT_EMPTY', {
      what: 'There is no window to report on: of windows that overlap it takes those that count each order once',
      where: folder,
      fix: 'A window is written once it is closed: let a run come to its end, or name the folder of one that did.',
    });
  }
  const file = await writePage(folder, reportPage(found, dir, Date.now()));
  if (options.json) {
    process.stdout.write(`${JSON.stringify(reportJson(found, file))}\n`);
    return;
  }
  process.stdout.write(`Report: ${pathToFileURL(file).href}\n`);
  if (options.rows > 0) process.stdout.write(`\n${windowTable(found.firstRows, terminalWidth())}`);
  const shown = found.firstRows.length;
  if (shown > 0 && shown < found.rows)
    process.stdout.write(`only showing top ${shown} rows of ${found.rows}\n`);
}
