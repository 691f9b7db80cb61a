// Stops what its parent leaves behind. It reads lines of JSON from its parent: `{"watch": pid, "folder": path or null}`
// when a child has started, `{"done": pid}` when one has ended. The pipe closes when the parent ends, in whatever way;
// then each child still watched is stopped with all of its own, and the folders named are removed.
// Plain JavaScript on Node's own modules, so that it is up before anything can go wrong.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Between asking and forcing, in milliseconds. */
const graceMs = 5000;

const watched = new Map();

// A signal to the parent's terminal or process group is the parent's to answer.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

function signalAll(pid, signal) {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true });
    return false;
  }
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false; // gone already
  }
}

// What is to be done is only known at the end. Lines end at \n alone: a folder's name may hold U+2028.
let said = '';
for await (const chunk of process.stdin.setEncoding('utf8')) said += chunk;
for (const line of said.split('\n').slice(0, -1)) {
  const { watch, done, folder } = JSON.parse(line);
  if (watch !== undefined) watched.set(watch, folder);
  if (done !== undefined) watched.delete(done);
}

for (const pid of watched.keys()) signalAll(pid, 'SIGTERM');
const deadline = Date.now() + graceMs;
while (Date.now() < deadline && [...watched.keys()].some((pid) => signalAll(pid, 0))) await delay(50);
for (const [pid, folder] of watched) {
  signalAll(pid, 'SIGKILL');
  if (folder !== null) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}
