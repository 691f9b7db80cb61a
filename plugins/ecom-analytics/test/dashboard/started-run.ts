import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '../../../..');

/** An `npm start` in a process of its own. */
export interface StartedRun {
  /** Where its dashboard is. */
  readonly url: string;
  /** Interrupts it as Ctrl-C would, and removes what it wrote. */
  stop(): Promise<void>;
}

/** Starts the run as `npm start -- …args` does, and answers once its dashboard is there. */
export async function startRun(args: readonly string[]): Promise<StartedRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-run-'));
  const child = spawn(
    process.execPath,
    ['plugins/ecom-analytics/source.mjs', 'start', '--out', path.join(folder, 'data'), ...args],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGINT');
      await once(child, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    return { url: await dashboardUrl(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function dashboardUrl({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('the run has no stderr');
  const said: string[] = [];
  const lines = createInterface({ input: stderr });
  for await (const line of lines) {
    said.push(line);
    const url = /Dashboard: (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // What it says from here on is read and let go, so that it never waits for a reader.
    stderr.resume();
    return url;
  }
  throw new Error(`npm start ended without a dashboard:\n${said.join('\n')}`);
}
