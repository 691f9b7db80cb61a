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
 * @returns what Git said where it refused, for a person; undefined when done
 */
export async function makeRepository(folder: string, message: string): Promise<string | undefined> {
  const steps = [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['commit', '--quiet', `--message=${message}`],
  ];
  for (const args of steps) {
    const { code, stdout, stderr, missing } = await runProgram('git', args, { cwd: folder });
    if (missing) return 'Git is not installed';
    if (code !== 0) return `git ${args[0]}: ${(stderr || stdout).trim() || 'interrupted'}`;
  }
  return undefined;
}

/** Adds to the commit just made what the install has written, a lock file. */
export async function completeCommit(folder: string): Promise<void> {
  const changes = await runProgram('git', ['status', '--porcelain'], { cwd: folder });
  if (changes.code !== 0 || changes.stdout === '') return;
  await runProgram('git', ['add', '--all'], { cwd: folder });
  await runProgram('git', ['commit', '--quiet', '--amend', '--no-edit'], { cwd: folder });
}

/**
 * What the folder's work tree holds that is not committed, as Git lists it.
 *
 * @returns undefined where Git cannot say, as outside any repository
 */
export async function uncommitted(folder: string): Promise<string[] | undefined> {
  const args = ['status', '--porcelain', '--untracked-files=all', '--', '.'];
  const { code, stdout } = await runProgram('git', args, { cwd: folder });
  return code === 0 ? stdout.split('\n').filter((line) => line !== '') : undefined;
}
