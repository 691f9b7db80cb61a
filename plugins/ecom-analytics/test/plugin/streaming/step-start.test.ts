import { describe, expect, test } from 'vitest';
import {
  alertsMode,
  makeStart,
  type StartInput,
  stageApplications,
} from '../../../plugin/streaming/step-start.ts';
import { sampleStage } from '../resources/sample-stage.ts';
import { clusterArn } from '../topics/sample-topics.ts';

const jar = (key: string) => ({
  key,
  contentType: 'application/java-archive',
  bytes: async () => Buffer.of(),
});

function inputOf(config: unknown = {}, change: Partial<StartInput> = {}): StartInput {
  const stage = sampleStage(config);
  return {
    application: 'pipeline',
    config: stage.config,
    definition: stage.definition,
    release: 'emr-spark-8.1.0',
    clusterArn,
    bootstrapServers: 'b-1.shop.kafka:9098,b-2.shop.kafka:9098',
    dataBucket: 'data',
    artifactsBucket: 'artifacts',
    artifact: {
      jobKey: 'jobs/1/streaming_job.py',
      packageKey: 'jobs/1/ecom_streaming.zip',
      specKey: 'jobs/1/pipeline.json',
      jars: [jar('jars/1/kafka.jar'), jar('jars/2/reader.jar')],
      files: [],
    },
    checkpoint: 3,
    auth: 'iam',
    ...change,
  };
}

describe('the start of an application', () => {
  test('says where the code, the brokers, the data and the signs of life are', () => {
    const { args } = makeStart(inputOf({ streaming: { spark: { 'spark.executor.cores': '2' } } }));
    expect(args).toEqual([
      ...['spark-submit', '--master', 'yarn', '--deploy-mode', 'cluster', '--name', 'pipeline'],
      ...['--jars', 's3://artifacts/jars/1/kafka.jar,s3://artifacts/jars/2/reader.jar'],
      ...['--py-files', 's3://artifacts/jobs/1/ecom_streaming.zip'],
      // A second attempt of the driver would be a second writer.
      ...['--conf', 'spark.yarn.maxAppAttempts=1', '--conf', 'spark.executor.cores=2'],
      's3://artifacts/jobs/1/streaming_job.py',
      ...['--spec', 's3://artifacts/jobs/1/pipeline.json', '--settings', '{settings}'],
      ...['--kafka-servers', 'b-1.shop.kafka:9098,b-2.shop.kafka:9098'],
      ...['--output', 's3://data', '--checkpoint', 's3://data/checkpoints/pipeline/3', '--auth', 'iam'],
      ...['--status', 's3://data/status/pipeline.json', '--control', 's3://data/control/pipeline/job'],
    ]);
  });

  test('hands on what the stage chooses for its stream', () => {
    const streaming = {
      triggerSeconds: 7,
      maxOffsetsPerTrigger: 5000,
      startingOffsets: 'latest',
      stateStore: 'rocksdb',
      shufflePartitions: 9,
      spark: { 'spark.executor.cores': '2' },
    };
    const { settings } = makeStart(inputOf({ streaming }));
    expect(settings).toMatchObject({
      ...streaming,
      application: 'pipeline',
      sparkLine: '4.1',
      generation: 0,
    });
    expect(makeStart(inputOf({ streaming }, { startingOffsets: 'earliest' })).settings).toEqual({
      ...settings,
      startingOffsets: 'earliest',
    });
  });

  test('is another one for whatever it is started from, and the same otherwise', () => {
    const { jars, ...artifact } = inputOf().artifact;
    const others: readonly [string, StartInput][] = [
      ['application', inputOf({}, { application: 'alerts' })],
      ['settings', inputOf({ streaming: { triggerSeconds: 7 } })],
      ['rules', inputOf({ rules: { off: ['order-burst'] } })],
      ['cluster', inputOf({}, { clusterArn: `${clusterArn}9` })],
      ['brokers', inputOf({}, { bootstrapServers: 'b-1.shop.kafka:9098' })],
      ['bucket', inputOf({}, { dataBucket: 'other' })],
      ['job', inputOf({}, { artifact: { ...artifact, jars, jobKey: 'jobs/2/streaming_job.py' } })],
      ['jars', inputOf({}, { artifact: { ...artifact, jars: jars.slice(1) } })],
      ['checkpoint', inputOf({}, { checkpoint: 4 })],
      ['auth', inputOf({}, { auth: 'none' })],
    ];
    const hashes = others.map(([, input]) => makeStart(input).hash);
    const { hash } = makeStart(inputOf());
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(makeStart(inputOf()).hash).toBe(hash);
    expect(new Set([hash, ...hashes]).size).toBe(others.length + 1);
  });
});

describe('order alerts', () => {
  const { config } = sampleStage({});
  const choosing = (alerts: 'micro-batch' | 'realtime') => sampleStage({ streaming: { alerts } }).config;

  test.each([
    ['emr-spark-8.1.0', 'realtime', ['pipeline', 'alerts']],
    ['emr-7.13.0', 'micro-batch', ['pipeline']],
  ] as const)('are on %s by themselves computed as %s', (release, mode, applications) => {
    const auto = { ...config, streaming: { ...config.streaming, alerts: 'auto' } } as const;
    expect(alertsMode(auto, release)).toBe(mode);
    expect(stageApplications(auto, release)).toEqual(applications);
  });

  test('are an application of their own where they are computed in real time', () => {
    expect(stageApplications(choosing('realtime'), 'emr-spark-8.1.0')).toEqual(['pipeline', 'alerts']);
    expect(stageApplications(choosing('micro-batch'), 'emr-spark-8.1.0')).toEqual(['pipeline']);
    expect(makeStart(inputOf({ streaming: { alerts: 'realtime' } })).settings.alerts).toBe('realtime');
  });
});
