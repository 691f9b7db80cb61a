import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { kitFile } from '../../project/package-files.ts';

const program = kitFile('machine/child/watchdog.mjs');

let running: ChildProcessByStdio<Writable, null, null> | undefined;

/** The one watchdog of this process; it does not keep this process alive. */
function watchdog(): ChildProcessByStdio<Writable, null, null> {
  if (running === undefined) {
    running = spawn(process.execPath, [program], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      windowsHide: true,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    // Its end is no reason for ours; the next child gets a new one.
    const forget = (): void => {
      running = undefined;
    };
    running.on('error', forget).on('exit', forget);
    running.stdin.on('error', forget);
    running.unref();
    if ('unref' in running.stdin && typeof running.stdin.unref === 'function') running.stdin.unref();
  }
  return running;
}

function tell(line: object): void {
  watchdog().stdin.write(`${JSON.stringify(line)}\n`);
}

/** From now on the child ends when this process does. `folder` is removed then; null keeps what it wrote. */
export function watch(pid: number, folder: string | null): void {
  tell({ watch: pid, folder });
}

/** The child has ended. */
export function unwatch(pid: number): void {
  tell({ done: pid });
}
