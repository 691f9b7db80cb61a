import { randomInt } from 'node:crypto';
import path from 'node:path';
import { forwardClock, systemClock } from '../functions/clock.ts';
import { stageDefinition } from '../functions/stage.ts';
import type { PipelineDefinition } from '../pipeline/definition.ts';
import { EcomError, type ExitCode } from '../pipeline/error.ts';
import { emitSpec } from '../pipeline/spec.ts';
import { engines } from './run/engines.ts';
import type { RunFeed, RunSummary } from './run/feed.ts';
import { generatorSource, type RunTimes } from './run/generator-source.ts';
import { interruptedCode, listenForInterruption } from './run/interruption.ts';
import { readOptions, type StartOptions, startUsage } from './run/options.ts';
import { openOutputFolder, outputError, runFiles } from './run/output-folder.ts';
import { everyFeed, progressFeed } from './run/progress.ts';
import type { OrderSource } from './run/source.ts';
import { describeSummary } from './run/summary.ts';

/** `npm start`: runs the pipeline on this machine, shows it, and sums it up. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const options = readOptions(args, { folder: process.cwd(), newSeed: () => randomInt(2 ** 32) });
  if (options === 'help') {
    process.stdout.write(startUsage);
    return 0;
  }
  const interruption = listenForInterruption(() => {
    process.stderr.write('\nStopping: open windows are being written. Ctrl-C again to stop at once.\n');
  });
  try {
    const summary = await run(options, stageDefinition(process.env), interruption.signal);
    process.stdout.write(
      options.json ? `${JSON.stringify(summary)}\n` : describeSummary(summary, process.cwd()),
    );
    if (interruption.happened()) return interruptedCode;
    if (options.source.kind === 'replay' && summary.orders === 0 && summary.dead_letters > 0) {
      throw noOrders(options.source.file, summary);
    }
    return 0;
  } finally {
    interruption.dispose();
  }
}

/** Rows, and not one order among them: most likely other columns are meant. */
function noOrders(file: string, { dead_letters, out }: RunSummary): EcomError {
  return new EcomError('ECOM_REPLAY_NO_ORDERS', {
    what: `None of the ${dead_letters} rows is an order`,
    where: file,
    fix: `${path.join(out, runFiles.deadLetters)} has each row and what is wrong with it; --map says which columns hold what.`,
  });
}

async function run(
  options: StartOptions,
  definition: PipelineDefinition,
  interrupted: AbortSignal,
): Promise<RunSummary> {
  // Refuses a rule that is not valid, which types alone do not keep from running.
  emitSpec(definition);
  const clock = forwardClock(systemClock);
  const startedAtMs = clock.now();
  // Ends the source when it is interrupted, and when the run has failed.
  const over = new AbortController();
  const source = await openSource(options, definition, {
    durationMs: options.durationSeconds === null ? null : options.durationSeconds * 1000,
    stop: AbortSignal.any([interrupted, over.signal]),
    clock,
  });
  for (const note of source.notes) process.stderr.write(`${note}\n`);
  // Before the folder, so that a port that is taken does not move an earlier run away.
  const dashboard = await openDashboard(options, definition, source.title);
  const feed = everyFeed([progressFeed(process.stderr, source.progress), ...dashboard.feeds]);
  try {
    if (dashboard.url !== null) process.stderr.write(`Dashboard: ${dashboard.url}\n`);
    if (options.engine === 'spark') feed.phase({ name: 'installing' });
    const engine = await engines[options.engine](options);
    const out = await openOutputFolder(
      options.out,
      { engine: options.engine, options: { ...options } },
      startedAtMs,
    );
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
    await dashboard.close();
  }
}

function openSource(
  options: StartOptions,
  definition: PipelineDefinition,
  times: RunTimes,
): Promise<OrderSource> {
  const { source } = options;
  if (source.kind === 'generator') return Promise.resolve(generatorSource(source, definition.rules, times));
  return import('./run/replay-source.ts').then(({ replaySource }) => replaySource(source, times));
}

interface OpenDashboard {
  /** Null where there is none. */
  readonly url: string | null;
  readonly feeds: readonly RunFeed[];
  close(): Promise<void>;
}

async function openDashboard(
  { dashboard: asked }: StartOptions,
  definition: PipelineDefinition,
  source: string,
): Promise<OpenDashboard> {
  if (asked === null) return { url: null, feeds: [], close: () => Promise.resolve() };
  const { startDashboard } = await import('./dashboard/server.ts');
  const dashboard = await startDashboard({
    definition,
    source,
    ...(asked.port !== null && { port: asked.port }),
  });
  return { url: dashboard.url, feeds: [dashboard], close: () => dashboard.close() };
}
