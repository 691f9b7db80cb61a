import { describe, expect, test } from 'vitest';
import pipeline from '../../../pipeline/definition.ts';
import { resolveConfig } from '../../../plugins/ecom-analytics/config/resolve.ts';
import { presetNames } from '../../../plugins/ecom-analytics/config/schema.ts';
import { estimateCost } from '../../../plugins/ecom-analytics/cost/estimate.ts';
import * as prices from '../../../plugins/ecom-analytics/cost/prices.ts';
import { costReport } from '../../../plugins/ecom-analytics/cost/report.ts';

describe('the price table', () => {
  const all = Object.values(prices).flatMap((entry): prices.Price[] => {
    if (typeof entry !== 'object') return [];
    return 'usd' in entry ? [entry as prices.Price] : Object.values(entry);
  });

  test('says of every price where and when it was read', () => {
    expect(all.length).toBeGreaterThan(20);
    for (const price of all) {
      expect(price.usd).toBeGreaterThan(0);
      expect(price.source).not.toBe('');
      expect(price.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });
});

describe('the estimate', () => {
  test.each(presetNames)('of preset %s prices every hour that its clusters run', (preset) => {
    const estimate = estimateCost(resolveConfig(pipeline, { preset }));
    const spot = estimate.items.filter(({ item }) => item.startsWith('Spot'));
    expect(estimate.items.filter(({ price }) => price === null)).toEqual(spot);
    const sum = estimate.items.reduce((total, { monthlyUsd }) => total + (monthlyUsd ?? 0), 0);
    expect(estimate.monthlyUsd).toBeCloseTo(sum, 2);
  });

  test('of the dev stage is what its parts cost', () => {
    const { items } = estimateCost(resolveConfig(pipeline, {}));
    expect(items.find(({ item }) => item.startsWith('MSK, 2'))?.monthlyUsd).toBe(297.84);
    expect(items.find(({ item }) => item.startsWith('EC2'))?.monthlyUsd).toBe(140.16);
    expect(items.find(({ item }) => item.startsWith('EBS root'))?.monthlyUsd).toBe(1.2);
    expect(items.find(({ item }) => item.startsWith('CloudWatch, 13'))?.monthlyUsd).toBe(3.9);
  });

  test('leaves out clusters that are brought along', () => {
    const { items } = estimateCost(
      resolveConfig(pipeline, {
        network: {
          existing: { vpcId: 'vpc-0a1b2c3d', privateSubnetIds: ['subnet-0a1b2c3d'], endpoints: 'present' },
        },
        msk: { existing: { clusterArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b-3' } },
        emr: { existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'EMR_EC2' } },
      }),
    );
    expect(items.map(({ item }) => item)).toEqual([
      'S3 PUT and LIST of the Spark application, orders all day',
      'S3 GET and HEAD of the Spark application, orders all day',
      'CloudWatch, 13 metrics of the stream',
      expect.stringMatching(/^CloudWatch alarms over \d+ metrics$/),
      'CloudWatch dashboard',
    ]);
  });

  const s3 = (config: object): number =>
    estimateCost(resolveConfig(pipeline, config))
      .items.filter(({ item }) => item.startsWith('S3'))
      .reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0);

  test('of the S3 requests is what was counted on the local cloud, within a twentieth', () => {
    // Two minutes of preset dev, 1,000 orders a minute, three queries: 149 PUT, 1 LIST, 255 GET and HEAD.
    const counted = ((150 * 0.005 + 255 * 0.0004) / 1000) * 730 * 30;
    // The estimate counts state that is looked through too, which those two minutes had none of.
    expect(s3({ streaming: { alerts: 'micro-batch' } }) / counted).toBeGreaterThan(0.95);
    expect(s3({ streaming: { alerts: 'micro-batch' } }) / counted).toBeLessThan(1.05);
  });

  test('counts each query’s batches by its own trigger, and the state of each partition', () => {
    const streaming = { alerts: 'micro-batch', triggerSeconds: 10, shufflePartitions: 4 };
    expect(s3({ streaming: { ...streaming, shufflePartitions: 8 } })).toBeGreaterThan(
      1.5 * s3({ streaming }),
    );
    expect(s3({ streaming: { ...streaming, triggerSeconds: 60 } })).toBeLessThan(s3({ streaming }));
    // Without a trigger the windows' batches follow each other: nothing is free of charge.
    expect(s3({ streaming: { ...streaming, triggerSeconds: 0 } })).toBeGreaterThan(2 * s3({ streaming }));
  });

  test('prices as many applications as the stage will run', () => {
    const items = (streaming: object, release: string) =>
      estimateCost(resolveConfig(pipeline, { streaming, emr: { create: { release } } })).items.map(
        ({ item }) => item,
      );
    const two = 'S3 PUT and LIST of two Spark applications, orders all day';
    const one = 'S3 PUT and LIST of the Spark application, orders all day';
    expect(items({ alerts: 'auto' }, 'emr-spark-8.1.0')).toContain(two);
    expect(items({ alerts: 'realtime' }, 'emr-spark-8.1.0')).toContain(two);
    expect(items({ alerts: 'auto' }, 'emr-7.13.0')).toContain(one);
    expect(items({ alerts: 'micro-batch' }, 'emr-spark-8.1.0')).toContain(one);
  });

  test('prices or names what stands beside the clusters', () => {
    const { items, notPriced } = estimateCost(resolveConfig(pipeline, { preset: 'large' }));
    expect(items.find(({ item }) => item.startsWith('Public IPv4'))?.monthlyUsd).toBe(3.65);
    expect(notPriced).toContain('traffic through the NAT gateway ($0.045 a GB)');
    expect(notPriced).toContain('traffic through the interface endpoints ($0.01 a GB)');
    expect(estimateCost(resolveConfig(pipeline, {})).items.map(({ item }) => item)).not.toContainEqual(
      expect.stringContaining('IPv4'),
    );
  });

  test('says "not priced" of a size that the table does not have', () => {
    const estimate = estimateCost(
      resolveConfig(pipeline, { emr: { create: { instanceType: 'r8g.xlarge' } } }),
    );
    expect(estimate.notPriced).toContain('EC2, 1 × r8g.xlarge');
    expect(costReport(estimate, 'dev')).toMatch(/EC2, 1 × r8g.xlarge +not priced/);
  });

  test('charges provisioned pollers, and no endpoints for them', () => {
    const provisionedPollers = { min: 5, max: 8, retryAttempts: 3, maxAgeSeconds: 3600 };
    const items = estimateCost(resolveConfig(pipeline, { alertConsumer: { provisionedPollers } })).items;
    expect(items.find(({ item }) => item.startsWith('Lambda event pollers'))?.monthlyUsd).toBe(270.1);
    expect(items.some(({ item }) => item.includes('endpoint sts'))).toBe(false);
  });
});
