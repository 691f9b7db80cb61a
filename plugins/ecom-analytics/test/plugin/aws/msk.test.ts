import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AwsClients } from '../../../plugin/aws/clients.ts';
import { MskCluster } from '../../../plugin/aws/msk-cluster.ts';
import { decodeConfigs, MskTopics } from '../../../plugin/aws/msk-topics.ts';
import { jumpingClock } from '../jumping-clock.ts';
import { clusterArn, desired, owner } from '../topics/sample-topics.ts';
import { type MskEndpoint, startMskEndpoint } from './msk-endpoint.ts';

let endpoint: MskEndpoint;
let topics: MskTopics;
let cluster: MskCluster;

beforeEach(async () => {
  endpoint = await startMskEndpoint();
  const clients = new AwsClients(async () => ({
    region: 'eu-west-1',
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  }));
  topics = new MskTopics(clients, clusterArn, jumpingClock());
  cluster = new MskCluster(clients, clusterArn);
});
afterEach(() => endpoint.stop());

function orders() {
  const [topic] = desired();
  if (topic === undefined) throw new Error('the definition has an orders topic');
  return topic;
}

describe('the MSK topic API', () => {
  test('makes a topic, with its configs as JSON in Base64, and reads it back', async () => {
    expect(await topics.create(orders())).toBe(true);
    const [read] = await topics.read(['ecommerce-orders', 'nothing']);
    expect(read).toEqual({
      name: 'ecommerce-orders',
      partitions: 3,
      replicationFactor: 3,
      configs: orders().configs,
    });
    expect(decodeConfigs(endpoint.topics.get('ecommerce-orders')?.Configs)).toEqual(read?.configs);
  });

  test('names the config that the cluster refuses, and its reason', async () => {
    const message =
      'Invalid value gone for configuration cleanup.policy: String must be one of: compact, delete';
    const fault = { status: 400, type: 'BadRequestException', message };
    await topics.create(orders());
    endpoint.faults.set('UpdateTopic', [fault]);
    const refused = topics.setConfigs('ecommerce-orders', { 'cleanup.policy': 'gone', 'segment.ms': '1' });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_TOPIC_CONFIG' });
    await expect(refused).rejects.toThrow(`The cluster refuses cleanup.policy = gone: ${message}`);
    endpoint.faults.set('UpdateTopic', [
      { status: 400, type: 'BadRequestException', message: 'Too many partitions' },
    ]);
    await expect(topics.addPartitions('ecommerce-orders', 9)).rejects.toMatchObject({
      code: 'ECOM_AWS_CALL',
    });
  });

  test('waits out answers from before a change', async () => {
    endpoint.staleReads = 6;
    await topics.create(orders());
    await topics.addPartitions('ecommerce-orders', 6);
    await topics.setConfigs('ecommerce-orders', { 'retention.ms': '1', 'min.insync.replicas': '2' });
    expect((await topics.read(['ecommerce-orders']))[0]).toMatchObject({
      partitions: 6,
      configs: { 'retention.ms': '1' },
    });
    await topics.delete('ecommerce-orders');
    expect(await topics.read(['ecommerce-orders'])).toEqual([]);
  });

  test('takes a topic that is there, though the plan did not see it, for what it is', async () => {
    await topics.create(orders());
    expect(await topics.create({ ...orders(), partitions: 9 })).toBe(false);
    expect(endpoint.topics.get('ecommerce-orders')?.PartitionCount).toBe(3);
  });

  test('deletes a topic that is gone already', async () => {
    await expect(topics.delete('ecommerce-orders')).resolves.toBeUndefined();
  });

  test('gives up on a change that never shows, and says so', async () => {
    endpoint.staleReads = Number.POSITIVE_INFINITY;
    await expect(topics.create(orders())).rejects.toMatchObject({ code: 'ECOM_TOPIC_SLOW' });
  });

  test('reads a hundred topics with a hundred calls', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `topic-${index}`);
    expect(await topics.read(names)).toEqual([]);
    expect(endpoint.requests).toHaveLength(100);
  });
});

describe('a fault', () => {
  const always = (status: number, type: string) => Array.from({ length: 20 }, () => ({ status, type }));

  test('a denied read is an error, never an absence', async () => {
    endpoint.faults.set('DescribeTopic', always(403, 'ForbiddenException'));
    const read = topics.read(['ecommerce-orders']);
    await expect(read).rejects.toMatchObject({ code: 'ECOM_AWS_DENIED' });
    await expect(read).rejects.toThrow('kafka-cluster:DescribeTopicDynamicConfiguration');
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['CreateTopic', () => topics.create(orders()), 'kafka-cluster:CreateTopic'],
    ['UpdateTopic', () => topics.addPartitions('ecommerce-orders', 6), 'kafka-cluster:AlterTopic'],
    [
      'UpdateTopic',
      () => topics.setConfigs('ecommerce-orders', { 'retention.ms': '1' }),
      'kafka-cluster:AlterTopicDynamicConfiguration',
    ],
    ['DeleteTopic', () => topics.delete('ecommerce-orders'), 'kafka-cluster:DeleteTopic'],
    ['TagResource', () => cluster.claim(['ecommerce-orders'], owner), 'kafka:TagResource'],
    ['UntagResource', () => cluster.release(['ecommerce-orders']), 'kafka:UntagResource'],
    ['DescribeClusterV2', () => cluster.facts(), 'kafka:DescribeClusterV2'],
    ['GetBootstrapBrokers', () => cluster.bootstrapBrokers(), 'kafka:GetBootstrapBrokers'],
  ])('a denied %s changes nothing, and what to allow is named', async (action, call, needed) => {
    endpoint.faults.set(action, always(403, 'AccessDeniedException'));
    const denied = call();
    await expect(denied).rejects.toMatchObject({ code: 'ECOM_AWS_DENIED' });
    await expect(denied).rejects.toThrow(needed);
    expect(endpoint.topics.size).toBe(0);
    expect(endpoint.tags).toEqual({});
  });

  test('throttling is waited out', async () => {
    endpoint.faults.set('DescribeTopic', always(429, 'TooManyRequestsException').slice(0, 2));
    expect(await topics.read(['ecommerce-orders'])).toEqual([]);
    expect(endpoint.requests).toHaveLength(3);
  });

  test.each([
    ['an expired token', 403, 'ExpiredTokenException', 'ECOM_AWS_EXPIRED'],
    ['a key that is not known', 403, 'UnrecognizedClientException', 'ECOM_AWS_CREDENTIALS'],
    ['a denied call', 403, 'AccessDeniedException', 'ECOM_AWS_DENIED'],
    ['another refusal', 400, 'BadRequestException', 'ECOM_AWS_CALL'],
  ])('%s is named', async (_, status, type, code) => {
    endpoint.faults.set('DescribeClusterV2', always(status, type));
    await expect(cluster.facts()).rejects.toMatchObject({ code });
  });

  test('a region that is not set is named', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, os.devNull);
    const nowhere = new AwsClients(async () => ({
      endpoint: endpoint.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }));
    const asked = new MskCluster(nowhere, clusterArn).facts().finally(() => vi.unstubAllEnvs());
    await expect(asked).rejects.toMatchObject({ code: 'ECOM_AWS_REGION' });
  });

  test('an endpoint that nobody answers at is named', async () => {
    const nobody = new AwsClients(async () => ({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:1',
      maxAttempts: 2, // all eight would wait for up to twelve seconds in between
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    }));
    await expect(new MskCluster(nobody, clusterArn).facts()).rejects.toMatchObject({
      code: 'ECOM_AWS_UNREACHABLE',
    });
  });
});

describe('the cluster', () => {
  test('is recognized by its facts', async () => {
    expect(await cluster.facts()).toMatchObject({
      name: 'shop',
      kind: 'standard',
      kafkaVersion: '3.9.x.kraft',
      brokers: 3,
      iamAuthentication: true,
    });
  });

  test.each([
    [
      'serverless',
      {
        clusterType: 'SERVERLESS',
        serverless: { clientAuthentication: { sasl: { iam: { enabled: true } } } },
      },
    ],
    [
      'express',
      { provisioned: { brokerNodeGroupInfo: { instanceType: 'express.m7g.large', clientSubnets: [] } } },
    ],
  ])('is known to be %s', async (kind, described) => {
    Object.assign(endpoint.cluster, described);
    expect((await cluster.facts()).kind).toBe(kind);
  });

  test('that is not there is said to be not there', async () => {
    endpoint.faults.set('DescribeClusterV2', [{ status: 404, type: 'NotFoundException' }]);
    await expect(cluster.facts()).rejects.toMatchObject({ code: 'ECOM_CLUSTER_NOT_FOUND' });
  });

  test('carries the claims of stages, and loses them again', async () => {
    await cluster.claim(['a', 'b'], owner);
    expect((await cluster.facts()).owners).toEqual({ a: owner, b: owner });
    await cluster.release(['a']);
    expect((await cluster.facts()).owners).toEqual({ b: owner });
    await expect(cluster.claim(['x'.repeat(120)], owner)).rejects.toMatchObject({
      code: 'ECOM_TOPIC_NAME_LENGTH',
    });
  });

  test('tells where clients connect', async () => {
    expect(await cluster.bootstrapBrokers()).toBe('b-1.shop.kafka:9098');
  });
});
