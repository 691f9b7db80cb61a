import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommand } from '../command-line.ts';
import { EcomError, UsageError } from '../core/error.ts';

/** What a command of the kit prints when it fails, and the exit code of its process. */

const exitCode = process.exitCode;
let printed: unknown[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'error').mockImplementation((...values) => void printed.push(...values));
});
afterEach(() => {
  // The test runner's own.
  process.exitCode = exitCode;
  process.stdout.removeAllListeners('error');
  vi.restoreAllMocks();
});

const parts = { what: 'The file is empty', where: 'orders.csv', fix: 'Name another.' };

function failWith(error: unknown, args: readonly string[] = []): Promise<void> {
  return runCommand(() => Promise.reject(error), args);
}

test('a command gets its arguments, and its answer is the exit code', async () => {
  const main = vi.fn(async () => 130);
  await runCommand(main, ['a', '--b']);
  expect(main).toHaveBeenCalledExactlyOnceWith(['a', '--b']);
  expect(process.exitCode).toBe(130);
  expect(printed).toEqual([]);
});

test.each([
  [1, new EcomError('ECOM_TEMP_FULL', parts)],
  [2, new UsageError('ECOM_TEMP_FULL', parts)],
])(
  'an error of ours is shown by its message, which ends with its code, and exits with %i',
  async (code, error) => {
    await failWith(error);
    expect(printed).toEqual(['The file is empty (orders.csv). Name another. (ECOM_TEMP_FULL)']);
    expect(process.exitCode).toBe(code);
  },
);

test('an error of ours has its stack with --debug', async () => {
  const error = new EcomError('ECOM_TEMP_FULL', parts);
  await failWith(error, ['--debug']);
  expect(printed).toEqual([error]);
  expect(process.exitCode).toBe(1);
});

test('a file that the system refuses is named, with a code; a missing one may be a bug', async () => {
  await failWith(await readdir(import.meta.filename).catch((error: unknown) => error));
  expect(printed).toEqual([
    expect.stringMatching(
      /^A file or folder cannot be used: ENOTDIR: .*command-line\.test\.ts.* \(ECOM_FILE_DENIED\)$/,
    ),
  ]);
  expect(process.exitCode).toBe(1);
  const missing = await readdir(`${import.meta.filename}.gone`).catch((error: unknown) => error);
  await failWith(missing);
  expect(printed.at(-1)).toBe(missing);
});

test('a bug always has its stack', async () => {
  const bug = new TypeError('undefined is not a function');
  await failWith(bug);
  expect(printed).toEqual([bug]);
  expect(process.exitCode).toBe(1);
});

test('a terminal does not act on what a message quotes', async () => {
  const what = 'There is no column "\u001b[2J\u0007\u009b31m"\nnor "ü\t"';
  await failWith(new EcomError('ECOM_REPLAY_MAPPING', { what, fix: 'Name one.' }));
  expect(printed).toEqual([
    'There is no column "\ufffd[2J\ufffd\ufffd31m"\nnor "ü\ufffd". Name one. (ECOM_REPLAY_MAPPING)',
  ]);
});

test('a reader of the results that goes, as `head` does, is not an error', async () => {
  await runCommand(async () => 0, []);
  const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  expect(() => process.stdout.emit('error', gone)).not.toThrow();
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect(() => process.stdout.emit('error', full)).toThrow(full);
});
