import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

/** `source.mjs`: the kit from its source, in a copy of its repository whose dependencies are those of this one. */

const root = path.resolve(import.meta.dirname, '../../..');
const kit = 'plugins/ecom-analytics';
// Each test starts a process or two.
vi.setConfig({ testTimeout: 60_000 });

let copy = '';
beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'ecom source ü '));
  for (const file of ['package.json', 'package-lock.json', `${kit}/source.mjs`, `${kit}/command-line.ts`])
    cpSync(path.join(root, file), path.join(copy, file));
  cpSync(path.join(root, kit, 'core/error.ts'), path.join(copy, kit, 'core/error.ts'));
  // In place of the command `ecom`, a program that tells how it was called.
  write(
    `${kit}/ecom.ts`,
    'export const main = async (args) => { console.log(JSON.stringify(args)); return 3; };',
  );
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
  writeFileSync(path.join(copy, file), text);
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env, cwd = copy) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(copy, kit, 'source.mjs'), ...args],
    {
      cwd,
      env,
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

describe('what is installed', () => {
  test('runs a command of ecom with its arguments, and answers with its exit code', () => {
    expect(run(['start', '--duration', '1'])).toEqual({
      status: 3,
      stdout: '["start","--duration","1"]\n',
      stderr: '',
    });
  });

  test('runs another program of the repository, from whatever folder', () => {
    write(
      'bench/one.ts',
      'export const main = async (args: string[]) => { console.log(args.join()); return 0; };',
    );
    expect(run(['bench/one.ts', 'a', 'b'], process.env, tmpdir())).toEqual({
      status: 0,
      stdout: 'a,b\n',
      stderr: '',
    });
  });

  test('a program that fails is shown by its message and code', () => {
    const error = `new EcomError('ECOM_USAGE', { what: 'No', fix: 'Do.' })`;
    write(
      'bench/one.ts',
      `import { EcomError } from '../${kit}/core/error.ts'; export const main = async () => { throw ${error}; };`,
    );
    expect(run(['bench/one.ts'])).toEqual({ status: 1, stdout: '', stderr: 'No. Do. (ECOM_USAGE)\n' });
  });
});

/** npm, which says how it was called and ends with that code. */
function provideNpm(code: number): NodeJS.ProcessEnv {
  const bin = path.join(copy, 'bin');
  mkdirSync(bin);
  writeFileSync(
    path.join(bin, 'npm'),
    `#!/bin/sh\necho "ran npm $* in $PWD"\n${code === 0 ? `/bin/ln -s '${path.join(root, 'node_modules')}' node_modules\n` : ''}exit ${code}\n`,
  );
  chmodSync(path.join(bin, 'npm'), 0o755);
  return { PATH: bin };
}

describe.skipIf(process.platform === 'win32')('what is not installed', () => {
  test('is installed by npm, and then the command runs', () => {
    rmSync(path.join(copy, 'node_modules'));
    const { status, stdout, stderr } = run(['report'], provideNpm(0), tmpdir());
    expect({ status, stdout }).toEqual({ status: 3, stdout: '["report"]\n' });
    expect(stderr).toBe(
      'Installing what is missing: npm install --no-save --no-audit --no-fund\n' +
        `ran npm install --no-save --no-audit --no-fund in ${copy}\n`,
    );
  });

  test('is installed too where the lock file asks for another version', () => {
    const lock = JSON.parse(readFileSync(path.join(copy, 'package-lock.json'), 'utf8'));
    lock.packages['node_modules/valibot'].version = '0.0.1';
    write('package-lock.json', JSON.stringify(lock));
    expect(run(['report'], provideNpm(7)).stderr).toContain('ran npm install');
  });

  test('is not run where npm fails, and the exit code says so', () => {
    rmSync(path.join(copy, 'node_modules'));
    const { status, stdout, stderr } = run(['report'], provideNpm(7));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^The install failed \(npm, exit code 7\)\. .*run this command again/m);
    expect(existsSync(path.join(copy, 'node_modules'))).toBe(false);
  });

  test('is not run where there is no npm', () => {
    rmSync(path.join(copy, 'node_modules'));
    const { status, stderr } = run(['report'], { PATH: path.join(copy, 'nothing') });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The install failed \(npm: .*ENOENT\)/m);
  });
});
