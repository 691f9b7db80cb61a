import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../plugin/config/resolve.ts';
import { retentionMs } from '../../../plugin/topics/desired.ts';
import { kit, kitWithRefunds } from '../../core/kit.ts';
import { cluster, desired } from './sample-topics.ts';

describe('the desired topics', () => {
  test('are those of the definition', () => {
    expect(
      desired().map(({ name, partitions, replicationFactor }) => [name, partitions, replicationFactor]),
    ).toEqual([
      ['ecommerce-orders', 3, 3],
      ['ecommerce-alerts', 3, 3],
      ['ecommerce-orders-dlq', 1, 3],
    ]);
    expect(desired()[0]?.configs).toEqual({
      'retention.ms': '604800000',
      'min.insync.replicas': '2',
      'message.timestamp.type': 'LogAppendTime',
    });
  });

  test('hold a topic that the shop has added, under the stage’s prefix', () => {
    const topics = desired({ topics: { prefix: 'dev-' } }, cluster, kitWithRefunds);
    expect(topics.at(-1)).toMatchObject({ role: 'refunds', name: 'dev-ecommerce-refunds', partitions: 2 });
  });

  test('have as many copies as a small cluster has brokers, and as many in sync', () => {
    const small = desired({}, { ...cluster, brokers: 1 });
    expect(small.map(({ replicationFactor }) => replicationFactor)).toEqual([1, 1, 1]);
    expect(small[0]?.configs['min.insync.replicas']).toBe('1');
  });

  test('follow the stage: prefix, partitions, retention, further configs', () => {
    const [orders] = desired({
      topics: {
        prefix: 'dev-',
        orders: { partitions: 12, retentionHours: 1, configs: { 'compression.type': 'zstd' } },
      },
    });
    expect(orders).toMatchObject({
      name: 'dev-ecommerce-orders',
      partitions: 12,
      configs: { 'retention.ms': '3600000', 'compression.type': 'zstd' },
    });
  });

  test.each(['express', 'serverless'] as const)('leave to %s what it sets by itself', (kind) => {
    const [orders] = desired({}, { ...cluster, kind, brokers: 1 });
    expect(orders?.replicationFactor).toBe(3);
    expect(orders?.configs).toEqual({
      'retention.ms': '604800000',
      'message.timestamp.type': 'LogAppendTime',
    });
  });
});

test.each<[string, unknown, number]>([
  ['the definition’s own', {}, 7 * 86_400_000],
  ['the stage’s hours', { topics: { orders: { retentionHours: 2 } } }, 7_200_000],
  [
    'a config, which Kafka goes by',
    { topics: { orders: { retentionHours: 2, configs: { 'retention.ms': '-1' } } } },
    -1,
  ],
])('retention is %s', (_, given, ms) => {
  const { orders } = resolveConfig(kit, given).topics.of;
  expect(retentionMs(kit.topics.orders, orders)).toBe(ms);
});
