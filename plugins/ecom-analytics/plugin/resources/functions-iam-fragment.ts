import { applications, stepRecordKey, watchMemoryKey } from '../streaming/keys.ts';
import { emrClusterArn } from './emr-fragment.ts';
import {
  type Fragment,
  policyDocument,
  type Resource,
  ref,
  type Statement,
  sub,
  trustPolicy,
} from './fragment.ts';
import { kafkaStatements } from './iam-kafka.ts';
import { keyStatements } from './iam-key.ts';
import {
  alertsTriggerId,
  type FunctionIds,
  folders,
  kafkaArns,
  objects,
  type StageInput,
  stageBuckets,
  stem,
  topicMark,
} from './stage-input.ts';

/** The consumer groups of the test consumer begin so: `groupPrefix` in plugins/ecom-analytics/functions/test-consumer. */
const testConsumerGroups = 'ecom-test-consumer-*';

/**
 * The one consumer group of the alert consumer's trigger: fixed, so that it can be granted and its lag be watched. Each topic
 * has its own, because no two triggers may share a group, and for a moment the one of the former topic is still there.
 * https://docs.aws.amazon.com/lambda/latest/api/API_AmazonManagedKafkaEventSourceConfig.html
 */
export const alertsGroup = (input: Pick<StageInput, 'service' | 'stage' | 'definition'>): string =>
  `${stem(input)}-alert-consumer-${topicMark(input.definition.topics.alerts.name)}`;

/** What Lambda does with the network interfaces of a function, or of a trigger, in a VPC. */
const networkInterfaces: Statement[] = [
  {
    Sid: 'NetworkInterfaces',
    // None of these can be told apart by network before the interface is there.
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    Action: [
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
    Resource: ['*'],
  },
];

/** AWS knows no resource for this one. Source: service authorization reference, Amazon MSK. */
const bootstrapBrokers: Statement = {
  Sid: 'BootstrapBrokers',
  Action: ['kafka:GetBootstrapBrokers'],
  Resource: ['*'],
};

const policy = (role: string, name: string, statements: readonly Statement[]): Resource => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: name, Roles: [ref(role)], PolicyDocument: policyDocument(statements) },
});

function alertConsumerStatements(input: StageInput): Statement[] {
  const { config, definition } = input;
  const { data } = stageBuckets(config);
  return [
    ...networkInterfaces,
    ...kafkaStatements(config, { read: [definition.topics.alerts.name], groups: [alertsGroup(input)] }),
    {
      Sid: 'FindBrokers',
      Action: ['kafka:DescribeCluster', 'kafka:DescribeClusterV2'],
      Resource: [kafkaArns(config).cluster],
    },
    bootstrapBrokers,
    // Lambda writes a failed batch below this folder and no other.
    // https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
    { Sid: 'KeepFailedBatches', Action: ['s3:PutObject'], Resource: objects(data, 'aws/lambda/') },
    { Sid: 'FindFailedBatches', Action: ['s3:ListBucket'], Resource: [sub(data.arn)] },
    ...(config.monitoring.topicArn === null
      ? []
      : [{ Sid: 'TellYourTopic', Action: ['sns:Publish'], Resource: [config.monitoring.topicArn] }]),
    ...keyStatements(input),
  ];
}

function watchStatements(input: StageInput): Statement[] {
  const { data, artifacts } = stageBuckets(input.config);
  return [
    { Sid: 'WriteSettings', Action: ['s3:PutObject'], Resource: objects(artifacts, folders.runs) },
    { Sid: 'ReadStatus', Action: ['s3:GetObject'], Resource: objects(data, folders.status, folders.control) },
    {
      Sid: 'WriteRecords',
      Action: ['s3:PutObject'],
      Resource: [...applications.map(stepRecordKey), watchMemoryKey].map((key) => sub(`${data.arn}/${key}`)),
    },
    { Sid: 'TellMissingFromDenied', Action: ['s3:ListBucket'], Resource: [sub(data.arn)] },
    {
      Sid: 'WatchAndRestart',
      Action: [
        'elasticmapreduce:DescribeCluster',
        'elasticmapreduce:DescribeStep',
        'elasticmapreduce:ListSteps',
        'elasticmapreduce:AddJobFlowSteps',
      ],
      Resource: [emrClusterArn(input)],
    },
    {
      Sid: 'LookAtTheTrigger',
      Action: ['lambda:GetEventSourceMapping'],
      Resource: [
        sub(
          `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:event-source-mapping:\${${alertsTriggerId(input)}}`,
        ),
      ],
    },
    {
      Sid: 'PublishMetrics',
      Action: ['cloudwatch:PutMetricData'],
      Resource: ['*'],
      Condition: { StringEquals: { 'cloudwatch:namespace': 'EcomAnalytics' } },
    },
    ...keyStatements(input),
  ];
}

/** A role for a function that the plugin adds: logs, and what it does. */
function ownRole({ role, lambda }: FunctionIds, statements: readonly Statement[]): Record<string, Resource> {
  const logGroup = lambda.replace(/LambdaFunction$/, 'LogGroup');
  return {
    [role]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trustPolicy('lambda.amazonaws.com'),
        Policies: [
          {
            PolicyName: 'work',
            PolicyDocument: policyDocument([
              {
                Sid: 'Log',
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: [sub(`\${${logGroup}.Arn}`)],
              },
              ...statements,
            ]),
          },
        ],
      },
    },
  };
}

/** The policies that functions must have before they are made, by function. */
export const functionPolicies = {
  producer: 'EcomProducerPolicy',
  testConsumer: 'EcomTestConsumerPolicy',
  alertConsumer: 'EcomAlertConsumerPolicy',
} as const;

/** What each function may do beyond what serverless.yml gives it: Kafka, the network, and the plugin's own two. */
export function functionsIamFragment(input: StageInput): Fragment {
  const { config, functions, definition } = input;
  const { orders, deadLetters } = definition.topics;
  const names = Object.values(definition.topics).map(({ name }) => name);
  return {
    Resources: {
      [functionPolicies.producer]: policy(functions.producer.role, 'send-orders', [
        ...networkInterfaces,
        // Of the dead letters Spark alone has to say what they are.
        ...kafkaStatements(config, { write: names.filter((name) => name !== deadLetters.name) }),
      ]),
      [functionPolicies.testConsumer]: policy(functions.testConsumer.role, 'read-topics', [
        ...networkInterfaces,
        ...kafkaStatements(config, {
          read: names,
          groups: [testConsumerGroups],
          deletesGroups: true,
        }),
      ]),
      [functionPolicies.alertConsumer]: policy(
        functions.alertConsumer.role,
        'read-alerts',
        alertConsumerStatements(input),
      ),
      ...ownRole(functions.brokers, [bootstrapBrokers]),
      ...ownRole(functions.watch, watchStatements(input)),
      ...ownRole(functions.replay, [
        ...networkInterfaces,
        ...kafkaStatements(config, { write: [orders.name] }),
      ]),
    },
  };
}
