import { spawnSync } from 'node:child_process';

/** Signals a program and all that it started: on POSIX they are one process group. Does nothing once all of it has ended. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    // There are no signals on Windows: ending the tree is all that can be asked.
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}
