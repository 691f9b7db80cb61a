import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import type { PipelineDefinition } from '../../plugins/ecom-analytics/core/pipeline.ts';
import { emitSpec } from '../../plugins/ecom-analytics/core/spec.ts';
import { jarLockFile, readerJar } from '../../plugins/ecom-analytics/job/job-files.ts';
import { streamingSettings } from '../../plugins/ecom-analytics/job/job-settings.ts';
import { sparkLines } from '../../plugins/ecom-analytics/job/releases.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { fetchJars } from '../../plugins/ecom-analytics/machine/maven/fetch-jars.ts';
import { readJarLock } from '../../plugins/ecom-analytics/machine/maven/jar-lock.ts';
import { type Installation, prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import {
  goodCredentials,
  startTokenBroker,
  type TokenBroker,
} from '../../plugins/ecom-analytics/test/machine/kafka/token/token-broker.ts';
import { describeWithJdk, describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { TestJob, type TestJobOptions } from './test-job.ts';

/** Nobody listens on it: privileged, and of a service that is long gone. */
const deadServer = '127.0.0.1:9';

const withWindow = (sizeMs: number): PipelineDefinition => ({
  ...pipeline,
  windows: { ...pipeline.windows, sizeMs },
});

/** Paths and contents of all files below a folder, as one text. */
async function contentOf(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = path.join(folder, name);
    if ((await stat(file)).isFile())
      lines.push(
        `${name} ${createHash('sha256')
          .update(await readFile(file))
          .digest('hex')}`,
      );
  }
  return lines.join('\n');
}

/** Where the tests keep their folders: each job has one of its own. */
let root: string;
let spark: Installation;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'ecom refusals '));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function newFolder(): Promise<string> {
  const folder = path.join(root, String(++count));
  await mkdir(path.join(folder, 'control'), { recursive: true });
  return folder;
}

type Options = Partial<TestJobOptions> & { readonly bootstrapServers: string };

interface Refusal {
  readonly code: string;
  /** The whole message, `what (where). fix (code)`. */
  readonly message: RegExp;
  readonly exitCode?: number;
  readonly state?: 'failed' | 'fenced';
}

/** Starts a job and expects it to refuse: one error at the end of its log, the same in its status, and nothing written. */
async function expectRefusal(options: Options, refusal: Refusal): Promise<TestJob> {
  const { code, message, exitCode = 1, state = 'failed' } = refusal;
  const folder = options.folder ?? (await newFolder());
  const before = await outputOf(folder);
  const job = await TestJob.start({ installation: spark, definition: pipeline, folder, ...options });
  const end = await job.child.ended;
  const log = await job.log();
  const [said = ''] = log.trimEnd().split('\n').slice(-1);
  expect(said.endsWith(` (${code})`), log.slice(-2000)).toBe(true);
  expect(said).toMatch(message);
  expect(end).toEqual({ code: exitCode, signal: null });
  expect(log).not.toContain('Traceback');
  if (exitCode === 1) expect(await job.status()).toMatchObject({ state, error: { code, message: said } });
  expect(await outputOf(folder)).toEqual(before);
  return job;
}

/** Names of all that lies where windows are written. */
async function outputOf(folder: string): Promise<string[]> {
  try {
    const names = await readdir(path.join(folder, 'out'), { recursive: true });
    return names.filter((name) => name.includes('.parquet') || name.includes('.unfinished'));
  } catch {
    return [];
  }
}

describeWithSpark('the streaming job refuses', () => {
  let broker: Broker;
  beforeAll(async () => {
    spark = await prepareSpark('4.1');
    broker = await startBroker({ dir: path.join(root, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterAll(() => broker?.stop());

  async function withFile(name: 'spec' | 'settings', content: unknown): Promise<Options> {
    const file = path.join(root, `${name}-${++count}.json`);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return { bootstrapServers: deadServer, more: [`--${name}`, file] };
  }

  describe('before Spark starts', () => {
    it('a spec of another version', async () => {
      await expectRefusal(await withFile('spec', { ...emitSpec(pipeline), specVersion: 2 }), {
        code: 'ECOM_SPEC_VERSION',
        message:
          /^The pipeline spec has version 2, and this job reads version 1 \(.+\)\. Use spec and job of one version/,
      });
    });

    it('a spec that fails its schema', async () => {
      const { rules, ...rest } = emitSpec(pipeline);
      const job = await expectRefusal(
        await withFile('spec', { ...rest, rules: [{ ...rules[0], severity: 7 }] }),
        {
          code: 'ECOM_SPEC_INVALID',
          message:
            /^The pipeline spec is not valid: .*rules.*severity.* \(.+spec-\d+\.json\)\. Deploy or run again/,
        },
      );
      expect(await job.log()).not.toContain('SparkContext');
    });

    it('settings that are not JSON', async () => {
      await expectRefusal(await withFile('settings', '{"settingsVersion": 1,'), {
        code: 'ECOM_SETTINGS_INVALID',
        message: /^The settings file is not JSON: .+ \(.+\)\. Deploy or run again/,
      });
    });

    it('a command line that it does not know', async () => {
      await expectRefusal(
        { bootstrapServers: deadServer, more: ['--auth', 'password'] },
        {
          code: 'ECOM_USAGE',
          message: /'password'.* \(the command line\)\. See --help\. \(ECOM_USAGE\)$/,
          exitCode: 2,
        },
      );
    });
  });

  describe('another platform', () => {
    it('a Spark of another line than the settings are for', async () => {
      await expectRefusal(
        { bootstrapServers: deadServer, installation: { ...spark, line: '3.5' } },
        {
          code: 'ECOM_SPARK_LINE',
          message:
            /^The settings are made for Spark 3\.5, and this is Spark 4\.1\.1 \(.+\)\. Write the settings/,
        },
      );
    });

    it('real-time mode on a line that lacks it', async () => {
      await expectRefusal(
        {
          bootstrapServers: deadServer,
          installation: await prepareSpark('3.5'),
          choices: { application: 'alerts', alerts: 'realtime' },
        },
        {
          code: 'ECOM_REALTIME_UNSUPPORTED',
          message:
            /^Spark 3\.5 has no real-time mode \(.+\)\. Set alerts to micro-batch, or use a release with Spark 4\.1/,
        },
      );
    });

    it('a connector of another Scala', async () => {
      await expectRefusal(
        { bootstrapServers: deadServer, jars: (await prepareSpark('3.5')).jars },
        {
          code: 'ECOM_JAR_LINE',
          message: /^The Kafka connector is built for another Scala .+ Submit the job with the jars/,
        },
      );
    });

    it('a job without the reader of orders', async () => {
      await expectRefusal(
        { bootstrapServers: deadServer, jars: spark.jars.filter((jar) => jar !== readerJar()) },
        {
          code: 'ECOM_JAR_MISSING',
          message: /^Spark has no reader of orders \(--jars\)\. Add emr\/reader\/reader\.jar to the jars/,
        },
      );
    });

    it('a connector of another Spark', async () => {
      const [connector] = sparkLines['4.0'].jars;
      const lock = (await readJarLock(jarLockFile())).filter(({ purl }) => purl === connector);
      await expectRefusal(
        { bootstrapServers: deadServer, jars: [...(await fetchJars(lock)), ...spark.jars.slice(1)] },
        {
          code: 'ECOM_JAR_LINE',
          message: /^The Kafka connector is that of Spark 4\.0\.2, and this is Spark 4\.1\.1 /,
        },
      );
    });
  });

  describe('a cluster', () => {
    it('that does not answer', async () => {
      await expectRefusal(
        { bootstrapServers: deadServer },
        {
          code: 'ECOM_KAFKA_UNREACHABLE',
          message:
            /^The brokers do not answer: .+ \(127\.0\.0\.1:9\)\. Check --kafka-servers, .*security group/,
        },
      );
    });

    it('without the topics', async () => {
      const orders = { ...pipeline.topics.orders, name: 'orders-of-nobody' };
      await expectRefusal(
        {
          bootstrapServers: broker.bootstrapServers,
          definition: { ...pipeline, topics: { ...pipeline.topics, orders } },
        },
        {
          code: 'ECOM_TOPIC_MISSING',
          message:
            /^The cluster has no topic orders-of-nobody, or .+ \(127\.0\.0\.1:\d+\)\. Deploy the topics first/,
        },
      );
    });
  });

  it('an output that cannot be written', async () => {
    const folder = await newFolder();
    await writeFile(path.join(folder, 'out'), 'no folder');
    await expectRefusal(
      { bootstrapServers: broker.bootstrapServers, folder },
      {
        code: 'ECOM_OUTPUT_UNWRITABLE',
        message: /^The output cannot be written: .+ \(file:.+out\)\. Check the path/,
      },
    );
    expect(await readFile(path.join(folder, 'out'), 'utf8')).toBe('no folder');
  });

  it('to start as an older generation than the one that runs', async () => {
    const folder = await newFolder();
    const generation = path.join(folder, 'control', 'generation.json');
    await writeFile(generation, '{"generation": 5}');
    await expectRefusal(
      { bootstrapServers: broker.bootstrapServers, folder, choices: { generation: 4 } },
      {
        code: 'ECOM_FENCED',
        message:
          /^Generation 5 of this job has taken over from generation 4, .+ start a job with a higher generation\. \(ECOM_FENCED\)$/,
        state: 'fenced',
      },
    );
    expect(await readFile(generation, 'utf8')).toBe('{"generation": 5}');
    expect(await readdir(folder)).not.toContain('checkpoint');
  });

  it('a checkpoint of another program', async () => {
    const folder = await newFolder();
    await mkdir(path.join(folder, 'checkpoint', 'windows'), { recursive: true });
    await writeFile(path.join(folder, 'checkpoint', 'windows', 'metadata'), '{"id":"1"}');
    await expectRefusal(
      { bootstrapServers: broker.bootstrapServers, folder },
      {
        code: 'ECOM_CHECKPOINT_FOREIGN',
        message: /^The checkpoint was written by another program.+ Name another --checkpoint/,
      },
    );
    expect(await readdir(path.join(folder, 'checkpoint'))).toEqual(['windows']);
  });

  it('a checkpoint whose rules over customers were kept another way', async () => {
    const folder = await newFolder();
    const options = { bootstrapServers: broker.bootstrapServers, folder };
    const { fingerprint } = streamingSettings({
      spec: emitSpec(pipeline),
      sparkLine: spark.line,
      output: pathToFileURL(path.join(folder, 'out')).href,
      cluster: 'test',
      choices: { shufflePartitions: 2 },
    });
    const facts = { ...fingerprint.facts, 'state of the stateful rules': 'the orders of each open window' };
    await mkdir(path.join(folder, 'checkpoint', 'customers'), { recursive: true });
    await writeFile(
      path.join(folder, 'checkpoint', 'ecom-checkpoint.json'),
      JSON.stringify({ version: 1, id: '0123456789ab', fingerprint: { id: 'f'.repeat(64), facts } }),
    );

    await expectRefusal(options, {
      code: 'ECOM_CHECKPOINT_INCOMPATIBLE',
      message:
        /^The checkpoint was made for another definition: state of the stateful rules was the orders of each open window, now the orders of each open window, by its end \(.+\)\. Either name a new --checkpoint/,
    });
  });

  it('a checkpoint of another window, which it leaves as it is', async () => {
    const folder = await newFolder();
    const options = { installation: spark, bootstrapServers: broker.bootstrapServers, folder };
    const first = await TestJob.start({ ...options, definition: pipeline });
    await first.until('at work', ({ queries }) => queries.windows !== undefined);
    await first.kill();
    await rm(path.join(folder, 'spark.log'));
    const before = await contentOf(path.join(folder, 'checkpoint'));
    expect(before).toContain('windows/offsets/0');

    await expectRefusal(
      { ...options, definition: withWindow(120_000) },
      {
        code: 'ECOM_CHECKPOINT_INCOMPATIBLE',
        message:
          /^The checkpoint was made for another definition: window size was 60000 ms, now 120000 ms \(.+\)\. Either name a new --checkpoint, .+, or go back to the old definition\. \(ECOM_CHECKPOINT_INCOMPATIBLE\)$/,
      },
    );

    expect(await contentOf(path.join(folder, 'checkpoint'))).toBe(before);
  });

  describeWithJdk('with IAM', () => {
    let token: TokenBroker;
    beforeAll(async () => {
      token = await startTokenBroker(3600);
      await createTopics(token.broker.bootstrapServers, pipeline);
    });
    afterAll(() => token?.[Symbol.asyncDispose]());

    const as = (credentials: Readonly<Record<string, string>>): Options => ({
      bootstrapServers: token.bootstrapServers,
      more: [
        ...['--auth', 'iam', '--kafka-option', 'ssl.truststore.type=PEM'],
        ...['--kafka-option', `ssl.truststore.location=${token.caFile}`],
      ],
      env: credentials,
    });

    it('credentials that the brokers do not take', async () => {
      await expectRefusal(as({ ...goodCredentials, AWS_SECRET_ACCESS_KEY: 'another/secret' }), {
        code: 'ECOM_KAFKA_AUTH',
        message:
          /^The brokers refuse the job: .+ \(127\.0\.0\.1:\d+\)\. Check --auth and the role of the machine/,
      });
      expect((await token.tokens()).refused).toBeGreaterThan(0);
    });

    it('nothing about credentials that they take', async () => {
      const folder = await newFolder();
      await writeFile(path.join(folder, 'out'), 'no folder');
      await expectRefusal(
        { ...as(goodCredentials), folder },
        { code: 'ECOM_OUTPUT_UNWRITABLE', message: /^The output/ },
      );
      expect((await token.tokens()).accepted).toBeGreaterThan(0);
    });
  });
});
