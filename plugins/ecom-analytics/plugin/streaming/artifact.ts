import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { zipSync } from 'fflate';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { emitSpec } from '../../core/spec.ts';
import { jarLockFile, readerJar } from '../../job/job-files.ts';
import { checkJars, findRelease, sparkLines } from '../../job/releases.ts';
import { fetchJars } from '../../machine/maven/fetch-jars.ts';
import { readJarLock } from '../../machine/maven/jar-lock.ts';
import { jobFile } from '../../project/package-files.ts';
import type { Bucket } from '../aws/objects.ts';
import type { Progress } from '../wait.ts';

/** A file to be uploaded, under a key that its content decides. */
export interface ArtifactFile {
  readonly key: string;
  readonly contentType: string;
  bytes(): Promise<Uint8Array>;
}

/** The job as it is uploaded: nothing in it is ever written over, so a running job keeps the files it was started with. */
export interface Artifact {
  readonly jobKey: string;
  readonly packageKey: string;
  readonly specKey: string;
  readonly jars: readonly ArtifactFile[];
  readonly files: readonly ArtifactFile[];
}

const jobScript = 'streaming_job.py';
const compactionFile = 'compact_windows.py';
const packageFolder = 'ecom_streaming';

/** The same files give the same bytes: zip dates begin in 1980. */
const zipDate = new Date('1980-01-01T00:00:00');

async function pythonPackage(): Promise<Uint8Array> {
  const names = await readdir(jobFile(packageFolder), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.py')).sort();
  const entries = await Promise.all(
    sources.map(
      async (name): Promise<[string, Uint8Array]> => [
        `${packageFolder}/${name.replaceAll(path.sep, '/')}`,
        new Uint8Array(await readFile(jobFile(`${packageFolder}/${name}`))),
      ],
    ),
  );
  return zipSync(Object.fromEntries(entries), { mtime: zipDate });
}

/** The compaction, and the package that it is made of. */
export interface CompactionArtifact {
  readonly scriptKey: string;
  readonly packageKey: string;
  readonly files: readonly ArtifactFile[];
}

/** Builds the compaction: below a hash of its own, so that a change of it restarts no step. */
export async function buildCompaction(): Promise<CompactionArtifact> {
  const [script, zip] = await Promise.all([readFile(jobFile(compactionFile)), pythonPackage()]);
  const folder = `jobs/${sha256(script, zip)}`;
  const files = [
    ownFile(folder, compactionFile, 'text/x-python', script),
    ownFile(folder, `${packageFolder}.zip`, 'application/zip', zip),
  ] as const;
  return { scriptKey: files[0].key, packageKey: files[1].key, files };
}

function ownFile(folder: string, name: string, contentType: string, bytes: Uint8Array): ArtifactFile {
  return { key: `${folder}/${name}`, contentType, bytes: async () => bytes };
}

const sha256 = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

function jarFile(sum: string, file: string): ArtifactFile {
  return {
    key: `jars/${sum}/${path.basename(file)}`,
    contentType: 'application/java-archive',
    bytes: () => readFile(file),
  };
}

/**
 * Builds the artifact of a stage: job, package, spec, the reader of orders, and the connector jars that its release needs,
 * by the lock.
 *
 * @throws EcomError `ECOM_EMR_RELEASE`, `ECOM_JAR_LINE`, `ECOM_JAR_HASH`, `ECOM_JAR_DOWNLOAD`, `ECOM_OFFLINE`
 */
export async function buildArtifact(
  definition: PipelineDefinition,
  release: string,
  progress: Progress,
): Promise<Artifact> {
  const { line } = findRelease(release);
  const wanted: readonly string[] = sparkLines[line].jars;
  const lock = (await readJarLock(jarLockFile())).filter(({ purl }) => wanted.includes(purl));
  checkJars(
    line,
    lock.map(({ purl }) => purl),
  );
  const paths = await fetchJars(lock, { onProgress: () => progress('Fetching the connector jars') });
  const reader = await readFile(readerJar());
  const jars = [
    ...lock.map(({ sha256: sum }, index) => jarFile(sum, paths[index] ?? '')),
    jarFile(sha256(reader), readerJar()),
  ];
  const job = await readFile(jobFile(jobScript));
  const zip = await pythonPackage();
  const spec = Buffer.from(JSON.stringify(emitSpec(definition)));
  const folder = `jobs/${sha256(job, zip, spec)}`;
  const own = [
    ownFile(folder, jobScript, 'text/x-python', job),
    ownFile(folder, `${packageFolder}.zip`, 'application/zip', zip),
    ownFile(folder, 'pipeline.json', 'application/json', spec),
  ] as const;
  const compaction = await buildCompaction();
  return {
    jobKey: own[0].key,
    packageKey: own[1].key,
    specKey: own[2].key,
    jars,
    files: [...own, ...compaction.files, ...jars],
  };
}

/** Uploads what is not there yet. Returns how many files that were. */
export async function uploadFiles(
  files: readonly ArtifactFile[],
  bucket: Bucket,
  progress: Progress,
): Promise<number> {
  let uploaded = 0;
  for (const file of files) {
    if (await bucket.has(file.key)) continue;
    progress(`Uploading ${path.posix.basename(file.key)}`);
    await bucket.put(file.key, await file.bytes(), file.contentType);
    uploaded++;
  }
  return uploaded;
}
