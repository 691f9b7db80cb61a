import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { describeWithJava } from '../../plugins/ecom-analytics/test/requirement.ts';

const root = path.resolve(import.meta.dirname, '../..');

let folder: string;
let mark: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-interruption-'));
  mark = `ECOM_TRIAL=${randomUUID()}`;
});
afterEach(() => {
  for (const pid of marked().keys()) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Every process that descends from the run, by what it inherited, whatever its parent is by now; and its command line. */
function marked(): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark))
        found.set(Number(pid), readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
    } catch {
      // It has ended meanwhile.
    }
  return found;
}

/** Starts `npm test` over the test that hangs, and waits until all that it starts is running. */
async function startTests(): Promise<ChildProcess> {
  const args = [
    'plugins/ecom-analytics/source.mjs',
    'test/run.ts',
    '--config',
    'test/interruption/vitest.config.ts',
  ];
  const [name = '', value = ''] = mark.split('=');
  const env = { ...process.env, [name]: value, TMPDIR: folder };
  const runner = spawn(process.execPath, args, { cwd: root, env, stdio: 'ignore', detached: true });
  await vi.waitFor(() => expect(existsSync(path.join(folder, 'started'))).toBe(true), {
    timeout: 100_000,
    interval: 200,
  });
  return runner;
}

function pidOf(pattern: RegExp): number {
  const [pid] = [...marked()].find(([, line]) => pattern.test(line)) ?? [];
  if (pid === undefined) throw new Error(`There is no ${pattern} among ${[...marked().values()]}`);
  return pid;
}

describe.skipIf(process.platform !== 'linux')('what tests have started', { timeout: 240_000 }, () => {
  describeWithJava('ends with them', () => {
    test.each<[string, (runner: number) => void]>([
      ['Ctrl-C', (runner) => process.kill(-runner, 'SIGINT')],
      ['SIGTERM to the runner', (runner) => process.kill(runner, 'SIGTERM')],
      ['SIGKILL of the runner', (runner) => process.kill(runner, 'SIGKILL')],
      ['SIGKILL of Vitest', () => process.kill(pidOf(/vitest\.mjs run/), 'SIGKILL')],
      ['SIGKILL of its worker', () => process.kill(pidOf(/vitest\/dist\/workers/), 'SIGKILL')],
    ])('after %s', async (_, end) => {
      const { pid = 0 } = await startTests();
      expect(pidOf(/java/)).toBeGreaterThan(0);

      end(pid);

      await vi.waitFor(() => expect([...marked().values()]).toEqual([]), { timeout: 60_000, interval: 200 });
    });
  });
});
