import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../plugin/resources/fragment.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { kitWithRefunds } from '../../core/kit.ts';
import { sampleStage, stages } from './sample-stage.ts';

function resourcesOf(given: unknown): Readonly<Record<string, Resource>> {
  return stageTemplate(sampleStage(given)).Resources;
}

const typesOf = (given: unknown): string[] => Object.values(resourcesOf(given)).map(({ Type }) => Type);

/** The stage that is kept whole; of the others what differs from it. */
const whole = 'production';

/** Every value by its path. */
function valuesOf(value: unknown, at = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return new Map([[at, JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, below]) => [...valuesOf(below, `${at}/${key}`)]));
}

/** A line for each value that is only in one template (`-` base, `+` other) or another there (`~`). */
function differences(base: unknown, other: unknown): string {
  const [before, after] = [valuesOf(base), valuesOf(other)];
  const lines = [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((at) => {
    const [was, is] = [before.get(at), after.get(at)];
    if (was === is) return [];
    if (is === undefined) return [`- ${at}: ${was}`];
    return [was === undefined ? `+ ${at}: ${is}` : `~ ${at}: ${was} -> ${is}`];
  });
  return `${lines.join('\n')}\n`;
}

describe('the resources of a whole stage', () => {
  // After a change: npx vitest run plugins/ecom-analytics/test/plugin/resources --update
  test.each(Object.entries(stages))('%s are what they were', async (name, given) => {
    const template = stageTemplate(sampleStage(given));
    if (name === whole)
      await expect(`${JSON.stringify(template, null, 2)}\n`).toMatchFileSnapshot(
        `stages/${name}.template.json`,
      );
    else {
      const base = stageTemplate(sampleStage(stages[whole]));
      await expect(differences(base, template)).toMatchFileSnapshot(`stages/${name}.differences.txt`);
    }
  });

  test('are few where everything exists already', () => {
    const types = typesOf(stages['bring-your-own']);
    for (const type of [
      'AWS::EC2::VPC',
      'AWS::MSK::Cluster',
      'AWS::EMR::Cluster',
      'AWS::S3::Bucket',
      'AWS::EC2::VPCEndpoint',
    ])
      expect(types).not.toContain(type);
    expect(types).toContain('AWS::Lambda::EventSourceMapping');
  });

  test('hold no NAT unless it is asked for', () => {
    expect(typesOf({})).not.toContain('AWS::EC2::NatGateway');
    expect(typesOf({ network: { create: { nat: true } } })).toContain('AWS::EC2::NatGateway');
  });
});

describe('the security groups', () => {
  /** All text under a key, however deep. */
  const under = (value: unknown, wanted: string): unknown[] =>
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) => [
          ...(key === wanted ? [inner] : []),
          ...under(inner, wanted),
        ]);

  // EC2 API reference, IpRange: `Description` and `GroupDescription` take nothing else, and cfn-lint does not look.
  test.each(Object.entries(stages))('of %s are described as EC2 takes it', (_, given) => {
    const groups = Object.values(resourcesOf(given)).filter(({ Type }) => Type.startsWith('AWS::EC2::Sec'));
    const texts = groups.flatMap((one) => [...under(one, 'Description'), ...under(one, 'GroupDescription')]);
    expect(texts.filter((text) => !/^[\w. :/()#,@[\]+=&;{}!$*-]{1,255}$/.test(String(text)))).toEqual([]);
  });
});

describe('the S3 endpoint', () => {
  test('lets the stage’s own network to its buckets alone, and leaves others’ traffic alone in an existing one', () => {
    expect(resourcesOf({}).EcomS3Endpoint?.Properties).toHaveProperty('PolicyDocument');
    const { network } = stages['bring-your-own'];
    const existing = { ...network.existing, routeTableIds: ['rtb-0a1b2c3d'] };
    const shared = resourcesOf({ network: { existing } }).EcomS3Endpoint?.Properties;
    expect(shared).toMatchObject({ RouteTableIds: ['rtb-0a1b2c3d'] });
    expect(shared).not.toHaveProperty('PolicyDocument');
  });
});

describe('alarms and alerts', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:on-call';
  const slack = { workspaceId: 'T0123ABCD', channelId: 'C0123ABCD' };
  const ids = {
    tenantId: '0a1b2c3d-0000-1111-2222-333344445555',
    teamId: '1a1b2c3d-0000-1111-2222-333344445555',
  };
  const teams = { ...ids, channelId: '19%3Aab12%40thread.tacv2' };
  const resourcesOf = (monitoring: object) => stageTemplate(sampleStage({ monitoring })).Resources;
  const own = { Ref: 'EcomAlarmsTopic' };

  test('go to a topic of the user’s', () => {
    const resources = resourcesOf({ topicArn });
    expect(resources.EcomStreamLagAlarm?.Properties).toMatchObject({
      AlarmActions: [topicArn],
      OKActions: [topicArn],
    });
    expect(resources.EcomAlarmsTopic).toBeUndefined();
    expect(JSON.stringify(resources)).toContain(`"Action":["sns:Publish"],"Resource":["${topicArn}"]`);
  });

  test('go to the address too, where both are given', () => {
    const { EcomStreamLagAlarm, EcomAlarmsEmail } = resourcesOf({ topicArn, email: 'ops@example.com' });
    expect(EcomStreamLagAlarm?.Properties).toMatchObject({ AlarmActions: [own, topicArn] });
    expect(EcomAlarmsEmail?.Properties).toMatchObject({ Endpoint: 'ops@example.com' });
  });

  test('are shown in a Slack channel, where nobody can do anything with the role', () => {
    const resources = resourcesOf({ slack });
    expect(resources.EcomSlackChannel).toMatchObject({
      Type: 'AWS::Chatbot::SlackChannelConfiguration',
      Properties: {
        SlackWorkspaceId: 'T0123ABCD',
        SlackChannelId: 'C0123ABCD',
        SnsTopicArns: [own, { Ref: 'AlertsSnsTopic' }],
        GuardrailPolicies: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AWSDenyAll' }],
      },
    });
    expect(Object.keys(resources.EcomChatRole?.Properties ?? {})).toEqual(['AssumeRolePolicyDocument']);
    expect(resources.EcomStreamLagAlarm?.Properties).toMatchObject({ AlarmActions: [own] });
    expect(resources.EcomAlarmsEmail).toBeUndefined();
  });

  test('are shown in a Teams channel, from the user’s topic where there is one', () => {
    expect(resourcesOf({ teams, topicArn }).EcomTeamsChannel).toMatchObject({
      Type: 'AWS::Chatbot::MicrosoftTeamsChannelConfiguration',
      Properties: {
        TeamsTenantId: teams.tenantId,
        TeamId: teams.teamId,
        TeamsChannelId: teams.channelId,
        SnsTopicArns: [topicArn],
      },
    });
  });

  test('tell nobody by default', () => {
    const resources = resourcesOf({});
    expect(resources.EcomStreamLagAlarm?.Properties).not.toHaveProperty('AlarmActions');
    expect(Object.keys(resources).filter((id) => /Chat|Slack|Teams|AlarmsTopic/.test(id))).toEqual([]);
  });
});

describe('the alarms of the brokers', () => {
  const metricsOf = (given: unknown) =>
    Object.entries(resourcesOf(given)).flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::CloudWatch::Alarm' && id.startsWith('EcomKafka')
        ? [[id, (Properties.Metrics as unknown[] | undefined)?.length ?? 1] as const]
        : [],
    );

  test('are over ten brokers each, which is what CloudWatch compares', () => {
    const found = new Map(metricsOf({ preset: 'production', msk: { create: { brokers: 12 } } }));
    // One more is the expression.
    expect(found.get('EcomKafkaDiskAlarm')).toBe(11);
    expect(found.get('EcomKafkaDisk2Alarm')).toBe(3);
    expect(Math.max(...found.values())).toBeLessThanOrEqual(11);
  });

  test.each([
    ['DEFAULT', '"ConnectionCount"'],
    ['PER_BROKER', '"IAMTooManyConnections"'],
  ])('look, at the level %s, at what MSK tells there', (enhancedMonitoring, metric) => {
    const alarm = resourcesOf({ msk: { create: { enhancedMonitoring } } }).EcomKafkaConnectionsAlarm;
    expect(JSON.stringify(alarm?.Properties)).toContain(metric);
  });
});

test('stages that share a role each have a policy of their own', () => {
  const names = ['shop', 'other'].map((service) =>
    JSON.stringify(
      stageTemplate({ ...sampleStage(stages['bring-your-own']), service }).Resources.EcomEmrInstancePolicy
        ?.Properties.PolicyName,
    ),
  );
  expect(names[0]).not.toBe(names[1]);
  expect(names[0]).toContain('AWS::Region');
});

describe('the interface endpoints', () => {
  const endpoints = (given: unknown): string[] =>
    Object.entries(resourcesOf(given))
      .filter(
        ([, { Type, Properties }]) =>
          Type === 'AWS::EC2::VPCEndpoint' && Properties.VpcEndpointType === 'Interface',
      )
      .map(([id]) => id);

  test('are those that the chosen options need', () => {
    expect(endpoints({})).toEqual(['EcomEmrServiceEndpoint', 'EcomLambdaEndpoint', 'EcomStsEndpoint']);
    expect(endpoints({ emr: { create: { release: 'emr-7.13.0' } } })).toEqual([
      'EcomLambdaEndpoint',
      'EcomStsEndpoint',
    ]);
    const provisionedPollers = { min: 1, max: 2, retryAttempts: 3, maxAgeSeconds: 600 };
    expect(endpoints({ alertConsumer: { provisionedPollers } })).toEqual(['EcomEmrServiceEndpoint']);
  });
});

describe('the trigger', () => {
  const mapping = (given: unknown) =>
    Object.entries(resourcesOf(given)).find(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping');
  const trigger = (given: unknown) => mapping(given)?.[1].Properties ?? {};

  test('takes no retry, age or bisecting without pollers of its own', () => {
    expect(trigger({})).not.toHaveProperty('MaximumRetryAttempts');
    expect(trigger({})).toMatchObject({
      Enabled: false,
      AmazonManagedKafkaEventSourceConfig: {
        ConsumerGroupId: expect.stringMatching(/^shop-dev-alert-consumer-[0-9a-f]{6}$/),
      },
    });
    expect(trigger({ preset: 'large' })).toMatchObject({
      MaximumRetryAttempts: 5,
      BisectBatchOnFunctionError: true,
    });
  });

  // A mapping's topic cannot be updated, and for a moment both mappings are there.
  test('is another one, with a group of its own, where its topic is another one', () => {
    const [plain, dotted, dashed] = ['', 'a.', 'a-'].map((prefix) => {
      const given = { topics: { prefix } };
      return [mapping(given)?.[0], JSON.stringify(trigger(given).AmazonManagedKafkaEventSourceConfig)];
    });
    expect(new Set([plain?.[0], dotted?.[0], dashed?.[0]]).size).toBe(3);
    expect(new Set([plain?.[1], dotted?.[1], dashed?.[1]]).size).toBe(3);
    expect(plain?.[0]).toMatch(/^EcomAlertsTriggerEcommercealerts[0-9a-f]{6}$/);
  });

  test('of the longest topic still has an id that CloudFormation takes', () => {
    const [id = ''] = mapping({ topics: { prefix: 'x'.repeat(100) } }) ?? [];
    expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
  });

  test('that is off rings an alarm, from what the watch function may see', () => {
    const { EcomAlertsTriggerOffAlarm: alarm, EcomWatchRole: role } = resourcesOf({});
    expect(alarm?.Properties).toMatchObject({
      MetricName: 'AlertsTriggerOn',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
    const [id = ''] = mapping({}) ?? [];
    const look = (role ? statementsOf(role) : []).find(({ Action }) =>
      Action.includes('lambda:GetEventSourceMapping'),
    );
    expect(JSON.stringify(look?.Resource)).toContain(`event-source-mapping:\${${id}}`);
  });

  test('passes over alerts below the wanted severity', () => {
    expect(trigger({ alertConsumer: { minSeverity: 'high' } }).FilterCriteria).toEqual({
      Filters: [{ Pattern: '{"value":{"severity":["high","critical"]}}' }],
    });
  });
});

describe('names', () => {
  test('of buckets that would be too long are refused', () => {
    const stage = { ...sampleStage({}), service: 'a-service-with-a-name-that-goes-on-and-on-and-on' };
    expect(() => stageTemplate(stage)).toThrow(expect.objectContaining({ code: 'ECOM_BUCKET_NAME' }));
  });

  test('of a cluster that has ended are not used again', () => {
    const { Resources } = stageTemplate({ ...sampleStage({}), clusterGeneration: 2 });
    expect(Resources.EcomEmrCluster?.Properties.Name).toBe('shop-dev-2');
  });
});

describe('one service and stage in two regions', () => {
  const of = (region: string) => {
    const { Resources } = stageTemplate({ ...sampleStage(stages.production), region });
    return Resources;
  };

  // Source: CloudWatch guide, "dashboards are global"; AWS Budgets API, a budget's name is the account's.
  test('has dashboards and budgets of its own in each', () => {
    const names = ['eu-west-1', 'us-east-1'].map((region) => {
      const { EcomDashboard, EcomBudget } = of(region);
      const [, name] = /"BudgetName":"([^"]+)"/.exec(JSON.stringify(EcomBudget)) ?? [];
      return [EcomDashboard?.Properties.DashboardName, name];
    });
    expect(names).toEqual([
      ['shop-dev-eu-west-1', 'shop-dev-eu-west-1'],
      ['shop-dev-us-east-1', 'shop-dev-us-east-1'],
    ]);
  });

  test.each([
    ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/'],
    ['us-gov-west-1', 'https://console.amazonaws-us-gov.com/'],
    ['cn-north-1', 'https://console.amazonaws.cn/'],
  ])('is shown in the console of %s at its own address', (region, address) => {
    const { Outputs } = stageTemplate({ ...sampleStage({}), region });
    for (const { Value } of [Outputs.EcomDashboardUrl, Outputs.EcomEmrConsole].flatMap((one) => one ?? []))
      expect(JSON.stringify(Value)).toContain(`"${address}`);
    expect(Outputs.EcomDashboardUrl?.Value).toBe(
      `${address}cloudwatch/home?region=${region}#dashboards:name=shop-dev-${region}`,
    );
  });
});

test('an EMR cluster beside an existing Kafka cluster waits for its way out of the network', () => {
  const { network, msk } = stages['bring-your-own'];
  const existing = {
    ...network.existing,
    securityGroupIds: [],
    routeTableIds: ['rtb-0a1b2c3d'],
    endpoints: 'create',
    cidr: '10.0.0.0/16',
  };
  const waits = resourcesOf({ network: { existing }, msk }).EcomEmrCluster?.DependsOn ?? [];
  expect(waits).toEqual(
    expect.arrayContaining(['EcomEmrServiceEndpoint', 'EcomS3Endpoint', 'EcomEmrCoreFromPrimaryTcp']),
  );
  const own = resourcesOf({ network: { create: { nat: true } } }).EcomEmrCluster?.DependsOn ?? [];
  expect(own).toEqual(
    expect.arrayContaining([
      'EcomPrivateSubnetRoutes1',
      'EcomPrivateDefaultRoute',
      'EcomBrokersFromClients',
      'EcomS3Endpoint',
    ]),
  );
});

interface Allowed {
  readonly Action: readonly string[];
  readonly Resource: readonly unknown[];
  readonly Sid: string;
}

function statementsOf({ Properties }: Resource): Allowed[] {
  const documents = [
    Properties.PolicyDocument,
    ...((Properties.Policies as { PolicyDocument: unknown }[]) ?? []).map((one) => one.PolicyDocument),
  ];
  return documents.flatMap(
    (document) => (document as { Statement?: Allowed[] } | undefined)?.Statement ?? [],
  );
}

describe('the policies', () => {
  const policies = Object.entries(resourcesOf({ preset: 'production' }))
    .filter(([, { Type }]) => ['AWS::IAM::Policy', 'AWS::IAM::Role'].includes(Type))
    .filter(([, resource]) => statementsOf(resource).length > 0);

  /** Actions that AWS cannot tell apart by resource. */
  const everywhere = /^ec2:(Create|Delete|Describe)|^cloudwatch:PutMetricData$|^kafka:GetBootstrapBrokers$/;

  test.each(policies)('of %s allow no action on everything, but where AWS knows no less', (_, policy) => {
    const statements = statementsOf(policy);
    for (const { Action, Resource } of statements) {
      expect(Action.filter((action) => action.includes('*'))).toEqual([]);
      if (Resource.includes('*')) expect(Action.filter((action) => !everywhere.test(action))).toEqual([]);
    }
    expect(statements.length).toBeGreaterThan(0);
  });

  test('let Spark write orders, alerts and dead letters, and read orders alone', () => {
    const policy = resourcesOf({}).EcomEmrInstancePolicy;
    const statements = policy ? statementsOf(policy) : [];
    const topics = (sid: string) =>
      JSON.stringify(statements.find(({ Sid }) => Sid === sid)?.Resource).match(/ecommerce-[a-z-]+/g);
    expect(topics('KafkaRead')).toEqual(['ecommerce-orders']);
    expect(topics('KafkaWrite')).toEqual(['ecommerce-orders', 'ecommerce-alerts', 'ecommerce-orders-dlq']);
    // A stream reads as the first, a batch, as which late orders are looked up, as the second.
    for (const group of ['spark-kafka-source*', 'spark-kafka-relation*'])
      expect(JSON.stringify(statements.find(({ Sid }) => Sid === 'KafkaGroups'))).toContain(group);
  });

  test('let the test consumer read a topic that the shop has added, and the producer write it', () => {
    const { Resources } = stageTemplate(sampleStage({}, 'dev', kitWithRefunds));
    const topics = (id: string, sid: string) => {
      const policy = Resources[id];
      const statement = policy && statementsOf(policy).find(({ Sid }) => Sid === sid);
      return JSON.stringify(statement?.Resource).match(/ecommerce-[a-z-]+/g);
    };
    expect(topics('EcomTestConsumerPolicy', 'KafkaRead')).toContain('ecommerce-refunds');
    expect(topics('EcomProducerPolicy', 'KafkaWrite')).toEqual([
      'ecommerce-orders',
      'ecommerce-alerts',
      'ecommerce-refunds',
    ]);
  });

  test('reach the key of the buckets wherever their objects are reached, and nowhere without one', () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-1111-2222-333344445555';
    const withKey = (given: unknown): string[] =>
      Object.entries(resourcesOf(given))
        .filter(([, resource]) => statementsOf(resource).some(({ Sid }) => Sid === 'BucketKey'))
        .map(([id]) => id)
        .sort();
    expect(withKey({ buckets: { create: { kmsKeyArn } } })).toEqual([
      'EcomAlertConsumerPolicy',
      'EcomEmrInstancePolicy',
      'EcomWatchRole',
    ]);
    expect(withKey({})).toEqual([]);
  });

  test('allow EMR in existing subnets and groups, which carry no tag of its managed policy', () => {
    const { network } = stages['bring-your-own'];
    const policy = resourcesOf({ network }).EcomEmrServicePolicy;
    const given = (policy ? statementsOf(policy) : []).find(({ Sid }) => Sid === 'CreateInTheGivenNetwork');
    for (const id of [...network.existing.privateSubnetIds, ...network.existing.securityGroupIds])
      expect(JSON.stringify(given?.Resource)).toContain(`/${id}"`);
  });
});
