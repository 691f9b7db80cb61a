import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as pipeStream } from 'node:stream/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { EcomError } from '../core/error.ts';
import type { SparkLineName } from '../job/releases.ts';
import { type Child, startChild } from '../machine/child/child.ts';
import { fetchJars } from '../machine/maven/fetch-jars.ts';
import { readJarLock } from '../machine/maven/jar-lock.ts';
import { progressOnStderr } from '../machine/maven/jar-progress.ts';
import { prepareSpark } from '../machine/spark/preparation.ts';
import { sparkEnvironment } from '../machine/spark/pyspark.ts';
import { kitFile } from '../project/package-files.ts';
import { filesToFetch, localArguments, type SparkSubmit } from './spark-submit.ts';

const s3aLock = kitFile('cloud/s3a-jars.lock.json');

/** The line whose Hadoop, 3.4.2, the locked `hadoop-aws` was built with: another one fails at run time. */
export const s3aLine: SparkLineName = '4.1';

/** Keys that are no one's: the local cloud does not look at them, but a request must be signed. */
export const localKeys = { accessKeyId: 'local', secretAccessKey: 'local' } as const;
/** Those of a step: they tell its calls from all others. */
export const stepKeys = { accessKeyId: 'step', secretAccessKey: 'local' } as const;
export const localRegion = 'us-east-1';

/**
 * Tasks at a time. A query in real-time mode holds one for each partition for as long as it runs, and waits for ever where
 * there are fewer; they are threads, and cost little while they wait.
 */
const threads = 16;

/** Hadoop's own client of S3, pointed at the local cloud, for `s3://` as on EMR 8. */
function s3aSettings(endpoint: string): string[] {
  const settings = {
    'fs.s3.impl': 'org.apache.hadoop.fs.s3a.S3AFileSystem',
    'fs.AbstractFileSystem.s3.impl': 'org.apache.hadoop.fs.s3a.S3A',
    'fs.s3a.endpoint': endpoint,
    'fs.s3a.endpoint.region': localRegion,
    // There is no DNS for buckets here.
    'fs.s3a.path.style.access': 'true',
    'fs.s3a.connection.ssl.enabled': 'false',
    'fs.s3a.aws.credentials.provider': 'org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider',
    'fs.s3a.access.key': stepKeys.accessKeyId,
    'fs.s3a.secret.key': stepKeys.secretAccessKey,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['--conf', `spark.hadoop.${name}=${value}`]);
}

async function download(s3: S3Client, uri: string, file: string): Promise<void> {
  const { hostname: Bucket, pathname } = new URL(uri);
  const Key = decodeURIComponent(pathname.slice(1));
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    if (!(Body instanceof Readable)) throw new Error('S3 answered without a body');
    await mkdir(path.dirname(file), { recursive: true });
    await pipeStream(Body, createWriteStream(file));
  } catch (cause) {
    throw new EcomError(
      'ECOM_STEP_FILE',
      {
        what: `A file of the step cannot be fetched: ${cause instanceof Error ? cause.message : String(cause)}`,
        where: uri,
        fix: 'Upload it first; a deploy does.',
      },
      { cause },
    );
  }
}

/** What a step's process writes. */
export interface StepFiles {
  readonly stdout: string;
  readonly stderr: string;
}

export interface StepProcessOptions {
  readonly submit: SparkSubmit;
  readonly s3: S3Client;
  /** The address of the local cloud. */
  readonly endpoint: string;
  /** Of this step alone: its files are fetched into it, and it is what the process runs in. */
  readonly folder: string;
  readonly files: StepFiles;
}

/**
 * Runs a step's job with a real `spark-submit` on this machine. It ends when this process does.
 *
 * @throws EcomError `ECOM_STEP_FILE`, and those of `prepareSpark` and `fetchJars`
 */
export async function startStepProcess(options: StepProcessOptions): Promise<Child> {
  const { submit, s3, endpoint, folder, files } = options;
  const { pyspark } = await prepareSpark(s3aLine);
  const s3aJars = await fetchJars(await readJarLock(s3aLock), {
    onProgress: progressOnStderr("Hadoop's client of S3"),
  });
  const fetched = new Map<string, string>();
  for (const [index, uri] of filesToFetch(submit).entries()) {
    // Python imports by a file's name, so it is kept.
    const file = path.join(folder, 'files', String(index), path.posix.basename(uri));
    await download(s3, uri, file);
    fetched.set(uri, file);
  }
  const first = [
    ...['--master', `local[${threads}]`],
    ...['--conf', 'spark.driver.memory=1g'],
    ...['--conf', 'spark.driver.defaultJavaOptions=-XX:+UseSerialGC'],
  ];
  // On the class path of the JVM itself: `--jars` come too late for a file system that the submission asks for.
  const last = ['--driver-class-path', s3aJars.join(path.delimiter), ...s3aSettings(endpoint)];
  return startChild(
    path.join(pyspark.home, 'bin', 'spark-submit'),
    localArguments(submit, first, last, fetched),
    {
      cwd: folder,
      logFile: files.stderr,
      outputFile: files.stdout,
      env: sparkEnvironment(pyspark),
    },
  );
}
