import { describe, expect, test } from 'vitest';
import { namedProperties, refuseNames } from '../../../plugin/resources/names.ts';
import { stageTemplate } from '../../../plugin/resources/stage-template.ts';
import { sampleStage, stages } from './sample-stage.ts';

const prefix = { buckets: { create: { prefix: 'short' } } };
const named = (service: string) => ({
  Resources: {
    ...stageTemplate({ ...sampleStage(prefix), service }).Resources,
    TestConsumerLambdaFunction: {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: `${service}-dev-testConsumer` },
    },
  },
});

describe('the names of a stage', () => {
  test.each(Object.entries(stages))('of %s are taken', (_, given) => {
    expect(() => refuseNames(stageTemplate(sampleStage(given)), 'ap-southeast-2')).not.toThrow();
  });

  // With a prefix the buckets say nothing of a long name.
  test('that are too long for Lambda or MSK are refused before anything is made', () => {
    const service = 'a-service-with-a-name-that-goes-on-and-on-and-on-and-on-and-on';
    const refused = () => refuseNames(named(service), 'eu-west-1');
    expect(refused).toThrow(expect.objectContaining({ code: 'ECOM_NAME' }));
    expect(refused).toThrow(`"${service}-dev" (EcomMskCluster, AWS::MSK::Cluster) has 66 characters, and 64`);
    expect(refused).toThrow('AWS::Lambda::Function) has 79 characters');
  });

  test('may be just as long as Lambda takes', () => {
    const service = 'x'.repeat(64 - '-dev-testConsumer'.length);
    expect(() => refuseNames(named(service), 'eu-west-1')).not.toThrow();
    expect(() => refuseNames(named(`${service}x`), 'eu-west-1')).toThrow('has 65 characters');
  });

  test('count the region, wherever it is part of one', () => {
    const PolicyName = { 'Fn::Sub': `${'p'.repeat(115)}-\${AWS::Region}` };
    const template = { Resources: { P: { Type: 'AWS::IAM::Policy', Properties: { PolicyName } } } };
    expect(() => refuseNames(template, 'eu-west-1')).not.toThrow();
    expect(() => refuseNames(template, 'ap-southeast-2')).toThrow('has 130 characters, and 128');
  });

  test('are looked at beside what is not a resource, such as a loop of a shop’s own', () => {
    const { Resources } = named('my_shop');
    const template = { Resources: { ...Resources, 'Fn::ForEach::Own': ['Name', ['a'], {}] } };
    expect(() => refuseNames(template, 'eu-west-1')).toThrow('is not a valid name');
  });

  test('of letters that a service does not take are refused', () => {
    expect(() => refuseNames(named('my_shop'), 'eu-west-1')).toThrow('is not a valid name');
  });

  /** Where text stands that has the stem in it. */
  function paths(value: unknown, path: readonly string[]): string[] {
    if (typeof value === 'string') return value.includes('shop-dev') ? [path.join('.')] : [];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      paths(inner, key === 'Fn::Sub' ? path : [...path, key]),
    );
  }

  test('that come from service and stage are all looked at', () => {
    const found = Object.values(stages).flatMap((given) =>
      Object.values(stageTemplate(sampleStage(given)).Resources).flatMap(({ Type, Properties }) =>
        paths(Properties, []).map((path) => `${Type} ${path}`),
      ),
    );
    // Values of tags and dimensions, policies about the names, and a dashboard's body.
    const others = /Tags\.|Dimensions\.|PolicyDocument|Policies\.|DashboardBody/;
    const names = new Set(found.filter((one) => !others.test(one)));
    expect([...names].filter((one) => !namedProperties.includes(one))).toEqual([]);
    expect(names.size).toBeGreaterThan(8);
  });
});
