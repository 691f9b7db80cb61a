import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline as pipeStream } from 'node:stream/promises';
import { EcomError } from '../../core/error.ts';
import { mapConcurrently } from '../../functions/concurrency.ts';
import { cacheFolder } from '../../project/project.ts';
import { jarAddress, jarPath } from './jar-address.ts';
import type { JarLock, LockedJar } from './jar-lock.ts';
import type { ShowProgress } from './jar-progress.ts';
import { type DownloadOptions, download } from './resumable-download.ts';

/** Where the project keeps its jars. */
export const mavenCache = path.join(cacheFolder, 'maven');

/** A few at once: most jars are small, so the round trips count. */
const parallelDownloads = 4;

export interface FetchOptions extends Omit<DownloadOptions, 'onBytes'> {
  /** Default: `.cache/maven` of the project. */
  readonly cache?: string;
  /** Base URL of a mirror. Default: the environment's `ECOM_MAVEN_REPOSITORY`, else the public repository. */
  readonly mirror?: string | undefined;
  /** Called only when something is downloaded. */
  readonly onProgress?: ShowProgress;
}

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeStream(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

async function isWhole(file: string, jar: LockedJar): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === jar.bytes && (await sha256Of(file)) === jar.sha256;
}

/** Downloads one jar under a name of its own and renames it, so that two processes at once never share half a file. */
async function fetchJar(jar: LockedJar, file: string, url: string, options: DownloadOptions): Promise<void> {
  const part = `${file}.${randomUUID()}.part`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    await download(url, part, options);
    if (!(await isWhole(part, jar))) {
      throw new EcomError('ECOM_JAR_HASH', {
        what: `What was downloaded is not the locked jar: ${(await stat(part)).size} bytes with SHA-256 ${await sha256Of(part)}, not ${jar.bytes} bytes with ${jar.sha256}`,
        where: url,
        fix: 'It was removed. Run the command again; if it stays so, a proxy or mirror alters the file.',
      });
    }
    try {
      await rename(part, file);
    } catch (error) {
      // Windows refuses to replace a jar that another process has fetched meanwhile and is running from.
      if (!(await isWhole(file, jar))) throw error;
    }
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Makes sure that every jar of a lock lies in the cache, whole: checks what is there by size and SHA-256, downloads the rest.
 *
 * @returns the paths, in the order of the lock
 * @throws EcomError `ECOM_JAR_HASH`, `ECOM_JAR_DOWNLOAD`, `ECOM_OFFLINE`, `ECOM_JAR_LOCK`
 */
export async function fetchJars(lock: JarLock, options: FetchOptions = {}): Promise<string[]> {
  const { cache = mavenCache, mirror = process.env.ECOM_MAVEN_REPOSITORY, onProgress, ...rest } = options;
  const jars = lock.map((jar) => ({
    jar,
    file: path.join(cache, ...jarPath(jar.purl).split('/')),
    url: jarAddress(jar.purl, mirror),
  }));
  const whole = await Promise.all(jars.map(({ file, jar }) => isWhole(file, jar)));
  const missing = jars.filter((_, index) => !whole[index]);

  const totalBytes = missing.reduce((sum, { jar }) => sum + jar.bytes, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    onProgress?.({ doneBytes, totalBytes, files: missing.length });
  };
  await mapConcurrently(missing, parallelDownloads, ({ jar, file, url }) =>
    fetchJar(jar, file, url, { ...rest, onBytes }),
  );
  return jars.map(({ file }) => file);
}
