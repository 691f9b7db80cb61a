import { spawn } from 'node:child_process';
import { EcomError } from '../../pipeline/error.ts';

/** PySpark 4 needs it. */
export const minPython = { major: 3, minor: 10 } as const;

export interface Python {
  readonly command: string;
  /** `3.11.7` */
  readonly version: string;
}

/** What a program prints on stdout, or undefined when it cannot be run or fails. */
function outputOf(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child
      .once('error', () => resolve(undefined))
      .once('close', (code) => resolve(code === 0 ? text : undefined));
  });
}

const printVersion = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';

/**
 * Finds a Python that can make virtual environments: `ECOM_PYTHON` where that is set, else on the path.
 *
 * @throws EcomError `ECOM_PYTHON_MISSING`, `ECOM_PYTHON_TOO_OLD`
 */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const candidates = env.ECOM_PYTHON ? [env.ECOM_PYTHON] : ['python3', 'python'];
  const wanted = `Python ${minPython.major}.${minPython.minor} or later, with venv (Debian: python3-venv)`;
  let tooOld: Python | undefined;
  for (const command of candidates) {
    const version = (await outputOf(command, ['-c', printVersion], env))?.trim();
    const [major = 0, minor = 0] = version?.split('.').map(Number) ?? [];
    if (version === undefined) continue;
    if (major > minPython.major || (major === minPython.major && minor >= minPython.minor))
      return { command, version };
    tooOld ??= { command, version };
  }
  if (tooOld !== undefined) {
    throw new EcomError('ECOM_PYTHON_TOO_OLD', {
      what: `Python ${tooOld.version} is too old`,
      where: tooOld.command,
      fix: `Install ${wanted}, or set ECOM_PYTHON to one.`,
    });
  }
  throw new EcomError('ECOM_PYTHON_MISSING', {
    what: 'There is no Python that can make virtual environments',
    where: `${candidates.join(', ')} on the PATH`,
    fix: `Install ${wanted}, or set ECOM_PYTHON to one.`,
  });
}
