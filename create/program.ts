import { spawn } from 'node:child_process';
import { CancelledError } from './cancel.ts';

/** Running other programs: Git and package managers. */

export interface Outcome {
  /** Null where a signal other than Ctrl-C ended it, or it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The program is not installed. */
  readonly missing: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  readonly input?: string;
  /** Lets the program's own output through, all of it to stderr: stdout is for results. */
  readonly show?: boolean;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end. A Ctrl-C reaches it by itself, as the terminal sends it to all programs in the foreground.
 *
 * @param args without spaces or quotes on Windows where `command` is a script, since a shell then reads them
 * @throws CancelledError where Ctrl-C ended it
 */
export function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  const { cwd, input, show = false, signal } = options;
  // On Windows package managers are .cmd files, which only a shell starts; git is a program.
  const shell = process.platform === 'win32' && command !== 'git';
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      ...(signal && { signal }),
      shell,
      stdio: [input === undefined ? 'ignore' : 'pipe', show ? 2 : 'pipe', show ? 2 : 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ code: null, stdout, stderr, missing: true });
      // After a stop by the signal, `close` follows.
      else if (error.name !== 'AbortError') reject(error);
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
