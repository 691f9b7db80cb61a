import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { resolveConfig } from '../../../plugin/config/resolve.ts';
import { presetNames } from '../../../plugin/config/schema.ts';
import { costReport } from '../../../plugin/cost/cost-report.ts';
import { estimateCost } from '../../../plugin/cost/estimate.ts';
import * as prices from '../../../plugin/cost/prices.ts';
import { workASecond } from '../../../plugin/cost/s3-requests.ts';

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
  test.each(presetNames)('of preset %s is what the README says, on the machines that it names', (preset) => {
    const readme = readFileSync(path.join(import.meta.dirname, '../../../../../README.md'), 'utf8');
    const row = new RegExp(`^\\| \`${preset}\` .*$`, 'm').exec(readme)?.[0] ?? '';
    const { items, monthlyUsd } = estimateCost(resolveConfig(pipeline, { preset }));
    expect(row).toContain(`$${Math.round(monthlyUsd).toLocaleString('en-US')} `);
    const machines = [...row.matchAll(/(\d+) × `([^`]+)`/g)].map(([, count, type]) => `${count} × ${type}`);
    expect(machines).toHaveLength(2);
    for (const [at, kind] of ['MSK', 'EC2'].entries())
      expect(items.map(({ item }) => item)).toContain(`${kind}, ${machines[at]}`);
  });

  test.each(presetNames)('of preset %s prices every hour that its clusters run', (preset) => {
    const estimate = estimateCost(resolveConfig(pipeline, { preset }));
    const spot = estimate.items.filter(({ item }) => item.startsWith('Spot'));
    expect(estimate.items.filter(({ price }) => price === null)).toEqual(spot);
    const sum = estimate.items.reduce((total, { monthlyUsd }) => total + (monthlyUsd ?? 0), 0);
    expect(estimate.monthlyUsd).toBeCloseTo(sum, 2);
  });

  const monthly = (config: object): Record<string, number | null> =>
    Object.fromEntries(
      estimateCost(resolveConfig(pipeline, config)).items.map(({ item, monthlyUsd }) => [item, monthlyUsd]),
    );

  test('of a stage is what its parts cost, at the list prices of the table', () => {
    expect(monthly({})).toMatchObject({
      'MSK, 2 × kafka.m7g.large': 297.84,
      'MSK storage, 2 × 10 GiB': 2,
      'EC2, 1 × m5.xlarge': 140.16,
      'EMR, 1 × m5.xlarge': 35.04,
      'EBS, 1 × 64 GiB': 5.12,
      'EBS root volumes, 1 × 15 GiB': 1.2,
      'CloudWatch, 13 metrics of the stream': 3.9,
    });
    const large = monthly({ preset: 'large' });
    expect(large).toMatchObject({
      'MSK, 6 × kafka.m7g.xlarge': 1787.04,
      'MSK storage, 6 × 1000 GiB': 600,
      'EC2, 5 × m5.2xlarge': 1401.6,
      'EMR, 5 × m5.2xlarge': 350.4,
      'EBS, 5 × 256 GiB': 102.4,
      'EBS root volumes, 5 × 15 GiB': 6,
      'Spot task nodes, up to 8, while they run': null,
      'Interface endpoint emr-service-cell01, 3 × zone': 21.9,
      'NAT gateway': 32.85,
      'Lambda event pollers, 1 × unit': 135.05,
      'CloudWatch dashboard': 3,
    });
    // Each alarm is billed by the metrics that it looks at.
    const [, compared] = /over (\d+) metrics/.exec(Object.keys(large).join('\n')) ?? [];
    expect(Number(compared)).toBeGreaterThan(20);
    expect(large[`CloudWatch alarms over ${compared} metrics`]).toBeCloseTo(Number(compared) * 0.1, 2);
    const unwatched = Object.keys(monthly({ monitoring: { alarms: false, dashboard: false } }));
    expect(unwatched.at(-1)).toBe('CloudWatch, 13 metrics of the stream');
  });

  test('names what has no price, and only that', () => {
    const named = (config: object) => estimateCost(resolveConfig(pipeline, config)).notPriced;
    expect(named({})).not.toContainEqual(expect.stringMatching(/^Spot|^MSK, |NAT/));
    expect(named({ preset: 'large' })).toContain('Spot task nodes, up to 8, while they run');
    const privateSubnetIds = ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'];
    const network = { existing: { vpcId: 'vpc-0a1b2c3d', privateSubnetIds, endpoints: 'present' } };
    expect(named({ network })).toEqual([
      expect.stringContaining('Lambda, DynamoDB'),
      expect.stringContaining('MSK'),
      expect.stringContaining('between zones'),
    ]);
  });

  test('leaves out existing clusters', () => {
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

  test('has each query commit at its own pace, that of single orders in real time every five minutes', () => {
    const streaming = { ...resolveConfig(pipeline, {}).streaming, triggerSeconds: 10, shufflePartitions: 4 };
    expect(workASecond(streaming, 'micro-batch')).toEqual({
      batches: 1 / 10 + 1 / 10 + 1 / 30,
      stateCommits: expect.closeTo(4 * (2 / 10 + 1 / 10)),
      windowBatches: 1 / 10,
      jobSeconds: 1,
    });
    expect(workASecond(streaming, 'realtime')).toMatchObject({
      batches: 1 / 10 + 1 / 10 + 1 / 300,
      jobSeconds: 2,
    });
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

  test('is a table whose sums stand below each other', () => {
    const report = costReport(estimateCost(resolveConfig(pipeline, {})), 'dev').split('\n');
    const rows = report.filter((row) => row.startsWith('  '));
    expect(rows[0]).toMatch(/ \$297\.84 {2}\(1,460 broker-hours at \$0\.204\)$/);
    const ends = rows
      .map((row) => /\$[\d.]+/.exec(row))
      .map((sum) => (sum?.index ?? 0) + (sum?.[0].length ?? 0));
    expect(new Set(ends).size).toBe(1);
    expect(rows.at(-1)).toMatch(/^ {2}Total +\$\d+\.\d\d$/);
  });

  test('charges provisioned pollers, and no endpoints for them', () => {
    const provisionedPollers = { min: 5, max: 8, retryAttempts: 3, maxAgeSeconds: 3600 };
    const items = estimateCost(resolveConfig(pipeline, { alertConsumer: { provisionedPollers } })).items;
    expect(items.find(({ item }) => item.startsWith('Lambda event pollers'))?.monthlyUsd).toBe(270.1);
    expect(items.some(({ item }) => item.includes('endpoint sts'))).toBe(false);
  });
});
