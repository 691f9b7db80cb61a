import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ownFolder, readText, repository } from './packed.ts';

/** What npm starts, on a Node that says it is another. */

const entry = path.join(repository, 'create/create.cjs');
const { folder, remove } = ownFolder();
beforeAll(() => {
  mkdirSync(path.join(folder, 'dist'));
  copyFileSync(path.join(repository, 'create/package.json'), path.join(folder, 'package.json'));
  copyFileSync(entry, path.join(folder, 'dist/create.cjs'));
  writeFileSync(
    path.join(folder, 'dist/index.mjs'),
    "console.log('the program', ...process.argv.slice(2));\n",
  );
});
afterAll(remove);

function run(version: string) {
  const pretend = path.join(folder, `${version}.cjs`);
  writeFileSync(pretend, `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });\n`);
  const args = ['--require', pretend, path.join(folder, 'dist/create.cjs'), 'my-shop'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test.each(['0.12.18', '18.20.8', '20.18.3'])('Node %s gets one sentence', (version) => {
  expect(run(version)).toEqual({
    status: 1,
    stdout: '',
    stderr:
      `create-ecom-analytics needs Node 20.19 or later, and this is Node ${version}: ` +
      'install a newer one from https://nodejs.org, then run this again.\n',
  });
});

test.each(['20.19.0', '22.0.0', '24.1.0'])('Node %s runs the program', (version) => {
  expect(run(version)).toEqual({ status: 0, stdout: 'the program my-shop\n', stderr: '' });
});

test('the syntax of what npm starts is that of ES5', () => {
  const text = readText(entry);
  const compiled = (target: string) => transformSync(text, { target, format: 'cjs' }).code;
  expect(compiled('es5')).toBe(compiled('esnext'));
});
