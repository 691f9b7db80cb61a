import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EcomError } from '../../core/error.ts';
import { errorCodes } from '../../core/error-codes.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { emitSpec } from '../../core/spec.ts';
import { type Clock, systemClock } from '../../functions/clock.ts';
import { type StreamingChoices, type StreamingSettings, streamingSettings } from '../../job/job-settings.ts';
import { jobFile } from '../../project/package-files.ts';
import { type Child, startChild } from '../child/child.ts';
import type { Installation } from './preparation.ts';
import { sparkEnvironment } from './pyspark.ts';
import { type RunStatus, readJobStatus } from './status-file.ts';

const jobScript = jobFile('streaming_job.py');

/** One run, one checkpoint: there is no older writer to tell it from. */
const generation = 1;
const lookEveryMs = 200;
/** From one sign of life to the next while the job starts, on a slow machine. */
const silentForMs = 120_000;

interface StartingJob {
  /** As its status says; null before there is one. */
  state(): Promise<RunStatus['state'] | null>;
  /** How long its log has become. */
  logBytes(): Promise<number>;
  readonly logFile: string;
  readonly clock: Clock;
}

/**
 * Waits until a job is running, for as long as it shows that it lives: by its status, or by its log.
 *
 * @throws EcomError `ECOM_SPARK_SILENT`
 */
export async function untilRunning({ state, logBytes, logFile, clock }: StartingJob): Promise<void> {
  let seen = '';
  let aliveMs = clock.elapsed();
  while (clock.elapsed() - aliveMs < silentForMs) {
    const now = await state();
    if (now === 'running') return;
    const signs = `${now} ${await logBytes()}`;
    if (signs !== seen) aliveMs = clock.elapsed();
    seen = signs;
    await clock.sleep(lookEveryMs);
  }
  throw new EcomError('ECOM_SPARK_SILENT', {
    what: `The streaming job gave no sign of life for ${silentForMs / 1000} seconds`,
    where: logFile,
    fix: 'See the log; another program may be using the whole machine.',
  });
}

export interface JobOptions {
  readonly installation: Installation;
  readonly definition: PipelineDefinition;
  readonly bootstrapServers: string;
  /** The folder that the window folder is made in. */
  readonly output: string;
  /** Where it keeps its checkpoint, its status and its log. It must be empty. */
  readonly folder: string;
  readonly choices: Partial<StreamingChoices>;
}

/** The streaming job on this machine. Should this process end, in whatever way, the job ends too. */
export interface StreamingJob {
  readonly logFile: string;
  readonly settings: StreamingSettings;
  /** As of the last heartbeat, about two seconds old at most. */
  status(): Promise<RunStatus>;
  /** Rejects when the job ends before it was asked to. */
  readonly failed: Promise<never>;
  /** Has it read all that is in the topic, close every window, write it, and end. Answers with its last status. */
  drain(): Promise<RunStatus>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** The job's own error, which comes as `what (where). fix (code)`. */
function jobError(code: string, message: string, logFile: string): EcomError {
  const [, what, where, fix] = /^(.*) \((.*)\)\. (.*?)(?: \(ECOM_\w+\))?$/s.exec(message) ?? [];
  const parts =
    what === undefined || where === undefined || fix === undefined
      ? { what: message, where: logFile, fix: 'See the log.' }
      : { what, where, fix };
  return new EcomError(errorCodes.find((one) => one === code) ?? 'ECOM_SPARK_FAILED', parts);
}

/** Why a job has ended: what its status says, else the last lines of its log, which may be such an error too. */
async function reasonOf(status: RunStatus | null, logFile: string): Promise<EcomError> {
  if (status?.error) return jobError(status.error.code, status.error.message, logFile);
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  const code = /[.?!] \((ECOM_\w+)\)$/.exec(last)?.[1];
  if (code !== undefined) return jobError(code, last, logFile);
  return new EcomError('ECOM_SPARK_FAILED', {
    what: `The streaming job ended. It said last:\n${lines.slice(-6).join('\n')}\n`,
    where: logFile,
    fix: 'See the log; where it says nothing, the machine may be short of memory: the job takes about 1.5 GB.',
  });
}

function filesIn(folder: string) {
  return {
    spec: path.join(folder, 'pipeline.json'),
    settings: path.join(folder, 'settings.json'),
    status: path.join(folder, 'status.json'),
    control: path.join(folder, 'control'),
    log: path.join(folder, 'spark.log'),
  };
}

type JobFiles = ReturnType<typeof filesIn>;

async function writeInputs(options: JobOptions, files: JobFiles): Promise<StreamingSettings> {
  const { definition, installation, output, choices } = options;
  await mkdir(files.control, { recursive: true });
  const spec = emitSpec(definition);
  const settings = streamingSettings({
    spec,
    sparkLine: installation.line,
    output: pathToFileURL(output).href,
    // The broker is of this run alone, and so is the checkpoint.
    cluster: 'local',
    choices: { ...choices, generation },
  });
  await writeFile(files.spec, JSON.stringify(spec));
  await writeFile(files.settings, JSON.stringify(settings));
  return settings;
}

/**
 * Spark on this machine, with more threads than cores. A topic's three partitions are read at once on two cores, an alert does
 * not wait for a task of the other queries to end, and a query in real-time mode holds a thread for each partition.
 */
export const localMaster = `local[${Math.max(4, 2 * availableParallelism())}]`;

function submit(options: JobOptions, files: JobFiles): Promise<Child> {
  const { installation, bootstrapServers, output, folder } = options;
  const { pyspark, jars, localFiles } = installation;
  const uri = (file: string): string => pathToFileURL(file).href;
  return startChild(
    path.join(pyspark.home, 'bin', 'spark-submit'),
    [
      ...['--master', localMaster, '--driver-memory', '1g'],
      ...['--driver-java-options', '-XX:+UseSerialGC'],
      ...localFiles,
      ...['--jars', jars.map(uri).join(',')],
      jobScript,
      ...['--spec', files.spec, '--settings', files.settings],
      ...['--kafka-servers', bootstrapServers],
      ...['--output', uri(output), '--checkpoint', uri(path.join(folder, 'checkpoint'))],
      ...['--status', uri(files.status), '--control', uri(files.control)],
    ],
    {
      cwd: folder,
      logFile: files.log,
      env: sparkEnvironment(pyspark),
    },
  );
}

/**
 * Starts the job and waits for its first heartbeat as a running one.
 *
 * @throws EcomError what the job failed with, `ECOM_SPARK_FAILED`, `ECOM_SPARK_SILENT`
 */
export async function startStreamingJob(options: JobOptions): Promise<StreamingJob> {
  const files = filesIn(options.folder);
  const settings = await writeInputs(options, files);
  const child = await submit(options, files);
  let asked = false;
  const failed = child.ended.then(async (): Promise<never> => {
    if (asked) return new Promise(() => undefined);
    throw await reasonOf(await readJobStatus(files.status), files.log);
  });
  failed.catch(() => undefined); // rejects for the caller that waits for the job

  const status = async (): Promise<RunStatus> => {
    const found = await readJobStatus(files.status);
    if (found !== null) return found;
    throw new Error(`${files.status} has gone`);
  };
  const started = untilRunning({
    state: async () => (await readJobStatus(files.status))?.state ?? null,
    logBytes: async () => (await stat(files.log)).size,
    logFile: files.log,
    clock: systemClock,
  });
  try {
    await Promise.race([started, failed]);
  } catch (error) {
    asked = true;
    await child.stop(0);
    throw error;
  }
  return {
    logFile: files.log,
    settings,
    status,
    failed,
    async drain() {
      asked = true;
      const stop = path.join(files.control, 'stop.json');
      await writeFile(`${stop}.part`, JSON.stringify({ generation, drain: true }));
      await rename(`${stop}.part`, stop);
      const { code } = await child.ended;
      if (code !== 0) throw await reasonOf(await readJobStatus(files.status), files.log);
      return status();
    },
    async kill() {
      asked = true;
      await child.stop(2000);
    },
  };
}
