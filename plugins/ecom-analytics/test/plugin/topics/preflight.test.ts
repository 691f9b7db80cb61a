import { describe, expect, test } from 'vitest';
import type { ClusterFacts } from '../../../plugin/topics/cluster.ts';
import { topicDoor } from '../../../plugin/topics/preflight.ts';
import { cluster } from './sample-topics.ts';

describe('the door to a cluster’s topics', () => {
  test.each<[string, Partial<ClusterFacts>, string]>([
    ['a provisioned cluster', {}, 'msk-api'],
    ['Express brokers', { kind: 'express' }, 'msk-api'],
    ['Kafka 3.6', { kafkaVersion: '3.6.0' }, 'msk-api'],
    ['brokers that do not tell their version', { kafkaVersion: null }, 'msk-api'],
    ['Kafka 4.1', { kafkaVersion: '4.1.x.kraft' }, 'msk-api'],
    ['Kafka before 3.6', { kafkaVersion: '3.5.1' }, 'kafka-admin'],
    ['Kafka 2.8', { kafkaVersion: '2.8.1' }, 'kafka-admin'],
    ['MSK Serverless', { kind: 'serverless', kafkaVersion: null }, 'kafka-admin'],
    ['plain brokers', { kind: 'plain', kafkaVersion: null }, 'kafka-admin'],
  ])('of %s', (_, facts, door) => {
    expect(topicDoor({ ...cluster, ...facts }, 'auto')).toBe(door);
  });

  test('is the one that the stage insists on', () => {
    expect(topicDoor(cluster, 'kafka-admin')).toBe('kafka-admin');
  });

  test.each<[string, Partial<ClusterFacts>, string]>([
    ['one that is being made', { state: 'CREATING' }, 'ECOM_CLUSTER_BUSY'],
    ['one that is being updated', { state: 'UPDATING' }, 'ECOM_CLUSTER_BUSY'],
    ['one that is going', { state: 'DELETING' }, 'ECOM_CLUSTER_GONE'],
    ['one that failed', { state: 'FAILED' }, 'ECOM_CLUSTER_GONE'],
    ['one without IAM', { iamAuthentication: false }, 'ECOM_CLUSTER_AUTH'],
    ['Serverless through the API', { kind: 'serverless' }, 'ECOM_TOPIC_API'],
    ['an old one through the API', { kafkaVersion: '2.8.1' }, 'ECOM_TOPIC_API'],
  ])('is refused for %s', (_, facts, code) => {
    const door = () => topicDoor({ ...cluster, ...facts }, 'msk-api');
    expect(door).toThrow(expect.objectContaining({ code }));
    expect(door).toThrow(`cluster shop, ${cluster.id}`);
  });
});
