import { once } from 'node:events';
import { type ExitCode, UsageError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { parseArguments } from '../functions/command-arguments.ts';
import { progressLine } from '../report/progress-line.ts';
import { findRunFolder } from '../report/run-folder.ts';
import { interruptedCode, listenForInterruption } from '../run/interruption.ts';
import { openFinishedRun, showFinishedRun } from './finished-run.ts';
import { addressText, readPort, startDashboard } from './server.ts';

export const usage = `Opens what a run wrote in the dashboard, read-only, until Ctrl-C.

  npm run dashboard -- [DIR] [options]

  DIR                   the folder that a run wrote, or \`sls ecom windows get\` (data)
  --port N              port of the dashboard (4600, or any that is free)
  --debug               show the stack of an error
  --help                show this

Examples
  npm run dashboard
  npm run dashboard -- data/previous/2026-11-23T22-41-07.123Z
  npm run dashboard -- data-dev
`;

const fix = 'Run `npm run dashboard -- --help` for the options.';

function readOptions(args: readonly string[]): { readonly dir: string; readonly port: number | null } {
  const declared = {
    port: { type: 'string' },
    debug: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, fix, 'options and a folder');
  const [dir = 'data'] = positionals;
  return { dir, port: values.port === undefined ? null : portOf(values.port) };
}

/**
 * A port as it is given to an option; 0 is any that is free.
 *
 * @throws UsageError `ECOM_OPTION_RANGE`
 */
function portOf(text: string): number {
  const port = readPort(text);
  if (port !== null) return port;
  throw new UsageError('ECOM_OPTION_RANGE', {
    what: `--port takes a whole number from 0 to 65535, not "${text}"`,
    fix,
  });
}

/** `npm run dashboard`. Throws what {@link openFinishedRun} and {@link startDashboard} do. */
export async function main(args: readonly string[], shop: PipelineDefinition | Error): Promise<ExitCode> {
  const options = readOptions(args);
  const run = await openFinishedRun(await findRunFolder(options.dir), shop);
  if (shop instanceof Error) {
    process.stderr.write(
      `The page shows the run's files alone: pipeline/definition.ts cannot be loaded.\n${shop.message}\n`,
    );
  }
  const dashboard = await startDashboard({
    definition: run.definition,
    source: run.title,
    kind: 'finished',
    hasDefinition: run.hasDefinition,
    ...(options.port !== null && { port: options.port }),
  });
  const interruption = listenForInterruption(() => undefined);
  try {
    await dashboard.runFolder(run.folder, 'read');
    await showFinishedRun(run, dashboard, progressLine(performance.now()));
    process.stderr.write(`${addressText(dashboard.url, options.port)}\nCtrl-C ends it.\n`);
    if (!interruption.happened()) await once(interruption.signal, 'abort');
    return interruptedCode;
  } finally {
    interruption.dispose();
    await dashboard.close();
  }
}
