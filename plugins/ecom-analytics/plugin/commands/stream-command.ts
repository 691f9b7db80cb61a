import { UsageError } from '../../core/error.ts';
import type { CliOptions } from '../framework.ts';
import { type DeployedStage, deployed } from '../session.ts';
import { compactWindows } from '../streaming/compaction.ts';
import {
  deployStream,
  type StreamOutcome,
  type StreamRequest,
  stopStream,
} from '../streaming/deploy-stream.ts';
import type { FoundStream } from '../streaming/health.ts';
import { applications } from '../streaming/keys.ts';
import { StageStream } from '../streaming/stage-stream.ts';
import { stepLogs } from '../streaming/step-logs.ts';
import {
  type ConsoleLinks,
  type StreamReport,
  streamReport,
  streamText,
} from '../streaming/stream-report.ts';
import type { Command } from './declarations.ts';
import { hoursOf } from './hour-options.ts';
import { offsetsOf } from './offsets.ts';

const WATCH_MS = 2_000;

/** Every application that the stage has started. */
export async function findStreams(stage: DeployedStage): Promise<FoundStream[]> {
  const found: FoundStream[] = [];
  for (const application of applications) {
    const stream = new StageStream(stage, application);
    const record = await stream.record();
    if (record === undefined) continue;
    const [step, status] = await Promise.all([stream.step(record), stream.status()]);
    found.push({ record, step, status });
  }
  return found;
}

/** The state of every application that the stage has started. */
export async function reportStream(stage: DeployedStage): Promise<StreamReport[]> {
  const found = await findStreams(stage);
  const now = stage.clock.now();
  return found.map(({ record, step, status }) => streamReport(record, step, status, now));
}

/** Where the console shows a stage. It knows nothing of the local cloud. */
export function consoleLinks({ outputs, isLocal }: DeployedStage): ConsoleLinks {
  if (isLocal) return {};
  return { dashboard: outputs.EcomDashboardUrl, cluster: outputs.EcomEmrConsole };
}

/** `sls ecom stream status`: exits 1 when something that should run does not. */
export const statusCommand: Command = async (session, options, print) => {
  const stage = await deployed(session);
  for (;;) {
    const reports = await reportStream(stage);
    const links = consoleLinks(stage);
    const clear = options.watch === true && process.stdout.isTTY ? '\u001b[2J\u001b[H' : '';
    print(
      options.json === true
        ? JSON.stringify({ streams: reports, ...links })
        : `${clear}${streamText(reports, links)}`,
    );
    if (options.watch !== true) return reports.length > 0 && reports.every(({ healthy }) => healthy) ? 0 : 1;
    await stage.clock.sleep(WATCH_MS);
  }
};

function told(outcomes: readonly StreamOutcome[], json: boolean): string {
  if (json) return JSON.stringify({ streams: outcomes });
  return outcomes
    .map(({ application, decision, stepId, generation }) =>
      decision === 'keep'
        ? `${application}: runs already, as step ${stepId}`
        : `${application}: runs as step ${stepId}, generation ${generation}`,
    )
    .join('\n');
}

/** A command that makes the stage's step what is asked for. */
const deploying =
  (requestOf: (options: CliOptions) => StreamRequest): Command =>
  async (session, options, print) => {
    const request = requestOf(options);
    print(told(await deployStream(await deployed(session), request), options.json === true));
    return 0;
  };

/** `sls ecom stream start`: starts what does not run, and makes right what runs otherwise. */
export const startCommand = deploying(({ 'new-checkpoint': given }) => ({
  newCheckpoint: given === undefined ? undefined : offsetsOf(given, 'new-checkpoint'),
}));

/** `sls ecom stream restart` */
export const restartCommand = deploying(() => ({ force: true }));

/** `sls ecom stream reset-checkpoint` */
export const resetCommand = deploying(({ from }) => ({ newCheckpoint: offsetsOf(from, 'from') }));

/** `sls ecom stream stop` */
export const stopCommand: Command = async (session, options, print) => {
  const stopped = await stopStream(await deployed(session));
  if (options.json === true) print(JSON.stringify({ stopped }));
  else print(stopped.length === 0 ? 'Nothing ran.' : `Stopped: ${stopped.join(', ')}`);
  return 0;
};

/** `sls ecom stream compact` */
export const compactCommand: Command = async (session, options, print) => {
  const hours = hoursOf(options, 'sls ecom stream compact');
  const outcome = await compactWindows(await deployed(session), hours);
  print(
    options.json === true
      ? JSON.stringify(outcome)
      : `The files of each closed hour are one now (step ${outcome.stepId}).`,
  );
  return 0;
};

function linesOf(value: CliOptions[string]): number {
  const lines = value === undefined ? 50 : Number(value);
  if (Number.isInteger(lines) && lines > 0) return lines;
  throw new UsageError('ECOM_OPTION', {
    what: `--lines must be a whole number above 0, is ${String(value)}`,
    where: 'sls ecom stream logs',
    fix: 'Example: --lines 200.',
  });
}

/** `sls ecom stream logs` */
export const logsCommand: Command = async (session, options, print) => {
  const lines = linesOf(options.lines);
  const stage = await deployed(session);
  let found = 0;
  for (const application of applications) {
    const record = await new StageStream(stage, application).record();
    if (!record?.stepId) continue;
    for (const { key, text } of await stepLogs(stage, record.stepId)) {
      found++;
      print(`== ${application} ${key}\n${text.trimEnd().split('\n').slice(-lines).join('\n')}`);
    }
  }
  if (found === 0) print('No logs have arrived yet; EMR brings them about every five minutes.');
  return 0;
};
