import { describe, expect, test } from 'vitest';
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
    const estimate = estimateCost(resolveConfig({ preset }));
    const spot = estimate.items.filter(({ item }) => item.startsWith('Spot'));
    expect(estimate.items.filter(({ price }) => price === null)).toEqual(spot);
    const sum = estimate.items.reduce((total, { monthlyUsd }) => total + (monthlyUsd ?? 0), 0);
    expect(estimate.monthlyUsd).toBeCloseTo(sum, 2);
  });

  test('of the dev stage is what its parts cost', () => {
    const { items } = estimateCost(resolveConfig({}));
    expect(items.find(({ item }) => item.startsWith('MSK, 2'))?.monthlyUsd).toBe(297.84);
    expect(items.find(({ item }) => item.startsWith('EC2'))?.monthlyUsd).toBe(140.16);
    // 730 hours of a write every two seconds, at half a cent a thousand.
    expect(items.find(({ item }) => item.includes('status'))?.monthlyUsd).toBe(6.57);
    expect(items.find(({ item }) => item.startsWith('CloudWatch, 13'))?.monthlyUsd).toBe(3.9);
  });

  test('leaves out clusters that are brought along', () => {
    const { items } = estimateCost(
      resolveConfig({
        network: {
          existing: { vpcId: 'vpc-0a1b2c3d', privateSubnetIds: ['subnet-0a1b2c3d'], endpoints: 'present' },
        },
        msk: { existing: { clusterArn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b-3' } },
        emr: { existing: { clusterId: 'j-2AXXXXXXGAPLF', release: 'emr-7.13.0', instanceRole: 'EMR_EC2' } },
      }),
    );
    expect(items.map(({ item }) => item)).toEqual([
      'S3 writes of the checkpoint, orders all day',
      "S3 writes of the job's status",
      'CloudWatch, 13 metrics of the stream',
      expect.stringMatching(/^CloudWatch alarms over \d+ metrics$/),
      'CloudWatch dashboard',
    ]);
  });

  test('counts what each query writes to its checkpoint, by its own trigger', () => {
    const written = (streaming: object) =>
      estimateCost(resolveConfig({ streaming })).items.find(({ item }) => item.includes('checkpoint'))
        ?.quantity;
    // A second: the windows' (2 + 2 × 4) / 10, the customers' (2 + 2 × 4) / 5, the single orders' 2.
    expect(written({ triggerSeconds: 10, shufflePartitions: 4 })).toBe(730 * 3.6 * 5);
    // Without a trigger the windows' batches follow each other: nothing is free of charge.
    expect(written({ triggerSeconds: 0, shufflePartitions: 4 })).toBe(730 * 3.6 * 14);
  });

  test('says "not priced" of a size that the table does not have', () => {
    const estimate = estimateCost(resolveConfig({ emr: { create: { instanceType: 'r8g.xlarge' } } }));
    expect(estimate.notPriced).toContain('EC2, 1 × r8g.xlarge');
    expect(costReport(estimate, 'dev')).toMatch(/EC2, 1 × r8g.xlarge +not priced/);
  });

  test('charges provisioned pollers, and no endpoints for them', () => {
    const provisionedPollers = { min: 5, max: 8, retryAttempts: 3, maxAgeSeconds: 3600 };
    const items = estimateCost(resolveConfig({ alertConsumer: { provisionedPollers } })).items;
    expect(items.find(({ item }) => item.startsWith('Lambda event pollers'))?.monthlyUsd).toBe(270.1);
    expect(items.some(({ item }) => item.includes('endpoint sts'))).toBe(false);
  });
});
