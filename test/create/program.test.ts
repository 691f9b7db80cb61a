import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { CancelledError } from '../../create/cancel.ts';
import { runProgram } from '../../create/program.ts';

const run = (script: string, input?: string) =>
  runProgram(process.execPath, ['--eval', script], { cwd: tmpdir(), ...(input !== undefined && { input }) });

test('output that comes in the middle of a character is read whole', async () => {
  const halves = (stream: string) =>
    `process.${stream}.write(Buffer.from([0xe2, 0x98])); setTimeout(() => process.${stream}.write(Buffer.from([0x95])), 200);`;
  const { stdout, stderr } = await run(halves('stdout') + halves('stderr'));
  expect([stdout, stderr]).toEqual(['☕', '☕']);
});

test('a program that does not read its input says by its exit code how it ended', async () => {
  expect(await run('process.exit(3)', 'x'.repeat(1_000_000))).toMatchObject({ code: 3, missing: false });
});

test('a program that is not there is missing', async () => {
  expect(await runProgram('no-such-program', [], { cwd: tmpdir() })).toMatchObject({ missing: true });
});

// The terminal sends it to both, and it may be the child's end that is heard of first.
test.skipIf(process.platform === 'win32')('a program that Ctrl-C ended was cancelled', async () => {
  await expect(run("process.kill(process.pid, 'SIGINT')")).rejects.toBeInstanceOf(CancelledError);
});
