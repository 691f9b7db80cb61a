import { describe, expect, test } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import type { Serverless, ServerlessFunction } from '../../plugin/framework.ts';
import { checkRegionName, stageInput } from '../../plugin/stage.ts';
import { stages } from './resources/sample-stage.ts';

const functions = {
  producer: { role: 'ProducerRole' },
  testConsumer: { role: 'TestConsumerRole' },
  alertConsumer: { role: 'AlertConsumerRole' },
};

interface Service {
  readonly config?: unknown;
  readonly functions?: Record<string, ServerlessFunction>;
  readonly stage?: string;
  readonly region?: string;
  /** What stages.yml names. */
  readonly stages?: readonly string[];
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Those that osls knows. */
  readonly regions?: string[];
}

/** A service as osls has read it. */
function serviceOf({ config = {}, stage = 'dev', region = 'eu-west-1', ...given }: Service): Serverless {
  return {
    serviceDir: '/shop',
    ...(given.parameters && { configurationInput: { params: { [stage]: given.parameters } } }),
    ...(given.stages && {
      configurationInput: { params: Object.fromEntries(given.stages.map((name) => [name, {}])) },
    }),
    service: {
      service: 'shop',
      custom: { ecomAnalytics: config },
      functions: given.functions ?? functions,
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
    },
    processedInput: { commands: ['package'] },
    pluginManager: { spawn: async () => {} },
    configSchemaHandler: {
      ...(given.regions && {
        schema: { properties: { provider: { properties: { region: { enum: given.regions } } } } },
      }),
    },
    getProvider: () => ({
      getStage: () => stage,
      getRegion: () => region,
      naming: {
        getStackName: () => `shop-${stage}`,
        getLambdaLogicalId: (name) => `${name}LambdaFunction`,
      },
    }),
    extendConfiguration: () => {},
    addServiceOutputSection: () => {},
  };
}

const read = (service: Service) => stageInput(serviceOf(service), pipeline, 0);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('the region that a command is about', () => {
  test.each([
    ['an option', { region: 'us-est-1' }, 'command line, --region'],
    ['serverless.yml', {}, 'serverless.yml, provider.region'],
  ])('is refused where it is mistyped in %s', (_, options, place) => {
    const check = () => checkRegionName(serviceOf({ region: 'us-est-1' }), options);
    expect(check).toThrow(code('ECOM_REGION'));
    expect(check).toThrow(
      `The region cannot be "us-est-1": there is no such AWS region; the nearest is us-east-1 (${place}).`,
    );
  });

  test('may be newer than what is known: it is made known to osls, and warned of', () => {
    const regions = ['us-east-1'];
    expect(checkRegionName(serviceOf({ region: 'us-central-1', regions }), {})).toContain(
      'does not know the AWS region us-central-1',
    );
    expect(regions).toEqual(['us-east-1', 'us-central-1']);
    expect(checkRegionName(serviceOf({ region: 'us-central-1', regions }), {})).toBeUndefined();
  });

  test('is that of stages.yml where serverless.yml refers to it, which osls has not resolved by then', () => {
    const regions = ['us-east-1'];
    const service = { region: '${param:region}', parameters: { region: 'us-central-1' }, regions };
    expect(checkRegionName(serviceOf(service), {})).toContain('does not know the AWS region us-central-1');
    expect(regions).toContain('us-central-1');
  });

  test('is left to osls as long as it is a variable', () => {
    expect(checkRegionName(serviceOf({ region: '${env:NOWHERE}' }), {})).toBeUndefined();
  });
});

describe('a stage that is read from serverless.yml', () => {
  test('has the service’s name, its configuration and the roles of its functions', () => {
    expect(read({ config: { preset: 'production' } })).toMatchObject({
      service: 'shop',
      stage: 'dev',
      config: { preset: 'production' },
      functions: { producer: { lambda: 'producerLambdaFunction', role: 'ProducerRole' } },
    });
  });

  test('is refused where stages.yml does not name it, and says which there are', () => {
    const unknown = { config: null, stage: 'locl', stages: ['default', 'dev', 'local'] };
    expect(() => read(unknown)).toThrow(code('ECOM_STAGE_UNKNOWN'));
    expect(() => read(unknown)).toThrow(
      'There is no stage "locl" (stages.yml). Did you mean local? The stages there are dev, local',
    );
    expect(read({ ...unknown, stage: 'dev' }).config.preset).toBe('dev');
    expect(read({ ...unknown, config: { preset: 'large' } }).config.preset).toBe('large');
  });

  test('is refused with a topic for alarms in another region', () => {
    const config = { monitoring: { topicArn: 'arn:aws:sns:us-east-1:123456789012:on-call' } };
    expect(() => read({ config })).toThrow(code('ECOM_REGION'));
  });

  test('is refused with an address for alerts that all go to another topic', () => {
    const config = { monitoring: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:on-call' } };
    expect(() => read({ config, parameters: { alertEmail: 'owner@shop.example' } })).toThrow(
      'Subscribe the address to that topic',
    );
    expect(read({ config, parameters: { alertEmail: '' } }).config.monitoring.topicArn).not.toBeNull();
  });

  test('is refused, if it is the local cloud’s, in another region than that cloud’s', () => {
    expect(() => read({ stage: 'local', region: 'eu-central-1' })).toThrow(code('ECOM_REGION'));
    expect(read({ stage: 'local', region: 'us-east-1' }).stage).toBe('local');
  });

  test.each(['producer', 'testConsumer', 'alertConsumer'])('is refused without the function %s', (name) => {
    const without = { ...functions, [name]: undefined } as Record<string, ServerlessFunction>;
    expect(() => read({ functions: without })).toThrow(code('ECOM_FUNCTION_MISSING'));
    expect(() => read({ functions: without })).toThrow(`"${name}"`);
  });

  test.each([
    ['none', {}],
    ['one that is another account’s to change', { role: 'arn:aws:iam::123456789012:role/shared' }],
    ['one that only CloudFormation knows', { role: { 'Fn::GetAtt': ['Role', 'Arn'] } }],
  ])('is refused where a function has no role of its own, but %s', (_, producer) => {
    const shared = { ...functions, producer };
    expect(() => read({ functions: shared })).toThrow(code('ECOM_FUNCTION_ROLE'));
    expect(() => read({ functions: shared })).toThrow('serverless.yml, functions.producer.role');
  });
});

describe('an existing Kafka cluster', () => {
  const config = stages['bring-your-own'];

  test('is refused in another region than the stage’s, before anything is asked', () => {
    expect(() => read({ config, region: 'us-east-1' })).toThrow(code('ECOM_REGION'));
    expect(() => read({ config, region: 'us-east-1' })).toThrow('--region eu-west-1');
  });

  test('is taken in the stage’s region, and in any by the local cloud', () => {
    expect(read({ config }).config.msk.existing?.clusterArn).toContain('eu-west-1');
    expect(read({ config, stage: 'local', region: 'us-east-1' }).stage).toBe('local');
  });
});

describe('a region', () => {
  const offers = (region: string, config: unknown) => () => read({ region, config });
  const budget = { monitoring: { monthlyBudgetUsd: 10, email: 'a@example.com' } };

  test.each([
    ['us-west-1', { preset: 'production' }, 'exactly two subnets', 'network.create.availabilityZones'],
    ['us-gov-west-1', budget, 'no budgets in us-gov-west-1', 'monitoring.monthlyBudgetUsd'],
    ['eu-north-1', budget, 'no budgets in eu-north-1', 'monitoring.monthlyBudgetUsd'],
  ])('%s refuses what it does not have', (region, config, what, key) => {
    expect(offers(region, config)).toThrow(expect.objectContaining({ code: 'ECOM_REGION' }));
    expect(offers(region, config)).toThrow(what);
    expect(offers(region, config)).toThrow(key);
  });

  test('takes what it has', () => {
    const network = { create: { availabilityZones: 2 } };
    const msk = { create: { brokers: 4 } };
    expect(offers('us-west-1', { preset: 'production', network, msk, ...budget })).not.toThrow();
  });
});
