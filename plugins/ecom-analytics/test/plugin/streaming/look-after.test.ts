import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EmrCluster } from '../../../plugin/aws/emr-cluster.ts';
import { Bucket } from '../../../plugin/aws/objects.ts';
import { deployed } from '../../../plugin/session.ts';
import { deployStream, stopStream } from '../../../plugin/streaming/deploy-stream.ts';
import { lookAfter, type Watched } from '../../../plugin/streaming/look-after.ts';
import { artifact, StageCloud } from '../commands/stage-cloud.ts';

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
  await cloud.deploy();
});
afterEach(() => cloud.stop());

const recordKey = 'control/pipeline/step.json';
const clients = () => cloud.session.clients;

function watched(given: Partial<Watched> = {}): Watched {
  return {
    data: new Bucket(clients(), 'data'),
    artifacts: new Bucket(clients(), 'artifacts'),
    emr: new EmrCluster(clients(), 'j-1'),
    clock: { now: () => Date.now() },
    maxRestarts: 3,
    ...given,
  };
}

const die = () => {
  for (const step of cloud.spark.live) cloud.spark.kill(step);
};

/** A bucket of which the record is handed out only when so many have asked for it. */
class MeetingPoint extends Bucket {
  readonly #all: Promise<void>;
  #arrive = () => {};
  #missing: number;

  constructor(expected: number) {
    super(clients(), 'data');
    this.#missing = expected;
    this.#all = new Promise((resolve) => {
      this.#arrive = resolve;
    });
  }

  override async version(key: string) {
    const found = await super.version(key);
    if (--this.#missing === 0) this.#arrive();
    await this.#all;
    return found;
  }
}

describe('looking after a step', () => {
  test('starts it again when it has died, as the next generation', async () => {
    expect(await lookAfter('pipeline', watched())).toEqual({ wanted: true, running: true, verdict: 'leave' });
    die();
    expect(await lookAfter('pipeline', watched())).toEqual({
      wanted: true,
      running: false,
      verdict: 'restart',
    });
    expect(cloud.spark.live.map(({ Name }) => Name)).toEqual(['shop-dev-pipeline-g2']);
    expect(cloud.spark.json(recordKey)).toMatchObject({
      generation: 2,
      stepId: 's-2',
      restartsMs: [expect.any(Number)],
    });
  });

  test('leaves a step on another cluster to the deploy that takes the stage from there', async () => {
    const emr = new EmrCluster(clients(), 'j-2');
    expect(await lookAfter('pipeline', watched({ emr }))).toEqual({
      wanted: true,
      running: false,
      verdict: 'leave',
    });
    expect(cloud.spark.steps).toHaveLength(1);
  });

  test('starts it once, however many find it dead at the same moment', async () => {
    die();
    const data = new MeetingPoint(5);
    const looked = await Promise.all(
      Array.from({ length: 5 }, () => lookAfter('pipeline', watched({ data }))),
    );
    expect(looked.map((one) => one?.verdict).sort()).toEqual(['leave', 'leave', 'leave', 'leave', 'restart']);
    expect(cloud.spark.steps).toHaveLength(2);
    expect(cloud.spark.json(recordKey)).toMatchObject({ stepId: 's-2', desired: 'running' });
    expect(await lookAfter('pipeline', watched())).toEqual({ wanted: true, running: true, verdict: 'leave' });
  });

  test('gives up after so many restarts in an hour', async () => {
    for (const verdict of ['restart', 'restart', 'give-up']) {
      die();
      expect(await lookAfter('pipeline', watched({ maxRestarts: 2 }))).toMatchObject({ verdict });
    }
  });

  const changeRecord = (change: Record<string, unknown>) =>
    cloud.spark.objects.set(recordKey, JSON.stringify({ ...cloud.spark.json(recordKey), ...change }));

  test('knows a step whose id was never written down by its name', async () => {
    changeRecord({ stepId: null, submittedAtMs: 0 });
    expect(await lookAfter('pipeline', watched())).toEqual({ wanted: true, running: true, verdict: 'leave' });
    changeRecord({ stepName: 'shop-dev-pipeline-g9' });
    expect(await lookAfter('pipeline', watched())).toEqual({
      wanted: true,
      running: false,
      verdict: 'restart',
    });
  });

  test('looks for a step by its id where that is known, whatever else runs', async () => {
    changeRecord({ stepId: 's-9' });
    expect(await lookAfter('pipeline', watched())).toMatchObject({ running: false, verdict: 'restart' });
  });

  test.each(['TERMINATING', 'TERMINATED_WITH_ERRORS', 'UNKNOWN'])(
    'starts nothing on a cluster that is %s',
    async (state) => {
      die();
      cloud.spark.clusterState = state;
      expect(await lookAfter('pipeline', watched())).toEqual({
        wanted: true,
        running: false,
        verdict: 'leave',
      });
      expect(cloud.spark.steps).toHaveLength(1);
    },
  );

  test('remembers the last hundred restarts, and not all of a year', async () => {
    die();
    changeRecord({ restartsMs: Array.from({ length: 150 }, (_, number) => number) });
    await lookAfter('pipeline', watched());
    const { restartsMs } = cloud.spark.json(recordKey);
    expect(restartsMs).toHaveLength(101);
    expect(restartsMs).toEqual(expect.arrayContaining([50, 149, expect.any(Number)]));
    expect(restartsMs).not.toContain(49);
  });

  test('says why it could not start a step, where nobody was faster', async () => {
    die();
    const emr = new OvertakenCluster(() => Promise.reject(new Error('EMR is down')));
    await expect(lookAfter('pipeline', watched({ emr }))).rejects.toThrow('EMR is down');
  });

  test('says that a record cannot be read, and starts nothing', async () => {
    cloud.spark.objects.set(recordKey, '{"version":2}');
    await expect(lookAfter('pipeline', watched())).rejects.toMatchObject({ code: 'ECOM_STEP_RECORD' });
    expect(cloud.spark.steps).toHaveLength(1);
  });

  test('has nothing to do before the first start', async () => {
    expect(await lookAfter('alerts', watched())).toBeUndefined();
  });
});

/** Lets somebody else go first, when the watch function is about to submit. */
class OvertakenCluster extends EmrCluster {
  readonly #first: () => Promise<unknown>;
  constructor(first: () => Promise<unknown>) {
    super(clients(), 'j-1');
    this.#first = first;
  }
  override async submit(name: string, args: readonly string[]): Promise<string> {
    await this.#first();
    return super.submit(name, args);
  }
}

test('a stream that is stopped just as it is restarted ends up stopped, and is known to', async () => {
  die();
  const stage = await deployed(cloud.session);
  await lookAfter('pipeline', watched({ emr: new OvertakenCluster(() => stopStream(stage)) }));
  expect(cloud.spark.steps.map(({ State }) => State)).toEqual(['FAILED', 'COMPLETED']);
  expect(cloud.spark.json(recordKey)).toMatchObject({ desired: 'stopped', stepId: 's-2', generation: 2 });
  expect(await lookAfter('pipeline', watched())).toEqual({ wanted: false, running: false, verdict: 'leave' });
});

test('a deploy that the watch function overtakes looks again, and keeps what it has started', async () => {
  die();
  class Overtaken extends Bucket {
    #isFirst = true;
    override async putNew(key: string, body: string): Promise<boolean> {
      if (this.#isFirst) {
        this.#isFirst = false;
        await lookAfter('pipeline', watched());
      }
      return super.putNew(key, body);
    }
  }
  const stage = await deployed(cloud.session);
  const artifacts = new Overtaken(clients(), 'artifacts');
  const clock = { ...stage.clock, sleep: async () => {} };
  const [outcome] = await deployStream({ ...stage, artifacts, clock }, {}, async () => artifact);
  expect(outcome).toMatchObject({ decision: 'keep', generation: 2, stepId: 's-2' });
  expect(cloud.spark.steps).toHaveLength(2);
});

test('a deploy that is overtaken again and again says so, and submits nothing', async () => {
  die();
  class Contended extends Bucket {
    #times = 0;
    override async putNew(key: string, body: string): Promise<boolean> {
      const recordNow = cloud.spark.json(recordKey);
      cloud.spark.objects.set(recordKey, JSON.stringify({ ...recordNow, submittedAtMs: ++this.#times }));
      return super.putNew(key, body);
    }
  }
  const stage = await deployed(cloud.session);
  const artifacts = new Contended(clients(), 'artifacts');
  const clock = { ...stage.clock, sleep: async () => {} };
  const refused = deployStream({ ...stage, artifacts, clock }, {}, async () => artifact);
  await expect(refused).rejects.toMatchObject({ code: 'ECOM_STREAM_RACE' });
  expect(cloud.spark.live).toEqual([]);
});

describe('an object that is replaced', () => {
  const data = () => new Bucket(clients(), 'data');

  test('is written over the version that is known, and over no other', async () => {
    const first = await data().replace('one', '1', undefined);
    expect(await data().replace('one', '2', undefined)).toBeUndefined();
    const second = await data().replace('one', '2', first);
    expect(second).toBeDefined();
    expect(await data().replace('one', '3', first)).toBeUndefined();
    expect(await data().version('one')).toEqual({ json: 2, etag: second });
  });

  test('was replaced also where the answer was lost, and the second try finds the first', async () => {
    const first = await data().replace('one', '1', undefined);
    const second = await data().replace('one', '2', first);
    expect(await data().replace('one', '2', first)).toBe(second);
  });
});
