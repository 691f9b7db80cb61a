import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { EcomError } from '../../../core/error.ts';
import { presets } from '../../../plugin/config/presets.ts';
import { checkParameters, resolveConfig } from '../../../plugin/config/resolve.ts';
import { presetNames } from '../../../plugin/config/schema.ts';

const clusterArn = 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b2c3d-0000-1111-2222-333344445555-3';
const network = {
  existing: {
    vpcId: 'vpc-0a1b2c3d',
    privateSubnetIds: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'],
    cidr: '10.0.0.0/16',
  },
};

function refusal(given: unknown): string {
  try {
    resolveConfig(pipeline, given);
  } catch (error) {
    if (error instanceof EcomError && error.code === 'ECOM_CONFIG') return error.message;
    throw error;
  }
  return 'accepted';
}

describe('a configuration', () => {
  test('may be left out: it is the dev preset', () => {
    expect(resolveConfig(pipeline, undefined)).toEqual(presets.dev);
    expect(resolveConfig(pipeline, null)).toEqual(presets.dev);
    expect(resolveConfig(pipeline, {})).toEqual(presets.dev);
  });

  test.each(presetNames)('starts from the preset %s, which is accepted as it is', (preset) => {
    expect(resolveConfig(pipeline, { preset })).toEqual(presets[preset]);
    const { of, ...topics } = presets[preset].topics;
    expect(refusal({ ...presets[preset], topics: { ...topics, ...of } })).toBe('accepted');
  });

  test('changes only the keys that are given', () => {
    const config = resolveConfig(pipeline, { preset: 'production', msk: { create: { storageGb: 500 } } });
    expect(config.msk).toEqual({ create: { ...presets.production.msk.create, storageGb: 500 } });
    expect(config.emr).toEqual(presets.production.emr);
  });

  test('takes a key without a value for one that is left out', () => {
    expect(resolveConfig(pipeline, { msk: { create: { storageGb: undefined } } })).toEqual(presets.dev);
  });

  test('takes an existing network and cluster', () => {
    const config = resolveConfig(pipeline, { network, msk: { existing: { clusterArn } } });
    expect(config.msk).toEqual({ existing: { clusterArn, brokers: null } });
    expect(config.network.existing).toMatchObject({ endpoints: 'create', securityGroupIds: [] });
    expect(config.network.create).toBeUndefined();
  });
});

test.each([
  [
    ['topics', 'orders', 'configs', 'retention.ms'],
    { topics: { orders: { configs: { 'retention.ms': 7 } } } },
  ],
  [['streaming', 'spark', 'spark.a'], { streaming: { spark: { 'spark.a': 1 } } }],
  [
    ['streaming', 'spark', 'spark.sql.shuffle.partitions'],
    { streaming: { spark: { 'spark.sql.shuffle.partitions': '3' } } },
  ],
  [['rules', 'off', '1'], { rules: { off: ['region-hop', 'regoin-hop'] } }],
])('looks for the place of %j, keys with dots of their own kept whole', (keys, given) => {
  expect(() => resolveConfig(pipeline, given, (asked) => JSON.stringify(asked))).toThrow(
    JSON.stringify(keys),
  );
});

describe('what a stage says of its topics', () => {
  const { orders } = pipeline.topics;
  const definition = {
    ...pipeline,
    topics: { ...pipeline.topics, of: { ...orders, name: 'of' }, refunds: { ...orders, name: 'refunds' } },
  };
  const topicsOf = (given: object) => resolveConfig(definition, given).topics;

  test('adds to what its preset says of the same topic', () => {
    const topics = { orders: { retentionHours: 24 }, alerts: { partitions: 24 } };
    expect(topicsOf({ preset: 'large', topics }).of).toEqual({
      orders: { partitions: 12, retentionHours: 24 },
      alerts: { partitions: 24 },
    });
  });

  test('goes to the role that it names, and no other, whatever that is called', () => {
    const topics = { prefix: 'dev-', of: { partitions: 2 }, refunds: { retentionHours: 1 } };
    expect(topicsOf({ topics })).toEqual({
      prefix: 'dev-',
      through: 'auto',
      deletionPolicy: 'retain',
      of: { of: { partitions: 2 }, refunds: { retentionHours: 1 } },
    });
  });

  test('is kept for a topic that is named without a value', () => {
    expect(topicsOf({ preset: 'large', topics: { orders: undefined } }).of).toMatchObject({
      orders: { partitions: 12 },
    });
  });
});

describe('refuses, naming the key,', () => {
  test.each([
    ['an unknown key', { presett: 'dev' }, 'presett: unknown key'],
    ['an unknown key deep down', { msk: { create: { brokrs: 3 } } }, 'msk.create.brokrs: unknown key'],
    ['an unknown preset', { preset: 'huge' }, 'preset: must be dev, production or large, is "huge"'],
    [
      'text for a number',
      { msk: { create: { brokers: 'three' } } },
      'msk.create.brokers: must be a whole number from 2 to 60, is "three"',
    ],
    [
      'a fraction of a broker',
      { msk: { create: { brokers: 2.5 } } },
      'msk.create.brokers: must be a whole number',
    ],
    ['a missing key', { network, msk: { existing: {} } }, 'msk.existing.clusterArn: is missing'],
    ['a list for the whole', [], 'custom.ecomAnalytics: must be a block of keys'],
    [
      'a topic whose times are its producers’',
      { topics: { orders: { configs: { 'message.timestamp.type': 'CreateTime' } } } },
      'topics.orders.configs: message.timestamp.type must be LogAppendTime',
    ],
    ['text for a block', { streaming: 'fast' }, 'streaming: must be a block of keys, is "fast"'],
    [
      'a wrong ARN',
      { network, msk: { existing: { clusterArn: 'arn:aws:s3:::x' } } },
      'msk.existing.clusterArn: must be the ARN',
    ],
    [
      'a wrong EMR id',
      { network, emr: { existing: { clusterId: 'x', release: 'emr-7.13.0', instanceRole: 'r' } } },
      'emr.existing.clusterId',
    ],
    ['a network that is too large', { network: { create: { cidr: '10.0.0.0/8' } } }, 'network.create.cidr'],
    [
      'Kafka older than the topic API',
      { msk: { create: { kafkaVersion: '2.8.1' } } },
      'msk.create.kafkaVersion',
    ],
    ['a bad e-mail address', { monitoring: { email: 'me' } }, 'monitoring.email: must be an e-mail address'],
    [
      'a wrong bucket name',
      { buckets: { existing: { data: 'A_B', artifacts: 'a-b' } } },
      'buckets.existing.data',
    ],
    [
      'a Spark setting that the checkpoint depends on',
      { streaming: { spark: { 'spark.sql.shuffle.partitions': '8' } } },
      'set `streaming.shufflePartitions`',
    ],
    [
      'a Spark setting that would let two jobs write',
      { streaming: { spark: { 'spark.yarn.maxAppAttempts': '2' } } },
      'would be a second writer',
    ],
    ['a trigger below zero', { streaming: { triggerSeconds: -1 } }, 'streaming.triggerSeconds'],
  ])('%s', (_, given, key) => {
    expect(refusal(given)).toContain(key);
    expect(refusal(given)).toContain('serverless.yml, custom.ecomAnalytics');
  });

  test('every error at once', () => {
    const lines = refusal({ preset: 'x', athena: 'no', rule: {} }).split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'preset',
      'athena',
      'rule',
      expect.stringContaining('docs/configuration.md'),
    ]);
  });
});

describe('names the word that was probably meant', () => {
  test.each([
    [{ streaming: { alerts: 'real-time' } }, 'Did you mean "realtime"?'],
    [{ preset: 'prod' }, 'Did you mean "production"?'],
    [{ msk: { create: { enhancedMonitoring: 'per_brokr' } } }, 'Did you mean "PER_BROKER"?'],
    [{ msk: { create: { brokrs: 3 } } }, 'Did you mean "brokers"?'],
    [{ monitorin: {} }, 'Did you mean "monitoring"?'],
    [{ rules: { off: ['high-valu'] } }, 'Did you mean "high-value"?'],
    [{ emr: { create: { release: 'emr-spark-8.1' } } }, 'Did you mean "emr-spark-8.1.0"?'],
  ])('in %j', (given, expected) => {
    expect(refusal(given)).toContain(expected);
  });

  test('and, where none is near, all that there are', () => {
    expect(refusal({ rules: { on: [] } })).toContain('Use off, or remove it.');
    expect(refusal({ preset: 'huge' })).not.toContain('Did you mean');
    expect(refusal({ athena: 'boolen' })).not.toContain('Did you mean');
  });
});

describe('a stage’s parameters', () => {
  const refused = (given: Readonly<Record<string, unknown>>): string => {
    try {
      checkParameters(given, ([name]) => `stages.yml, ${name}`);
    } catch (error) {
      if (error instanceof EcomError && error.code === 'ECOM_CONFIG') return error.message;
      throw error;
    }
    return 'accepted';
  };

  test.each([
    [{ alertEmail: 'foo' }, 'alertEmail: must be an e-mail address, is "foo" (stages.yml, alertEmail)'],
    [{ notifyFrom: 'sometimes' }, 'notifyFrom: must be low, medium, high or critical, is "sometimes"'],
    [{ notifyFrom: 'hihg' }, 'Did you mean "high"?'],
    [{ region: 'us-esat-1' }, 'Did you mean "us-east-1"?'],
    [{ region: 'Frankfurt' }, 'region: there is no AWS region "Frankfurt" (stages.yml, region)'],
    [{ region: 5 }, 'region: must be an AWS region like us-east-1, is 5'],
    [{ ecomAnalytic: {} }, 'Did you mean "ecomAnalytics"?'],
    [{ alertemail: 'a@b.example' }, 'Did you mean "alertEmail"?'],
  ])('are refused: %j', (given, expected) => {
    expect(refused(given)).toContain(expected);
    expect(refused(given)).toContain(`(stages.yml, ${Object.keys(given)[0]})`);
  });

  test.each([
    {},
    {
      region: 'eu-west-1',
      alertEmail: 'owner@shop.example',
      notifyFrom: 'low',
      ecomAnalytics: { preset: 'x' },
    },
    { alertEmail: '', color: 'blue' },
    // Newer than this version.
    { region: 'us-central-1' },
    { alertEmail: '${env:ALERT_EMAIL}', region: null },
  ])('are accepted, a shop’s own included: %j', (given) => {
    expect(refused(given)).toBe('accepted');
  });
});

describe('refuses an EMR release', () => {
  test.each([
    ['that is too old', { emr: { create: { release: 'emr-6.15.0' } } }, 'Spark 3.4.1 or older'],
    ['that nobody knows', { emr: { create: { release: 'emr-9.0.0' } } }, 'not in the table of releases'],
    [
      'that lacks real-time mode, where that is asked for',
      { emr: { create: { release: 'emr-7.13.0' } }, streaming: { alerts: 'realtime' } },
      'Real-time alerts need Spark 4.1',
    ],
  ])('%s', (_, given, message) => {
    expect(refusal(given)).toContain(message);
  });
});

test('refuses endpoints in a network whose addresses are not known', () => {
  const existing = { ...network.existing, cidr: null };
  expect(refusal({ network: { existing } })).toContain('network.existing.cidr');
  expect(refusal({ network: { existing: { ...existing, endpoints: 'present' } } })).toBe('accepted');
});

describe('refuses what cannot work together:', () => {
  test.each([
    [
      'Spot nodes in a network without a way out',
      { emr: { create: { coreNodes: 1, spotTaskNodes: 2 } } },
      'emr.create.spotTaskNodes',
    ],
    [
      'Spot nodes without a core node',
      { emr: { create: { coreNodes: 0, spotTaskNodes: 2 } }, network: { create: { nat: true } } },
      'emr.create.coreNodes',
    ],
    [
      'created and existing',
      {
        emr: {
          create: {},
          existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'r' },
        },
      },
      'both created and existing',
    ],
    [
      'a new network for an existing cluster',
      { msk: { existing: { clusterArn } } },
      'cannot reach an existing MSK cluster',
    ],
    [
      'a new network for an existing EMR cluster',
      { emr: { existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'r' } } },
      'An existing EMR cluster',
    ],
    [
      'brokers that do not fill the zones',
      { msk: { create: { brokers: 3 } } },
      '3 brokers cannot be spread evenly over 2',
    ],
    [
      'a new cluster in one subnet',
      {
        network: {
          existing: { vpcId: 'vpc-0a1b2c3d', privateSubnetIds: ['subnet-0a1b2c3d'], cidr: '10.0.0.0/16' },
        },
      },
      'two zones or three',
    ],
    [
      'more copies than brokers',
      { topics: { alerts: { replicationFactor: 3 } } },
      'topics.alerts.replicationFactor',
    ],
    ['a budget that tells nobody', { monitoring: { monthlyBudgetUsd: 600 } }, 'monitoring.email'],
    [
      'fewer pollers at most than at least',
      { alertConsumer: { provisionedPollers: { min: 3, max: 2, retryAttempts: 1, maxAgeSeconds: 60 } } },
      'pollers',
    ],
    ['a rule that is not there', { rules: { off: ['cheap'] } }, 'The rules are high-value'],
  ])('%s', (_, given, message) => {
    expect(refusal(given)).toContain(message);
  });
});

describe('accepts what goes together, to the limit:', () => {
  const emr = { existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'r' } };
  const existingCluster = (brokers?: number) => ({ existing: { clusterArn, ...(brokers && { brokers }) } });
  test.each([
    ['as many copies as brokers', { topics: { alerts: { replicationFactor: 2 } } }],
    [
      'as many copies as an existing cluster has brokers',
      { network, msk: existingCluster(3), topics: { alerts: { replicationFactor: 3 } } },
    ],
    [
      'any number of copies where the brokers are not known',
      { network, msk: existingCluster(), topics: { alerts: { replicationFactor: 5 } } },
    ],
    ['a budget with someone to tell', { monitoring: { monthlyBudgetUsd: 600, email: 'owner@shop.example' } }],
    ['someone to tell without a budget', { monitoring: { email: 'owner@shop.example' } }],
    [
      'as many pollers at least as at most',
      { alertConsumer: { provisionedPollers: { min: 2, max: 2, retryAttempts: 1, maxAgeSeconds: 60 } } },
    ],
    [
      'a core node alone in a network without a way out',
      { emr: { create: { coreNodes: 0, spotTaskNodes: 0 } } },
    ],
    [
      'Spot nodes beside a core node, with a way out',
      { emr: { create: { coreNodes: 1, spotTaskNodes: 1 } }, network: { create: { nat: true } } },
    ],
    ['Spot nodes in an existing network', { emr: { create: { coreNodes: 1, spotTaskNodes: 1 } }, network }],
    ['an existing EMR cluster in its own network', { emr, network }],
    [
      'a Spark setting that the job leaves to the stage',
      { streaming: { spark: { 'spark.eventLog.compress': 'true' } } },
    ],
    ['as many brokers as fill the zones twice', { msk: { create: { brokers: 4 } } }],
    ['a new cluster in two subnets', { network, msk: { create: { brokers: 2 } } }],
  ])('%s', (_, given) => {
    expect(refusal(given)).toBe('accepted');
  });

  test('and refuses more copies than an existing cluster has brokers', () => {
    const given = { network, msk: existingCluster(2), topics: { alerts: { replicationFactor: 3 } } };
    expect(refusal(given)).toContain('A replication factor of 3 needs as many brokers, and there are 2');
  });
});
