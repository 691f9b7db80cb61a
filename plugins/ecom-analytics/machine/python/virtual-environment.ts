import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EcomError } from '../../core/error.ts';
import { cacheFolder } from '../../project/project.ts';
import { programOutput } from '../child/program-output.ts';
import { findPython } from './find-python.ts';

/** Where the project keeps its virtual environments. */
const environments = path.join(cacheFolder, 'python');

/** A process that makes an environment touches nothing for longer than this only when it has died. */
const abandonedMs = 15 * 60_000;

export interface VirtualEnvironment {
  /** Its Python program. */
  readonly python: string;
  /** Its root folder. */
  readonly folder: string;
}

export interface EnvironmentOptions {
  /** For its folder and for progress: `pyspark-4.1.1`. */
  readonly name: string;
  /** A pip requirement file with a hash for every package. */
  readonly requirements: string;
  readonly onProgress?: (line: string) => void;
}

/** The Python program of an environment. */
export function pythonOf(folder: string): string {
  return process.platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python');
}

/** Runs a program to its end; what it printed is part of the error when it fails. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const ended = await programOutput(command, args);
  if (ended?.code === 0) return;
  const printed = ended === undefined ? '' : `${ended.stdout}${ended.stderr}`.trim();
  const how = ended === undefined ? 'is not a program that can be started' : `ended with code ${ended.code}`;
  throw new Error(printed.split('\n').slice(-5).join('\n') || `${command} ${how}`);
}

/** Makes the folder that says "being made", or waits until the process that made it is done. */
async function takeTurn(lock: string, ready: () => boolean): Promise<boolean> {
  for (;;) {
    try {
      await mkdir(lock);
      return true;
    } catch {
      if (ready()) return false;
      const found = await stat(lock).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > abandonedMs)
        await rmdir(lock).catch(() => undefined);
      await delay(500);
    }
  }
}

/**
 * Makes sure that a virtual environment holds exactly what a requirement file pins. An environment that is there is used
 * as it is; half an environment, left by a killed process, is made again.
 *
 * @throws EcomError `ECOM_PYTHON_MISSING`, `ECOM_PYTHON_TOO_OLD`, `ECOM_PYTHON_INSTALL`
 */
export async function virtualEnvironment(options: EnvironmentOptions): Promise<VirtualEnvironment> {
  const { name, requirements, onProgress } = options;
  const hash = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(environments, `${name}-${hash}`);
  const whole = path.join(folder, '.whole');
  const ready = (): boolean => existsSync(whole);
  const environment = { python: pythonOf(folder), folder };
  if (ready()) return environment;

  const base = await findPython();
  await mkdir(environments, { recursive: true });
  const lock = `${folder}.lock`;
  if (!(await takeTurn(lock, ready))) return environment;
  try {
    if (ready()) return environment;
    onProgress?.(`Installing ${name} with Python ${base.version} (once)`);
    await rm(folder, { recursive: true, force: true });
    await run(base.command, ['-m', 'venv', folder]);
    await run(environment.python, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      ...['--require-hashes', '--requirement', requirements],
    ]);
    await writeFile(whole, '');
    onProgress?.(`Installed ${name}`);
    return environment;
  } catch (error) {
    throw new EcomError(
      'ECOM_PYTHON_INSTALL',
      {
        what: `${name} could not be installed: ${error instanceof Error ? error.message : String(error)}`,
        where: folder,
        fix: 'Check the network and the disk, then run the command again; it starts over.',
      },
      { cause: error },
    );
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}
