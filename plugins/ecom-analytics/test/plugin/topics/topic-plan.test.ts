import { describe, expect, test } from 'vitest';
import { planExitCode } from '../../../plugin/topics/topic-plan.ts';
import { planText } from '../../../plugin/topics/topic-plan-text.ts';
import { actualOf, cluster, desired, ledgerOf, owner, planFor } from './sample-topics.ts';

describe('the plan', () => {
  test('has nothing to do where all is as desired', () => {
    const plan = planFor();
    expect(plan.changes).toEqual([]);
    expect(plan.notes).toEqual([]);
    expect(plan.unchanged).toEqual(['ecommerce-orders', 'ecommerce-alerts', 'ecommerce-orders-dlq']);
    expect(planExitCode(plan)).toBe(0);
    expect(planText(plan, 'shop')).toContain('Nothing to do.');
  });

  test('creates what is missing', () => {
    const plan = planFor({ actual: [] });
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
    expect(planExitCode(plan)).toBe(2);
    expect(planText(plan, 'shop')).toMatchInlineSnapshot(`
      "Topics on shop:
        + create ecommerce-orders
            partitions = 3
            replication factor = 3
            retention.ms = 604800000 (7 days)
            min.insync.replicas = 2
            message.timestamp.type = LogAppendTime
        + create ecommerce-alerts
            partitions = 3
            replication factor = 3
            retention.ms = 259200000 (3 days)
            min.insync.replicas = 2
            message.timestamp.type = LogAppendTime
        + create ecommerce-orders-dlq
            partitions = 1
            replication factor = 3
            retention.ms = 1209600000 (14 days)
            min.insync.replicas = 2
            message.timestamp.type = LogAppendTime"
    `);
  });

  test('adopts a topic that is there and nobody’s', () => {
    const plan = planFor({ ledger: ledgerOf([]) });
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['adopt', 'adopt', 'adopt']);
    expect(planText(plan, 'shop')).toContain('adopt ecommerce-alerts');
  });

  test('gives a topic that it adopts the broker’s time', () => {
    const actual = desired()
      .map(actualOf)
      .map((topic) => ({ ...topic, configs: { ...topic.configs, 'message.timestamp.type': 'CreateTime' } }));
    const plan = planFor({ ledger: ledgerOf([]), actual });
    expect(plan.changes.map(({ kind }) => kind)).toEqual(Array(3).fill(['adopt', 'set-configs']).flat());
    expect(planText(plan, 'shop')).toContain('message.timestamp.type: CreateTime -> LogAppendTime');
  });

  test('adds partitions', () => {
    const plan = planFor({
      desired: desired({ topics: { orders: { partitions: 12 } } }),
      actual: desired().map(actualOf),
    });
    expect(plan.changes).toEqual([{ kind: 'add-partitions', name: 'ecommerce-orders', from: 3, to: 12 }]);
    expect(plan.unchanged).toEqual(['ecommerce-alerts', 'ecommerce-orders-dlq']);
    expect(planText(plan, 'shop')).toContain('~ ecommerce-orders: partitions 3 -> 12');
  });

  test('changes declared configs, and sends all that are declared', () => {
    const plan = planFor({
      desired: desired({ topics: { alerts: { retentionHours: 24 } } }),
      actual: desired().map(actualOf),
    });
    expect(plan.changes).toEqual([
      {
        kind: 'set-configs',
        name: 'ecommerce-alerts',
        configs: {
          'retention.ms': '86400000',
          'min.insync.replicas': '2',
          'message.timestamp.type': 'LogAppendTime',
        },
        changes: { 'retention.ms': { from: '259200000', to: '86400000' } },
      },
    ]);
  });

  test('never takes a config that nobody declared for a difference', () => {
    const actual = desired()
      .map(actualOf)
      .map((topic) => ({ ...topic, configs: { ...topic.configs, 'cleanup.policy': 'compact', x: 'y' } }));
    expect(planFor({ actual }).changes).toEqual([]);
  });

  test('leaves the in-sync replicas of a cluster that sets them itself', () => {
    const on = { ...cluster, kind: 'serverless', brokers: 1 } as const;
    const { changes } = planFor({
      cluster: on,
      desired: desired({ topics: { alerts: { retentionHours: 24 } } }, on),
      actual: desired({}, on).map(actualOf),
    });
    const [only] = changes.map((change) => 'configs' in change && change.configs);
    expect(only).toEqual({ 'retention.ms': '86400000', 'message.timestamp.type': 'LogAppendTime' });
  });

  test('asks no more in-sync replicas of an old topic than it has copies', () => {
    const actual = desired()
      .map(actualOf)
      .map((topic) => ({
        ...topic,
        replicationFactor: 1,
        configs: { ...topic.configs, 'min.insync.replicas': '1' },
      }));
    const plan = planFor({ actual });
    expect(plan.changes).toEqual([]);
    expect(plan.notes[0]).toContain('keeps 1 copies; the cluster could hold 3');
    // What else is declared holds for it all the same.
    const shorter = planFor({ actual, desired: desired({ topics: { alerts: { retentionHours: 24 } } }) });
    expect(shorter.changes).toMatchObject([
      {
        kind: 'set-configs',
        name: 'ecommerce-alerts',
        configs: { 'retention.ms': '86400000', 'min.insync.replicas': '1' },
        changes: { 'retention.ms': { to: '86400000' } },
      },
    ]);
  });

  test.each([
    ['3600000', '3600000 (1 hour)'],
    ['129600000', '129600000 (36 hours)'],
    ['86400000', '86400000 (1 day)'],
    ['172800000', '172800000 (2 days)'],
    ['1800000', '1800000'],
    ['-1', '-1'],
  ])('says how long a retention of %s ms is', (retention, words) => {
    const plan = planFor({
      desired: desired({ topics: { alerts: { configs: { 'retention.ms': retention } } } }),
      actual: desired().map((topic) => {
        const { 'min.insync.replicas': _unset, ...configs } = actualOf(topic).configs;
        return { ...actualOf(topic), configs: { ...configs, 'retention.ms': '1000' } };
      }),
    });
    const lines = planText(plan, 'shop').split('\n');
    expect(lines).toContain(`      retention.ms: 1000 -> ${words}`);
    expect(lines).toContain('      min.insync.replicas: unset -> 2');
  });
});

describe('the plan refuses', () => {
  test('to shrink partitions', () => {
    const plan = planFor({
      desired: desired({ topics: { orders: { partitions: 2 } } }),
      actual: desired().map(actualOf),
    });
    expect(plan.refused[0]).toMatchObject({ code: 'ECOM_TOPIC_SHRINK', name: 'ecommerce-orders' });
    expect(plan.refused[0]?.fix).toContain('topics.prefix');
    expect(plan.unchanged).toEqual(['ecommerce-alerts', 'ecommerce-orders-dlq']);
    expect(planExitCode(plan)).toBe(1);
    expect(planText(plan, 'shop').split('\n')).toEqual([
      'Topics on shop:',
      expect.stringMatching(/^ {2}! ecommerce-orders: .* has 3 partitions and 2 .*\(ECOM_TOPIC_SHRINK\)$/),
      '  . as they should be: ecommerce-alerts, ecommerce-orders-dlq',
    ]);
  });

  test('to change a replication factor that the stage declares', () => {
    const plan = planFor({
      desired: desired({ preset: 'production', topics: { orders: { replicationFactor: 2 } } }),
      actual: desired().map(actualOf),
    });
    expect(plan.refused[0]).toMatchObject({ code: 'ECOM_TOPIC_REPLICATION' });
  });

  test('to rename', () => {
    const plan = planFor({
      desired: desired({ topics: { prefix: 'new-' } }),
      ledger: ledgerOf(desired()),
      actual: [],
    });
    expect(plan.refused.map(({ code }) => code)).toEqual(Array(3).fill('ECOM_TOPIC_RENAME'));
    expect(plan.refused[0]?.fix).toContain('sls ecom topics delete --topic ecommerce-orders');
    expect(plan.changes).toEqual([]);
  });

  test('to touch a topic of another stage', () => {
    const owners = { 'ecommerce-orders': 'shop/prod', 'ecommerce-alerts': owner };
    const plan = planFor({ cluster: { ...cluster, owners } });
    expect(plan.refused).toHaveLength(1);
    expect(plan.refused[0]).toMatchObject({
      code: 'ECOM_TOPIC_OWNED',
      what: 'ecommerce-orders belongs to shop/prod',
    });
  });
});
