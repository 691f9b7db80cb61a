import path from 'node:path';
import { EcomError } from '../pipeline/error.ts';
import type { Answers, Surroundings } from './answers.ts';
import { CancelledError } from './cancel.ts';
import { install, installLine } from './install.ts';
import { render } from './render.ts';
import { replayLine } from './replay.ts';
import { completeCommit, isInRepository, makeRepository } from './repository.ts';
import { inspectTarget, type Target, TargetError } from './target.ts';
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

/** What the files would be, a line each. */
export function treeListing(tree: Tree, target: Target): string {
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
    fix: 'Mend that, then run `git init`, `git add --all` and `git commit` there.',
  });
}

function installFailed(packageManager: string, code: number | null, folder: string): EcomError {
  const why = code === null ? 'it could not be started' : `exit code ${code}`;
  return new EcomError('ECOM_INSTALL', {
    what: `The project is complete, but its dependencies are not installed: ${packageManager} failed (${why})`,
    where: folder,
    fix: `Its output above says why; then run \`${packageManager} install\` there.`,
  });
}

async function installInto(
  folder: string,
  answers: Answers,
  signal: AbortSignal,
  report: Reporter,
): Promise<void> {
  const { packageManager } = answers;
  report.progress(`Installing: ${installLine(packageManager)}`);
  const { code, missing } = await install(folder, packageManager, signal);
  if (signal.aborted)
    throw new CancelledError(
      'Cancelled while installing',
      `The project in ${folder} is complete; run \`${installLine(packageManager)}\` there.`,
    );
  if (code !== 0) throw installFailed(packageManager, missing ? null : code, folder);
}

/** @param toCommit the project lies in a repository that was there before, where committing is not ours */
function nextSteps(answers: Answers, target: Target, surroundings: Surroundings, toCommit: boolean): string {
  const from = path.relative(surroundings.cwd, target.folder);
  const run = answers.packageManager === 'npm' ? 'npm' : `${answers.packageManager} run`;
  const stage = answers.stages[0] ?? 'dev';
  const steps = [
    ...(from === '' ? [] : [[`cd ${/\s/.test(from) ? `"${from}"` : from}`, '']]),
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
  const target = chooseTarget(answers.directory, surroundings);
  const tree = projectTree(template, answers, target);
  const kept = await writeTree(tree, target, signal);
  report.result(`Created ${answers.name} in ${target.folder}`);
  if (kept.length > 0) report.result(`Kept yours: ${kept.join(', ')}`);

  const problems: EcomError[] = [];
  const inRepository = await isInRepository(target.folder);
  const mayCommit = answers.git && !inRepository;
  if (mayCommit) {
    const message = `Create ${answers.name} with create-ecom-analytics ${template.version}`;
    const reason = await makeRepository(target.folder, message);
    if (reason !== undefined && !signal.aborted) problems.push(gitFailed(reason, target.folder));
  }
  if (signal.aborted)
    throw new CancelledError('Cancelled', `The project in ${target.folder} is complete, but not installed.`);
  if (answers.install) {
    await installInto(target.folder, answers, signal, report).catch((error) => {
      if (error instanceof CancelledError || !(error instanceof EcomError)) throw error;
      problems.push(error);
    });
  }
  if (mayCommit && problems.length === 0) await completeCommit(target.folder);
  const [problem, ...more] = problems;
  if (problem) {
    for (const other of more) report.progress(other.message);
    throw problem;
  }

  report.result(
    [
      '',
      'Next:',
      nextSteps(answers, target, surroundings, inRepository),
      '',
      'To do this again without questions:',
      `  ${replayLine(answers, template.version)}`,
    ].join('\n'),
  );
}

/** Ends what a killed run began in that folder, and says so. */
export async function finishEarlier(
  directory: string,
  surroundings: Surroundings,
  report: Reporter,
): Promise<boolean> {
  const folder = path.resolve(surroundings.cwd, directory);
  const finished = await finishInterrupted(folder);
  if (finished) report.result(`Finished what an interrupted run had begun in ${folder}`);
  return finished;
}
