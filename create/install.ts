import type { PackageManager } from './answers.ts';
import { type Outcome, runProgram } from './program.ts';

/** Installing a project's dependencies. */

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

/** Installs, with the package manager's own output on stderr. */
export function install(
  folder: string,
  packageManager: PackageManager,
  signal: AbortSignal,
): Promise<Outcome> {
  const [command = packageManager, ...args] = commands[packageManager];
  return runProgram(command, args, { cwd: folder, show: true, signal });
}
