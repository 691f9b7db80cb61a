import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import pipeline from '../../../pipeline/definition.ts';
import { between, type Random, seededRandom } from '../../../plugins/ecom-analytics/core/generator/random.ts';
import { analyticsFolder, type WindowRow } from '../../../plugins/ecom-analytics/core/window.ts';
import { type Broker, startBroker } from '../../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import {
  type Installation,
  prepareSpark,
} from '../../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { listWindowFiles, readWindowFile } from '../../../plugins/ecom-analytics/parquet/read-windows.ts';
import { alertIds, deadLetterSet, sortedRows } from '../embedded-oracle.ts';
import { readAlerts, readDeadLetters } from '../orders-topic.ts';
import { TestJob } from '../test-job.ts';
import { Feed } from './messy-feed.ts';
import { poison } from './poison.ts';

/** From the end of a fault until all that was sent is where it belongs. */
const recoverWithinMs = 150_000;
/** How long the job may take to meet the moment that a kill is aimed at. */
const aimWithinMs = 90_000;

export interface TrialOptions {
  readonly seed: number;
  /** Everything lies below. */
  readonly folder: string;
  /** Orders in store for the feed; it sends about 400 a second. */
  readonly orders: number;
}

/** What there is of the whole trial so far. */
interface Counts {
  readonly rows: number;
  readonly alerts: number;
  /** Alerts that were sent again, under the ids they had. */
  readonly repeatedAlerts: number;
  readonly deadLetters: number;
}

/** A fault that was survived. */
export interface Survived extends Counts {
  readonly fault: string;
  /** What happened in it, for a person. */
  readonly note: string;
  /** From the fault's end until every result was in place. */
  readonly recoveryMs: number;
  readonly records: number;
}

/**
 * The streaming job on real Kafka and real Spark under faults, while orders keep coming. After each fault everything that
 * was sent must be found in its place, as the embedded engine has it; else the fault rejects and says what differs.
 */
export class FaultTrial {
  readonly #options: TrialOptions;
  readonly #installation: Installation;
  readonly #broker: Broker;
  readonly #feed: Feed;
  readonly #random: Random;
  readonly #jobs: TestJob[] = [];
  /** Window files as they were read, by path, size and time of change: looking must not take the machine from the job. */
  #files = new Map<string, readonly WindowRow[]>();
  #generation = 0;
  /** Where the log of the newest start begins. */
  #logStart = 0;

  private constructor(options: TrialOptions, installation: Installation, broker: Broker) {
    this.#options = options;
    this.#installation = installation;
    this.#broker = broker;
    this.#feed = new Feed(broker.bootstrapServers, options.seed, options.orders);
    this.#random = seededRandom(options.seed);
  }

  static async open(options: TrialOptions): Promise<FaultTrial> {
    const installation = await prepareSpark('4.1');
    const broker = await startBroker({ dir: path.join(options.folder, 'kafka') });
    const trial = new FaultTrial(options, installation, broker);
    try {
      await createTopics(broker.bootstrapServers, pipeline);
      await trial.#startJob();
      trial.#feed.resume();
      await trial.#job.running();
    } catch (error) {
      await trial.close();
      throw error;
    }
    return trial;
  }

  /** `kill -9` of the driver and all its processes: while it starts, or while it works. */
  async killAtRandom(): Promise<Survived> {
    const again = this.#random() < 0.3;
    if (again) {
      await this.#job.kill();
      await this.#startJob();
    }
    // After a start: before, during or after its first batches. Else: anywhere in a few batches.
    const afterMs = again ? between(this.#random, 500, 9000) : between(this.#random, 0, 2500);
    await delay(afterMs);
    await this.#job.kill();
    await this.#startJob();
    const note = again ? `twice: at work, and ${seconds(afterMs)} after its start` : 'at work';
    return this.#survived('kill -9 at a random moment', note);
  }

  /** `kill -9` once a window file is in place and its batch is not in the commit log. */
  async killBeforeCommit(): Promise<Survived> {
    const batch = await this.#batchBeforeCommit();
    this.#job.child.signal('SIGKILL');
    await this.#job.child.ended;
    const hit = this.#newestCommit() < batch && this.#newestFile() >= batch;
    await this.#startJob();
    const note = hit ? `file of batch ${batch}, no commit` : `too late: batch ${batch} was committed`;
    return this.#survived('kill -9 between file and commit', note);
  }

  async killBroker(): Promise<Survived> {
    await this.#feed.pause(); // else nobody knows which of its orders are in the topic
    await this.#broker.kill();
    const awayMs = between(this.#random, 1000, 6000);
    await delay(awayMs);
    await this.#broker.restart();
    return this.#survived('broker killed and restarted', `away for ${seconds(awayMs)}`);
  }

  async pauseBroker(): Promise<Survived> {
    await this.#feed.pause();
    this.#broker.pause();
    const awayMs = between(this.#random, 3000, 12_000);
    await delay(awayMs);
    this.#broker.resume();
    return this.#survived('broker paused', `silent for ${seconds(awayMs)}`);
  }

  /** A file stands where the output folder was: even root cannot write there. */
  async takeOutputAway(): Promise<Survived> {
    const out = this.#job.output;
    const away = `${out}-away`;
    renameSync(out, away);
    writeFileSync(out, '', { flag: 'wx' });
    const status = await this.#job.until(
      'waiting for its output',
      ({ error }) => error?.code === 'ECOM_OUTPUT_WAITS',
    );
    await delay(between(this.#random, 500, 3000));
    rmSync(out);
    renameSync(away, out);
    return this.#survived('output unwritable', `${status.error?.code} meanwhile`);
  }

  async sendPoison(): Promise<Survived> {
    const records = poison();
    await this.#feed.insert(records);
    this.#feed.resume();
    return this.#survived('poison records', `${records.length} of them`);
  }

  /** A job is stopped in its tracks, a newer one takes over, and the old one wakes up. */
  async wakeOldGeneration(): Promise<Survived> {
    const old = this.#job;
    await delay(between(this.#random, 0, 1500));
    old.child.signal('SIGSTOP');
    const before = this.#newestCommit();
    this.#generation++;
    await this.#startJob();
    const deadline = Date.now() + 90_000;
    while (this.#newestCommit() < before + 3) {
      if (Date.now() > deadline) throw new Error('The newer generation commits nothing');
      await delay(200);
    }
    old.child.signal('SIGCONT');
    const awake = performance.now();
    const end = await Promise.race([old.child.ended, delay(60_000, undefined, { ref: false })]);
    if (end === undefined) throw new Error('The old generation still runs a minute after it woke up');
    if (end.code !== 1) throw new Error(`The old generation ended with ${JSON.stringify(end)}`);
    // All jobs share one log.
    const fenced = (await old.log()).split('(ECOM_FENCED)').length - 1;
    if (fenced < this.#generation) throw new Error('The old generation was not fenced');
    return this.#survived('old generation wakes up', `it ended in ${seconds(performance.now() - awake)}`);
  }

  /** Drains the job and checks its totals too. */
  async finish(): Promise<Survived> {
    await this.#feed.pause();
    const { totals } = await this.#job.drain();
    if (totals.late !== 0) throw new Error(`${totals.late} orders were late`);
    this.#feed.drained();
    return this.#survived('drain', 'to the last window');
  }

  /** What Spark has logged since the newest start. */
  async newestLog(): Promise<string> {
    return (await this.#job.log()).slice(this.#logStart);
  }

  async close(): Promise<void> {
    await this.#feed.pause().catch(() => undefined);
    await Promise.all(this.#jobs.map((job) => job.kill()));
    await this.#broker.stop();
  }

  get #job(): TestJob {
    const job = this.#jobs.at(-1);
    if (job === undefined) throw new Error('There is no job yet');
    return job;
  }

  async #startJob(): Promise<void> {
    this.#logStart = this.#jobs.length === 0 ? 0 : (await this.#job.log()).length;
    const job = await TestJob.start({
      installation: this.#installation,
      definition: pipeline,
      bootstrapServers: this.#broker.bootstrapServers,
      folder: path.join(this.#options.folder, 'job'),
      choices: { generation: this.#generation },
    });
    this.#jobs.push(job);
  }

  /** Waits until everything that was sent is in its place, and then goes on sending. */
  async #survived(fault: string, note: string): Promise<Survived> {
    const started = performance.now();
    const isOver = this.#job.child.end !== undefined;
    await this.#feed.pause();
    const deadline = Date.now() + recoverWithinMs;
    for (;;) {
      const found = await this.#compare();
      if (typeof found !== 'string') {
        const recoveryMs = performance.now() - started;
        if (!isOver) this.#feed.resume();
        return { fault, note, recoveryMs, records: this.#feed.sent, ...found };
      }
      const ended = !isOver && this.#job.child.end !== undefined;
      if (isOver || ended || Date.now() > deadline) {
        const log = (await this.newestLog())
          .split('\n')
          .filter((line) => !/^\s+(at|\.\.\.) /.test(line))
          .slice(-20)
          .join('\n');
        throw new Error(
          `After "${fault}" (${note}, seed ${this.#options.seed})${ended ? ' the job ended, and' : ''} ${found}\n${log}`,
        );
      }
      await delay(500);
    }
  }

  /** Counts what is there once all is in its place, and nothing else; before that says what is not. */
  async #compare(): Promise<Counts | string> {
    const expected = this.#feed.outcome;
    if (expected.late !== 0) return `the feed had ${expected.late} late orders`;
    const rows = await this.#rows();
    if (rows.length !== expected.rows.length)
      return `there are ${rows.length} rows of ${expected.rows.length}`;
    const [found, wanted] = [sortedRows(rows), sortedRows(expected.rows)];
    const at = found.findIndex((row, index) => !isDeepStrictEqual(row, wanted[index]));
    if (at !== -1)
      return `row ${at} is ${JSON.stringify(found[at])} instead of ${JSON.stringify(wanted[at])}`;

    const alerts = await readAlerts(this.#broker.bootstrapServers);
    const [ids, wantedIds] = [alertIds(alerts), alertIds(expected.alerts)];
    if (!isDeepStrictEqual(ids, wantedIds)) return `there are ${ids.length} alerts of ${wantedIds.length}`;
    const letters = deadLetterSet(await readDeadLetters(this.#broker.bootstrapServers));
    const wantedLetters = deadLetterSet(expected.deadLetters);
    if (!isDeepStrictEqual(letters, wantedLetters)) {
      return `there are ${letters.length} dead letters of ${wantedLetters.length}`;
    }
    return {
      rows: rows.length,
      alerts: ids.length,
      repeatedAlerts: alerts.length - ids.length,
      deadLetters: letters.length,
    };
  }

  /** The rows of all window files, by plain listing. */
  async #rows(): Promise<WindowRow[]> {
    const files = new Map<string, readonly WindowRow[]>();
    for (const file of await listWindowFiles(this.#job.output)) {
      const { size, mtimeMs } = statSync(file);
      const key = `${file} ${size} ${mtimeMs}`;
      files.set(key, this.#files.get(key) ?? (await readWindowFile(file)));
    }
    this.#files = files;
    return [...files.values()].flat();
  }

  /** Looks often: there are tens of milliseconds between file and commit. But the job needs the machine too. */
  async #batchBeforeCommit(): Promise<number> {
    const deadline = Date.now() + aimWithinMs;
    while (Date.now() < deadline) {
      const file = this.#newestFile();
      if (file > this.#newestCommit()) return file;
      await delay(3);
    }
    throw new Error('No window file came before its commit');
  }

  #newestFile(): number {
    // Event time only goes on, so the newest batch has written into the newest hour, or the one before it.
    const root = path.join(this.#job.output, analyticsFolder);
    const hours = subfolders(root)
      .flatMap((date) => subfolders(path.join(root, date)).map((hour) => path.join(root, date, hour)))
      .slice(-2);
    const batches = hours.flatMap((hour) =>
      names(hour).map((name) => Number(/^part-[0-9a-f]+-(\d+)\.parquet$/.exec(name)?.[1] ?? -1)),
    );
    return Math.max(-1, ...batches);
  }

  #newestCommit(): number {
    const commits = names(path.join(this.#options.folder, 'job', 'checkpoint', 'windows', 'commits'));
    return Math.max(-1, ...commits.filter((name) => /^\d+$/.test(name)).map(Number));
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function subfolders(folder: string): string[] {
  return names(folder).filter((name) => name.includes('='));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
