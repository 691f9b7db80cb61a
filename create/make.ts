import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { shellPath } from '../plugins/ecom-analytics/functions/shell-word.ts';
import type { Answers, PackageManager, Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { install, installLine, lockFiles } from './install.ts';
import { baseArchive, originFile, readAnswers, readBase, readOrigin } from './origin.ts';
import type { Outcome } from './program.ts';
import { render } from './render.ts';
import { replayLine } from './replay.ts';
import { completeCommit, isInRepository, makeRepository } from './repository.ts';
import { inspectTarget, isUnfinished, type Target, TargetError } from './target.ts';
import { packTree, type Tree } from './tree.ts';
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

/**
 * Where the project goes.
 *
 * @throws TargetError when something is there
 */
export function chooseTarget(directory: string, surroundings: Surroundings): Target {
  const folder = path.resolve(surroundings.cwd, directory);
  const target = inspectTarget(folder);
  if (target.wrong !== undefined) throw new TargetError(folder, target.wrong);
  return target;
}

/** The files of the project; its record and README name the folder itself, not the way to it on this machine. */
export function projectTree(template: Template, answers: Answers, target: Target): Tree {
  const here = { ...answers, directory: path.basename(target.folder) || answers.name };
  return render(template.tree, here, template.version, packTree);
}

/**
 * Makes sure that a project can go there, or that one was begun there.
 *
 * @throws TargetError when something is there
 */
export function checkTarget(directory: string, surroundings: Surroundings): void {
  if (!isUnfinished(path.resolve(surroundings.cwd, directory))) chooseTarget(directory, surroundings);
}

/**
 * What `makeProject` would do: the files, a line each.
 *
 * @throws TargetError when something is there
 */
export function whatWouldBeMade(template: Template, answers: Answers, surroundings: Surroundings): string {
  const folder = path.resolve(surroundings.cwd, answers.directory);
  if (isUnfinished(folder))
    return `An interrupted run has begun a project in ${folder}. It would be finished. Nothing was written.`;
  const target = chooseTarget(answers.directory, surroundings);
  const tree = projectTree(template, answers, target);
  const files = [...tree.keys()].sort();
  const bytes = [...tree.values()].reduce((sum, { content }) => sum + content.length, 0);
  return [
    ...files,
    '',
    `${files.length} files, ${Math.round(bytes / 1000)} kB, in ${target.folder}. Nothing was written.`,
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
  { code, missing }: Outcome,
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

/** @param toCommit the project lies in a repository that was there before, where committing is not ours */
function nextSteps(answers: Answers, target: Target, surroundings: Surroundings, toCommit: boolean): string {
  const from = path.relative(surroundings.cwd, target.folder);
  const run = answers.packageManager === 'npm' ? 'npm' : `${answers.packageManager} run`;
  const stage = answers.stages[0] ?? 'dev';
  const steps = [
    ...(from === '' ? [] : [[`cd ${shellPath(from)}`, '']]),
    ...(answers.install ? [] : [[installLine(answers.packageManager), '']]),
    ...(toCommit
      ? [['git add .', 'and commit, in your repository: an update merges with what is committed']]
      : []),
    [`${run} start`, 'the pipeline and its dashboard, on this machine'],
    ['code .', 'completion, tasks and one-key debugging'],
    [`npx sls deploy --stage ${stage}`, 'on AWS'],
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
  const target = chooseTarget(answers.directory, surroundings);
  const tree = projectTree(template, answers, target);
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
    target: { folder, exists: true },
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
  if (answers.install) {
    report.progress(`Installing: ${installLine(packageManager)}`);
    const outcome = await install(folder, packageManager, signal);
    signal.throwIfAborted();
    if (outcome.code !== 0) problems.push(installFailed(packageManager, outcome, folder));
  }
  if (mayCommit && problems.length === 0) await completeCommit(folder, lockFiles[packageManager]);
  const [problem, ...more] = problems;
  for (const other of more) report.progress(other.message);
  if (problem) throw problem;
}

/**
 * Writes the project, makes its repository and installs.
 *
 * @throws TargetError, EcomError `ECOM_WRITE`: nothing was written
 * @throws EcomError `ECOM_GIT`, `ECOM_INSTALL`: the project is there and complete, save for that
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
  try {
    const inRepository = await isInRepository(target.folder);
    signal.throwIfAborted();
    await completeProject(written, answers.git && !inRepository, template.version, signal, report);
    report.result(
      [
        '',
        'Next:',
        nextSteps(written.answers, target, surroundings, inRepository),
        '',
        'To do this again without questions:',
        `  ${replayLine(written.answers, template.version)}`,
      ].join('\n'),
    );
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    const left = answers.install ? `; run \`${installLine(written.answers.packageManager)}\` there` : '';
    throw new CancelledError('Cancelled', `The project in ${target.folder} is complete${left}.`);
  }
}
