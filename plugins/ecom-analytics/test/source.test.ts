import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** What `plugins/ecom-analytics/source.mjs` installs with, in a project whose dependencies are not there. */

const root = path.resolve(import.meta.dirname, '../../..');
let project = '';
let bin = '';

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
  writeFileSync(path.join(project, file), text);
}

/** A package manager of that name, which only says how it was called. */
function provide(name: string): void {
  writeFileSync(path.join(bin, name), `#!/bin/sh\necho "ran ${name} $*"\nexit 7\n`);
  chmodSync(path.join(bin, name), 0o755);
}

beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'ecom-run-'));
  bin = path.join(project, 'bin');
  mkdirSync(bin);
  mkdirSync(path.join(project, 'local'));
  copyFileSync(
    path.join(root, 'plugins/ecom-analytics/source.mjs'),
    path.join(project, 'plugins/ecom-analytics/source.mjs'),
  );
  write('package.json', '{}');
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function run(agent = 'npm'): string {
  const { stderr } = spawnSync(process.execPath, ['plugins/ecom-analytics/source.mjs', 'entry.mjs'], {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: bin, npm_config_user_agent: `${agent}/1.0.0 node/v20` },
  });
  return stderr;
}

const made = (packageManager: string) =>
  write('.ecom-analytics/origin.json', JSON.stringify({ version: '0.1.0', answers: { packageManager } }));

describe.skipIf(process.platform === 'win32')('a project without its dependencies is installed', () => {
  test('as its lock file says, whatever it was made for', () => {
    for (const name of ['npm', 'pnpm', 'bun']) provide(name);
    made('bun');
    write('pnpm-lock.yaml', 'lockfileVersion: 9\n');
    expect(run()).toContain('ran pnpm install --frozen-lockfile\n');
  });

  test('without a lock file, by the package manager that it was made for', () => {
    for (const name of ['npm', 'pnpm', 'bun']) provide(name);
    made('bun');
    expect(run('pnpm')).toContain('ran bun install\n');
  });

  test('without a record of that, by the one that started it', () => {
    for (const name of ['npm', 'pnpm']) provide(name);
    expect(run('pnpm')).toContain('ran pnpm install\n');
  });

  test('with a lock file of yarn that is empty, so that it is written', () => {
    provide('yarn');
    write('yarn.lock', '');
    expect(run()).toContain('ran yarn install --no-immutable\n');
    write('yarn.lock', '# yarn lockfile v1\n');
    expect(run()).toContain('ran yarn install --immutable\n');
  });

  test('by one that has to be there', () => {
    made('pnpm');
    expect(run()).toContain('There is no pnpm on this machine, and the project is installed with it');
  });
});

test.each(['.yarn-state.yml', '.yarn-integrity'])('an install by yarn that left %s is one', (proof) => {
  write('yarn.lock', '# yarn lockfile v1\n');
  write(`node_modules/${proof}`, '');
  expect(run()).not.toContain('Installing what is missing');
});
