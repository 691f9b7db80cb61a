import { existsSync } from 'node:fs';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { shellPath } from '../plugins/ecom-analytics/functions/shell-word.ts';
import { interruptedCode } from '../plugins/ecom-analytics/run/interruption.ts';
import type { Answers, PackageManager, Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { monthlyCost, priceRegion } from './cost.ts';
import { completeCommit, isInRepository, makeRepository } from './git-repository.ts';
import { install, installLine, lockFiles, start, startLine } from './install.ts';
import { baseArchive, originFile, readAnswers, readBase, readOrigin } from './origin.ts';
import { presetOf } from './preset.ts';
import type { ProgramOutcome } from './program.ts';
import { render } from './render.ts';
import { replayLine } from './replay-line.ts';
import { stagesText } from './stages.ts';
import { type Inspection, inspectTarget, isUnfinished, type Target, TargetError } from './target.ts';
import { packTree, summary, type Tree } from './tree.ts';
import { finishInterrupted, writeTree } from './write.ts';

/** Making a project of settled answers. */

/** The template and its version. */
export interface Template {
  readonly version: string;
  readonly tree: Tree;
}

/** Where a person reads what happens; results go to `result`, the rest to `progress`. */
export interface Reporter {
  result(text: string): void;
  progress(text: string): void;
}

/** Files that a project has whatever the answers are. */
function certainFiles({ tree }: Template): string[] {
  return [...tree.keys()].filter((file) => !/^(LICENSE$|package-lock\.json$|\.github\/)/.test(file));
}

/** Looks whether a project can go there, or was begun there, before the other answers are known. */
export function lookAt(directory: string, surroundings: Surroundings, template: Template): Inspection {
  const folder = path.resolve(surroundings.cwd, directory);
  if (isUnfinished(folder)) return { folder, exists: true, holds: [] };
  return inspectTarget(folder, certainFiles(template));
}

/** The files of the project; its record and README name the folder itself, not the way to it on this machine. */
function projectTree(template: Template, answers: Answers, { folder }: Target): Tree {
  const here = { ...answers, directory: path.basename(folder) || answers.name };
  return render(template.tree, here, template.version, packTree);
}

/**
 * Where a project goes, and its files.
 *
 * @throws TargetError when something is in the way
 */
export function planProject(
  template: Template,
  answers: Answers,
  surroundings: Surroundings,
): { readonly target: Target; readonly tree: Tree } {
  const folder = path.resolve(surroundings.cwd, answers.directory);
  const refuse = (wrong: string): never => {
    throw new TargetError(folder, wrong);
  };
  const place = inspectTarget(folder, []);
  if (place.wrong !== undefined) return refuse(place.wrong);
  const tree = projectTree(template, answers, place);
  const target = inspectTarget(place.folder, tree.keys());
  return target.wrong === undefined ? { target, tree } : refuse(target.wrong);
}

/**
 * What `makeProject` would do: the folder as a tree, with what is below its folders summed.
 *
 * @throws TargetError when something is in the way
 */
export function whatWouldBeMade(template: Template, answers: Answers, surroundings: Surroundings): string {
  const folder = path.resolve(surroundings.cwd, answers.directory);
  if (isUnfinished(folder))
    return `An interrupted run has begun a project in ${folder}. It would be finished. Nothing was written.`;
  const { target, tree } = planProject(template, answers, surroundings);
  const kept = [...tree.keys()].filter((file) => existsSync(path.join(target.folder, file)));
  const bytes = [...tree.values()].reduce((sum, { content }) => sum + content.length, 0);
  return [
    `${path.basename(target.folder)}/`,
    ...summary(tree).map((line) => `  ${line}`),
    '',
    ...(answers.aws ? [stagesText(answers), ''] : []),
    ...(kept.length > 0 ? [`Yours would stay: ${kept.join(', ')}`] : []),
    `${tree.size} files, ${Math.round(bytes / 1000)} kB, in ${target.folder}. Nothing was written.`,
  ].join('\n');
}

function gitFailed(reason: string, folder: string): EcomError {
  return new EcomError('ECOM_GIT', {
    what: `The project is complete, but Git made no first commit: ${reason}`,
    where: folder,
    fix: 'Fix that, then commit it.',
  });
}

function installFailed(
  packageManager: PackageManager,
  { code, missing }: ProgramOutcome,
  folder: string,
): EcomError {
  const why = missing
    ? `there is no ${packageManager} on this machine`
    : `${packageManager} failed (${code === null ? 'it was ended' : `exit code ${code}`})`;
  const then = `then run \`${installLine(packageManager)}\` there`;
  return new EcomError('ECOM_INSTALL', {
    what: `The project is complete, but its dependencies are not installed: ${why}`,
    where: folder,
    fix: missing
      ? `Install ${packageManager}, ${then}; or choose another with --package-manager.`
      : `Its output above says why; ${then}.`,
  });
}

function startFailed(packageManager: PackageManager, code: number | null, folder: string): EcomError {
  const line = startLine(packageManager);
  return new EcomError('ECOM_START', {
    what: `The project is complete, but \`${line}\` ended with ${code === null ? 'a signal' : `exit code ${code}`}`,
    where: folder,
    fix: `Its output above says why; then run \`${line}\` there.`,
  });
}

/** @param toCommit the project lies in a repository that was there before, where committing is not ours */
function nextSteps(answers: Answers, target: Target, surroundings: Surroundings, toCommit: boolean): string {
  const from = path.relative(surroundings.cwd, target.folder);
  const { packageManager } = answers;
  const stage = answers.stages[0] ?? 'dev';
  const steps = [
    ...(from === '' ? [] : [[`cd ${shellPath(from)}`, '']]),
    ...(answers.install === 'no' ? [[installLine(packageManager), '']] : []),
    ...(toCommit
      ? [['git add .', 'and commit, in your repository: an update merges with what is committed']]
      : []),
    [startLine(packageManager), 'the pipeline and its dashboard, on this machine'],
    ['code .', 'completion, tasks and one-key debugging'],
    [
      `npx sls deploy --stage ${stage}`,
      answers.aws
        ? `on AWS, ${monthlyCost(answers, presetOf(answers, stage))} (${priceRegion})`
        : 'later, on AWS: see docs/deploy.md',
    ],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  return steps.map(([command = '', what = '']) => `  ${command.padEnd(width)}  ${what}`.trimEnd()).join('\n');
}

/** A project that is in its place. */
interface Written {
  readonly answers: Answers;
  readonly target: Target;
  /** The files that are ours. */
  readonly files: readonly string[];
}

/** Of files to be written, those that were: the user's stay, and a file where a folder would be keeps all of that out. */
function without(kept: readonly string[], files: Iterable<string>): string[] {
  return [...files].filter((file) => !kept.some((name) => file === name || file.startsWith(`${name}/`)));
}

async function writeProject(
  template: Template,
  answers: Answers,
  surroundings: Surroundings,
  signal: AbortSignal,
  report: Reporter,
): Promise<Written> {
  const { target, tree } = planProject(template, answers, surroundings);
  const kept = await writeTree(tree, target, signal);
  report.result(`Created ${answers.name} in ${target.folder}`);
  if (kept.length > 0) report.result(`Kept yours: ${kept.join(', ')}`);
  return { answers, target, files: without(kept, tree.keys()) };
}

/** Finishes the project that a killed run began there, if one did. Its answers are those of that run. */
async function finishProject(
  { directory, git, install }: Answers,
  surroundings: Surroundings,
  report: Reporter,
): Promise<Written | undefined> {
  const folder = path.resolve(surroundings.cwd, directory);
  const kept = await finishInterrupted(folder);
  if (kept === undefined) return undefined;
  report.result(`Finished what an interrupted run had begun in ${folder}`);
  const origin = readOrigin(folder);
  const files = [...readBase(folder, origin).keys(), originFile, baseArchive];
  return {
    answers: { ...readAnswers(folder, origin, surroundings), directory, git, install },
    target: { folder, exists: true, holds: [] },
    files: without(kept, files),
  };
}

/**
 * Makes the repository and installs.
 *
 * @param mayCommit false in a repository that was there before, where committing is not ours
 * @throws EcomError `ECOM_GIT`, `ECOM_INSTALL`, both after all was tried
 */
async function completeProject(
  { answers, target: { folder }, files }: Written,
  mayCommit: boolean,
  version: string,
  signal: AbortSignal,
  report: Reporter,
): Promise<void> {
  const { packageManager } = answers;
  const problems: EcomError[] = [];
  if (mayCommit) {
    const message = `Create ${answers.name} with create-ecom-analytics ${version}`;
    const reason = await makeRepository(folder, files, message);
    signal.throwIfAborted();
    if (reason !== undefined) problems.push(gitFailed(reason, folder));
  }
  if (answers.install !== 'no') {
    report.progress(`Installing: ${installLine(packageManager)}`);
    const stopping = () => report.progress('\nStopping the install …');
    signal.addEventListener('abort', stopping, { once: true });
    const outcome = await install(folder, packageManager, signal);
    signal.removeEventListener('abort', stopping);
    signal.throwIfAborted();
    if (outcome.code !== 0) problems.push(installFailed(packageManager, outcome, folder));
  }
  if (mayCommit && problems.length === 0) await completeCommit(folder, lockFiles[packageManager]);
  const [problem, ...more] = problems;
  for (const other of more) report.progress(other.message);
  if (problem) throw problem;
}

/**
 * Writes the project, makes its repository, installs, and starts it where that was asked for.
 *
 * @throws TargetError, EcomError `ECOM_WRITE`: nothing was written
 * @throws EcomError `ECOM_GIT`, `ECOM_INSTALL`, `ECOM_START`: the project is there and complete, save for that
 * @throws CancelledError when the signal came
 */
export async function makeProject(
  template: Template,
  answers: Answers,
  surroundings: Surroundings,
  signal: AbortSignal,
  report: Reporter,
): Promise<void> {
  const written =
    (await finishProject(answers, surroundings, report)) ??
    (await writeProject(template, answers, surroundings, signal, report));
  const { target } = written;
  const { packageManager } = written.answers;
  try {
    const inRepository = await isInRepository(target.folder);
    signal.throwIfAborted();
    await completeProject(written, answers.git && !inRepository, template.version, signal, report);
    const failure =
      answers.install === 'start' && (await startProject(packageManager, target, signal, report));
    report.result(
      [
        '',
        'Next:',
        nextSteps(written.answers, target, surroundings, inRepository),
        '',
        ...(written.answers.aws ? [stagesText(written.answers), ''] : []),
        'To skip prompts next time, run:',
        `  ${replayLine(written.answers, template.version)}`,
      ].join('\n'),
    );
    if (failure) throw failure;
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    const left = answers.install === 'no' ? '' : `; run \`${installLine(packageManager)}\` there`;
    throw new CancelledError('Cancelled', `The project in ${target.folder} is complete${left}.`);
  }
}

/**
 * Runs the project in the foreground. A Ctrl-C ends it, and is how it is meant to end.
 *
 * @returns what went wrong, for after what is next
 */
async function startProject(
  packageManager: PackageManager,
  { folder }: Target,
  signal: AbortSignal,
  report: Reporter,
): Promise<EcomError | undefined> {
  report.progress(`\nStarting: ${startLine(packageManager)}. Ctrl-C ends it.`);
  const code = await start(folder, packageManager);
  const isMeant = code === 0 || code === interruptedCode || signal.aborted;
  return isMeant ? undefined : startFailed(packageManager, code, folder);
}
