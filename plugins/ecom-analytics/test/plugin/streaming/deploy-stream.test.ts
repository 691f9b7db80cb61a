import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AlertsTrigger } from '../../../plugin/aws/alerts-trigger.ts';
import { AwsClients } from '../../../plugin/aws/clients.ts';
import { EmrCluster } from '../../../plugin/aws/emr-cluster.ts';
import { MskCluster } from '../../../plugin/aws/msk-cluster.ts';
import { Bucket } from '../../../plugin/aws/objects.ts';
import { Stack } from '../../../plugin/aws/stack.ts';
import { removeStage } from '../../../plugin/remove.ts';
import type { DeployedStage } from '../../../plugin/session.ts';
import type { Artifact } from '../../../plugin/streaming/artifact.ts';
import {
  deployStream,
  planStream,
  refuseCheckpoint,
  type StreamRequest,
  stopStream,
} from '../../../plugin/streaming/deploy-stream.ts';
import { SparkCloud } from '../aws/spark-cloud.ts';
import { jumpingClock } from '../jumping-clock.ts';
import { sampleStage, stages } from '../resources/sample-stage.ts';
import { clusterArn } from '../topics/sample-topics.ts';

let cloud: SparkCloud;
beforeEach(async () => {
  cloud = new SparkCloud();
  await cloud.start();
});
afterEach(() => cloud.stop());

function stage(config: unknown = {}): DeployedStage {
  const clients = new AwsClients(async () => ({
    region: 'eu-west-1',
    endpoint: cloud.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    // A caller that has died does not try again.
    maxAttempts: 1,
  }));
  const clock = jumpingClock();
  return {
    input: sampleStage(config),
    region: 'eu-west-1',
    clients,
    stack: new Stack(clients, 'shop-dev'),
    clock,
    progress: () => {},
    isLocal: false,
    outputs: {},
    msk: new MskCluster(clients, clusterArn),
    emr: new EmrCluster(clients, 'j-1'),
    data: new Bucket(clients, 'data'),
    artifacts: new Bucket(clients, 'artifacts'),
    trigger: new AlertsTrigger(clients, 'trigger', clock),
    bootstrapServers: 'b-1.shop.kafka:9098',
  };
}

const artifact: Artifact = {
  jobKey: 'jobs/1/streaming_job.py',
  packageKey: 'jobs/1/ecom_streaming.zip',
  specKey: 'jobs/1/pipeline.json',
  jars: [],
  files: [
    { key: 'jobs/1/streaming_job.py', contentType: 'text/plain', bytes: async () => Buffer.from('job') },
  ],
};

const deploy = (config: unknown = {}, request: StreamRequest = {}) =>
  deployStream(stage(config), request, async () => artifact);

describe('deploying the stream', () => {
  test('starts a step that has never run, and waits for its heartbeat', async () => {
    const outcomes = await deploy();
    expect(outcomes).toEqual([{ application: 'pipeline', decision: 'start', generation: 1, stepId: 's-1' }]);
    const [step] = cloud.steps;
    expect(step?.Name).toBe('shop-dev-pipeline-g1');
    expect(step?.args).toContain('s3://artifacts/runs/pipeline/1/settings.json');
    expect(step?.args).toContain('s3://data/checkpoints/pipeline/0');
    expect(step?.args.join(' ')).toContain('--auth iam');
    expect(cloud.json('runs/pipeline/1/settings.json')).toMatchObject({ generation: 1, sparkLine: '4.1' });
  });

  test('uploads nothing and starts nothing when nothing has changed', async () => {
    await deploy();
    const before = cloud.changes.length;
    const [outcome] = await deploy();
    expect(outcome?.decision).toBe('keep');
    expect(cloud.changes.slice(before)).toEqual([]);
  });

  test('restarts for a change that the checkpoint survives', async () => {
    await deploy();
    const [outcome] = await deploy({ streaming: { triggerSeconds: 5 } });
    expect(outcome).toMatchObject({ decision: 'restart', generation: 2, stepId: 's-2' });
    expect(cloud.steps.map(({ State }) => State)).toEqual(['COMPLETED', 'RUNNING']);
    expect(cloud.steps[1]?.args).toContain('s3://data/checkpoints/pipeline/0');
  });

  test('refuses a change that the checkpoint does not survive, and stops nothing', async () => {
    await deploy();
    const refused = deploy({ streaming: { shufflePartitions: 9 } });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_CHECKPOINT' });
    await expect(refused).rejects.toThrow('shuffle partitions: 2 -> 9');
    expect(cloud.live).toHaveLength(1);
  });

  test('begins a new checkpoint where that is asked for', async () => {
    await deploy();
    await deploy({ streaming: { shufflePartitions: 9 } }, { newCheckpoint: 'latest' });
    expect(cloud.live[0]?.args).toContain('s3://data/checkpoints/pipeline/1');
    expect(cloud.json('runs/pipeline/2/settings.json')).toMatchObject({ startingOffsets: 'latest' });
    expect((await deploy({ streaming: { shufflePartitions: 9 } }))[0]?.decision).toBe('keep');
  });

  test('starts a step again that has died', async () => {
    await deploy();
    for (const step of cloud.live) cloud.kill(step);
    expect((await deploy())[0]).toMatchObject({ decision: 'start', generation: 2 });
  });

  test('runs the real-time alerts as an application of their own, and ends it when they are given up', async () => {
    const outcomes = await deploy({ streaming: { alerts: 'realtime' } });
    expect(outcomes.map(({ application }) => application)).toEqual(['pipeline', 'alerts']);
    await deploy({ streaming: { alerts: 'micro-batch' } });
    expect(cloud.live.map(({ Name }) => Name)).toEqual(['shop-dev-pipeline-g2']);
  });
});

test('a step takes the next generation that nobody has used, and is called by it', async () => {
  const input = sampleStage({}, 'dev2');
  const start = () => deployStream({ ...stage(), input }, { force: true }, async () => artifact);
  for (const taken of [1, 2, 3, 4, 5, 6, 7, 8, 9])
    cloud.objects.set(`runs/pipeline/${taken}/settings.json`, '{}');
  expect(await start()).toMatchObject([{ generation: 10, stepId: 's-1' }]);
  // A job has entered a generation whose record is lost.
  cloud.objects.set('control/pipeline/job/generation.json', '{"generation":20}');
  expect(await start()).toMatchObject([{ generation: 21, stepId: 's-2' }]);
  expect(cloud.steps.map(({ Name }) => Name)).toEqual(['shop-dev2-pipeline-g10', 'shop-dev2-pipeline-g21']);
});

describe('a deploy that is asked for more', () => {
  test('restarts a step that is right already', async () => {
    await deploy();
    expect(await deploy({}, { force: true })).toEqual([
      { application: 'pipeline', decision: 'restart', generation: 2, stepId: 's-2' },
    ]);
    expect(cloud.live.map(({ Id }) => Id)).toEqual(['s-2']);
  });

  test('begins the first checkpoint from where it is told, and there is no other', async () => {
    await deploy({}, { newCheckpoint: 'latest' });
    expect(cloud.live[0]?.args).toContain('s3://data/checkpoints/pipeline/0');
    expect(cloud.json('runs/pipeline/1/settings.json')).toMatchObject({ startingOffsets: 'latest' });
    // What it once began from is not a change.
    expect((await deploy())[0]?.decision).toBe('keep');
    await deploy({}, { newCheckpoint: 'earliest' });
    expect(cloud.live[0]?.args).toContain('s3://data/checkpoints/pipeline/1');
    expect(cloud.json('runs/pipeline/2/settings.json')).toMatchObject({ startingOffsets: 'earliest' });
  });
});

describe('a deploy that meets another', () => {
  test('starts from what the other one did', async () => {
    cloud.overtakes = 2;
    const slow = stage();
    const startMs = slow.clock.now();
    const [outcome] = await deployStream(slow, {}, async () => artifact);
    expect(outcome?.decision).toBe('start');
    expect(cloud.live).toHaveLength(1);
    // Nothing else is waited for: the job beats at once.
    expect(slow.clock.now() - startMs).toBe(10_000);
  });

  test('gives up the third time, and has started nothing', async () => {
    cloud.overtakes = 3;
    await expect(deploy()).rejects.toMatchObject({ code: 'ECOM_STREAM_RACE' });
    expect(cloud.steps).toEqual([]);
    expect(cloud.overtakes).toBe(0);
  });

  test('and stops what that one has started', async () => {
    await deploy();
    cloud.overtakes = 1;
    expect(await stopStream(stage())).toEqual(['pipeline']);
    expect(cloud.live).toEqual([]);
  });
});

describe('a look at the checkpoints before anything is changed', () => {
  const other = clusterArn.replace('shop', 'mall');

  test('finds nothing where nothing has run, and where it all fits', async () => {
    await expect(refuseCheckpoint(stage(), other)).resolves.toBeUndefined();
    await deploy();
    await expect(refuseCheckpoint(stage(), clusterArn)).resolves.toBeUndefined();
    await expect(
      refuseCheckpoint(stage({ streaming: { triggerSeconds: 5 } }), clusterArn),
    ).resolves.toBeUndefined();
  });

  test('refuses another Kafka cluster and other queries', async () => {
    await deploy();
    const moved = refuseCheckpoint(stage(), other);
    await expect(moved).rejects.toMatchObject({ code: 'ECOM_CHECKPOINT' });
    await expect(moved).rejects.toThrow(`Kafka cluster: ${clusterArn} -> ${other}`);
    await expect(moved).rejects.toThrow('npx sls deploy --stage dev --new-checkpoint latest');
    await expect(
      refuseCheckpoint(stage({ streaming: { shufflePartitions: 9 } }), clusterArn),
    ).rejects.toThrow('shuffle partitions: 2 -> 9');
    expect(cloud.live).toHaveLength(1);
  });

  test('looks at each application', async () => {
    await deploy({ streaming: { alerts: 'realtime' } });
    cloud.objects.delete('control/pipeline/step.json');
    await expect(refuseCheckpoint(stage({ streaming: { alerts: 'realtime' } }), other)).rejects.toThrow(
      'application alerts',
    );
  });
});

describe('what a deploy would do', () => {
  const plan = (config: unknown = {}) => planStream(stage(config), async () => artifact);

  test('is said of each application, and nothing is done', async () => {
    const realtime = { streaming: { alerts: 'realtime' } };
    expect(await plan(realtime)).toEqual([
      { application: 'pipeline', decision: 'start', why: 'it has never run' },
      { application: 'alerts', decision: 'start', why: 'it has never run' },
    ]);
    expect(cloud.changes).toEqual([]);
    await deploy(realtime);
    const before = cloud.changes.length;
    expect(await plan(realtime)).toEqual([
      { application: 'pipeline', decision: 'keep' },
      { application: 'alerts', decision: 'keep' },
    ]);
    expect(await plan({ streaming: { alerts: 'micro-batch', triggerSeconds: 5 } })).toEqual([
      { application: 'pipeline', decision: 'restart', why: 'the job or its settings have changed' },
      { application: 'alerts', decision: 'stop', why: 'the stage no longer has it' },
    ]);
    for (const step of cloud.live) cloud.kill(step);
    expect(await plan({ streaming: { alerts: 'micro-batch' } })).toEqual([
      { application: 'pipeline', decision: 'start', why: 'its step is FAILED' },
    ]);
    expect(cloud.changes.slice(before)).toEqual([]);
  });

  test('is nothing where a checkpoint goes on that began where it was told', async () => {
    await deploy({}, { newCheckpoint: 'latest' });
    await deploy({}, { newCheckpoint: 'latest' });
    expect(await plan()).toEqual([{ application: 'pipeline', decision: 'keep' }]);
    expect(await plan({ streaming: { shufflePartitions: 9 } })).toEqual([
      { application: 'pipeline', decision: 'refuse', why: 'shuffle partitions: 2 -> 9' },
    ]);
  });
});

describe('a step that fails', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['the driver’s log, where its job said nothing', 'OutOfMemoryError', 'EMR’s word', 'OutOfMemoryError'],
    ['EMR’s word, where there is no log', undefined, 'EMR’s word', 'is FAILED: EMR’s word'],
    ['no reason, where nobody has one', undefined, undefined, 'is FAILED: it gave no reason'],
  ])('is reported with %s', async (_, logged, reason, words) => {
    cloud.jobState = 'failed';
    cloud.speaks = false;
    cloud.reason = reason;
    cloud.logUri = 's3://artifacts/logs/';
    if (logged !== undefined) cloud.logs.set('logs/j-1/steps/s-1/stderr.gz', gzipSync(logged));
    const failed = deploy();
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_STREAM_FAILED' });
    await expect(failed).rejects.toThrow(words);
  });

  test('is reported with the driver’s own last error', async () => {
    cloud.jobState = 'failed';
    const failed = deploy();
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_STREAM_FAILED' });
    await expect(failed).rejects.toThrow('The orders topic is not there. (ECOM_TOPIC_MISSING)');
  });

  test('that does not hear is interrupted', async () => {
    await deploy();
    cloud.hears = false;
    await deploy({ streaming: { triggerSeconds: 5 } });
    expect(cloud.changes).toContain('cancel SEND_INTERRUPT');
    expect(cloud.live).toHaveLength(1);
  });

  test('that will not stop at all is left, and nothing is started beside it', async () => {
    await deploy();
    cloud.hears = false;
    cloud.cancels = false;
    await expect(deploy({ streaming: { triggerSeconds: 5 } })).rejects.toMatchObject({
      code: 'ECOM_STREAM_STOP',
    });
    expect(cloud.steps).toHaveLength(1);
  });
});

test('a step that gives no sign of life is not waited for for ever', async () => {
  cloud.jobState = 'starting';
  const slow = deploy();
  await expect(slow).rejects.toMatchObject({ code: 'ECOM_STREAM_SLOW' });
  await expect(slow).rejects.toThrow('streaming.startTimeoutSeconds');
  // It may only need longer: the next deploy waits for the same step.
  expect(cloud.live).toHaveLength(1);
});

test('the last word of the job before is no sign of life', async () => {
  await deploy();
  cloud.speaks = false;
  const slow = deploy({ streaming: { triggerSeconds: 5 } });
  await expect(slow).rejects.toMatchObject({ code: 'ECOM_STREAM_SLOW' });
});

describe('a deploy that meets the wrong cluster', () => {
  test.each(['TERMINATING', 'TERMINATED', 'TERMINATED_WITH_ERRORS'])(
    'that is %s submits nothing',
    async (state) => {
      cloud.clusterState = state;
      const refused = deploy();
      await expect(refused).rejects.toMatchObject({ code: 'ECOM_EMR_ENDED' });
      await expect(refused).rejects.toThrow(
        'Deploy again: the stage makes a new one (sls deploy --stage dev)',
      );
      expect(cloud.steps).toEqual([]);
    },
  );

  test('that EMR does not know submits nothing', async () => {
    cloud.clusterState = 'UNKNOWN';
    const { network, msk, buckets } = stages['bring-your-own'];
    const existing = { clusterId: 'j-1AXXXXXXGAPLF', release: 'emr-spark-8.1.0', instanceRole: 'Spark' };
    const refused = deploy({ network, msk, buckets, emr: { existing } });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_EMR_ENDED' });
    await expect(refused).rejects.toThrow('The EMR cluster is gone');
    await expect(refused).rejects.toThrow('Name another one in `emr.existing.clusterId`');
    expect(cloud.steps).toEqual([]);
  });

  test('whose release the connector is not for submits nothing', async () => {
    const refused = deploy({ emr: { create: { release: 'emr-7.13.0' } } });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_EMR_RELEASE_MISMATCH' });
    await expect(refused).rejects.toThrow(
      'The cluster runs emr-spark-8.1.0, and the connector is packed for emr-7.13.0',
    );
    expect(cloud.steps).toEqual([]);
  });
});

test('stopping is seen through, and a stopped stream is not stopped again', async () => {
  await deploy();
  expect(await stopStream(stage())).toEqual(['pipeline']);
  expect(cloud.live).toEqual([]);
  expect(await stopStream(stage())).toEqual([]);
});

describe('what is stopped is waited for', () => {
  /** How long it takes to stop a stream whose step ends as soon as it is asked to. */
  async function stopping(clock = jumpingClock()): Promise<number> {
    const startMs = clock.elapsed();
    expect(await stopStream({ ...stage(), clock })).toEqual(['pipeline']);
    return clock.elapsed() - startMs;
  }

  test('until its job has been silent for long enough, wherever the clock is set to', async () => {
    await deploy();
    expect(await stopping()).toBe(25_000);
    for (const byMs of [3_600_000, -3_600_000]) {
      await deploy();
      const clock = jumpingClock();
      let setMs = 0;
      const now = (): number => {
        setMs += byMs;
        return clock.now() + setMs;
      };
      expect(await stopping({ ...clock, now })).toBe(25_000);
    }
  });

  test.each(['stopped', 'failed', 'fenced'])(
    'and no longer where the job says that it has %s',
    async (state) => {
      await deploy();
      const said = cloud.json('status/pipeline.json');
      cloud.objects.set('status/pipeline.json', JSON.stringify({ ...said, state }));
      expect(await stopping()).toBe(0);
    },
  );

  test('and no longer where the job has never said anything', async () => {
    await deploy();
    cloud.objects.delete('status/pipeline.json');
    expect(await stopping()).toBe(0);
  });
});

test('a step whose id was never written down is stopped, and known from then on', async () => {
  await deploy();
  const record = cloud.json('control/pipeline/step.json');
  cloud.objects.set('control/pipeline/step.json', JSON.stringify({ ...record, stepId: null }));
  expect(await stopStream(stage())).toEqual(['pipeline']);
  expect(cloud.json('control/pipeline/step.json')).toMatchObject({ desired: 'stopped', stepId: 's-1' });
});

test.each(['TERMINATED', 'UNKNOWN'])(
  'nothing is stopped that ran on another cluster, which is %s',
  async (state) => {
    await deploy();
    cloud.clusterState = state;
    const onNew = { ...stage(), emr: new EmrCluster(stage().clients, 'j-2') };
    expect(await stopStream(onNew)).toEqual([]);
    expect(cloud.json('control/pipeline/step.json')).toMatchObject({ desired: 'stopped' });
  },
);

test('a job that goes on when its step has ended keeps another from being started', async () => {
  await deploy();
  cloud.outlives = true;
  const refused = deploy({ streaming: { triggerSeconds: 3 } });
  await expect(refused).rejects.toMatchObject({ code: 'ECOM_STREAM_STOP' });
  expect(cloud.steps).toHaveLength(1);
});

test('for another cluster, what runs on the old one is stopped before anything is started', async () => {
  await deploy();
  const onNew = { ...stage(), emr: new EmrCluster(stage().clients, 'j-2') };
  await deployStream(onNew, {}, async () => artifact);
  expect(cloud.steps.map(({ State }) => State)).toEqual(['COMPLETED', 'RUNNING']);
  expect(cloud.json('control/pipeline/step.json')).toMatchObject({ clusterId: 'j-2', generation: 2 });
});

describe('removing a stage', () => {
  test('stops the stream, sees the cluster ended, and only then empties the buckets', async () => {
    await deploy();
    await removeStage(stage());
    expect(cloud.live).toEqual([]);
    expect(cloud.clusterState).toBe('TERMINATED');
    // The cluster's last logs too, which would keep CloudFormation from deleting the bucket.
    expect([...cloud.objects.keys()]).toEqual([]);
  });

  test('leaves buckets as they are that are not the stack’s own, whatever serverless.yml says by now', async () => {
    await deploy();
    cloud.resources.delete('EcomDataBucket');
    cloud.resources.delete('EcomArtifactsBucket');
    const before = [...cloud.objects.keys()];
    await removeStage(stage());
    expect([...cloud.objects.keys()]).toEqual(expect.arrayContaining(before));
  });

  test('leaves a cluster as it is that is not the stack’s own, whatever serverless.yml says by now', async () => {
    await deploy();
    cloud.resources.delete('EcomEmrCluster');
    await removeStage(stage());
    expect(cloud.live).toEqual([]);
    expect(cloud.clusterState).not.toBe('TERMINATED');
  });

  test('gives up on a cluster that does not end, with the buckets as they are, and goes on later', async () => {
    await deploy();
    cloud.ends = false;
    await expect(removeStage(stage())).rejects.toMatchObject({ code: 'ECOM_EMR_ENDING' });
    expect(cloud.objects.size).toBeGreaterThan(0);
    cloud.ends = true;
    await removeStage(stage());
    expect(cloud.objects.size).toBe(0);
    expect(cloud.changes.filter((change) => change === 'terminate')).toHaveLength(1);
  });

  test('can be done again when it stopped half-way', async () => {
    await deploy();
    await removeStage(stage());
    await removeStage(stage());
    expect(cloud.changes.filter((change) => change === 'terminate')).toHaveLength(1);
  });
});

test.each([
  ['before', false],
  ['in', true],
])(
  'a deploy that dies %s any call is made good by the next, with one writer',
  async (_, lands) => {
    cloud.lastCallLands = lands;
    await deploy();
    let died = 0;
    for (let calls = 0; calls < 40; calls++) {
      // A change each time, so that each deploy has something to stop and start.
      const config = { streaming: { triggerSeconds: 1 + (calls % 2) } };
      cloud.diesAfter = calls;
      const outcome = await deploy(config).catch((error: unknown) => error);
      cloud.diesAfter = Number.POSITIVE_INFINITY;
      if (outcome instanceof Error) died++;
      expect(cloud.live.length).toBeLessThanOrEqual(1);
      await deploy(config);
      expect(cloud.live).toHaveLength(1);
      expect(cloud.json('control/pipeline/step.json')).toMatchObject({
        stepId: cloud.live[0]?.Id,
        desired: 'running',
      });
    }
    expect(died).toBeGreaterThan(10);
    // Some hundred deploys, on a machine that may be busy.
  },
  60_000,
);

test.each([
  ['denied', 403, 'AccessDenied', ['ECOM_AWS_DENIED']],
  // An answer to HEAD has no body that could say that a 503 of S3 is meant as throttling.
  ['throttled', 503, 'SlowDown', ['ECOM_AWS_THROTTLED', 'ECOM_AWS_UNAVAILABLE']],
])(
  'a deploy of which any one call is %s says so, and the next makes it good, with one writer',
  async (_, status, code, expected) => {
    await deploy();
    const codes = new Set<unknown>();
    for (let calls = 0; calls < 30; calls++) {
      const config = { streaming: { triggerSeconds: 1 + (calls % 2) } };
      cloud.refusal = { after: calls, status, code };
      const outcome: unknown = await deploy(config).catch((error: unknown) => error);
      cloud.refusal = undefined;
      if (outcome instanceof Error) codes.add('code' in outcome ? outcome.code : outcome.name);
      expect(cloud.live.length).toBeLessThanOrEqual(1);
      await deploy(config);
      expect(cloud.live).toHaveLength(1);
    }
    expect([...codes].sort()).toEqual(expected);
  },
  60_000,
);
