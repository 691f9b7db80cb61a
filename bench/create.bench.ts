import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { ownFolder, packScaffolder, plainEnvironment } from '../test/create/packed.ts';
import { startRegistry } from '../test/create/registry.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';

/** Runs of each; the first, which fills npm's cache, does not count. */
const runs = 5;

/** Other scaffolders, without installing and without questions, as far as they have flags for that. */
const peers: readonly (readonly [name: string, ...args: string[]])[] = [
  ['create-vite', 'app', '--template', 'vanilla-ts', '--no-interactive'],
  ['sv', 'create', 'app', '--template', 'minimal', '--types', 'ts', '--no-add-ons', '--no-install'],
  ['create-t3-app', 'app', '--CI', '--noGit', '--noInstall'],
];

/** Seconds from start to exit; undefined where it failed, as a peer does without a network. */
function time(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number | undefined> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: 'ignore' });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? (performance.now() - began) / 1000 : undefined));
  });
}

async function medianTime(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const seconds: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const took = await time(command, args, cwd, env);
    rmSync(path.join(cwd, 'app'), { recursive: true, force: true });
    if (took === undefined) return Number.NaN;
    if (run > 0) seconds.push(took);
  }
  return median(seconds);
}

/** Files of a project. */
function countFiles(program: string, cwd: string, env: NodeJS.ProcessEnv): number {
  const listing = execFileSync(process.execPath, [program, 'app', '--yes', '--dry-run'], { cwd, env });
  return Number(/^(\d+) files/m.exec(listing.toString())?.[1]);
}

async function measure(): Promise<Figure[]> {
  const { folder, remove } = ownFolder();
  const packed = await packScaffolder(folder);
  const registry = await startRegistry([packed]);
  try {
    const env = plainEnvironment();
    const ours = {
      ...env,
      npm_config_registry: registry.url,
      npm_config_cache: path.join(folder, 'npm-cache'),
    };
    const flags = ['app', '--yes', '--no-install', '--no-git'];
    const alone = await medianTime(process.execPath, [packed.program, ...flags], folder, env);
    const throughNpx = await medianTime(
      'npx',
      ['--yes', 'create-ecom-analytics@latest', ...flags],
      folder,
      ours,
    );
    const figures: Figure[] = [
      { figure: 'create-seconds', value: rounded(alone), unit: 's', against: null, ratio: null, aim: '<= 1' },
      {
        figure: 'create-files',
        value: countFiles(packed.program, folder, env),
        unit: 'files',
        against: null,
        ratio: null,
        aim: null,
      },
      {
        figure: 'create-unpacked',
        value: packed.unpackedSize,
        unit: 'bytes',
        against: null,
        ratio: null,
        aim: '<= 2000000',
      },
    ];
    for (const [name, ...args] of peers) {
      const peer = await medianTime('npx', ['--yes', `${name}@latest`, ...args], folder, env);
      figures.push({
        figure: 'create-through-npx-seconds',
        value: rounded(throughNpx),
        unit: 's',
        against: Number.isNaN(peer) ? null : { what: `${name} through npx`, value: rounded(peer) },
        ratio: Number.isNaN(peer) ? null : rounded(throughNpx / peer),
        aim: null,
      });
    }
    return figures;
  } finally {
    await registry.stop();
    remove();
  }
}

export const benches: readonly Bench[] = [{ name: 'create', run: measure }];
