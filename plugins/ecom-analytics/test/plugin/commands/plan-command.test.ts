import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type StagePlan, stagePlanCommand } from '../../../plugin/commands/plan-command.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { sampleStage, stages } from '../resources/sample-stage.ts';
import { clusterArn } from '../topics/sample-topics.ts';
import { artifact, StageCloud } from './stage-cloud.ts';

const template = (given: unknown = {}) => stageTemplate(sampleStage(given));
const detailed = { 'detailed-exitcode': true };

let cloud: StageCloud;
beforeEach(async () => {
  cloud = await StageCloud.start();
});
afterEach(() => cloud.stop());

const plan = (given: unknown, packed = new Map(), options = {}) =>
  cloud.run(
    stagePlanCommand(template(given), packed, async () => artifact),
    { ...detailed, ...options },
  );
async function planned(given: unknown = {}, packed = new Map()): Promise<StagePlan & { code: number }> {
  const { code, printed } = await plan(given, packed, { json: true });
  return { ...JSON.parse(printed), code };
}

describe('the plan of a stage that is not deployed', () => {
  beforeEach(() => {
    cloud.account.outputs = undefined;
    cloud.account.template = undefined;
  });

  test('is to make all of it', async () => {
    const { code, deployed, stack, topics, stream, cost } = await planned();
    expect(deployed).toBe(false);
    expect(stack.changes.map(({ kind }) => kind)).toContain('add');
    expect(topics.changes.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
    expect(stream).toEqual([{ application: 'pipeline', decision: 'start', why: 'it has never run' }]);
    expect(cost?.monthlyUsd).toBeGreaterThan(0);
    expect(code).toBe(2);
  });
});

describe('the plan of a stage that is deployed', () => {
  beforeEach(async () => {
    cloud.account.template = template();
    cloud.account.resources.set('EcomMskCluster', { name: clusterArn, status: 'CREATE_COMPLETE' });
    await cloud.deploy();
  });

  test('is empty where all is as it should be, and says so', async () => {
    const code = new Map([['ProducerLambdaFunction', { name: 'shop-dev-producer', sha256: 'A=' }]]);
    cloud.account.code.set('shop-dev-producer', 'A=');
    expect(await planned({}, code)).toMatchObject({
      code: 0,
      deployed: true,
      stack: { changes: [] },
      topics: { changes: [], refused: [] },
      stream: [{ decision: 'keep' }],
    });
    const { printed } = await plan({}, code);
    expect(printed).toContain('Stack shop-dev:\n  . as it should be');
    expect(printed).toContain('. pipeline: left running');
    expect(printed).toContain('A month of stage dev');
  });

  test('names a function whose code is another one', async () => {
    cloud.account.code.set('shop-dev-producer', 'A=');
    const code = new Map([['ProducerLambdaFunction', { name: 'shop-dev-producer', sha256: 'B=' }]]);
    const { stack, code: exit } = await planned({}, code);
    expect(stack.changes).toEqual([
      { kind: 'change', id: 'ProducerLambdaFunction', type: 'AWS::Lambda::Function', properties: ['Code'] },
    ]);
    expect(exit).toBe(2);
  });

  test('restarts a stream whose EMR cluster is replaced', async () => {
    const { stack, stream, code } = await planned({ emr: { create: { ebsGb: 200 } } });
    expect(stack.changes).toMatchObject([
      { kind: 'replace', id: 'EcomEmrCluster', properties: ['Instances'] },
    ]);
    expect(stream).toMatchObject([{ decision: 'restart', why: 'the EMR cluster is another one' }]);
    expect(code).toBe(2);
  });

  test('ends with 1, changes nothing and marks what would be lost', async () => {
    const { code, printed } = await plan({ preset: 'production' });
    expect(code).toBe(1);
    expect(printed).toContain('  ! replace EcomMskCluster');
    expect(cloud.spark.live).toHaveLength(1);
  });

  const { network } = stages['bring-your-own'];
  test.each<[string, unknown, string | null, string[]]>([
    ['a new one of its own', {}, null, ['It is empty', '--new-checkpoint earliest`', 'a new cluster']],
    [
      'another existing one',
      { network, msk: { existing: { clusterArn: clusterArn.replace('shop', 'mall') } } },
      clusterArn.replace('shop', 'mall'),
      ['reads the topics on that one', '--new-checkpoint latest`', 'are adopted'],
    ],
  ])('says what a stage that gets %s for its Kafka cluster leaves behind', async (_, given, to, words) => {
    const input = sampleStage(given);
    const kafkaPlan = (options: object) =>
      cloud.run(
        (session, asked, print) =>
          stagePlanCommand(template(given), new Map(), async () => artifact)(
            { ...session, input },
            asked,
            print,
          ),
        { ...detailed, ...options },
      );
    cloud.account.template = template({ network, msk: { existing: { clusterArn } } });
    cloud.account.resources.delete('EcomMskCluster');
    const { code, printed } = await kafkaPlan({ json: true });
    expect(code).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      kafka: { from: clusterArn, to },
      topics: { changes: [{ kind: 'create' }, { kind: 'create' }, { kind: 'create' }] },
      stream: [{ decision: 'refuse', why: expect.stringContaining(`Kafka cluster: ${clusterArn} -> `) }],
    });
    const { printed: text } = await kafkaPlan({});
    for (const word of [...words, "checkpoint and the alert consumer's offsets mean nothing there"])
      expect(text).toContain(word);
  });

  test('ends with 1 where the checkpoint does not fit', async () => {
    const input = sampleStage({ streaming: { shufflePartitions: 9 } });
    const { code, printed } = await cloud.run(
      (session, options, print) =>
        stagePlanCommand(template(), new Map(), async () => artifact)({ ...session, input }, options, print),
      detailed,
    );
    expect(code).toBe(1);
    expect(printed).toContain('! pipeline: refuse (');
  });
});
