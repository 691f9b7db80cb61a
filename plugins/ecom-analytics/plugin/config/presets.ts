import type { PresetName, StageConfig } from './schema.ts';

type Created<T extends { readonly create?: unknown }> = { readonly create: NonNullable<T['create']> };

/** A preset creates everything; something existing replaces a block whole. */
export interface Preset extends Omit<StageConfig, 'network' | 'msk' | 'emr' | 'buckets'> {
  readonly network: Created<StageConfig['network']>;
  readonly msk: Created<StageConfig['msk']>;
  readonly emr: Created<StageConfig['emr']>;
  readonly buckets: Created<StageConfig['buckets']>;
}

/**
 * The smallest stage that works: two brokers in two zones, and Spark on one node. The broker type is the cheapest that
 * MSK takes for new clusters: since July 2026 it answers `Unsupported InstanceType` to kafka.t3.small.
 */
const dev: Preset = {
  preset: 'dev',
  network: { create: { cidr: '10.42.0.0/16', availabilityZones: 2, nat: false, endpointZones: 'one' } },
  msk: {
    create: {
      brokerType: 'kafka.m7g.large',
      brokers: 2,
      kafkaVersion: '3.9.x.kraft',
      storageGb: 10,
      kmsKeyArn: null,
      enhancedMonitoring: 'DEFAULT',
    },
  },
  emr: {
    create: {
      release: 'emr-spark-8.1.0',
      instanceType: 'm5.xlarge',
      coreNodes: 0,
      spotTaskNodes: 0,
      idleMinutes: 60,
      ebsGb: 64,
    },
  },
  buckets: { create: { prefix: null, kmsKeyArn: null, logDays: 7, analyticsDays: 30 } },
  monitoring: {
    dashboard: true,
    alarms: true,
    email: null,
    topicArn: null,
    slack: null,
    teams: null,
    lagOrders: 100_000,
    noProgressMinutes: 10,
    monthlyBudgetUsd: null,
  },
  topics: {
    prefix: '',
    through: 'auto',
    deletionPolicy: 'retain',
    of: {},
  },
  rules: { off: [] },
  streaming: {
    triggerSeconds: 10,
    maxOffsetsPerTrigger: null,
    startingOffsets: 'earliest',
    stateStore: 'hdfs',
    // Each is an object of S3 for every batch and operator of state; four cores have three queries to run.
    shufflePartitions: 2,
    alerts: 'micro-batch',
    spark: {},
    stopTimeoutSeconds: 120,
    startTimeoutSeconds: 600,
    maxRestarts: 3,
  },
  alertConsumer: { batchSize: 100, batchWindowSeconds: 1, minSeverity: null, provisionedPollers: null },
  athena: true,
};

/** Three brokers in three zones, so that one may fail; m5.xlarge × 3 for Spark. */
const production: Preset = {
  ...dev,
  preset: 'production',
  network: { create: { ...dev.network.create, availabilityZones: 3, endpointZones: 'all' } },
  msk: { create: { ...dev.msk.create, brokers: 3, storageGb: 100, enhancedMonitoring: 'PER_BROKER' } },
  emr: { create: { ...dev.emr.create, coreNodes: 2, idleMinutes: 240, ebsGb: 128 } },
  buckets: { create: { ...dev.buckets.create, logDays: 30, analyticsDays: null } },
  monitoring: { ...dev.monitoring, noProgressMinutes: 5 },
  streaming: { ...dev.streaming, shufflePartitions: 6 },
};

/** Six larger brokers, four Spark workers and up to eight Spot ones, twelve partitions, pollers that give up on a bad batch. */
const large: Preset = {
  ...production,
  preset: 'large',
  // Managed scaling, which brings the Spot nodes, needs a way out of the network.
  network: { create: { ...production.network.create, nat: true } },
  msk: { create: { ...production.msk.create, brokerType: 'kafka.m7g.xlarge', brokers: 6, storageGb: 1000 } },
  emr: {
    create: {
      ...production.emr.create,
      instanceType: 'm5.2xlarge',
      coreNodes: 4,
      spotTaskNodes: 8,
      ebsGb: 256,
    },
  },
  monitoring: { ...production.monitoring, lagOrders: 1_000_000 },
  topics: { ...production.topics, of: { orders: { partitions: 12 }, alerts: { partitions: 12 } } },
  streaming: { ...production.streaming, shufflePartitions: 32, stateStore: 'rocksdb' },
  alertConsumer: {
    ...production.alertConsumer,
    provisionedPollers: { min: 1, max: 4, retryAttempts: 5, maxAgeSeconds: 86_400 },
  },
};

/** Where a stage starts from, by name. */
export const presets: Readonly<Record<PresetName, Preset>> = { dev, production, large };
