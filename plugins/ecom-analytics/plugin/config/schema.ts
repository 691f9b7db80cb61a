import * as v from 'valibot';
import { listed, nearest } from '../../core/nearest.ts';
import { severities } from '../../core/rule.ts';
import { type stageTopicKeys, timestampType } from '../../core/topic.ts';
import { awsRegionShape } from './aws-region.ts';

/**
 * `custom.ecomAnalytics` as a user may write it. Every key is optional: what is left out comes from the preset
 * (`presets.ts`). The blocks here name all keys; the input schema is their partial form, so that a preset is checked by
 * the compiler to be complete and a user's file to hold nothing unknown.
 */

function described<const T extends v.GenericSchema>(schema: T, description: string) {
  return v.pipe(schema, v.description(description));
}

/** A key that CloudFormation, MSK or S3 cannot change where the stage stands: a deploy refuses it. */
function fixed<const T extends v.GenericSchema>(schema: T, description: string) {
  return described(schema, `${description} **Not changeable** once the stage is deployed.`);
}

const count = (min: number, max: number) => {
  const range = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(range), v.integer(range), v.minValue(min, range), v.maxValue(max, range));
};
const amount = (min: number, max: number) => {
  const range = `must be a number from ${min} to ${max}`;
  return v.pipe(v.number(range), v.minValue(min, range), v.maxValue(max, range));
};
const least = (min: number) => {
  const range = `must be a number, ${min} or more`;
  return v.pipe(v.number(range), v.minValue(min, range));
};
const text = (pattern: RegExp, message: string) => v.pipe(v.string(message), v.regex(pattern, message));
const yesOrNo = v.boolean('must be true or false');
const texts = v.record(v.string(), v.string('must be text: put it in quotes'), 'must be a block of keys');
/** A block of keys. Of one that it does not have it says which was meant, or which there are. */
function block<const T extends v.ObjectEntries>(entries: T) {
  const keys = Object.keys(entries);
  return v.strictObject(entries, ({ expected, received }) => {
    if (expected !== 'never') return 'must be a block of keys';
    const meant = nearest(JSON.parse(received), keys);
    return meant === undefined ? `Use ${listed(keys)}, or remove it.` : `Did you mean "${meant}"?`;
  });
}

/** The presets' names: where a stage starts from. */
export const presetNames = ['dev', 'production', 'large'] as const;
export type PresetName = (typeof presetNames)[number];

const id = (prefix: string) =>
  text(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `must be an id like ${prefix}-0a1b2c3d`);
const roleName = text(/^[\w+=,.@-]{1,64}$/, 'must be the name of an IAM role, not its ARN');
const bucketName = text(
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  'must be a bucket name: 3 to 63 of a-z, 0-9, dot and hyphen',
);
const kmsKeyArn = text(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/.+$/, 'must be the ARN of a KMS key');
const snsTopicArn = text(
  /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/,
  'must be the ARN of an SNS topic, arn:aws:sns:…:name',
);
const uuid = text(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a UUID, as the console shows it');
const address = 'must be an e-mail address';
const email = v.pipe(v.string(address), v.email(address));

const cidrBlock = text(
  /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-8])$/,
  'must be a block like 10.42.0.0/16, /16 to /28',
);

const NetworkCreate = block({
  cidr: fixed(
    text(/^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-4])$/, 'must be a block like 10.42.0.0/16, /16 to /24'),
    'Address block of the VPC, /16 to /24.',
  ),
  availabilityZones: fixed(
    v.picklist([2, 3]),
    'Private subnets, one a zone. Brokers must be a multiple of it.',
  ),
  nat: described(yesOrNo, 'A NAT gateway. Only Spot nodes need one here; else it is for code that you add.'),
  endpointZones: described(
    v.picklist(['one', 'all']),
    'Interface endpoints in one zone (cheapest; another zone reaches them for the price of the traffic) or in all.',
  ),
});
const createOrPresent = v.picklist(['create', 'present']);
const EndpointChoices = v.strictObject({
  emrService: described(createOrPresent, "EMR 8's service, `emr-service-cell01`."),
  lambda: described(createOrPresent, 'Lambda, for the trigger.'),
  sts: described(createOrPresent, 'STS, for the trigger.'),
});
/** An interface endpoint that a stage may need, as the configuration calls it. */
export type EndpointKey = keyof v.InferOutput<typeof EndpointChoices>;

const NetworkExisting = block({
  vpcId: described(id('vpc'), 'The VPC of the cluster.'),
  privateSubnetIds: described(
    v.pipe(v.array(id('subnet'), 'must be a list'), v.minLength(1, 'must be a list with at least one item')),
    'Private subnets from which the brokers can be reached. **Not changeable** where the stage has made brokers in them.',
  ),
  securityGroupIds: v.optional(
    described(
      v.array(id('sg'), 'must be a list'),
      'Security groups for the functions; the brokers must accept them on port 9098. Empty: one is made, and a cluster that the stage makes accepts it.',
    ),
    [],
  ),
  routeTableIds: v.optional(
    described(
      v.array(id('rtb'), 'must be a list'),
      'Route tables of those subnets, for the S3 gateway endpoint. Empty where the VPC has that endpoint, or a NAT.',
    ),
    [],
  ),
  cidr: v.optional(
    described(
      v.nullable(cidrBlock),
      'Address block of the VPC, which the endpoints that are created accept. Needed for those.',
    ),
    null,
  ),
  endpoints: v.optional(
    described(
      v.union(
        [createOrPresent, v.partial(EndpointChoices)],
        'must be create, present, or a block with a choice for each of emrService, lambda and sts',
      ),
      'Create the interface endpoints that are needed, or rely on those (or the NAT) that the VPC has; or choose for each: `{ emrService, lambda, sts }`, where one that is left out is created. A VPC takes one of each.',
    ),
    'create',
  ),
});

const MskCreate = block({
  brokerType: described(
    text(/^kafka\.[a-z0-9]+\.[a-z0-9]+$/, 'must be a standard broker type like kafka.m7g.large'),
    'Broker size. MSK no longer takes kafka.t3.small for new clusters.',
  ),
  brokers: described(count(2, 60), 'Brokers in all: a multiple of the availability zones.'),
  kafkaVersion: described(
    text(
      /^(3\.[6-9]|4\.\d+)\.(x|\d+)(\.kraft)?$/,
      'must be a version of MSK, 3.6 or later, like 3.9.x.kraft',
    ),
    'Kafka version. 3.9 is the one that MSK recommends.',
  ),
  storageGb: described(count(1, 16_384), 'EBS storage of each broker in GiB. It can grow, never shrink.'),
  kmsKeyArn: fixed(v.nullable(kmsKeyArn), 'Key for the data at rest. Null: the key that MSK keeps.'),
  enhancedMonitoring: described(
    v.picklist(['DEFAULT', 'PER_BROKER', 'PER_TOPIC_PER_BROKER', 'PER_TOPIC_PER_PARTITION']),
    'Level of the metrics. Levels above DEFAULT cost by metric.',
  ),
});
const MskExisting = block({
  clusterArn: described(
    text(
      /^arn:[\w-]+:kafka:[\w-]+:\d{12}:cluster\/[\w-]+\/[\w-]+$/,
      'must be the ARN of a cluster, arn:aws:kafka:…:cluster/name/uuid',
    ),
    'An MSK cluster with IAM authentication.',
  ),
  brokers: v.optional(
    described(
      v.nullable(count(1, 60)),
      'How many brokers it has, for the replication factor. Null: it is asked at deploy time.',
    ),
    null,
  ),
});

const EmrCreate = block({
  release: described(
    text(/^emr-[\w.-]+$/, 'must be an EMR release like emr-spark-8.1.0'),
    'EMR release. Changing it replaces the cluster.',
  ),
  instanceType: described(
    text(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, 'must be an EC2 type like m5.xlarge'),
    'EC2 type of every node.',
  ),
  coreNodes: described(count(0, 100), 'Core nodes in addition to the primary one. 0: a cluster of one node.'),
  spotTaskNodes: described(count(0, 100), 'Most Spot task nodes that managed scaling may add. Needs a NAT.'),
  idleMinutes: described(
    count(1, 10_080),
    'The idle guard: the cluster ends itself when nothing has run for so long. A running stream is never idle.',
  ),
  ebsGb: described(count(15, 16_384), 'EBS storage of each node in GiB.'),
});
const EmrExisting = block({
  clusterId: described(
    text(/^j-[A-Z0-9]{8,}$/, 'must be an id like j-2AXXXXXXGAPLF'),
    'A running EMR cluster.',
  ),
  release: described(
    text(/^emr-[\w.-]+$/, 'must be an EMR release like emr-spark-8.1.0'),
    'Its release, so that the right connector is packed without asking AWS.',
  ),
  instanceRole: described(
    roleName,
    'Role of its EC2 instances: the stage attaches what the job needs to it.',
  ),
});

const BucketsCreate = block({
  prefix: fixed(
    v.nullable(bucketName),
    'First part of the bucket names. Null: service, stage and account. Names are global: take your own if they are gone, or for the same service and stage in another region.',
  ),
  kmsKeyArn: described(v.nullable(kmsKeyArn), 'Key for the data at rest. Null: S3-managed keys.'),
  logDays: described(count(1, 3650), 'Days after which step logs are deleted.'),
  analyticsDays: described(
    v.nullable(count(1, 36_500)),
    'Days after which window files are deleted. Null: never.',
  ),
});
const BucketsExisting = block({
  data: fixed(bucketName, 'Bucket for window files, checkpoint and status.'),
  artifacts: fixed(bucketName, "Bucket for the job's files, step logs and the topics' ledger."),
});

const TopicOverrides = block({
  partitions: described(count(1, 10_000), 'Partitions. They can be added, never taken away.'),
  replicationFactor: described(count(1, 10), 'Copies, at most as many as there are brokers.'),
  retentionHours: described(least(1), '`retention.ms`, in hours.'),
  configs: described(
    v.pipe(
      texts,
      v.check(
        ({ 'message.timestamp.type': type = timestampType }) => type === timestampType,
        `message.timestamp.type must be ${timestampType}: with a producer's own times one wrong clock stops the stream or makes orders late`,
      ),
    ),
    'Further topic configs, such as `compression.type`. Only those named here are ever changed.',
  ),
});
const StageTopic = v.partial(TopicOverrides);
export type TopicOverrides = v.InferOutput<typeof StageTopic>;

const Monitoring = block({
  dashboard: described(yesOrNo, 'A CloudWatch dashboard.'),
  alarms: described(
    yesOrNo,
    'CloudWatch alarms on lag, progress, dead letters, the consumer and the cluster.',
  ),
  email: described(v.nullable(email), 'Address for the e-mail when an alarm goes off. Null: no e-mail.'),
  topicArn: described(
    v.nullable(snsTopicArn),
    'An SNS topic of yours that gets alarms and alerts, in the region of the stage. Null: the stage makes topics of its own.',
  ),
  slack: described(
    v.nullable(
      block({
        workspaceId: described(text(/^[A-Z0-9]{1,255}$/, 'must be an id like T0123ABCD'), 'Slack workspace.'),
        channelId: described(text(/^[A-Za-z0-9]{1,255}$/, 'must be an id like C0123ABCD'), 'Slack channel.'),
      }),
    ),
    'A Slack channel that shows alarms and alerts, through Amazon Q Developer in chat applications. Authorize the workspace in its console first. Null: none.',
  ),
  teams: described(
    v.nullable(
      block({
        tenantId: described(uuid, 'Microsoft Teams tenant.'),
        teamId: described(uuid, 'Team.'),
        channelId: described(
          text(/^[\w=+/.,-]*%3[aA][\w=+/.,-]*%40[\w=+/.,-]*$/, 'must be an id like 19%3Aab12%40thread.tacv2'),
          'Channel, as its link has it.',
        ),
      }),
    ),
    'The same for a channel of Microsoft Teams. Null: none.',
  ),
  lagOrders: described(
    count(1, 1_000_000_000),
    'Alarm when the stream is behind by more than this number of orders.',
  ),
  noProgressMinutes: described(count(1, 1440), 'Alarm when no batch has finished for so long.'),
  monthlyBudgetUsd: described(
    v.nullable(least(1)),
    'An AWS Budgets alarm on what the stage costs a month, in USD; needs `email`. Null: none.',
  ),
});

const topicEntries = {
  prefix: described(
    text(/^[A-Za-z0-9._-]{0,100}$/, 'must be letters, digits, dot, underscore or hyphen'),
    'Put before each topic name, so that stages can share a cluster.',
  ),
  through: described(
    v.picklist(['auto', 'msk-api', 'kafka-admin']),
    'How topics are made: through the MSK topic API, or as a Kafka admin client where the network allows it.',
  ),
  deletionPolicy: described(
    v.picklist(['retain', 'delete']),
    'What `sls remove` does with the topics of this stage.',
  ),
} as const satisfies Record<(typeof stageTopicKeys)[number], v.GenericSchema>;
const Topics = block(topicEntries);

const Streaming = block({
  triggerSeconds: described(amount(0, 3600), 'How often window rows are written. 0: as fast as Spark can.'),
  maxOffsetsPerTrigger: described(
    v.nullable(count(1, 1_000_000_000)),
    'Most records of one batch. Null: no limit. With a limit, a skewed backlog can make orders late that were not.',
  ),
  startingOffsets: described(v.picklist(['earliest', 'latest']), 'Where a new checkpoint starts reading.'),
  stateStore: described(
    v.picklist(['hdfs', 'rocksdb']),
    'State store. RocksDB is for state that outgrows memory. Changing it needs a new checkpoint.',
  ),
  shufflePartitions: described(
    count(1, 2000),
    'Spark shuffle partitions. Changing it needs a new checkpoint.',
  ),
  alerts: described(
    v.picklist(['auto', 'micro-batch', 'realtime']),
    "How order alerts are computed. Real-time mode needs Spark 4.1 and a core a partition; auto is the release's best.",
  ),
  spark: described(texts, 'Further Spark settings of the job, such as `spark.executor.memory`.'),
  stopTimeoutSeconds: described(count(10, 3600), 'How long a running stream may take to stop by itself.'),
  startTimeoutSeconds: described(
    count(30, 7200),
    'How long a submitted step may take to its first heartbeat.',
  ),
  maxRestarts: described(count(0, 100), 'Restarts in an hour of a step that died, before an alarm.'),
});

const AlertConsumer = block({
  batchSize: described(count(1, 10_000), 'Most alerts a call.'),
  batchWindowSeconds: described(count(0, 300), 'How long a call waits for more alerts.'),
  minSeverity: described(
    v.nullable(v.picklist(severities)),
    'A filter on the trigger: alerts below it never reach the function. Null: no filter.',
  ),
  provisionedPollers: described(
    v.nullable(
      block({
        min: described(count(1, 200), 'Event pollers kept running.'),
        max: described(count(1, 2000), 'Most event pollers.'),
        retryAttempts: described(count(0, 10_000), 'Tries of a failing batch before its destination.'),
        maxAgeSeconds: described(count(60, 604_800), 'Age after which an alert goes to the destination.'),
      }),
    ),
    'Pollers that are paid by the hour. Without them a failing batch is tried for ever and blocks its partition.',
  ),
});

/** The blocks that the stage either creates or takes as they exist; `create` may be left out or hold only what differs. */
export const blocks = {
  network: { create: NetworkCreate, existing: NetworkExisting },
  msk: { create: MskCreate, existing: MskExisting },
  emr: { create: EmrCreate, existing: EmrExisting },
  buckets: { create: BucketsCreate, existing: BucketsExisting },
} as const;
export type BlockName = keyof typeof blocks;

/** Schemas of blocks, whatever their keys. */
type Block = v.StrictObjectSchema<v.ObjectEntries, v.ErrorMessage<v.StrictObjectIssue> | undefined>;

/** Either of a block's two; `create` may hold only what differs from the preset. */
const either = <const Create extends Block, const Existing extends Block>(of: {
  readonly create: Create;
  readonly existing: Existing;
}) => block({ create: v.optional(v.partial(of.create)), existing: v.optional(of.existing) });

/**
 * `custom.ecomAnalytics` of a shop.
 *
 * @param roles those of its topics
 */
export const configInputSchema = (roles: readonly string[]) =>
  block({
    preset: v.optional(
      described(v.picklist(presetNames), 'Where the stage starts from: dev, (small) production or large.'),
    ),
    network: v.optional(
      described(
        either(blocks.network),
        'A network of its own, or an existing one. With an existing cluster it must be the cluster’s.',
      ),
    ),
    msk: v.optional(
      described(
        either(blocks.msk),
        'The Kafka cluster: created (provisioned, IAM and TLS only), or an existing one.',
      ),
    ),
    emr: v.optional(described(either(blocks.emr), 'The Spark cluster: created, or an existing one.')),
    buckets: v.optional(
      described(
        either(blocks.buckets),
        'The buckets: created (encrypted, TLS only, not public), or existing ones.',
      ),
    ),
    monitoring: v.optional(described(v.partial(Monitoring), 'Dashboard, alarms and budget.')),
    topics: v.optional(
      described(
        block({
          ...v.partial(Topics).entries,
          ...Object.fromEntries(roles.map((role) => [role, v.optional(StageTopic)])),
        }),
        'What differs, on this stage, from the topics of the definition.',
      ),
    ),
    rules: v.optional(
      described(
        block({
          off: described(
            v.array(v.string('must be text'), 'must be a list'),
            'Ids of rules that are switched off on this stage.',
          ),
        }),
        'Rules of pipeline/rules.ts on this stage.',
      ),
    ),
    streaming: v.optional(described(v.partial(Streaming), 'The Spark streaming step.')),
    alertConsumer: v.optional(described(v.partial(AlertConsumer), 'The trigger of the alert consumer.')),
    athena: v.optional(described(yesOrNo, 'A Glue table over the windows, and saved Athena queries.')),
  });

/** The parameters of a stage, beside its `ecomAnalytics`; it may have further ones, for code that a shop adds. */
export const StageParametersSchema = v.looseObject({
  region: v.optional(
    described(
      text(awsRegionShape, 'must be an AWS region like us-east-1'),
      'AWS region, for all stages or one.',
    ),
    'us-east-1',
  ),
  alertEmail: v.optional(
    described(v.union([v.literal(''), email], address), 'Who gets fraud alerts by e-mail, through SNS.'),
    '',
  ),
  notifyFrom: v.optional(
    described(v.picklist(severities), 'The lowest severity of alerts that are sent.'),
    'high',
  ),
});

/** What a user's file holds. */
export type ConfigInput = v.InferOutput<ReturnType<typeof configInputSchema>>;

/** A block as it is: created by the stage, or existing. */
export type Either<Create, Existing> =
  | { readonly create: Create; readonly existing?: undefined }
  | { readonly existing: Existing; readonly create?: undefined };

/** A stage's configuration with every key filled in. */
export interface StageConfig {
  readonly preset: PresetName;
  readonly network: Either<v.InferOutput<typeof NetworkCreate>, v.InferOutput<typeof NetworkExisting>>;
  readonly msk: Either<v.InferOutput<typeof MskCreate>, v.InferOutput<typeof MskExisting>>;
  readonly emr: Either<v.InferOutput<typeof EmrCreate>, v.InferOutput<typeof EmrExisting>>;
  readonly buckets: Either<v.InferOutput<typeof BucketsCreate>, v.InferOutput<typeof BucketsExisting>>;
  readonly monitoring: v.InferOutput<typeof Monitoring>;
  readonly topics: v.InferOutput<typeof Topics> & {
    /** What differs from the definition's topics, by role. */
    readonly of: Readonly<Record<string, TopicOverrides>>;
  };
  readonly rules: { readonly off: readonly string[] };
  readonly streaming: v.InferOutput<typeof Streaming>;
  readonly alertConsumer: v.InferOutput<typeof AlertConsumer>;
  readonly athena: boolean;
}
