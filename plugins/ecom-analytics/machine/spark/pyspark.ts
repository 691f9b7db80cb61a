import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { EcomError } from '../../core/error.ts';
import { type SparkLineName, sparkLines } from '../../job/releases.ts';
import { kitFile } from '../../project/package-files.ts';
import { cacheFolder } from '../../project/project.ts';
import { javaLocale } from '../child/java-locale.ts';
import { programOutput } from '../child/program-output.ts';
import type { Python } from '../python/find-python.ts';
import { pythonOf } from '../python/virtual-environment.ts';

/** PySpark in a virtual environment of the project. */
export interface PySpark {
  readonly version: string;
  /** The environment's Python. */
  readonly python: string;
  /** Spark's home: `bin/spark-submit` lies below. */
  readonly home: string;
}

/** What `spark-submit` needs to find its Spark and its Python, and to stay on this machine. */
export function sparkEnvironment({ home, python }: PySpark): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...javaLocale,
    SPARK_HOME: home,
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
    // The UI, the block manager and the gateway listen here alone; spark.driver.bindAddress leaves the UI out.
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_HOSTNAME: '127.0.0.1', // the host in the UI's address
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

const requirements = kitFile('machine/spark/requirements');

/** The PySpark of an environment, or undefined where it is missing, of another version, or its Python has gone. */
async function findInstalled(environment: string, version: string): Promise<PySpark | undefined> {
  const python = pythonOf(environment);
  const script =
    'import importlib.metadata as m, importlib.util as u; print(m.version("pyspark")); print(u.find_spec("pyspark").submodule_search_locations[0])';
  const answer = await programOutput(python, ['-I', '-c', script]);
  const [found, home] = answer?.code === 0 ? answer.stdout.split(/\r?\n/) : [];
  return found === version && home !== undefined ? { version, python, home } : undefined;
}

interface Step {
  readonly args: readonly string[];
  readonly what: string;
  readonly fix: string;
}

/** Runs a step of the installation with its output on stderr: pip shows its own progress. */
async function runStep(command: string, { args, what, fix }: Step): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 2, 2], windowsHide: true });
  const [code, signal] = await once(child, 'close');
  if (code !== 0) {
    throw new EcomError('ECOM_PYSPARK_INSTALL', {
      what: `${what} (${signal ?? `exit code ${code}`}); the output above says why`,
      where: `${command} ${args.join(' ')}`,
      fix,
    });
  }
}

/** Makes an environment of its own and renames it, so that an interrupted installation leaves none that looks whole. */
async function install(
  line: SparkLineName,
  version: string,
  python: Python,
  environment: string,
): Promise<void> {
  const unfinished = `${environment}.${randomUUID()}.part`;
  const pip = ['-I', '-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--no-compile'];
  const hashed = ['--require-hashes', '-r'];
  const retry = 'Fix that and run the command again.';
  try {
    await runStep(python.command, {
      args: ['-I', '-m', 'venv', unfinished],
      what: 'Python cannot make a virtual environment',
      fix: 'Install its venv module (on Debian and Ubuntu the package python3-venv).',
    });
    await runStep(pythonOf(unfinished), {
      args: [...pip, '--quiet', ...hashed, path.join(requirements, 'build.txt')],
      what: 'pip cannot install setuptools',
      fix: retry,
    });
    process.stderr.write(
      `Downloading and unpacking PySpark ${version}: some 450 MB, a minute or more, the first time only\n`,
    );
    await runStep(pythonOf(unfinished), {
      // Of PySpark there is a source distribution alone; without isolation it is built with the setuptools above.
      args: [...pip, '--no-build-isolation', ...hashed, path.join(requirements, `${line}.txt`)],
      what: 'pip cannot install PySpark',
      fix: retry,
    });
    await rename(unfinished, environment).catch(async (error: unknown) => {
      // Another process may have been quicker.
      if ((await findInstalled(environment, version)) === undefined) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * PySpark of a line: from `.cache/pyspark-<version>`, where it is installed first if need be, from the package index that
 * pip is set up for, checked against the hashes in `requirements/`.
 *
 * @throws EcomError `ECOM_PYSPARK_INSTALL`
 */
export async function providePySpark(line: SparkLineName, python: Python): Promise<PySpark> {
  const version = sparkLines[line].spark;
  const environment = path.join(cacheFolder, `pyspark-${version}`);
  const installed = await findInstalled(environment, version);
  if (installed !== undefined) return installed;
  await rm(environment, { recursive: true, force: true }); // of a Python that has gone, or damaged
  await install(line, version, python, environment);
  const fresh = await findInstalled(environment, version);
  if (fresh !== undefined) return fresh;
  throw new EcomError('ECOM_PYSPARK_INSTALL', {
    what: `PySpark ${version} does not load although it was installed`,
    where: environment,
    fix: 'Remove the folder and run the command again.',
  });
}
