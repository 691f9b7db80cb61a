import { spawn } from '@lydell/node-pty';

/** A program in a real terminal: what it shows, and typing to it. */

/** Control sequences (colours, cursor moves) as terminals take them. */
const control = new RegExp(`${String.fromCharCode(27)}(?:\\[[0-9;?]*[ -/]*[@-~]|[@-Z\\\\-_])`, 'g');

export const key = {
  enter: '\r',
  up: `${String.fromCharCode(27)}[A`,
  down: `${String.fromCharCode(27)}[B`,
  escape: String.fromCharCode(27),
  ctrlC: String.fromCharCode(3),
  ctrlD: String.fromCharCode(4),
} as const;

export interface Terminal {
  readonly pid: number;
  /** All that was shown so far, without control sequences. */
  shown(): string;
  /** Waits until something was shown since the last wait that ended. Fails when the program ends before. */
  until(text: string | RegExp): Promise<void>;
  type(text: string): void;
  /** Exit code, 128 and the signal's number where a signal ended it. */
  readonly ended: Promise<number>;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a program in a terminal of 80 columns. */
export function openTerminal(command: string, args: readonly string[], options: TerminalOptions): Terminal {
  const env = Object.fromEntries(Object.entries(options.env).map(([name, value]) => [name, value ?? '']));
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    cols: 80,
    rows: 40,
    env: { ...env, TERM: 'xterm-256color' },
  });
  let shown = '';
  let seen = 0;
  let isOver = false;
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of [...watchers]) watcher();
  };
  child.onData((data) => {
    shown += data.replace(control, '');
    wake();
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode, signal }) => {
      isOver = true;
      resolve(signal ? 128 + signal : exitCode);
      wake();
    });
  });
  return {
    pid: child.pid,
    shown: () => shown,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const rest = shown.slice(seen);
          const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
          if (at < 0 && !isOver) return;
          watchers.delete(look);
          if (at < 0) {
            reject(new Error(`The program ended without showing ${text}. It showed:\n${shown}`));
            return;
          }
          seen += at + 1;
          resolve();
        };
        watchers.add(look);
        look();
      }),
    type: (text) => child.write(text),
    ended,
  };
}
