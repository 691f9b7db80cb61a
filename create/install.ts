import type { PackageManager } from './answers.ts';
import { type ProgramOutcome, runInForeground, runProgram } from './program.ts';

/** Installing a project's dependencies, and starting it. */

const commands: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npm', 'install', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'install'],
  // A CI variable makes yarn and pnpm refuse to write the first lock file; yarn has a flag for it.
  yarn: ['yarn', 'install', '--no-immutable'],
  bun: ['bun', 'install'],
};

/** Where each writes down what it installed. */
export const lockFiles: Readonly<Record<PackageManager, string>> = {
  npm: 'package-lock.json',
  pnpm: 'pnpm-lock.yaml',
  yarn: 'yarn.lock',
  bun: 'bun.lock',
};

/** The command as a user types it. */
export function installLine(packageManager: PackageManager): string {
  return `${packageManager} install`;
}

/** The command that runs the pipeline, as a user types it. */
export function startLine(packageManager: PackageManager): string {
  return packageManager === 'npm' ? 'npm start' : `${packageManager} run start`;
}

/** Runs the pipeline until it ends or Ctrl-C ends it. Returns its exit code, null where a signal ended it. */
export function start(folder: string, packageManager: PackageManager): Promise<number | null> {
  const [command = packageManager, ...args] = startLine(packageManager).split(' ');
  return runInForeground(command, args, folder);
}

/** Installs, with the package manager's own output on stderr. */
export function install(
  folder: string,
  packageManager: PackageManager,
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  const [command = packageManager, ...args] = commands[packageManager];
  return runProgram(command, args, { cwd: folder, show: true, signal });
}
