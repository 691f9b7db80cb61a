import { createHash } from 'node:crypto';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import type { StageConfig } from '../config/schema.ts';
import { ConfigError } from '../error-kinds.ts';
import { join, ref, sub, type Value } from './fragment.ts';

/** A function of serverless.yml, by its logical ids. */
export interface FunctionIds {
  /** Of the AWS::Lambda::Function. */
  readonly lambda: string;
  /** Of the AWS::IAM::Role that it has to itself. */
  readonly role: string;
}

/** What a stage's resources are made from. */
export interface StageInput {
  readonly service: string;
  readonly stage: string;
  readonly region: string;
  readonly config: StageConfig;
  /** With the stage's topic names. */
  readonly definition: PipelineDefinition;
  readonly functions: {
    readonly producer: FunctionIds;
    readonly testConsumer: FunctionIds;
    readonly alertConsumer: FunctionIds;
    readonly brokers: FunctionIds;
    readonly watch: FunctionIds;
    readonly replay: FunctionIds;
  };
  /** Raised to replace an EMR cluster that has ended: its name is part of what it is. */
  readonly clusterGeneration: number;
}

/** `shop-dev`, the stem of what has a name. */
export const stem = ({ service, stage }: Pick<StageInput, 'service' | 'stage'>): string =>
  `${service}-${stage}`;

/** `shop/dev`: who owns topics, and the value of the tag that splits the costs. */
export const stageOwner = ({ service, stage }: Pick<StageInput, 'service' | 'stage'>): string =>
  `${service}/${stage}`;

/** The tag of everything that belongs to a stage. */
export const stageTag = 'ecom-analytics';

/** EMR's managed policy acts only on what carries it. */
export const emrTag = { Key: 'for-use-with-amazon-emr-managed-policies', Value: 'true' } as const;

/** Logical ids that more than one fragment speaks of. */
export const ids = {
  vpc: 'EcomVpc',
  clientsGroup: 'EcomClientsSecurityGroup',
  brokersGroup: 'EcomBrokersSecurityGroup',
  endpointsGroup: 'EcomEndpointsSecurityGroup',
  emrServiceGroup: 'EcomEmrServiceSecurityGroup',
  emrPrimaryGroup: 'EcomEmrPrimarySecurityGroup',
  emrCoreGroup: 'EcomEmrCoreSecurityGroup',
  msk: 'EcomMskCluster',
  emr: 'EcomEmrCluster',
  emrInstanceRole: 'EcomEmrInstanceRole',
  dataBucket: 'EcomDataBucket',
  artifactsBucket: 'EcomArtifactsBucket',
  brokers: 'EcomBootstrapBrokers',
  alarmsTopic: 'EcomAlarmsTopic',
  /** Of functions/resources.yml. */
  alertsTopic: 'AlertsSnsTopic',
} as const;

/**
 * Of the alert consumer's trigger: `EcomAlertsTriggerDevecommercealerts1a2b3c`. A mapping's topic cannot be changed, so
 * another topic makes another mapping, and CloudFormation goes by the id.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2140
 */
export const alertsTriggerId = ({ definition }: Pick<StageInput, 'definition'>): string => {
  const { name } = definition.topics.alerts;
  const letters = name.replaceAll(/[^A-Za-z0-9]/g, '');
  return `EcomAlertsTrigger${letters.charAt(0).toUpperCase()}${letters.slice(1, 100)}${topicMark(name)}`;
};

/** Tells topics apart whose names differ in more than an id can hold. */
export const topicMark = (name: string): string =>
  createHash('sha256').update(name).digest('hex').slice(0, 6);

export const subnetId = (zone: number): string => `EcomPrivateSubnet${zone + 1}`;

/** The network's pieces, wherever they come from. */
export interface NetworkRefs {
  readonly vpcId: Value;
  readonly cidr: Value | null;
  readonly subnetIds: readonly Value[];
  /** May reach the brokers: the functions and Spark carry them. */
  readonly clientGroups: readonly Value[];
}

export function networkRefs({ network }: StageConfig): NetworkRefs {
  if (network.existing) {
    const { vpcId, privateSubnetIds, securityGroupIds, cidr } = network.existing;
    const clientGroups = securityGroupIds.length > 0 ? securityGroupIds : [ref(ids.clientsGroup)];
    return { vpcId, cidr, subnetIds: privateSubnetIds, clientGroups };
  }
  const zones = Array.from({ length: network.create.availabilityZones }, (_, zone) => zone);
  return {
    vpcId: ref(ids.vpc),
    cidr: network.create.cidr,
    subnetIds: zones.map((zone) => ref(subnetId(zone))),
    clientGroups: [ref(ids.clientsGroup)],
  };
}

/** A Kafka cluster's ARNs. */
export interface KafkaArns {
  readonly cluster: Value;
  topic(name: string): Value;
  group(pattern: string): Value;
}

/** ARNs of topics and groups hang on the cluster's, which for a cluster of the stage's own is known only to CloudFormation. */
export function kafkaArns({ msk }: StageConfig): KafkaArns {
  const cluster: Value = msk.existing ? msk.existing.clusterArn : ref(ids.msk);
  const within = (kind: string, name: string): Value =>
    typeof cluster === 'string'
      ? `${cluster.replace(':cluster/', `:${kind}/`)}/${name}`
      : join('', [{ 'Fn::Join': [`:${kind}/`, { 'Fn::Split': [':cluster/', cluster] }] }, '/', name]);
  return { cluster, topic: (name) => within('topic', name), group: (pattern) => within('group', pattern) };
}

/** A bucket by name and ARN. */
export interface BucketRef {
  readonly name: Value;
  readonly arn: string;
}

/** The ARN is text for `Fn::Sub`, so that prefixes can follow it. */
export interface StageBuckets {
  readonly data: BucketRef;
  readonly artifacts: BucketRef;
}

/** Longest name of a bucket. */
const maxBucketName = 63;

/**
 * The name of a bucket that the stage makes, as text for `Fn::Sub`.
 *
 * @throws ConfigError `ECOM_BUCKET_NAME` when it gets too long
 */
export function bucketName(
  input: Pick<StageInput, 'service' | 'stage' | 'config'>,
  kind: 'data' | 'artifacts',
): string {
  const prefix = input.config.buckets.create?.prefix ?? null;
  const name = prefix === null ? `${stem(input)}-${kind}-\${AWS::AccountId}` : `${prefix}-${kind}`;
  const real = name.replace('${AWS::AccountId}', '123456789012');
  if (real.length > maxBucketName || real !== real.toLowerCase())
    throw new ConfigError('ECOM_BUCKET_NAME', {
      what: `"${name}" cannot be the name of a bucket: at most ${maxBucketName} characters, and no capitals`,
      where: 'serverless.yml, custom.ecomAnalytics.buckets.create.prefix',
      fix: 'Give a `prefix` of your own, or a shorter name to service or stage.',
    });
  return name;
}

export function stageBuckets({ buckets }: StageConfig): StageBuckets {
  if (buckets.existing) {
    const bucket = (name: string): BucketRef => ({ name, arn: `arn:\${AWS::Partition}:s3:::${name}` });
    return { data: bucket(buckets.existing.data), artifacts: bucket(buckets.existing.artifacts) };
  }
  const bucket = (id: string): BucketRef => ({ name: ref(id), arn: `\${${id}.Arn}` });
  return { data: bucket(ids.dataBucket), artifacts: bucket(ids.artifactsBucket) };
}

/** Objects of a bucket below prefixes, as ARNs for a policy. */
export const objects = (bucket: BucketRef, ...prefixes: readonly string[]): Value[] =>
  prefixes.map((prefix) => sub(`${bucket.arn}/${prefix}*`));

/** What the folders of the two buckets are called. */
export const folders = {
  /** In the data bucket. The window folder's own name is in the definition. */
  /** Windows of a batch before they are published, `UNFINISHED` in emr/ecom_streaming/window_names.py. */
  unfinished: '.unfinished/',
  checkpoints: 'checkpoints/',
  status: 'status/',
  control: 'control/',
  /** In the artifacts bucket. */
  jobs: 'jobs/',
  jars: 'jars/',
  runs: 'runs/',
  /** Templates that a change set is made of. */
  plans: 'plans/',
  logs: 'logs/',
  ledger: 'ledger/',
  athena: 'athena/',
} as const;
