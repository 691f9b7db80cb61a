import { type StdioOptions, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { signalTree } from './signal-tree.ts';
import { unwatch, watch } from './watchdog.ts';

/** How a child ended: an exit code, or the signal that ended it. */
export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that was started and never outlives this process. */
export interface Child {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<ChildEnd>;
  /** How it ended, or undefined while it runs. */
  readonly end: ChildEnd | undefined;
  /** Sends a signal to it and all that it started. Does nothing once it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, waits, then forces it. */
  stop(graceMs?: number): Promise<ChildEnd>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it prints is appended here; null shows it as this process's own. */
  readonly logFile: string | null;
  /** What it prints on stdout is appended here instead. */
  readonly outputFile?: string;
  /** A folder that goes with the child, should this process end before {@link Child.stop}. */
  readonly folder?: string | null;
}

const defaultGraceMs = 15_000;

/**
 * Starts a program in a process group of its own: Ctrl-C in the terminal reaches this process alone, which then stops
 * its children in the right order.
 *
 * @throws the spawn error, such as `ENOENT`
 */
export async function startChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<Child> {
  const log = options.logFile === null ? 'inherit' : openSync(options.logFile, 'a');
  const output = options.outputFile === undefined ? log : openSync(options.outputFile, 'a');
  const stdio: StdioOptions = ['ignore', output, log];
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
    stdio,
    detached: true,
    windowsHide: true,
  });
  for (const file of new Set([log, output])) if (typeof file === 'number') closeSync(file);
  let end: ChildEnd | undefined;
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      end = { code, signal };
      if (child.pid !== undefined) {
        signalTree(child.pid, 'SIGKILL'); // what it started itself and left behind
        unwatch(child.pid);
      }
      resolve(end);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', reject);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} has started without a pid`);
  watch(pid, options.folder ?? null);

  const signal = (name: NodeJS.Signals): void => {
    if (end === undefined) signalTree(pid, name);
  };
  return {
    pid,
    ended,
    get end() {
      return end;
    },
    signal,
    async stop(graceMs = defaultGraceMs) {
      if (end !== undefined) return end;
      signal('SIGTERM');
      const waited = new AbortController();
      const timeout = delay(graceMs, undefined, { signal: waited.signal }).catch(() => undefined);
      await Promise.race([ended, timeout]);
      waited.abort();
      if (end === undefined) signal('SIGKILL');
      return ended;
    },
  };
}
