import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MskCluster } from '../../plugin/aws/msk-cluster.ts';
import {
  afterDeploy,
  beforeUpdate,
  clusterGeneration,
  deployRequest,
  replacedBy,
} from '../../plugin/deploy.ts';
import { stageTemplate } from '../../plugin/resources/stage-template.ts';
import type { Session } from '../../plugin/session.ts';
import { artifact, StageCloud } from './commands/stage-cloud.ts';
import { jumpingClock } from './jumping-clock.ts';
import { sampleStage, stages } from './resources/sample-stage.ts';
import { clusterArn } from './topics/sample-topics.ts';

const template = (given: unknown) => JSON.parse(JSON.stringify(stageTemplate(sampleStage(given))));

test.each<[string, unknown, string[]]>([
  ['nothing', {}, []],
  ['the idle guard', { emr: { create: { idleMinutes: 5 } } }, []],
  ['the release', { emr: { create: { release: 'emr-7.13.0' } } }, ['Applications', 'ReleaseLabel']],
  [
    'Spot nodes, which need another configuration',
    { emr: { create: { coreNodes: 1, spotTaskNodes: 2 } }, network: { create: { nat: true } } },
    ['Configurations', 'Instances'],
  ],
  ['the size of the nodes', { emr: { create: { instanceType: 'm5.2xlarge' } } }, ['Instances']],
  ['their disks', { emr: { create: { ebsGb: 200 } } }, ['Instances']],
  ['whether there are nodes beside the primary one', { emr: { create: { coreNodes: 2 } } }, ['Instances']],
])('changing %s replaces the EMR cluster by what it must', (_, given, replaced) => {
  expect(replacedBy(template({}), template(given))).toEqual(replaced);
});

test('changing the number of nodes replaces nothing', () => {
  const nodes = (coreNodes: number) => template({ emr: { create: { coreNodes } } });
  expect(replacedBy(nodes(2), nodes(5))).toEqual([]);
});

test('a cluster that comes or goes is not replaced', () => {
  expect(replacedBy(undefined, template({}))).toEqual([]);
});

test('a deploy is asked for a new checkpoint by an option, and another value of it is refused', () => {
  expect(deployRequest({})).toEqual({});
  expect(deployRequest({ 'new-checkpoint': 'latest' })).toEqual({ newCheckpoint: 'latest' });
  expect(() => deployRequest({ 'new-checkpoint': 'now' })).toThrow(
    expect.objectContaining({ code: 'ECOM_OPTION' }),
  );
});

const { network } = stages['bring-your-own'];
const emr = (clusterId: string) => ({
  existing: { clusterId, release: 'emr-spark-8.1.0', instanceRole: 'EMR_EC2_DefaultRole' },
});
const msk = { existing: { clusterArn } };
/** Whose clusters both exist already. */
const broughtAlong = { network, msk, emr: emr('j-1AXXXXXXGAPLF') };

describe('before the stack of a deployed stage is changed', () => {
  let cloud: StageCloud;
  let said: string[];
  beforeEach(async () => {
    said = [];
    cloud = await StageCloud.start(broughtAlong);
    cloud.account.outputs = { ...cloud.account.outputs, EcomEmrClusterId: 'j-1AXXXXXXGAPLF' };
    await cloud.deploy();
  });
  afterEach(() => cloud.stop());

  const asked = (config: unknown): Session => ({
    ...cloud.session,
    clock: jumpingClock(),
    input: sampleStage(config),
  });
  const look = (config: unknown, newCheckpoint?: 'latest') =>
    beforeUpdate(
      asked(config),
      template(config),
      newCheckpoint === undefined ? {} : { newCheckpoint },
      (text) => said.push(text),
    );
  const made = (id: string, name: string) =>
    cloud.account.resources.set(id, { name, status: 'CREATE_COMPLETE' });

  test('the stream goes on where nothing of it changes', async () => {
    await look(broughtAlong);
    expect(said).toEqual([]);
    expect(cloud.spark.live).toHaveLength(1);
  });

  test('what would lose data is refused first, and nothing stopped', async () => {
    cloud.account.template = template({});
    await expect(look({ preset: 'production' })).rejects.toMatchObject({ code: 'ECOM_REPLACEMENT' });
    expect(said).toEqual([]);
    expect(cloud.spark.live).toHaveLength(1);
  });

  /** As CloudFormation says it. */
  const replacement = (id: string, type: string) =>
    `<member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>${id}</LogicalResourceId><ResourceType>${type}</ResourceType><Replacement>True</Replacement><Details><member><Target><Attribute>Properties</Attribute><Name>KmsKey</Name><RequiresRecreation>Always</RequiresRecreation></Target></member></Details></ResourceChange></member>`;

  test('what CloudFormation alone knows that it would replace is refused as well', async () => {
    cloud.account.template = template(broughtAlong);
    cloud.account.changeSetStatus = ['CREATE_PENDING', 'CREATE_IN_PROGRESS'];
    cloud.account.changeSet = replacement('Alerts', 'AWS::DynamoDB::Table');
    const changed = { ...broughtAlong, topics: { prefix: 'a-' } };
    await expect(look(changed)).rejects.toMatchObject({ code: 'ECOM_REPLACEMENT' });
    expect(cloud.account.changeSets).toEqual([
      'CreateChangeSet https://artifacts.s3.eu-west-1.amazonaws.com/plans/template.json',
      'DescribeChangeSet',
      'DescribeChangeSet',
      'DescribeChangeSet',
      'DeleteChangeSet',
    ]);
    cloud.account.changeSet =
      '<member><Type>Resource</Type><ResourceChange><Action>Remove</Action><PolicyAction>Delete</PolicyAction><LogicalResourceId>Looped</LogicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType></ResourceChange></member>';
    await expect(look(changed)).rejects.toThrow('remove Looped (AWS::S3::Bucket), which loses');
    cloud.account.changeSet = cloud.account.changeSet.replace('Delete', 'Retain');
    await expect(look(changed, 'latest')).rejects.not.toMatchObject({ code: 'ECOM_REPLACEMENT' });
    cloud.account.changeSet = replacement('EcomWorkGroup', 'AWS::Athena::WorkGroup');
    await expect(look(changed, 'latest')).rejects.not.toMatchObject({ code: 'ECOM_REPLACEMENT' });
  });

  test('who may not make change sets is left with the comparison of templates', async () => {
    cloud.account.template = template(broughtAlong);
    await look({ ...broughtAlong, alertConsumer: { batchSize: 7 } });
    expect(cloud.spark.live).toHaveLength(1);
  });

  test.each([
    [
      'another existing one',
      { ...broughtAlong, emr: emr('j-2AXXXXXXGAPLF') },
      'j-2AXXXXXXGAPLF in place of j-1AXXXXXXGAPLF',
    ],
    ['one of its own', { network, msk }, 'one of its own in place of j-1AXXXXXXGAPLF'],
  ])('a stage that gets for its EMR cluster %s has its stream stopped', async (_, config, words) => {
    await look(config);
    expect(said.join()).toContain(words);
    expect(cloud.spark.live).toEqual([]);
  });

  test('a stage whose own EMR cluster is replaced has its stream stopped', async () => {
    made('EcomEmrCluster', 'j-1AXXXXXXGAPLF');
    cloud.account.template = template({ network, msk });
    await look({ network, msk });
    expect(cloud.spark.live).toHaveLength(1);
    await look({ network, msk, emr: { create: { coreNodes: 1, spotTaskNodes: 2 } } });
    expect(said.join()).toContain('j-1AXXXXXXGAPLF is replaced: Configurations, Instances');
    expect(cloud.spark.live).toEqual([]);
  });

  test.each([
    ['one of its own', {}],
    [
      'another one',
      { ...broughtAlong, msk: { existing: { clusterArn: clusterArn.replace('shop', 'mall') } } },
    ],
  ])(
    'a checkpoint that would be taken to another Kafka cluster, %s, is refused, and nothing stopped',
    async (_, config) => {
      await expect(look(config)).rejects.toMatchObject({ code: 'ECOM_CHECKPOINT' });
      await expect(look(config)).rejects.toThrow(`Kafka cluster: ${clusterArn}`);
      expect(cloud.spark.live).toHaveLength(1);
    },
  );

  test('and is said to lose its place in the old topics, with what to do', async () => {
    await expect(look({})).rejects.toMatchObject({ code: 'ECOM_CHECKPOINT' });
    expect(said.join()).toContain('It is empty: records stay behind on the old cluster');
    expect(said.join()).toContain('`npx sls deploy --stage dev --new-checkpoint earliest`');
  });

  test('and let pass where a new one is asked for', async () => {
    await look(
      { ...broughtAlong, msk: { existing: { clusterArn: clusterArn.replace('shop', 'mall') } } },
      'latest',
    );
    expect(cloud.spark.live).toHaveLength(1);
  });

  test('a stage that gets a cluster of its own begins with the first', async () => {
    expect(await clusterGeneration(asked({}))).toBe(0);
    expect(await clusterGeneration(asked(broughtAlong))).toBe(0);
  });

  test('a cluster of its own that has ended is followed by the next', async () => {
    made('EcomEmrCluster', 'j-1AXXXXXXGAPLF');
    expect(await clusterGeneration(asked({}))).toBe(0);
    cloud.spark.clusterState = 'TERMINATED';
    expect(await clusterGeneration(asked({}))).toBe(1);
    // EMR has forgotten it, and the stack has not.
    cloud.spark.clusterState = 'UNKNOWN';
    cloud.account.template = stageTemplate({ ...sampleStage({}), clusterGeneration: 3 });
    expect(await clusterGeneration(asked({}))).toBe(4);
  });
});

describe('a deploy that ends between making the trigger and switching it on', () => {
  let cloud: StageCloud;
  beforeEach(async () => {
    cloud = await StageCloud.start();
    // As the template makes it.
    cloud.account.trigger = { State: 'Disabled' };
  });
  afterEach(() => cloud.stop());
  const deploy = () => afterDeploy({ ...cloud.session, clock: jumpingClock() }, {}, async () => artifact);

  test.each<[string, () => void]>([
    [
      'the topics fail',
      () => {
        const { facts } = MskCluster.prototype;
        vi.spyOn(MskCluster.prototype, 'facts')
          .mockRejectedValueOnce(new Error('the network is gone'))
          .mockImplementation(facts);
      },
    ],
    ['the trigger stays off', () => (cloud.account.onSwitch = () => 'Disabled')],
    ['the trigger cannot be asked', () => (cloud.account.trigger = undefined)],
  ])('because %s is completed by the next one', async (_, spoil) => {
    const { trigger } = cloud.account;
    spoil();
    await expect(deploy()).rejects.toThrow();
    expect(cloud.account.trigger?.State).not.toBe('Enabled');
    expect(cloud.spark.live).toEqual([]);

    cloud.account.trigger ??= trigger;
    cloud.account.onSwitch = (enabled) => (enabled ? 'Enabled' : 'Disabled');
    expect(await deploy()).toContain('alert consumer: trigger on');
    expect(cloud.account.trigger?.State).toBe('Enabled');
    expect(cloud.spark.live).toHaveLength(1);
  });
});
