import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { intro, log, outro } from '@clack/prompts';
import { UsageError } from '../plugins/ecom-analytics/core/error.ts';
import { meantOption, optionProblem } from '../plugins/ecom-analytics/functions/command-arguments.ts';
import { regionDoubt } from '../plugins/ecom-analytics/plugin/config/aws-region.ts';
import { type PackageManager, packageManagers, type Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { completeAnswers, type Modes, readFlags, refuseTakenByNpm, type Typed } from './complete-answers.ts';
import { hasGit } from './git-repository.ts';
import { helpText } from './help.ts';
import { lookAt, makeProject, type Reporter, type Template, whatWouldBeMade } from './make.ts';
import { readOrigin } from './origin.ts';
import { type Look, mayContinueIn, terminalAsk } from './prompt.ts';
import { undoLine } from './replace.ts';
import { fewNames, TargetError } from './target.ts';
import { unpackTree } from './tree.ts';
import { checkShape, compareVersions, describeUpdate, updateProject } from './update.ts';

/** The command line of create-ecom-analytics. */

const report: Reporter = {
  result: (text) => console.log(text),
  progress: (text) => console.error(text),
};

/** The package manager that started this program: all of them say so, in the variable that npm introduced. */
function startedBy(agent: string | undefined): PackageManager {
  return packageManagers.find((name) => name === agent?.split('/')[0]) ?? 'npm';
}

async function lookAround(): Promise<Surroundings> {
  const cwd = process.cwd();
  const { AWS_REGION, AWS_DEFAULT_REGION, npm_config_user_agent } = process.env;
  return {
    cwd,
    region: AWS_REGION || AWS_DEFAULT_REGION || undefined,
    packageManager: startedBy(npm_config_user_agent),
    hasGit: await hasGit(cwd),
  };
}

/** The template that was packed beside this file. */
function readPackedTemplate(): Template {
  const manifest: { version: string } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'),
  );
  const archive = path.join(import.meta.dirname, 'template.tgz');
  return { version: manifest.version, tree: unpackTree(readFileSync(archive), archive) };
}

/**
 * Looks at the folder that was named on the command line, before the first question.
 *
 * @returns what was typed; without the folder, where the user would rather have another
 * @throws TargetError when something is in the way, or there is something and nobody to ask
 */
async function checkDirectory(
  typed: Typed,
  modes: Modes,
  look: Look,
  canAsk: boolean,
  signal: AbortSignal,
): Promise<Typed> {
  const { directory, ...others } = typed;
  if (directory === undefined) return typed;
  const target = look(directory);
  if (target.wrong !== undefined) throw new TargetError(path.resolve(directory), target.wrong);
  if (target.holds.length === 0 || modes.continue) return typed;
  if (!canAsk)
    throw new TargetError(target.folder, `the folder is not empty: ${fewNames(target.holds)}`, {
      fix: 'None of that is in the way: to write the project beside it, add --continue; or choose another folder.',
    });
  return (await mayContinueIn(target, signal)) ? typed : others;
}

async function create(args: readonly string[], signal: AbortSignal): Promise<number> {
  refuseTakenByNpm(process.env);
  const { typed, modes } = readFlags(args);
  const template = readPackedTemplate();
  if (modes.help) report.result(helpText());
  else if (modes.version) report.result(template.version);
  if (modes.help || modes.version) return 0;

  const surroundings = await lookAround();
  const look: Look = (directory) => lookAt(directory, surroundings, template);
  const canAsk = process.stdin.isTTY === true && process.stdout.isTTY === true && !modes.yes;
  if (canAsk) {
    intro(`create-ecom-analytics ${template.version}`);
    log.message('Esc goes back one question, Ctrl-C cancels.');
  }
  const flags = await checkDirectory(
    modes.dryRun ? { ...typed, install: 'no' } : typed,
    modes,
    look,
    canAsk,
    signal,
  );
  const ask = canAsk ? terminalAsk(look, modes.continue, signal) : undefined;
  const answers = await completeAnswers(flags, surroundings, ask, modes.yes);
  const doubt = regionDoubt(answers.region);
  if (doubt !== undefined) canAsk ? log.warn(doubt) : report.progress(doubt);
  if (canAsk) outro(`Making ${answers.name}`);
  signal.throwIfAborted();
  if (modes.dryRun) {
    report.result(whatWouldBeMade(template, answers, surroundings));
    return 0;
  }
  await makeProject(template, answers, surroundings, signal, report);
  return 0;
}

const updateHelp = `Brings a project up to the template of this version, with your changes kept.

Usage:
  npx create-ecom-analytics@latest update [directory] [options]

Options:
  --check      Only say whether there is an update: exit code 2 if there is, 0 if not
  --dry-run    Say what would be done, and do nothing
  --json       The summary as JSON
  -h, --help   Print this

Example:
  npx create-ecom-analytics@latest update --dry-run

The work tree must be clean, so that an update can be taken back:
  ${undoLine()}
Files that Git does not keep, and links, stay as they are. Where you and the
template changed the same lines, both are left in the file, marked as Git marks
them, and the exit code is 1.`;

const updateFlags = {
  check: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function readUpdateFlags(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: updateFlags,
      allowPositionals: true,
    });
    if (positionals.length > 1) throw new Error('There are two folders');
    return { ...values, folder: path.resolve(positionals[0] ?? '.') };
  } catch (error) {
    const fix = `${meantOption(error, Object.keys(updateFlags))}See \`npx create-ecom-analytics update --help\`.`;
    const parts = { what: optionProblem(error), where: 'command line', fix };
    throw new UsageError('ECOM_USAGE', parts, { cause: error });
  }
}

async function update(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { folder, check, json, help, 'dry-run': dryRun = false } = readUpdateFlags(args);
  if (help) {
    report.result(updateHelp);
    return 0;
  }
  const template = readPackedTemplate();
  const { version } = readOrigin(folder);
  checkShape(folder);
  const isOlder = compareVersions(version, template.version) < 0;
  if (check || version === template.version) {
    const text = isOlder
      ? `There is an update, from ${version} to ${template.version}`
      : `The project is up to date (${version})`;
    report.result(json ? JSON.stringify({ from: version, to: template.version, update: isOlder }) : text);
    return check && isOlder ? 2 : 0;
  }
  const summary = await updateProject(folder, template, await lookAround(), dryRun, signal);
  report.result(json ? JSON.stringify(summary) : describeUpdate(summary, dryRun, folder));
  return summary.conflicts.length > 0 ? 1 : 0;
}

/**
 * Runs create-ecom-analytics.
 *
 * @returns the exit code: 0 done, 1 failed, 2 wrong use, 130 cancelled
 */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new CancelledError('Cancelled', 'Nothing was written.'));
  // SIGHUP: its terminal was closed, and nobody reads what it still has to say.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await (args[0] === 'update' ? update(args.slice(1), stop.signal) : create(args, stop.signal));
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}
