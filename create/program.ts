import { spawn } from 'node:child_process';
import { signalTree } from '../plugins/ecom-analytics/machine/child/signal-tree.ts';
import { CancelledError } from './cancel.ts';

/** Running other programs: Git and package managers. */

export interface ProgramOutcome {
  /** Null where a signal other than Ctrl-C ended it, or it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The program is not installed. */
  readonly missing: boolean;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly input?: string;
  /** Lets the program's own output through, all of it to stderr: stdout is for results. */
  readonly show?: boolean;
  /**
   * Ends the program and all that it started. With it a Ctrl-C reaches this process alone, which then answers at once,
   * however long the program takes to end.
   */
  readonly signal?: AbortSignal;
}

/** How long a program may take to end by itself. */
const graceMs = 3000;

const isWindows = process.platform === 'win32';

/** On Windows package managers are .cmd files, which only a shell starts; git is a program. */
const needsShell = (command: string): boolean => isWindows && command !== 'git';

/**
 * Runs a program to its end. Without a signal of its own a Ctrl-C reaches it by itself, as the terminal sends it to all
 * programs in the foreground.
 *
 * @param args without spaces or quotes on Windows where `command` is a script, since a shell then reads them
 * @throws CancelledError where Ctrl-C ended it
 */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramOutcome> {
  const { cwd, input, show = false, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      shell: needsShell(command),
      // A group of its own, to be ended as one. On Windows that would be another window.
      detached: signal !== undefined && !isWindows,
      stdio: [input === undefined ? 'ignore' : 'pipe', show ? 2 : 'pipe', show ? 2 : 'pipe'],
    });
    let forced: NodeJS.Timeout | undefined;
    const end = (sent: NodeJS.Signals): void => {
      if (child.pid !== undefined) signalTree(child.pid, sent);
    };
    const stop = (): void => {
      end('SIGTERM');
      forced = setTimeout(() => end('SIGKILL'), graceMs);
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.once('exit', () => {
      clearTimeout(forced);
      signal?.removeEventListener('abort', stop);
      // What it started itself and left behind.
      if (signal?.aborted) end('SIGKILL');
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: null, stdout, stderr, missing: true });
      else reject(error);
    });
    child.on('close', (code, endedBy) => {
      // Of its end we may hear before we hear of the Ctrl-C ourselves; a signal on its way is there one turn later.
      setImmediate(() => {
        if (endedBy === 'SIGINT') reject(new CancelledError('Cancelled', 'Nothing was written.'));
        else resolve({ code, stdout, stderr, missing: false });
      });
    });
    // One that ends without reading it says why by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

/**
 * Runs a program in the foreground, with this process's terminal as its own: a Ctrl-C reaches it by itself, and this process
 * waits for how it ends. Being told to stop is passed on.
 *
 * @returns its exit code; null where a signal ended it
 */
export function runInForeground(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<number | null> {
  const passedOn = ['SIGTERM', 'SIGHUP'] as const;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, shell: needsShell(command), stdio: 'inherit' });
    const passOn = (): void => void child.kill('SIGTERM');
    for (const signal of passedOn) process.on(signal, passOn);
    const end = (): void => {
      for (const signal of passedOn) process.off(signal, passOn);
    };
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('exit', (code) => {
      end();
      // As above: the Ctrl-C that ended it may be on its way to us.
      setImmediate(() => resolve(code));
    });
  });
}
