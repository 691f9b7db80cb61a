import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ownFolder, type Packed, packScaffolder, plainEnvironment, readText } from './packed.ts';
import { type Registry, startRegistry } from './registry.ts';
import { key, openTerminal } from './terminal.ts';

/** The commands as a user types them, with npm and a registry that has the package as packed. */

const { folder: packFolder, remove: removePacked } = ownFolder();
let packed: Packed;
let registry: Registry;
beforeAll(async () => {
  packed = await packScaffolder(packFolder);
  registry = await startRegistry([packed]);
});
afterAll(async () => {
  await registry.stop();
  removePacked();
});

let folder = '';
let remove = () => {};
beforeEach(() => {
  ({ folder, remove } = ownFolder());
});
afterEach(() => remove());

function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return plainEnvironment({
    GIT_AUTHOR_NAME: 'Shop',
    GIT_AUTHOR_EMAIL: 'shop@shop.example',
    GIT_COMMITTER_NAME: 'Shop',
    GIT_COMMITTER_EMAIL: 'shop@shop.example',
    npm_config_registry: registry.url,
    npm_config_cache: path.join(packFolder, 'npm-cache'),
    npm_config_update_notifier: 'false',
    ...more,
  });
}

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], env = environment(), cwd = folder): Promise<End> {
  return new Promise((resolve) => {
    execFile(command, [...args], { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

const create = (...args: readonly string[]) => run(process.execPath, [packed.program, ...args]);

describe('npm create', () => {
  test('with --yes asks nothing, writes the project and its first commit, and says what is next', async () => {
    const args = ['create', '-y', 'ecom-analytics@latest', 'my-shop', '--', '--yes', '--no-install'];
    const { code, stdout } = await run('npm', args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Created my-shop: \d+ files in /m);
    expect(readdirSync(folder)).toEqual(['my-shop']);
    const log = await run('git', ['log', '--oneline'], environment(), path.join(folder, 'my-shop'));
    expect(log.stdout).toMatch(/^\w+ Create my-shop with create-ecom-analytics 0\.1\.0\n$/);
    const status = await run('git', ['status', '--porcelain'], environment(), path.join(folder, 'my-shop'));
    expect(status.stdout).toBe('');
  });

  test('asks in a terminal', async () => {
    const terminal = openTerminal('npm', ['create', '-y', 'ecom-analytics', 'my-shop'], {
      cwd: folder,
      env: environment(),
    });
    await terminal.until('clusters?');
    terminal.type(key.ctrlC);
    await terminal.until('Nothing was written.');
    await terminal.ended;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('without a terminal and without --yes says which flags are missing', async () => {
    const { code, stderr } = await run('npm', ['create', '-y', 'ecom-analytics', 'my-shop']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no terminal to ask on (--clusters create|existing');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('made twice by its replay line gives the same project', async () => {
    await create(
      'one',
      '--yes',
      '--no-install',
      '--no-git',
      '--size',
      'large',
      '--description',
      'Orders of "Ada & Co"',
    );
    const { stdout } = await create(
      'two',
      '--yes',
      '--no-install',
      '--no-git',
      '--size',
      'large',
      '--description',
      'Orders of "Ada & Co"',
    );
    const line = stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
    expect(line).toMatch(/^npm create -y ecom-analytics@0\.1\.0 two -- --yes/);
    const again = path.join(folder, 'again');
    mkdirSync(again);
    const { code } = await run('sh', ['-c', line], environment(), again);
    expect(code).toBe(0);
    const difference = await run('diff', ['-r', path.join(folder, 'two'), path.join(again, 'two')]);
    expect(difference.stdout).toBe('');
  });

  test('update follows a newer release', async () => {
    await create('shop', '--yes', '--no-install');
    const newer = await packScaffolder(path.join(packFolder, 'newer'), '0.2.0');
    const newerRegistry = await startRegistry([newer]);
    try {
      const env = environment({
        npm_config_registry: newerRegistry.url,
        npm_config_cache: path.join(folder, 'npm-cache'),
      });
      const update = (...args: string[]) =>
        run(
          'npx',
          ['--yes', 'create-ecom-analytics@latest', 'update', ...args],
          env,
          path.join(folder, 'shop'),
        );
      expect(await update('--check')).toMatchObject({
        code: 2,
        stdout: 'There is an update, from 0.1.0 to 0.2.0\n',
      });
      const updated = await update('--json');
      expect(updated.code).toBe(0);
      expect(JSON.parse(updated.stdout)).toMatchObject({ from: '0.1.0', to: '0.2.0', conflicts: [] });
      expect(await update('--check')).toMatchObject({
        code: 0,
        stdout: 'The project is up to date (0.2.0)\n',
      });
    } finally {
      await newerRegistry.stop();
    }
  });
});

describe('git', () => {
  test('that is not installed is done without', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
    const { code } = await run(
      process.execPath,
      [packed.program, 'shop', '--yes', '--no-install'],
      environment({ PATH: bin }),
    );
    expect(code).toBe(0);
    expect(existsSync(path.join(folder, 'shop/package.json'))).toBe(true);
  });

  test('that was asked for and is not installed is an error, with the project there', async () => {
    const { code, stderr } = await run(
      process.execPath,
      [packed.program, 'shop', '--yes', '--no-install', '--git'],
      environment({ PATH: folder }),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('The project is complete, but Git made no first commit: Git is not installed');
    expect(existsSync(path.join(folder, 'shop/package.json'))).toBe(true);
  });

  test('that does not know who commits shows its own words, with the project there', async () => {
    const nobody = {
      GIT_AUTHOR_NAME: '',
      GIT_COMMITTER_NAME: '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      HOME: folder,
    };
    const args = [packed.program, 'shop', '--yes', '--no-install'];
    const { code, stderr } = await run(process.execPath, args, environment(nobody));
    expect(code).toBe(1);
    expect(stderr).toContain('git commit: ');
    expect(existsSync(path.join(folder, 'shop/.git'))).toBe(true);
  });

  test('inside a repository makes none of its own', async () => {
    await run('git', ['init', '--quiet']);
    const { code } = await create('shop', '--yes', '--no-install');
    expect(code).toBe(0);
    expect(existsSync(path.join(folder, 'shop/.git'))).toBe(false);
  });
});

describe('an install', () => {
  test.each([
    ['fails', '#!/bin/sh\necho "no such package" >&2\nexit 7\n', 'npm failed (exit code 7)'],
    ['cannot be started', undefined, 'pnpm failed (it could not be started)'],
  ])('that %s leaves the project, and shows why', async (_what, script, message) => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    if (script !== undefined) {
      writeFileSync(path.join(bin, 'npm'), script);
      chmodSync(path.join(bin, 'npm'), 0o755);
    }
    const manager = script === undefined ? 'pnpm' : 'npm';
    const args = [packed.program, 'shop', '--yes', '--no-git', '--package-manager', manager];
    const { code, stderr } = await run(process.execPath, args, environment({ PATH: bin }));
    expect(code).toBe(1);
    expect(stderr).toContain(`The project is complete, but its dependencies are not installed: ${message}`);
    expect(stderr.includes('no such package')).toBe(script !== undefined);
    expect(existsSync(path.join(folder, 'shop/package.json'))).toBe(true);
  });
});

describe('the command line', () => {
  test('--dry-run lists the tree and writes nothing', async () => {
    const { code, stdout } = await create('shop', '--yes', '--dry-run');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining(['package.json', 'pipeline/rules.ts', 'stages.yml']),
    );
    expect(stdout).toMatch(/\d+ files, \d+ kB, in .*shop\. Nothing was written\./);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('"." is the folder one is in', async () => {
    mkdirSync(path.join(folder, 'Ada Shop'));
    writeFileSync(path.join(folder, 'Ada Shop/LICENSE'), 'mine');
    const at = path.join(folder, 'Ada Shop');
    const { code, stdout } = await run(
      process.execPath,
      [packed.program, '.', '--yes', '--no-install', '--no-git'],
      environment(),
      at,
    );
    expect(code).toBe(0);
    expect(stdout).not.toContain('  cd ');
    expect(JSON.parse(readText(at, 'package.json')).name).toBe('ada-shop');
    expect(readText(at, 'LICENSE')).toBe('mine');
  });

  test('a folder that is not free is refused with its files', async () => {
    mkdirSync(path.join(folder, 'shop'));
    writeFileSync(path.join(folder, 'shop/notes.txt'), 'mine');
    const { code, stderr } = await create('shop', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('the folder is not empty: notes.txt');
    expect(stderr).toContain('[ECOM_TARGET]');
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(path.join(folder, 'shop'))).toEqual(['notes.txt']);
  });

  test.each([
    ['an unknown flag', ['shop', '--colour']],
    ['an unknown value', ['shop', '--yes', '--size', 'huge']],
    ['an unknown flag of update', ['update', '--force']],
  ])('%s exits with 2', async (_what, args) => {
    const { code, stderr } = await create(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('[ECOM_USAGE]');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('update outside a project exits with 1', async () => {
    const { code, stderr } = await create('update');
    expect(code).toBe(1);
    expect(stderr).toContain('[ECOM_UPDATE_PROJECT]');
  });
});
