import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { CancelledError } from '../../create/cancel.ts';
import { runProgram } from '../../create/program.ts';
import { ownFolder, readText } from './packed.ts';

const run = (script: string, input?: string) =>
  runProgram(process.execPath, ['--eval', script], { cwd: tmpdir(), ...(input !== undefined && { input }) });

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('output that comes in the middle of a character is read whole', async () => {
  const halves = (stream: string) =>
    `process.${stream}.write(Buffer.from([0xe2, 0x98])); setTimeout(() => process.${stream}.write(Buffer.from([0x95])), 200);`;
  const { stdout, stderr } = await run(halves('stdout') + halves('stderr'));
  expect([stdout, stderr]).toEqual(['☕', '☕']);
});

test('a program that does not read its input says by its exit code how it ended', async () => {
  expect(await run('process.exit(3)', 'x'.repeat(1_000_000))).toMatchObject({ code: 3, missing: false });
});

test.skipIf(process.platform === 'win32')(
  'a stop ends a program that does not want to end, with all that it started',
  async () => {
    const stop = new AbortController();
    const script = `
      process.on('SIGTERM', () => {});
      const { pid } = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
      require('node:fs').writeFileSync(process.argv[1], String(pid));
      setInterval(() => {}, 1000);
    `;
    const { folder, remove } = ownFolder();
    try {
      const file = path.join(folder, 'pid');
      const args = ['--eval', script, file];
      const ended = runProgram(process.execPath, args, { cwd: folder, signal: stop.signal });
      await vi.waitUntil(() => existsSync(file) && readText(file) !== '', { timeout: 20_000 });
      stop.abort();
      expect(await ended).toMatchObject({ code: null, missing: false });
      const sleeper = Number(readText(file));
      await vi.waitUntil(() => !isRunning(sleeper), { timeout: 20_000 });
      expect(isRunning(sleeper)).toBe(false);
    } finally {
      remove();
    }
  },
);

test('a program that is not there is missing', async () => {
  expect(await runProgram('no-such-program', [], { cwd: tmpdir() })).toMatchObject({ missing: true });
});

// The terminal sends it to both, and it may be the child's end that is heard of first.
test.skipIf(process.platform === 'win32')('a program that Ctrl-C ended was cancelled', async () => {
  await expect(run("process.kill(process.pid, 'SIGINT')")).rejects.toBeInstanceOf(CancelledError);
});
