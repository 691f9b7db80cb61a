import { randomInt } from 'node:crypto';
import type { ExitCode } from '../core/error.ts';
import { inCurrency, type PipelineDefinition } from '../core/pipeline.ts';
import { openOutputFolder, outputError } from '../files/output-folder.ts';
import { forwardClock, systemClock } from '../functions/clock.ts';
import { definitionIn } from '../functions/stage-definition.ts';
import { printable } from '../report/printable.ts';
import { engines } from './engines.ts';
import type { RunFeed, RunSummary } from './feed.ts';
import { generatorSource, type RunTimes } from './generator-source.ts';
import { interruptedCode, listenForInterruption } from './interruption.ts';
import { readOptions, type StartOptions } from './options.ts';
import type { OrderSource } from './order-source.ts';
import { everyFeed, progressFeed } from './run-progress.ts';
import { describeSummary } from './summary.ts';

export { usage } from './options.ts';

/** What `npm start` is asked to do in this folder. Throws what `readOptions` does. */
export function startOptions(args: readonly string[], { orderFields }: PipelineDefinition): StartOptions {
  return readOptions(args, { folder: process.cwd(), newSeed: () => randomInt(2 ** 32), orderFields });
}

/** `npm start`: runs the pipeline on this machine, shows it, and sums it up. */
export async function main(args: readonly string[], definition: PipelineDefinition): Promise<ExitCode> {
  const options = startOptions(args, definition);
  const { source } = options;
  if (source.kind === 'replay' && source.dryRun !== null) {
    const { showDryRun } = await import('../import/dry-run.ts');
    return showDryRun(source, definitionIn(process.env, definition), options.json);
  }
  const interruption = listenForInterruption(() => {
    process.stderr.write('\nStopping: open windows are being written. Ctrl-C again to stop at once.\n');
  });
  try {
    const summary = await run(options, definitionIn(process.env, definition), interruption.signal);
    process.stdout.write(
      options.json ? `${JSON.stringify(summary)}\n` : describeSummary(summary, process.cwd()),
    );
    return interruption.happened() ? interruptedCode : 0;
  } finally {
    interruption.dispose();
  }
}

/** Runs the pipeline on this machine, with what is shown meanwhile. */
export async function run(
  options: StartOptions,
  repository: PipelineDefinition,
  interrupted: AbortSignal,
): Promise<RunSummary> {
  const clock = forwardClock(systemClock);
  const startedAtMs = clock.now();
  // Ends the source when it is interrupted, and when the run has failed.
  const over = new AbortController();
  const source = await openSource(options, repository, {
    durationMs: options.durationSeconds === null ? null : options.durationSeconds * 1000,
    stop: AbortSignal.any([interrupted, over.signal]),
    clock,
  });
  // A file may be in another currency, which it then says.
  const definition = inCurrency(repository, source.findings?.currency ?? repository.currency);
  for (const note of source.notes) process.stderr.write(`${printable(note)}\n`);
  // Before the folder, so that a port that is taken does not move an earlier run away.
  const dashboard = await openDashboard(options, definition, source.title);
  const feed = everyFeed([progressFeed(process.stderr, source.progress), ...dashboard.feeds]);
  try {
    const isSpark = options.engine === 'spark';
    const announce = (): void => {
      if (dashboard.address !== null) process.stderr.write(`${dashboard.address}\n`);
    };
    // The page follows Spark's installation. Otherwise the address comes once all is loaded: Ctrl-C ends the loader too.
    if (isSpark) announce();
    if (isSpark) feed.phase({ name: 'installing' });
    const engine = await engines[options.engine](options);
    const out = await openOutputFolder(
      options.out,
      { engine: options.engine, options: { ...options } },
      startedAtMs,
    );
    await dashboard.runFolder(out.path);
    if (!isSpark) announce();
    let summary: RunSummary | null = null;
    try {
      summary = await engine({ definition, source, out, clock }, feed);
      return summary;
    } finally {
      over.abort();
      await out.close(summary);
    }
  } catch (error) {
    throw await outputError(error, options.out);
  } finally {
    source.close?.();
    await dashboard.close();
  }
}

function openSource(
  options: StartOptions,
  definition: PipelineDefinition,
  times: RunTimes,
): Promise<OrderSource> {
  const { source } = options;
  if (source.kind === 'generator') return Promise.resolve(generatorSource(source, definition, times));
  return import('./replay-source.ts').then(({ replaySource }) => replaySource(source, definition, times));
}

interface OpenDashboard {
  /** Where it is, in words; null where there is none. */
  readonly address: string | null;
  readonly feeds: readonly RunFeed[];
  runFolder(folder: string): Promise<void>;
  close(): Promise<void>;
}

async function openDashboard(
  { dashboard: asked }: StartOptions,
  definition: PipelineDefinition,
  source: string,
): Promise<OpenDashboard> {
  const done = (): Promise<void> => Promise.resolve();
  if (asked === null) return { address: null, feeds: [], runFolder: done, close: done };
  const { addressText, startDashboard } = await import('../dashboard/server.ts');
  const dashboard = await startDashboard({
    definition,
    source,
    ...(asked.port !== null && { port: asked.port }),
  });
  const { url, runFolder, close } = dashboard;
  return { address: addressText(url, asked.port), feeds: [dashboard], runFolder, close };
}
