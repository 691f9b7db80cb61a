import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startChild } from '../../../machine/child/child.ts';

const family = fileURLToPath(new URL('./family.mjs', import.meta.url));
const parent = fileURLToPath(new URL('./parent.ts', import.meta.url));

let folder: string;
let logFile: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-child-'));
  logFile = path.join(folder, 'child.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The child and its own child, once both run. */
function pids(): Promise<number[]> {
  return vi.waitFor(async () => JSON.parse(await readFile(logFile, 'utf8')).pids, { timeout: 10_000 });
}

/** An orphan stays in the table of processes until the system looks after it. */
function allGone(both: readonly number[]): Promise<void> {
  return vi.waitFor(() => expect(both.filter(isRunning)).toEqual([]), { timeout: 30_000, interval: 100 });
}

describe('a child', { timeout: 40_000 }, () => {
  test('takes what it started itself along when it is stopped', async () => {
    const child = await startChild(process.execPath, [family], { logFile });
    const both = await pids();

    await child.stop();

    await allGone(both);
  });

  test('that does not listen is forced', async () => {
    const child = await startChild(process.execPath, [family, 'deaf'], { logFile });
    const both = await pids();

    const end = await child.stop(200);

    expect(end.signal).toBe('SIGKILL');
    await allGone(both);
  });

  test('that ended by itself is left in peace', async () => {
    const child = await startChild(process.execPath, ['-e', 'process.exit(3)'], { logFile });
    await child.ended;

    child.signal('SIGTERM');

    expect(await child.stop()).toEqual({ code: 3, signal: null });
  });

  test('of a program that does not exist is an error at once', async () => {
    await expect(startChild(path.join(folder, 'missing'), [], { logFile })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  test('is gone with its family and its folder when the process that started it was killed', async () => {
    const childFolder = path.join(folder, 'data\u2028');
    await mkdir(childFolder);
    const starter = spawn(process.execPath, ['--import', 'tsx', parent, family, logFile, childFolder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(starter.stdout, 'data');
    const both = await pids();
    expect(both.filter(isRunning)).toEqual(both);

    starter.kill('SIGKILL');

    await allGone(both);
    await vi.waitFor(() => expect(access(childFolder)).rejects.toThrow(), { timeout: 10_000 });
  });
});
