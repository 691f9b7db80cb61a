import { spawn } from 'node:child_process';
import { EcomError } from '../../pipeline/error.ts';

/** What PySpark 4.1 asks for. */
export const minPython = { major: 3, minor: 10 } as const;

export interface Python {
  readonly command: string;
  /** `3.11.7` */
  readonly version: string;
}

const oldest = `${minPython.major}.${minPython.minor}`;

/** Looked for in this order; a machine may have a newer one beside its own `python3`. */
const names = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** What a Python says of itself, or undefined where there is none of that name. */
function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    const script = 'import sys; print("%d.%d.%d" % sys.version_info[:3])';
    const child = spawn(command, ['-I', '-c', script], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child
      .once('error', () => resolve(undefined))
      .once('close', () => resolve(/^\d+\.\d+\.\d+$/.test(text.trim()) ? text.trim() : undefined));
  });
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === minPython.major && minor >= minPython.minor;
}

/**
 * Finds Python 3.10 or later: the one that `ECOM_PYTHON` names, else the first on the path that is recent enough.
 *
 * @throws EcomError `ECOM_PYTHON_MISSING`, `ECOM_PYTHON_TOO_OLD`
 */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const chosen = env.ECOM_PYTHON;
  const old: Python[] = [];
  for (const command of chosen ? [chosen] : names) {
    const version = await versionOf(command, env);
    if (version === undefined) continue;
    if (isRecent(version)) return { command, version };
    old.push({ command, version });
  }
  const where = chosen ? `ECOM_PYTHON=${chosen}` : 'python3 on the PATH';
  const fix = `Install Python ${oldest} or later, or set ECOM_PYTHON to one.`;
  const [found] = old;
  throw found === undefined
    ? new EcomError('ECOM_PYTHON_MISSING', {
        what: `There is no Python ${oldest} or later`,
        where,
        fix,
      })
    : new EcomError('ECOM_PYTHON_TOO_OLD', { what: `Python ${found.version} is too old`, where, fix });
}
