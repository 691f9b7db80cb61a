import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestOutcome } from '../outcome.ts';

/** A run of Vitest over files in which all that can go wrong does. */

const files = {
  'sums.test.js': `
    describe('sums', () => {
      test('adds', () => expect(1 + 1).toBe(2));
      test('subtracts', () => expect({ a: 1, b: 2 }).toEqual({ a: 1, b: 3 }));
      test.skip('divides', () => {});
      test.todo('multiplies');
    });`,
  'hook.test.js': `
    describe('with a broker', () => {
      beforeAll(() => { throw new Error('no broker'); });
      test('sends', () => {});
    });`,
  'unloadable.test.js': `throw new Error('cannot be loaded');`,
  'uncaught.test.js': `
    test('passes', async () => {
      setTimeout(() => { throw new Error('nobody caught this'); });
      await new Promise((resolve) => setTimeout(resolve, 50));
    });`,
};

let folder: string;
let outcome: TestOutcome;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-outcome-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const file = path.join(folder, 'outcome.json');
  const args = [
    path.resolve(import.meta.dirname, '../../node_modules/vitest/vitest.mjs'),
    ...['run', '--globals', '--root', folder],
    `--reporter=${path.resolve(import.meta.dirname, '../outcome-reporter.ts')}`,
    `--outputFile.outcome=${file}`,
  ];
  await once(spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' }), 'exit');
  outcome = JSON.parse(readFileSync(file, 'utf8'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const errorOf = (what: string): string =>
  outcome.failures.find((failure) => failure.what === what)?.error.join('\n') ?? 'not reported';

test('a failed test is named by its file and groups, with its difference and the place in the file', () => {
  const error = errorOf('sums.test.js › sums › subtracts');
  expect(error).toMatch(/^expected .+ to deeply equal/);
  expect(error).toMatch(/\nat .*sums\.test\.js:\d+:\d+\n/);
  expect(error).toMatch(/\n-\s+"b": 3,\n\+\s+"b": 2,$/);
});

test('an error of a hook, of a file that does not load, and one that nobody caught are failures too', () => {
  expect(errorOf('hook.test.js › with a broker')).toContain('no broker');
  expect(errorOf('unloadable.test.js')).toContain('cannot be loaded');
  expect(errorOf('outside any test')).toContain('nobody caught this');
  expect(outcome.failures.length).toBe(4);
});

test('what passed is counted, and what was skipped is named', () => {
  expect(outcome.passed).toBe(2);
  expect(outcome.skipped).toEqual(
    expect.arrayContaining(['sums.test.js › sums › divides', 'sums.test.js › sums › multiplies']),
  );
});
