import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { virtualEnvironment } from '../machine/python/virtual-environment.ts';
import { kitFile } from '../project/package-files.ts';

/** With `sitecustomize.py`, which Python runs as it starts. */
const here = kitFile('debug');
const lookEveryMs = 100;

/** What makes a Python program wait for a debugger. */
export interface Debugger {
  /** For the environment of the program, or of whatever starts it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Resolves once the program listens. Never, where it does not come to that. */
  readonly listening: Promise<void>;
  dispose(): Promise<void>;
}

/** Where an environment keeps its packages: `lib/python3.x/site-packages`, on Windows `Lib/site-packages`. */
async function sitePackages(folder: string): Promise<string> {
  if (process.platform === 'win32') return path.join(folder, 'Lib', 'site-packages');
  const versions = await readdir(path.join(folder, 'lib'));
  const version = versions.find((name) => name.startsWith('python')) ?? '';
  return path.join(folder, 'lib', version, 'site-packages');
}

async function appears(file: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(file)) await delay(lookEveryMs, undefined, { signal });
}

/**
 * Prepares debugging of the streaming job; the first time it installs debugpy.
 *
 * @param port of 127.0.0.1 that the debugger attaches to
 * @throws EcomError those of `virtualEnvironment`
 */
export async function prepareDebugger(port: number, onProgress: (line: string) => void): Promise<Debugger> {
  const requirements = path.join(here, 'requirements.txt');
  const { folder } = await virtualEnvironment({ name: 'debugpy', requirements, onProgress });
  const signals = await mkdtemp(path.join(tmpdir(), 'ecom-debug-'));
  const ready = path.join(signals, 'ready');
  const over = new AbortController();
  const paths = [here, await sitePackages(folder), process.env.PYTHONPATH ?? ''].filter(
    (part) => part !== '',
  );
  const listening = appears(ready, over.signal);
  // Rejects for the caller that waits; after `dispose` nobody does.
  listening.catch(() => undefined);
  return {
    variables: {
      PYTHONPATH: paths.join(path.delimiter),
      ECOM_DEBUGPY_PORT: String(port),
      ECOM_DEBUGPY_READY: ready,
      // Python 3.11 and later freeze their own modules, and a debugger cannot step there; it warns on every start.
      PYDEVD_DISABLE_FILE_VALIDATION: '1',
    },
    listening,
    dispose: async () => {
      over.abort();
      await rm(signals, { recursive: true, force: true });
    },
  };
}
