import * as v from 'valibot';
import { ConfigError } from '../error-kinds.ts';
import { resourcesOf, valueAt } from './changes.ts';

interface Limit {
  readonly type: string;
  /** Down to the name, with dots. */
  readonly path: string;
  /** Characters. */
  readonly most: number;
  /** What a name may consist of, where the service says. */
  readonly of?: RegExp;
}

/**
 * What AWS takes as the name of each resource that a stage's template names.
 * Sources: the resource schemas of CloudFormation, `maxLength` and `pattern` (Lambda, MSK cluster, S3, IAM, alarms, log groups,
 * Athena, Chatbot); API references of MSK CreateConfiguration, EMR RunJobFlow, CloudWatch PutDashboard, Budgets Budget, SNS
 * CreateTopic, Glue Database; Lambda AmazonManagedKafkaEventSourceConfig; EC2 CreateSecurityGroup.
 */
const limits: readonly Limit[] = [
  { type: 'AWS::Lambda::Function', path: 'FunctionName', most: 64, of: /^[A-Za-z0-9_-]+$/ },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    path: 'AmazonManagedKafkaEventSourceConfig.ConsumerGroupId',
    most: 200,
    of: /^[A-Za-z0-9-/*:_+=.@]+$/,
  },
  { type: 'AWS::MSK::Cluster', path: 'ClusterName', most: 64, of: /^[A-Za-z0-9-]+$/ },
  { type: 'AWS::MSK::Configuration', path: 'Name', most: 256, of: /^[A-Za-z0-9][A-Za-z0-9-]*$/ },
  { type: 'AWS::S3::Bucket', path: 'BucketName', most: 63, of: /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/ },
  { type: 'AWS::IAM::Role', path: 'RoleName', most: 64, of: /^[\w+=,.@-]+$/ },
  { type: 'AWS::IAM::Policy', path: 'PolicyName', most: 128, of: /^[\w+=,.@-]+$/ },
  { type: 'AWS::EMR::Cluster', path: 'Name', most: 256 },
  { type: 'AWS::Logs::LogGroup', path: 'LogGroupName', most: 512, of: /^[.\-_/#A-Za-z0-9]+$/ },
  { type: 'AWS::CloudWatch::Alarm', path: 'AlarmName', most: 255 },
  { type: 'AWS::CloudWatch::Dashboard', path: 'DashboardName', most: 255, of: /^[A-Za-z0-9_-]+$/ },
  {
    type: 'AWS::Chatbot::SlackChannelConfiguration',
    path: 'ConfigurationName',
    most: 128,
    of: /^[A-Za-z0-9_-]+$/,
  },
  {
    type: 'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
    path: 'ConfigurationName',
    most: 128,
    of: /^[A-Za-z0-9_-]+$/,
  },
  { type: 'AWS::Budgets::Budget', path: 'Budget.BudgetName', most: 100, of: /^[^:\\]+$/ },
  { type: 'AWS::SNS::Topic', path: 'TopicName', most: 256, of: /^[A-Za-z0-9_-]+(\.fifo)?$/ },
  { type: 'AWS::SNS::Topic', path: 'DisplayName', most: 100 },
  { type: 'AWS::EC2::SecurityGroup', path: 'GroupDescription', most: 255 },
  { type: 'AWS::Athena::WorkGroup', path: 'Name', most: 128, of: /^[a-zA-Z0-9._-]+$/ },
  { type: 'AWS::Athena::NamedQuery', path: 'Name', most: 128 },
  { type: 'AWS::Glue::Database', path: 'DatabaseInput.Name', most: 255 },
];

/** The properties that are names, `type path`. */
export const namedProperties: readonly string[] = limits.map(({ type, path }) => `${type} ${path}`);

const SubSchema = v.strictObject({ 'Fn::Sub': v.string() });

/** A name as it will be; undefined where only CloudFormation knows it. */
function nameOf(value: unknown, region: string): string | undefined {
  if (typeof value === 'string') return value;
  const parsed = v.safeParse(SubSchema, value);
  if (!parsed.success) return undefined;
  const name = parsed.output['Fn::Sub']
    .replaceAll('${AWS::Region}', region)
    .replaceAll('${AWS::AccountId}', '123456789012');
  return name.includes('${') ? undefined : name;
}

/**
 * Refuses a template with a name that its service would not take: CloudFormation would say so only after minutes, in the middle
 * of making the stage.
 *
 * @throws ConfigError `ECOM_NAME`
 */
export function refuseNames(template: unknown, region: string): void {
  const wrong = Object.entries(resourcesOf(template)).flatMap(([id, { Type, Properties }]) =>
    limits.flatMap(({ type, path, most, of }) => {
      const name = type === Type ? nameOf(valueAt(Properties, path), region) : undefined;
      if (name === undefined) return [];
      if (name.length > most)
        return [`"${name}" (${id}, ${Type}) has ${name.length} characters, and ${most} are the most`];
      return of === undefined || of.test(name) ? [] : [`"${name}" (${id}, ${Type}) is not a valid name`];
    }),
  );
  if (wrong.length === 0) return;
  throw new ConfigError('ECOM_NAME', {
    what: `AWS does not accept these resource names: ${wrong.join('; ')}`,
    where: 'serverless.yml, `service`, and the name of the stage',
    fix: 'Nothing was changed. Give a shorter name, of letters, digits and hyphens, to service or stage.',
  });
}
