import type { StageConfig } from '../config/schema.ts';
import { type Alarm, type AlarmInput, alarms, brokersOf, type Metric } from '../monitoring/alarms.ts';
import { dashboardBody, graphs } from '../monitoring/cloudwatch-dashboard.ts';
import { consoleAddress } from './console.ts';
import { att, defined, type Fragment, type Resource, ref, sub, trustPolicy, type Value } from './fragment.ts';
import { ids, type StageInput, stageOwner, stageTag, stem } from './stage-input.ts';

function alarmInput(input: StageInput): AlarmInput {
  const { service, stage, config, functions } = input;
  const existing = config.msk.existing;
  return {
    service,
    stage,
    config,
    clusterName: existing ? (existing.clusterArn.split('/')[1] ?? '') : stem(input),
    brokers: brokersOf(config),
    alertConsumer: `\${${functions.alertConsumer.lambda}}`,
  };
}

const dimensionsOf = ({ dimensions }: Metric): Value =>
  Object.entries(dimensions).map(([Name, value]) => ({
    Name,
    Value: value.includes('${') ? sub(value) : value,
  }));

/** One metric as it is; of several, the largest. */
function measured({ metrics, periodSeconds }: Alarm): Record<string, Value> {
  const [only] = metrics;
  if (metrics.length === 1 && only)
    return {
      Namespace: only.namespace,
      MetricName: only.name,
      Dimensions: dimensionsOf(only),
      Statistic: only.stat,
      Period: periodSeconds,
    };
  const each: Value[] = metrics.map((metric, index) => ({
    Id: `m${index + 1}`,
    ReturnData: false,
    MetricStat: {
      Metric: { Namespace: metric.namespace, MetricName: metric.name, Dimensions: dimensionsOf(metric) },
      Period: periodSeconds,
      Stat: metric.stat,
    },
  }));
  return { Metrics: [{ Id: 'largest', Expression: 'MAX(METRICS())', ReturnData: true }, ...each] };
}

function alarmResource(alarm: Alarm, input: StageInput, actions: readonly Value[]): Resource {
  const { id, description, above, below, periods, missing } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: defined({
      AlarmName: `${stem(input)}-${id}`,
      AlarmDescription: description,
      ...measured(alarm),
      Threshold: above ?? below ?? 0,
      ComparisonOperator: above === undefined ? 'LessThanThreshold' : 'GreaterThanThreshold',
      EvaluationPeriods: periods,
      TreatMissingData: missing,
      AlarmActions: actions.length > 0 ? actions : undefined,
      OKActions: actions.length > 0 ? actions : undefined,
    }),
  };
}

/** Whether the stage has a topic of its own for alarms: a chat channel listens to the user's, where there is one. */
function hasOwnTopic({ email, topicArn, slack, teams }: StageConfig['monitoring']): boolean {
  return email !== null || (topicArn === null && (slack !== null || teams !== null));
}

/** The topics that an alarm tells. */
function alarmActions({ config: { monitoring } }: StageInput): Value[] {
  return [
    ...(hasOwnTopic(monitoring) ? [ref(ids.alarmsTopic)] : []),
    ...(monitoring.topicArn === null ? [] : [monitoring.topicArn]),
  ];
}

function notification(input: StageInput): Record<string, Resource> {
  const { email } = input.config.monitoring;
  if (!hasOwnTopic(input.config.monitoring)) return {};
  return {
    [ids.alarmsTopic]: {
      Type: 'AWS::SNS::Topic',
      Properties: { DisplayName: `${stem(input)} alarms` },
    },
    // CloudWatch cannot publish to a topic under the key alias/aws/sns, so the topic's rule is TLS.
    EcomAlarmsTopicPolicy: {
      Type: 'AWS::SNS::TopicPolicy',
      Properties: {
        Topics: [ref(ids.alarmsTopic)],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'AlarmsOfThisAccount',
              Effect: 'Allow',
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: 'sns:Publish',
              Resource: ref(ids.alarmsTopic),
              Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
            },
          ],
        },
      },
    },
    ...(email !== null && {
      EcomAlarmsEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: ref(ids.alarmsTopic), Protocol: 'email', Endpoint: email },
      },
    }),
  };
}

/**
 * Channels of Amazon Q Developer in chat applications, which show what the topics get. Their role may do nothing, and the
 * guardrail says so of whatever is typed there: without one it would be AdministratorAccess.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-chatbot-slackchannelconfiguration.html
 */
function chatChannels(input: StageInput): Record<string, Resource> {
  const { slack, teams, topicArn } = input.config.monitoring;
  if (slack === null && teams === null) return {};
  const shared = {
    ConfigurationName: globalName(input),
    IamRoleArn: att('EcomChatRole', 'Arn'),
    GuardrailPolicies: [sub('arn:${AWS::Partition}:iam::aws:policy/AWSDenyAll')],
    SnsTopicArns: topicArn === null ? [ref(ids.alarmsTopic), ref(ids.alertsTopic)] : [topicArn],
  };
  return {
    EcomChatRole: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: trustPolicy('chatbot.amazonaws.com') },
    },
    ...(slack !== null && {
      EcomSlackChannel: {
        Type: 'AWS::Chatbot::SlackChannelConfiguration',
        Properties: { ...shared, SlackWorkspaceId: slack.workspaceId, SlackChannelId: slack.channelId },
      },
    }),
    ...(teams !== null && {
      EcomTeamsChannel: {
        Type: 'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
        Properties: {
          ...shared,
          TeamsTenantId: teams.tenantId,
          TeamId: teams.teamId,
          TeamsChannelId: teams.channelId,
        },
      },
    }),
  };
}

function budget(input: StageInput): Record<string, Resource> {
  const { monthlyBudgetUsd, email } = input.config.monitoring;
  if (monthlyBudgetUsd === null || email === null) return {};
  const notify = (type: 'ACTUAL' | 'FORECASTED', percent: number): Value => ({
    Notification: {
      NotificationType: type,
      ComparisonOperator: 'GREATER_THAN',
      Threshold: percent,
      ThresholdType: 'PERCENTAGE',
    },
    Subscribers: [{ SubscriptionType: 'EMAIL', Address: email }],
  });
  return {
    EcomBudget: {
      Type: 'AWS::Budgets::Budget',
      Properties: {
        Budget: {
          BudgetName: globalName(input),
          BudgetType: 'COST',
          TimeUnit: 'MONTHLY',
          BudgetLimit: { Amount: monthlyBudgetUsd, Unit: 'USD' },
          // Counts from the day on which the tag is made a cost allocation tag in the billing console.
          CostFilters: { TagKeyValue: [`user:${stageTag}$${stageOwner(input)}`] },
        },
        NotificationsWithSubscribers: [notify('ACTUAL', 80), notify('FORECASTED', 100)],
      },
    },
  };
}

/** Dashboards and budgets have one set of names for all regions of an account. */
const globalName = (input: StageInput): string => `${stem(input)}-${input.region}`;

/** Dashboard, alarms, and who is notified. */
export function monitoringFragment(input: StageInput): Fragment {
  const from = alarmInput(input);
  const all = alarms(from);
  const { dashboard, alarms: wanted } = input.config.monitoring;
  const actions = alarmActions(input);
  const alarmResources = Object.fromEntries(
    wanted ? all.map((alarm) => [`Ecom${alarm.id}Alarm`, alarmResource(alarm, input, actions)]) : [],
  );
  const shown: Fragment = dashboard
    ? {
        Resources: {
          EcomDashboard: {
            Type: 'AWS::CloudWatch::Dashboard',
            Properties: {
              DashboardName: globalName(input),
              DashboardBody: sub(dashboardBody(graphs(from, all))),
            },
          },
        },
        Outputs: {
          EcomDashboardUrl: {
            Description: 'The dashboard of the stage',
            Value: `${consoleAddress(input.region)}/cloudwatch/home?region=${input.region}#dashboards:name=${globalName(input)}`,
          },
        },
      }
    : { Resources: {} };
  return {
    ...shown,
    Resources: {
      ...notification(input),
      ...chatChannels(input),
      ...alarmResources,
      ...shown.Resources,
      ...budget(input),
    },
  };
}
