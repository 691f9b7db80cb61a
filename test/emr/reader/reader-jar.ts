import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zipSync } from 'fflate';
import { fetchJars } from '../../../plugins/ecom-analytics/machine/maven/fetch-jars.ts';
import { readJarLock } from '../../../plugins/ecom-analytics/machine/maven/jar-lock.ts';

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('../../../emr/reader/ecom', import.meta.url));
const lock = fileURLToPath(new URL('./jars.lock.json', import.meta.url));

/** The same classes give the same bytes: zip dates begin in 1980. */
const zipDate = new Date('1980-01-01T00:00:00');

/** What the reader is compiled against: jars that Spark 4.1 has on its class path. */
export async function sparkJars(): Promise<string[]> {
  return fetchJars(await readJarLock(lock));
}

/** Compiles Java 17 bytecode from the files given into a folder. */
export async function compile(
  files: readonly string[],
  classPath: readonly string[],
  into: string,
): Promise<void> {
  const options = ['--release', '17', '-Xlint:all', '-Werror', '-encoding', 'UTF-8', '-d', into];
  await execute('javac', [...options, '-cp', classPath.join(path.delimiter), ...files]);
}

/** Builds the reader's jar from its sources. */
export async function buildReaderJar(): Promise<Uint8Array> {
  const classes = await mkdtemp(path.join(os.tmpdir(), 'ecom-reader-'));
  try {
    const files = (await readdir(sources)).filter((name) => name.endsWith('.java')).sort();
    await compile(
      files.map((name) => path.join(sources, name)),
      await sparkJars(),
      classes,
    );
    const names = (await readdir(path.join(classes, 'ecom'))).sort();
    const entries = await Promise.all(
      names.map(
        async (name): Promise<[string, Uint8Array]> => [
          `ecom/${name}`,
          new Uint8Array(await readFile(path.join(classes, 'ecom', name))),
        ],
      ),
    );
    return zipSync(Object.fromEntries(entries), { mtime: zipDate, level: 9 });
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
}
