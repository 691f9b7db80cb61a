import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { EcomError } from '../../core/error.ts';
import { kitFile } from '../../project/package-files.ts';
import { type Child, startChild } from '../child/child.ts';
import { javaLocale } from '../child/java-locale.ts';
import { fetchJars } from '../maven/fetch-jars.ts';
import { readJarLock } from '../maven/jar-lock.ts';
import { progressOnStderr } from '../maven/jar-progress.ts';
import {
  controllerListener,
  type ExtraListener,
  log4jSettings,
  plainListener,
  propertiesText,
  serverProperties,
} from './broker-settings.ts';
import { findJava } from './java.ts';
import { freePorts } from './ports.ts';
import { waitUntilReady } from './readiness.ts';

/** The lock of Kafka's jars. */
export const kafkaLockFile = kitFile('machine/kafka/jars.lock.json');

export interface BrokerOptions {
  /** Where it keeps its data and logs. Default: a temporary folder that {@link Broker.stop} removes; one given is kept. */
  readonly dir?: string;
  /** Default 256 MB. */
  readonly heapMb?: number;
  /** Listeners beside the plain one, on ports of their own. */
  readonly extraListeners?: readonly ExtraListener[];
  /** Broker settings over the default ones. */
  readonly extraProperties?: Readonly<Record<string, string>>;
  /** Put before Kafka's own jars. */
  readonly extraClassPath?: readonly string[];
  /** More arguments of the Java virtual machine, such as `-Dname=value`. */
  readonly jvmArguments?: readonly string[];
  /** Where every request of every client is kept, one JSON object a line. Default: nowhere. */
  readonly requestLog?: string;
}

/** A running broker. Should this process end, in whatever way, the broker ends too. */
export interface Broker {
  /** Of the plain listener: `127.0.0.1:<port>`. */
  readonly bootstrapServers: string;
  readonly port: number;
  /** `127.0.0.1:<port>` by listener name. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  readonly dir: string;
  /** What the process prints: warnings and errors. */
  readonly logFile: string;
  /** Ends it at once (default `SIGKILL`), as a crash would; waits until it is gone. {@link restart} brings it back. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** It stays, but answers nobody. Not on Windows. */
  pause(): void;
  resume(): void;
  /** Starts it again on the same folder and ports, stopping it first where it runs. */
  restart(): Promise<void>;
  /** Ends it in an orderly way, forces it where that takes too long, and removes a temporary folder. */
  stop(): Promise<void>;
}

/** How long it may take to answer, in milliseconds. */
const readyWithinMs = 60_000;

/** The last lines of a broker's log, for a message: what went wrong, without where in Kafka's source. */
async function logEnd(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s+(at|\.\.\.) /.test(line));
  return lines.slice(-4).join('\n');
}

async function startError(what: string, logFile: string): Promise<EcomError> {
  const end = await logEnd(logFile);
  return new EcomError('ECOM_BROKER_START', {
    what: end === '' ? what : `${what}. It said last:\n${end}\n`,
    where: logFile,
    fix: 'See the log; a broker needs about 400 MB of memory and a folder it can write.',
  });
}

/** Everything needed to run Kafka's programs in one folder. */
interface Installation {
  readonly java: string;
  readonly jvmArguments: readonly string[];
  readonly dir: string;
  readonly logFile: string;
  /** The broker's properties file. */
  readonly settingsFile: string;
  /** What goes with the broker should this process end; null keeps it. */
  readonly folder: string | null;
}

function runKafka(installation: Installation, mainClass: string, args: readonly string[]): Promise<Child> {
  const { java, jvmArguments, dir, logFile, folder } = installation;
  return startChild(java, [...jvmArguments, mainClass, ...args], {
    cwd: dir,
    logFile,
    folder,
    env: { ...process.env, ...javaLocale },
  });
}

/** Writes the metadata that a new data folder starts with. A folder that has it is left alone. */
async function format(installation: Installation): Promise<void> {
  const { settingsFile, logFile } = installation;
  const clusterId = 'ecom-analytics-local00'; // 22 characters of URL-safe Base64, as Kafka wants it
  const args = ['format', '--ignore-formatted', '--cluster-id', clusterId, '--config', settingsFile];
  const child = await runKafka(installation, 'kafka.tools.StorageTool', args);
  const { code } = await child.ended;
  if (code !== 0) throw await startError('The data folder of the Kafka broker cannot be prepared', logFile);
}

async function startAndWait(installation: Installation, bootstrapServers: string): Promise<Child> {
  const child = await runKafka(installation, 'kafka.Kafka', [installation.settingsFile]);
  const ready = await waitUntilReady(
    bootstrapServers,
    performance.now() + readyWithinMs,
    () => child.end !== undefined,
  );
  if (ready) return child;
  const gone = child.end !== undefined;
  await child.stop(0);
  const what = gone
    ? 'The Kafka broker ended while it was starting'
    : `The Kafka broker did not answer within ${readyWithinMs / 1000} seconds`;
  throw await startError(what, installation.logFile);
}

/** Between choosing a port and Kafka binding it, another program may take it. */
async function portTaken(logFile: string): Promise<boolean> {
  return /Address already in use|BindException/.test(await readFile(logFile, 'utf8').catch(() => ''));
}

async function listenerPorts(extraListeners: readonly ExtraListener[]): Promise<Record<string, number>> {
  const names = [plainListener, controllerListener, ...extraListeners.map(({ name }) => name)];
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index] ?? 0]));
}

/**
 * Starts a real Kafka broker and waits until it answers.
 *
 * @throws EcomError `ECOM_JAVA_MISSING`, `ECOM_JAVA_TOO_OLD` (before anything is downloaded), those of `fetchJars`, and
 * `ECOM_BROKER_START`
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { heapMb = 256, extraListeners = [], extraProperties = {} } = options;
  const java = await findJava();
  const jars = await fetchJars(await readJarLock(kafkaLockFile), { onProgress: progressOnStderr('Kafka') });

  const temporary = options.dir === undefined;
  const dir = path.resolve(options.dir ?? (await mkdtemp(path.join(os.tmpdir(), 'ecom-kafka-'))));
  await mkdir(dir, { recursive: true });
  const logSettingsFile = path.join(dir, 'log4j2.properties');
  await writeFile(logSettingsFile, log4jSettings(options.requestLog ?? null));
  const installation: Installation = {
    java: java.command,
    jvmArguments: [
      `-Xmx${heapMb}m`,
      // Quick to start and small, rather than fast in the long run.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      `-Dlog4j2.configurationFile=${pathToFileURL(logSettingsFile)}`,
      ...(options.jvmArguments ?? []),
      '-cp',
      [...(options.extraClassPath ?? []), ...jars].join(path.delimiter),
    ],
    dir,
    logFile: path.join(dir, 'broker.log'),
    settingsFile: path.join(dir, 'server.properties'),
    folder: temporary ? dir : null,
  };

  const removeTemporary = async (): Promise<void> => {
    if (temporary) await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };

  const firstStart = async (
    attemptsLeft: number,
  ): Promise<{ child: Child; ports: Record<string, number> }> => {
    const ports = await listenerPorts(extraListeners);
    const dataFolder = path.join(dir, 'data');
    const settings = serverProperties({ dataFolder, ports, extraListeners, extraProperties });
    await writeFile(installation.settingsFile, propertiesText(settings));
    await writeFile(installation.logFile, '');
    try {
      await format(installation);
      const child = await startAndWait(installation, `127.0.0.1:${ports[plainListener]}`);
      return { child, ports };
    } catch (error) {
      if (attemptsLeft > 1 && (await portTaken(installation.logFile))) return firstStart(attemptsLeft - 1);
      throw error;
    }
  };
  let { child, ports } = await firstStart(3).catch(async (error: unknown) => {
    await removeTemporary();
    throw error;
  });
  const port = ports[plainListener] ?? 0;
  const bootstrapServers = `127.0.0.1:${port}`;
  const listeners = Object.fromEntries(
    Object.entries(ports)
      .filter(([name]) => name !== controllerListener)
      .map(([name, number]) => [name, `127.0.0.1:${number}`]),
  );

  return {
    bootstrapServers,
    port,
    listeners,
    dir,
    logFile: installation.logFile,
    get pid() {
      return child.pid;
    },
    async kill(signal = 'SIGKILL') {
      child.signal(signal);
      await child.ended;
    },
    pause() {
      child.signal('SIGSTOP');
    },
    resume() {
      child.signal('SIGCONT');
    },
    async restart() {
      child.signal('SIGCONT');
      await child.stop();
      child = await startAndWait(installation, bootstrapServers);
    },
    async stop() {
      child.signal('SIGCONT'); // a paused process would not hear the request to end
      await child.stop();
      await removeTemporary();
    },
  };
}
