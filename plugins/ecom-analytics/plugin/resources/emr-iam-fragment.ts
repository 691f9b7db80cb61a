import { analyticsFolder } from '../../core/window.ts';
import { emrInstanceRole, emrInstanceRoleArn } from './emr-fragment.ts';
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
import { folders, ids, objects, type StageInput, stageBuckets, stem } from './stage-input.ts';

/**
 * Spark names its consumer groups so: the first of a stream, the second of a batch, as which late orders are looked up.
 * https://spark.apache.org/docs/latest/structured-streaming-kafka-integration.html, `groupIdPrefix`
 */
const sparkGroups = ['spark-kafka-source*', 'spark-kafka-relation*'];

/** What the job does: reads orders, writes alerts, dead letters and ticks, keeps its windows, checkpoint and status. */
function jobStatements(input: StageInput): Statement[] {
  const { data, artifacts } = stageBuckets(input.config);
  const { orders, alerts, deadLetters } = input.definition.topics;
  const dataFolders = [
    `${analyticsFolder}/`,
    folders.unfinished,
    folders.checkpoints,
    folders.status,
    folders.control,
  ];
  const codeFolders = [folders.jobs, folders.jars, folders.runs];
  return [
    ...kafkaStatements(input.config, {
      read: [orders.name],
      write: [orders.name, alerts.name, deadLetters.name],
      groups: sparkGroups,
    }),
    {
      Sid: 'WindowsCheckpointStatus',
      Action: [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: objects(data, ...dataFolders),
    },
    {
      Sid: 'ListData',
      Action: ['s3:ListBucket'],
      Resource: [sub(data.arn)],
      Condition: {
        StringLike: { 's3:prefix': dataFolders.flatMap((folder) => [folder.slice(0, -1), `${folder}*`]) },
      },
    },
    { Sid: 'ReadCode', Action: ['s3:GetObject'], Resource: objects(artifacts, ...codeFolders) },
    {
      Sid: 'ListCode',
      Action: ['s3:ListBucket'],
      Resource: [sub(artifacts.arn)],
      Condition: {
        StringLike: { 's3:prefix': codeFolders.flatMap((folder) => [folder.slice(0, -1), `${folder}*`]) },
      },
    },
    // S3A asks a bucket for its region before anything else.
    { Sid: 'FindBuckets', Action: ['s3:GetBucketLocation'], Resource: [sub(data.arn), sub(artifacts.arn)] },
    ...keyStatements(input),
  ];
}

function ownRoles(input: StageInput): Record<string, Resource> {
  if (!input.config.emr.create) return {};
  const { artifacts } = stageBuckets(input.config);
  const given = input.config.network.existing;
  const service: Statement[] = [
    {
      Sid: 'PassTheInstanceRole',
      Action: ['iam:PassRole'],
      Resource: [emrInstanceRoleArn()],
      Condition: { StringLike: { 'iam:PassedToService': 'ec2.amazonaws.com*' } },
    },
  ];
  if (given !== undefined)
    // EMR's managed policy acts in tagged subnets and groups only; existing ones may not carry the tag.
    // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEMRServicePolicy_v2.html, CreateInTaggedNetwork
    service.push({
      Sid: 'CreateInTheGivenNetwork',
      Action: [
        'ec2:CreateFleet',
        'ec2:CreateLaunchTemplate',
        'ec2:CreateLaunchTemplateVersion',
        'ec2:CreateNetworkInterface',
        'ec2:RunInstances',
      ],
      Resource: [
        ...given.privateSubnetIds.map((id) => `subnet/${id}`),
        ...given.securityGroupIds.map((id) => `security-group/${id}`),
      ].map((name) => sub(`arn:\${AWS::Partition}:ec2:\${AWS::Region}:\${AWS::AccountId}:${name}`)),
    });
  return {
    EcomEmrServiceRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trustPolicy('elasticmapreduce.amazonaws.com'),
        ManagedPolicyArns: [
          sub('arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2'),
        ],
      },
    },
    EcomEmrServicePolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'cluster',
        Roles: [ref('EcomEmrServiceRole')],
        PolicyDocument: policyDocument(service),
      },
    },
    [ids.emrInstanceRole]: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: trustPolicy('ec2.amazonaws.com') },
    },
    EcomEmrInstanceLogPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'step-logs',
        Roles: [ref(ids.emrInstanceRole)],
        PolicyDocument: policyDocument([
          { Sid: 'WriteLogs', Action: ['s3:PutObject'], Resource: objects(artifacts, folders.logs) },
        ]),
      },
    },
  };
}

/** The roles of the Spark cluster, and what the job may do. */
export function emrIamFragment(input: StageInput): Fragment {
  return {
    Resources: {
      ...ownRoles(input),
      EcomEmrInstancePolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          // Stages of several services, or of one in several regions, may share a role: a name is one policy.
          PolicyName: sub(`${stem(input)}-streaming-\${AWS::Region}`),
          Roles: [emrInstanceRole(input)],
          PolicyDocument: policyDocument(jobStatements(input)),
        },
      },
    },
  };
}
