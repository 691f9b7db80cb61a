import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { kitFile } from '../../project/package-files.ts';

/** What a user who deploys a stage must be allowed to do: CloudFormation acts with their permissions, and so do the commands. */

const HandlersSchema = v.object({ types: v.record(v.string(), v.array(v.string())) });

/**
 * What CloudFormation's handlers of each resource type may call, as AWS publishes it; actions of services that no stage uses
 * are left out.
 */
function handlers(): Readonly<Record<string, readonly string[]>> {
  const file = kitFile('plugin/policy/handlers.json');
  return v.parse(HandlersSchema, JSON.parse(readFileSync(file, 'utf8'))).types;
}

/** Types whose schema says nothing. Sources: API references and service authorization references of each service. */
const unpublished: Readonly<Record<string, readonly string[]>> = {
  'AWS::Budgets::Budget': ['budgets:ModifyBudget', 'budgets:ViewBudget'],
  // CloudFormation invokes the function with the permissions of the user who deploys.
  'AWS::CloudFormation::CustomResource': ['lambda:InvokeFunction'],
  'AWS::EMR::Cluster': [
    'elasticmapreduce:AddTags',
    'elasticmapreduce:DescribeCluster',
    'elasticmapreduce:GetAutoTerminationPolicy',
    'elasticmapreduce:GetManagedScalingPolicy',
    'elasticmapreduce:ListBootstrapActions',
    'elasticmapreduce:ListInstanceFleets',
    'elasticmapreduce:ListInstanceGroups',
    'elasticmapreduce:ListInstances',
    'elasticmapreduce:ModifyInstanceGroups',
    'elasticmapreduce:PutAutoTerminationPolicy',
    'elasticmapreduce:PutManagedScalingPolicy',
    'elasticmapreduce:RemoveAutoTerminationPolicy',
    'elasticmapreduce:RemoveManagedScalingPolicy',
    'elasticmapreduce:RemoveTags',
    'elasticmapreduce:RunJobFlow',
    'elasticmapreduce:SetTerminationProtection',
    'elasticmapreduce:SetVisibleToAllUsers',
    'elasticmapreduce:TerminateJobFlows',
    'iam:CreateServiceLinkedRole',
    'iam:PassRole',
  ],
  'AWS::Glue::Table': ['glue:CreateTable', 'glue:DeleteTable', 'glue:GetTable', 'glue:UpdateTable'],
};

/**
 * What osls makes beside the template: functions and their logs, and a bucket for their code; and what functions/resources.yml
 * has.
 */
export const surroundingTypes: readonly string[] = [
  'AWS::DynamoDB::Table',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
];

/** What `sls` and the plugin's commands call themselves: recorded on the local cloud, which test/e2e holds it to. */
export const recordedActions: readonly string[] = [
  'cloudformation:CreateChangeSet',
  'cloudformation:DeleteChangeSet',
  'cloudformation:DeleteStack',
  'cloudformation:DescribeChangeSet',
  'cloudformation:DescribeStackEvents',
  'cloudformation:DescribeStackResource',
  'cloudformation:DescribeStacks',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'cloudformation:ValidateTemplate',
  'ecr:DescribeRepositories',
  'elasticmapreduce:AddJobFlowSteps',
  'elasticmapreduce:DescribeCluster',
  'elasticmapreduce:DescribeStep',
  'kafka:CreateTopic',
  'kafka:DescribeClusterV2',
  'kafka:DescribeTopic',
  'kafka:TagResource',
  'kafka:UntagResource',
  'kafka:UpdateTopic',
  'lambda:GetEventSourceMapping',
  'lambda:GetFunction',
  'lambda:GetFunctionConfiguration',
  'lambda:InvokeFunction',
  'lambda:UpdateEventSourceMapping',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:GetObject',
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:PutObject',
];

/** What they call where the local cloud does not lead them, and where. */
export const furtherActions: Readonly<Record<string, string>> = {
  'cloudformation:CreateStack': 'osls makes the stack by it where `deploymentMethod` is direct',
  'cloudformation:UpdateStack': 'the same of an update',
  'cloudformation:TagResource': 'the stack carries the tag of the stage',
  'ec2:DescribeVpcEndpoints': '`network.existing` with `endpoints: create`: those that the VPC has already',
  'elasticmapreduce:CancelSteps': 'a step that does not stop when it is asked',
  'elasticmapreduce:ListSteps': 'a step whose submission was cut off',
  'elasticmapreduce:TerminateJobFlows': 'sls remove ends the cluster before its network',
  'iam:GetRole': 'osls, of a function on its own',
  'kafka-cluster:AlterTopic': 'the topic API asks it of the caller, as of a Kafka client',
  'kafka-cluster:AlterTopicDynamicConfiguration': 'the same',
  'kafka-cluster:Connect': 'the same',
  'kafka-cluster:CreateTopic': 'the same',
  'kafka-cluster:DeleteTopic': 'the same',
  'kafka-cluster:DescribeTopic': 'the same',
  'kafka-cluster:DescribeTopicDynamicConfiguration': 'the same',
  'kafka:DeleteTopic': 'sls ecom topics delete',
  'kafka:ListTopics': 'sls ecom doctor',
  'lambda:ListVersionsByFunction': 'osls looks for versions to keep',
  'lambda:UpdateFunctionCode': 'sls deploy function',
  'lambda:UpdateFunctionConfiguration': 'the same',
  'logs:DescribeLogStreams': 'sls logs',
  'logs:FilterLogEvents': 'the same',
  's3:GetBucketLocation': 'osls, of an existing deployment bucket',
};

/**
 * Every action that deploying, operating and removing a stage takes, sorted.
 *
 * @param types of the resources in its template
 * @throws Error for a type of which nothing is known: a bug, which a test finds
 */
export function deployerActions(types: Iterable<string>): string[] {
  const known = { ...handlers(), ...unpublished };
  const actions = new Set([...recordedActions, ...Object.keys(furtherActions)]);
  for (const type of [...types, ...surroundingTypes]) {
    const needed = known[type];
    if (needed === undefined) throw new Error(`Which permissions does a ${type} take?`);
    for (const action of needed) actions.add(action);
  }
  return [...actions].sort();
}
