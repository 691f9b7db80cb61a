import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packTree, textFile, textOf, unpackTree } from '../../create/tree.ts';
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

let newer: Packed | undefined;
async function packNewer(): Promise<Packed> {
  newer ??= await packScaffolder(path.join(packFolder, 'newer'), '0.2.0');
  return newer;
}

const create = (...args: readonly string[]) => run(process.execPath, [packed.program, ...args]);

describe('npm create', () => {
  test('with --yes asks nothing, writes the project and its first commit, and says what is next', async () => {
    const args = ['create', '-y', 'ecom-analytics@latest', 'my-shop', '--', '--yes', '--no-install'];
    const { code, stdout } = await run('npm', args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Created my-shop in .*my-shop$/m);
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
    await terminal.until('Where should your pipeline run?');
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
    const newerRegistry = await startRegistry([await packNewer()]);
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

test('update wants a clean tree, and marks where both changed the same lines, with exit code 1', async () => {
  await create('shop', '--yes', '--no-install');
  const newest = await packNewer();
  const archive = path.join(newest.folder, 'dist/template.tgz');
  const tree = unpackTree(readFileSync(archive), archive);
  const readme = textFile(
    (textOf(tree, 'README.md') ?? '').replace('\nReal-time analytics for', '\nThe analytics for'),
  );
  writeFileSync(archive, packTree(new Map([...tree, ['README.md', readme] as const])));
  const project = path.join(folder, 'shop');
  const update = () => run(process.execPath, [newest.program, 'update'], environment(), project);
  const made = readText(project, 'README.md');
  writeFileSync(
    path.join(project, 'README.md'),
    made.replace('\nReal-time analytics for', '\nOur analytics for'),
  );
  expect(await update()).toMatchObject({ code: 1, stdout: '' });

  await run('git', ['commit', '--quiet', '--all', '--message', 'Reword'], environment(), project);
  const { code, stdout } = await update();
  expect(code).toBe(1);
  expect(stdout).toContain('Conflicts, marked in the files:\n  README.md\n');
  expect(readText(project, 'README.md')).toMatch(/^<<<<<<< yours\nOur analytics for /m);
  expect(readText(project, 'README.md')).toMatch(/^The analytics for [\s\S]*^>>>>>>> template 0\.2\.0$/m);
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
    const { code, stdout } = await create('shop', '--yes', '--no-install');
    expect(code).toBe(0);
    expect(existsSync(path.join(folder, 'shop/.git'))).toBe(false);
    expect(stdout).toMatch(/^ {2}git add \. +and commit, in your repository/m);
  });
});

describe('an install', () => {
  test.each([
    ['fails', '#!/bin/sh\necho "no such package" >&2\nexit 7\n', 'npm failed (exit code 7)'],
    ['cannot be started', undefined, 'there is no pnpm on this machine'],
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
  test('--dry-run prints the tree, folders summed, and writes nothing', async () => {
    const { code, stdout } = await create('shop', '--yes', '--dry-run');
    expect(code).toBe(0);
    const [tree = ''] = stdout.split('\n\n');
    const [top, ...lines] = tree.split('\n');
    expect(top).toBe('shop/');
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^ {2}pipeline\/ +[2-9] files$/),
        expect.stringMatching(/^ {2}vendor\/ +1 file$/),
        '  package.json',
        '  stages.yml',
      ]),
    );
    expect(lines.length).toBeLessThan(30);
    const [, total] = /^(\d+) files, \d+ kB, in .*shop\. Nothing was written\.$/m.exec(stdout) ?? [];
    const counted = lines.map((line) => Number(/(\d+) files?$/.exec(line)?.[1] ?? 1));
    expect(counted.reduce((sum, count) => sum + count)).toBe(Number(total));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['pnpm/10.1.0 npm/? node/v20.19.0 linux x64', { AWS_REGION: 'eu-north-1' }, 'pnpm', 'eu-north-1'],
    ['yarn/1.22.22 npm/? node/v20.19.0', { AWS_DEFAULT_REGION: 'sa-east-1' }, 'yarn', 'sa-east-1'],
    ['bun/1.2.0 npm/? node/v20.19.0', {}, 'bun', 'us-east-1'],
    ['npm/11.0.0 node/v20.19.0 linux x64 workspaces/false', {}, 'npm', 'us-east-1'],
    ['something/1.0.0', {}, 'npm', 'us-east-1'],
  ])('started by %s with %j takes what the machine says', async (agent, aws, manager, region) => {
    const args = [packed.program, 'shop', '--yes', '--no-install', '--no-git'];
    const env = environment({ npm_config_user_agent: agent, ...aws });
    const { code } = await run(process.execPath, args, env);
    expect(code).toBe(0);
    const { answers } = JSON.parse(readText(path.join(folder, 'shop'), '.ecom-analytics/origin.json'));
    expect(answers).toMatchObject({ packageManager: manager, region });
  });

  test.each(['dry_run', 'stages', 'region', 'emr_release'])(
    'refuses a flag that npm took: %s',
    async (name) => {
      const env = environment({ [`npm_config_${name}`]: 'true' });
      const { code, stderr } = await run(process.execPath, [packed.program, 'shop', '--yes'], env);
      expect(code).toBe(2);
      expect(stderr).toContain('Put -- before the flags');
      expect(readdirSync(folder)).toEqual([]);
    },
  );

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

  test('a path may have spaces and letters of other scripts', async () => {
    const { code, stdout } = await create('мой/Café ☕ №1', '--yes', '--no-install');
    expect(code).toBe(0);
    const at = path.join(folder, 'мой/Café ☕ №1');
    expect(stdout).toContain("cd 'мой/Café ☕ №1'");
    expect(JSON.parse(readText(at, 'package.json')).name).toBe('cafe-no1');
    expect((await run('git', ['status', '--porcelain'], environment(), at)).stdout).toBe('');
  });

  test('nothing but the install asks the network', async () => {
    const closed = `data:text/javascript,import net from 'node:net'; import dns from 'node:dns';
      const refuse = () => { console.error('asked the network'); process.exit(9); };
      net.Socket.prototype.connect = refuse; dns.lookup = refuse;`.replaceAll(/\s+/g, '%20');
    const env = environment({ NODE_OPTIONS: `--import=${closed}` });
    const args = ['--eval', "require('net').connect(1, '127.0.0.1')"];
    expect(await run(process.execPath, args, env)).toMatchObject({ code: 9 });
    const { code, stderr } = await run(
      process.execPath,
      [packed.program, 'shop', '--yes', '--no-install'],
      env,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  test('a folder that one may not write to is refused, with nothing left', async () => {
    const locked = path.join(folder, 'locked');
    mkdirSync(locked);
    // Root may write everywhere, so where the tests are root, nobody tries.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    for (const open of [packFolder, folder]) chmodSync(open, 0o755);
    chmodSync(locked, 0o555);
    for (const target of ['locked/shop', 'locked']) {
      const args = [packed.program, target, '--yes', '--no-install', '--no-git'];
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        env: environment(),
        encoding: 'utf8',
        ...nobody,
      });
      expect(status).toBe(1);
      expect(stderr).toContain('The folder may not be written to');
    }
    expect(readdirSync(locked)).toEqual([]);
  });

  test('a folder that is not empty is refused with its files, and taken with --continue', async () => {
    mkdirSync(path.join(folder, 'shop'));
    writeFileSync(path.join(folder, 'shop/notes.txt'), 'mine');
    const { code, stderr } = await create('shop', '--yes', '--no-install');
    expect(code).toBe(1);
    expect(stderr).toContain('the folder is not empty: notes.txt');
    expect(stderr).toContain('(ECOM_TARGET)');
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(path.join(folder, 'shop'))).toEqual(['notes.txt']);
    expect(await create('shop', '--yes', '--no-install', '--continue')).toMatchObject({ code: 0 });
    const status = await run('git', ['status', '--porcelain'], environment(), path.join(folder, 'shop'));
    expect(status.stdout).toBe('?? notes.txt\n');
    // Now all of it is in the way.
    const again = await create('shop', '--yes', '--no-install', '--continue');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/these are in the way: .*biome\.json.* and \d+ more/);
  });

  test('--start runs the project once it is installed, and says how that failed', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(
      path.join(bin, 'npm'),
      '#!/bin/sh\necho "npm $1 in $(basename "$PWD")"\n[ "$1" != start ]\n',
    );
    chmodSync(path.join(bin, 'npm'), 0o755);
    const args = [packed.program, 'shop', '--yes', '--start', '--no-git'];
    const { code, stdout, stderr } = await run(
      process.execPath,
      args,
      environment({ PATH: bin + path.delimiter + process.env.PATH }),
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/npm start in shop\n.*To skip prompts next time, run:/s);
    expect(stderr).toContain('npm install in shop');
    expect(stderr).toContain('The project is complete, but `npm start` ended with exit code 1');
  });

  test.each([
    ['an unknown flag', ['shop', '--colour']],
    ['an unknown value', ['shop', '--yes', '--size', 'huge']],
    ['an unknown flag of update', ['update', '--force']],
  ])('%s exits with 2', async (_what, args) => {
    const { code, stderr } = await create(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('(ECOM_USAGE)');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('update outside a project exits with 1', async () => {
    const { code, stderr } = await create('update');
    expect(code).toBe(1);
    expect(stderr).toContain('(ECOM_UPDATE_PROJECT)');
  });
});
