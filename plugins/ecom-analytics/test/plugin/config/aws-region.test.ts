import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { awsRegionShape, awsRegions, regionDoubt, regionProblem } from '../../../plugin/config/aws-region.ts';

/** The regions that osls takes in `provider.region`: the schema that an editor has is made from its own. */
function regionsOfOsls(): string[] {
  const schema = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../../../plugin/framework.schema.json'), 'utf8'),
  );
  return schema.properties.provider.anyOf[0].properties.region.anyOf[0].enum;
}

/** The regions that the AWS SDK knows, from the one file of it that lists them. */
function regionsOfSdk(): string[] {
  const core = path.dirname(createRequire(import.meta.url).resolve('@aws-sdk/core/package.json'));
  const file = path.join(core, 'dist-es/submodules/client/util-endpoints/lib/aws/partitions.js');
  const [, json = ''] = /partitionsInfo = (\{.*\});/s.exec(readFileSync(file, 'utf8')) ?? [];
  const { partitions }: { partitions: { regions: object }[] } = JSON.parse(json);
  return partitions
    .flatMap(({ regions }) => Object.keys(regions))
    .filter((name) => !name.endsWith('-global'));
}

test('the regions are those that osls and the AWS SDK know, and have the shape of one', () => {
  expect([...awsRegions].sort()).toEqual([...new Set([...regionsOfOsls(), ...regionsOfSdk()])].sort());
  for (const region of awsRegions) expect(region).toMatch(awsRegionShape);
});

test.each([
  ['us-est-1', 'us-east-1'],
  ['us-east1', 'us-east-1'],
  ['us-east-11', 'us-east-1'],
  ['eu-wset-1', 'eu-west-1'],
  ['EU-West-1', 'eu-west-1'],
  ['us-gov-est-1', 'us-gov-east-1'],
])('%s is refused, and %s is the nearest', (region, near) => {
  expect(regionProblem(region)).toBe(`there is no such AWS region; the nearest is ${near}`);
});

test('what is not near any region is refused with an example', () => {
  expect(regionProblem('Frankfurt')).toBe('there is no such AWS region; they are named like eu-west-1');
});

test('a region that may be newer than the list is taken, with a doubt that names the nearest', () => {
  expect(regionProblem('eu-west-4')).toBeUndefined();
  expect(regionDoubt('eu-west-4')).toContain(
    'does not know the AWS region eu-west-4: the nearest is eu-west-',
  );
  for (const region of awsRegions)
    expect([regionProblem(region), regionDoubt(region)]).toEqual([undefined, undefined]);
});
