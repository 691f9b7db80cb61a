import { awsPartitionOf } from '../resources/console.ts';
import type { StageInput } from '../resources/stage-input.ts';
import { stem } from '../resources/stage-input.ts';

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** Characters of a managed policy, white space not counted. Source: IAM quotas. */
const mostCharacters = 6144;

/** The services that a stage's roles are for. */
const roleServices = ['lambda', 'elasticmapreduce', 'ec2', 'chatbot'] as const;

/** The resources of a stage by service: its own names, wherever a service has names and the action takes a resource. */
function resourcesOf(input: StageInput, account: string): (action: string) => readonly string[] {
  const { config, region } = input;
  const partition = awsPartitionOf(region);
  const name = stem(input);
  const arn = (service: string, rest: string): string =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const global = (service: string, rest: string): string => `arn:${partition}:${service}::${account}:${rest}`;
  const { existing, create } = config.buckets;
  const prefix = create?.prefix ?? null;
  // Lowercase: osls's own bucket, and the functions', are called after the stack.
  const buckets = [
    ...new Set([
      `${name.toLowerCase()}-*`,
      ...(prefix === null ? [] : [`${prefix}-data`, `${prefix}-artifacts`]),
      ...(existing ? [existing.data, existing.artifacts] : []),
    ]),
  ].map((bucket) => `arn:${partition}:s3:::${bucket}`);
  const cluster = config.msk.existing?.clusterArn ?? arn('kafka', `cluster/${name}/*`);
  const within = (kind: string): string => `${cluster.replace(':cluster/', `:${kind}/`)}/*`;
  const emrCluster = arn('elasticmapreduce', `cluster/${config.emr.existing?.clusterId ?? '*'}`);
  const keys = [config.msk.create?.kmsKeyArn, config.buckets.create?.kmsKeyArn].filter(
    (key) => typeof key === 'string',
  );
  const topics = [
    arn('sns', `${name}-*`),
    ...(config.monitoring.topicArn === null ? [] : [config.monitoring.topicArn]),
  ];
  const instanceRole = config.emr.existing?.instanceRole;
  const roles = [
    global('iam', `role/${name}-*`),
    ...(instanceRole === undefined ? [] : [global('iam', `role/${instanceRole}`)]),
  ];
  // Where EMR keeps the logs of a cluster that nobody chose a place for; `sls ecom stream logs` reads them.
  const logsBucket = `arn:${partition}:s3:::aws-logs-${account}-${region}`;
  const stepLogs = config.emr.existing ? [logsBucket, `${logsBucket}/*`] : [];
  const byService: Readonly<Record<string, readonly string[]>> = {
    athena: [arn('athena', `workgroup/${name}*`)],
    budgets: [global('budgets', `budget/${name}-*`)],
    cloudformation: [arn('cloudformation', `stack/${name}/*`)],
    cloudwatch: [arn('cloudwatch', `alarm:${name}-*`), global('cloudwatch', `dashboard/${name}-*`)],
    dynamodb: [arn('dynamodb', `table/${name}-*`)],
    ecr: [arn('ecr', `repository/serverless-${name}`)],
    elasticmapreduce: [emrCluster],
    events: [arn('events', `rule/${name}-*`)],
    glue: [arn('glue', 'catalog'), arn('glue', 'database/*'), arn('glue', 'table/*')],
    iam: [...roles, global('iam', `instance-profile/${name}-*`)],
    kafka: [cluster, within('topic'), arn('kafka', `configuration/${name}*/*`)],
    'kafka-cluster': [cluster, within('topic')],
    kms: keys.length > 0 ? keys : [arn('kms', 'alias/aws/*')],
    lambda: [arn('lambda', `function:${name}-*`), arn('lambda', 'event-source-mapping:*')],
    logs: [
      arn('logs', `log-group:/aws/lambda/${name}-*`),
      arn('logs', `log-group:/ecom-analytics/${name}/*`),
    ],
    s3: [...buckets, ...buckets.map((bucket) => `${bucket}/*`)],
    sns: topics,
  };
  return (action) => {
    const [service = ''] = action.split(':');
    if (unscoped.test(action)) return ['*'];
    const own = byService[service] ?? ['*'];
    return /^s3:(GetObject|ListBucket)$/.test(action) ? [...own, ...stepLogs] : own;
  };
}

/**
 * Actions for which AWS knows no resource, or whose resource gets its name from AWS when it is made. Source: service
 * authorization references.
 */
const unscoped =
  /^(ec2|chatbot|lakeformation):|^cloudformation:(ValidateTemplate|ListStacks)$|^elasticmapreduce:RunJobFlow$|^iam:CreateServiceLinkedRole$|^kafka:(Create(Cluster|Configuration)|List(Clusters|Configurations))$|^lambda:(CreateEventSourceMapping|ListEventSourceMappings|GetEventSourceMapping)$|^logs:(Describe|\w*LogDelivery|\w*LogDeliveries|PutResourcePolicy|\w*ResourcePolicies)|^cloudwatch:DescribeAlarms$|^kms:ListAliases$|^s3:ListAllMyBuckets$|^sns:(ListTopics|Unsubscribe|GetSubscriptionAttributes|SetSubscriptionAttributes)$/;

function conditionOf(
  action: string,
  { region }: StageInput,
  partition: string,
): PolicyStatement['Condition'] {
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  if (action === 'iam:PassRole')
    return { StringEquals: { 'iam:PassedToService': roleServices.map((service) => `${service}.${suffix}`) } };
  if (/^(ec2|elasticmapreduce|kafka):/.test(action))
    return { StringEquals: { 'aws:RequestedRegion': region } };
  return undefined;
}

/** One statement for all actions on the same resources under the same condition. */
function statements(actions: readonly string[], input: StageInput, account: string): PolicyStatement[] {
  const resources = resourcesOf(input, account);
  const partition = awsPartitionOf(input.region);
  const grouped = new Map<string, PolicyStatement>();
  for (const action of actions) {
    const Resource = resources(action);
    const Condition = conditionOf(action, input, partition);
    const key = JSON.stringify([action.split(':')[0], Resource, Condition]);
    const Action = [...(grouped.get(key)?.Action ?? []), action];
    const Sid = `${(action.split(':')[0] ?? '').replace('-', '')}${grouped.get(key)?.Sid.replace(/\D/g, '') ?? grouped.size}`;
    grouped.set(key, { Sid, Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) });
  }
  return [...grouped.values()];
}

const characters = (policy: unknown): number => JSON.stringify(policy).length;

/**
 * What a user who deploys a stage must be allowed to do, as managed policies: as many as IAM's limit makes of it.
 *
 * @param actions see `deployerActions`
 * @param account number of the account, or `*`
 */
export function deployerPolicies(
  actions: readonly string[],
  input: StageInput,
  account: string,
): Readonly<Record<string, Policy>> {
  const parts: PolicyStatement[][] = [[]];
  for (const statement of statements(actions, input, account)) {
    const last = parts.at(-1) ?? [];
    if (characters({ Version: '2012-10-17', Statement: [...last, statement] }) <= mostCharacters)
      last.push(statement);
    else parts.push([statement]);
  }
  return Object.fromEntries(
    parts.map((Statement, at) => [`${stem(input)}-deploy-${at + 1}`, { Version: '2012-10-17', Statement }]),
  );
}
