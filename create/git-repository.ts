import { existsSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from './program.ts';

/** The project's Git repository. */

/** Whether Git is installed. */
export async function hasGit(cwd: string): Promise<boolean> {
  return (await runProgram('git', ['--version'], { cwd })).code === 0;
}

/** Whether the folder is in a work tree, its own or that of a folder above. */
export async function isInRepository(folder: string): Promise<boolean> {
  const { code, stdout } = await runProgram('git', ['rev-parse', '--is-inside-work-tree'], { cwd: folder });
  return code === 0 && stdout.trim() === 'true';
}

/**
 * Makes a repository with a first commit.
 *
 * @param files what the commit holds: what else lies in the folder is the user's, and may be a secret
 * @returns what Git said where it refused, for a person; undefined when done
 */
export async function makeRepository(
  folder: string,
  files: readonly string[],
  message: string,
): Promise<string | undefined> {
  const steps: readonly (readonly [args: readonly string[], input?: string])[] = [
    [['init', '--quiet', '--initial-branch=main']],
    // Forced: where the user has Git ignore some of our names everywhere, Git would add none at all.
    [['add', '--force', '--pathspec-from-file=-', '--pathspec-file-nul'], files.join('\0')],
    [['commit', '--quiet', `--message=${message}`]],
  ];
  for (const [args, input] of steps) {
    const options = { cwd: folder, ...(input !== undefined && { input }) };
    const { code, stdout, stderr, missing } = await runProgram('git', args, options);
    if (missing) return 'Git is not installed';
    if (code !== 0) return `git ${args[0]}: ${(stderr || stdout).trim() || 'interrupted'}`;
  }
  return undefined;
}

/** Adds to the commit just made what the install has changed of its files, and the lock file. */
export async function completeCommit(folder: string, lockFile: string): Promise<void> {
  const git = (...args: readonly string[]) => runProgram('git', args, { cwd: folder });
  await git('add', '--update');
  if (existsSync(path.join(folder, lockFile))) await git('add', '--force', '--', lockFile);
  const { code: changed } = await git('diff', '--cached', '--quiet');
  if (changed === 1) await git('commit', '--quiet', '--amend', '--no-edit');
}

/** A folder as Git sees it. */
export interface WorkTree {
  /** What is not committed, as Git lists it. */
  readonly uncommitted: readonly string[];
  /** Files whose changes Git sees, by their path in the folder. */
  readonly tracked: ReadonlySet<string>;
}

/** @returns a text where Git refuses, as outside any repository: what it said, for a person */
export async function readWorkTree(folder: string): Promise<WorkTree | string> {
  const git = (...args: readonly string[]) => runProgram('git', [...args, '--', '.'], { cwd: folder });
  const status = await git('status', '--porcelain', '--untracked-files=all');
  if (status.missing) return 'Git is not installed';
  if (status.code !== 0) return status.stderr.trim();
  const list = await git('ls-files', '-z', '-v');
  return {
    uncommitted: status.stdout.split('\n').filter((line) => line !== ''),
    // Any mark but H says that Git was told to look away from changes.
    tracked: new Set(
      list.stdout
        .split('\0')
        .filter((line) => line.startsWith('H '))
        .map((line) => line.slice(2)),
    ),
  };
}
