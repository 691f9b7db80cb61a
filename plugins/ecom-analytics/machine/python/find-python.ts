import { EcomError } from '../../core/error.ts';
import { programOutput } from '../child/program-output.ts';

/** The oldest that the Spark job runs on: what PySpark 4 asks for. */
export const minPython = '3.10';

export interface Python {
  readonly command: string;
  /** `3.11.7` */
  readonly version: string;
}

/** Looked for in this order; a machine may have a newer one beside its own `python3`. */
const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];

/** What a Python says of itself, or undefined where there is none of that name. */
async function ask(
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<(Python & { readonly makesEnvironments: boolean }) | undefined> {
  const script = 'import sys; print("%d.%d.%d" % sys.version_info[:3]); import venv, ensurepip';
  const answer = await programOutput(command, ['-I', '-c', script], env);
  const version = answer?.stdout.trim() ?? '';
  const isPython = /^\d+\.\d+\.\d+$/.test(version);
  return isPython ? { command, version, makesEnvironments: answer?.code === 0 } : undefined;
}

function isRecent({ version }: Python): boolean {
  return version.startsWith('3.') && version.localeCompare(minPython, 'en', { numeric: true }) >= 0;
}

/**
 * Finds Python 3.10 or later that can make virtual environments: the one that `ECOM_PYTHON` names, else the first such on
 * the path.
 *
 * @throws EcomError `ECOM_PYTHON_MISSING`, `ECOM_PYTHON_TOO_OLD`
 */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const chosen = env.ECOM_PYTHON;
  const old: Python[] = [];
  for (const command of chosen ? [chosen] : names) {
    const python = await ask(command, env);
    if (python === undefined) continue;
    if (!isRecent(python)) old.push(python);
    else if (python.makesEnvironments) return { command, version: python.version };
  }
  const where = chosen ? `ECOM_PYTHON=${chosen}` : 'python3 on the PATH';
  const fix = `Install Python ${minPython} or later with venv (Debian: python3-venv), or set ECOM_PYTHON to one.`;
  const [found] = old;
  throw found === undefined
    ? new EcomError('ECOM_PYTHON_MISSING', {
        what: `There is no Python ${minPython} or later that can make virtual environments`,
        where,
        fix,
      })
    : new EcomError('ECOM_PYTHON_TOO_OLD', { what: `Python ${found.version} is too old`, where, fix });
}
