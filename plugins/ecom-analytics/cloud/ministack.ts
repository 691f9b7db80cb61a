import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EcomError } from '../core/error.ts';
import { type Child, startChild } from '../machine/child/child.ts';
import { virtualEnvironment } from '../machine/python/virtual-environment.ts';
import { kitFile } from '../project/package-files.ts';

const requirements = kitFile('cloud/requirements.txt');

/** ministack: the parts of AWS that it does well, and the Python environment that it came in. */
export interface Ministack {
  readonly url: URL;
  readonly child: Child;
  /** botocore's `service-2.json.gz` of a service. */
  modelFile(service: string, apiVersion: string): Promise<string>;
}

/** A port that was free a moment ago: ministack cannot pick its own. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function isUp(url: URL): Promise<boolean> {
  try {
    return (await fetch(new URL('/_ministack/health', url))).ok;
  } catch {
    return false;
  }
}

export interface MinistackOptions {
  /** Its logs go here. */
  readonly folder: string;
  /** Milliseconds. */
  readonly startTimeoutMs?: number;
  /** Set for ministack and so for the functions that it runs. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (line: string) => void;
}

/**
 * Starts ministack on 127.0.0.1, on a port of its own.
 *
 * @throws EcomError `ECOM_CLOUD_START` when it does not come up, and what `virtualEnvironment` throws
 */
export async function startMinistack(options: MinistackOptions): Promise<Ministack> {
  const { folder, startTimeoutMs = 60_000, onProgress } = options;
  const environment = await virtualEnvironment({
    name: 'ministack',
    requirements,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const logFile = path.join(folder, 'ministack.log');
  const child = await startChild(environment.python, ['-m', 'ministack'], {
    cwd: folder,
    logFile,
    env: {
      ...process.env,
      ...options.env,
      // Where it unpacks functions: with its folder they go, too.
      TMPDIR: folder,
      // Its default is every interface.
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: '127.0.0.1',
      LAMBDA_EXECUTOR: 'local',
      LOG_LEVEL: 'INFO',
    },
  });
  const deadline = performance.now() + startTimeoutMs;
  while (!(await isUp(url))) {
    if (child.end !== undefined || performance.now() > deadline) {
      await child.stop();
      throw new EcomError('ECOM_CLOUD_START', {
        what: 'ministack did not start',
        where: logFile,
        fix: 'The log says why; run the command again once that is fixed.',
      });
    }
    await delay(100);
  }
  return {
    url,
    child,
    async modelFile(service, apiVersion) {
      const script = 'import botocore, os; print(os.path.dirname(botocore.__file__))';
      const { stdout } = await promisify(execFile)(environment.python, ['-c', script]);
      return path.join(stdout.trim(), 'data', service, apiVersion, 'service-2.json.gz');
    },
  };
}
