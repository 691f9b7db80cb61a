import { expect, test } from 'vitest';
import { deployRequest, replacedBy } from '../../plugins/ecom-analytics/deploy.ts';
import { stageTemplate } from '../../plugins/ecom-analytics/resources/template.ts';
import { sampleStage } from './resources/sample.ts';

const template = (given: unknown) => JSON.parse(JSON.stringify(stageTemplate(sampleStage(given))));

test.each<[string, unknown, string[]]>([
  ['nothing', {}, []],
  ['the idle guard', { emr: { create: { idleMinutes: 5 } } }, []],
  ['the release', { emr: { create: { release: 'emr-7.13.0' } } }, ['Applications', 'ReleaseLabel']],
  [
    'Spot nodes, which need another configuration',
    { emr: { create: { spotTaskNodes: 2 } }, network: { create: { nat: true } } },
    ['Configurations'],
  ],
])('changing %s replaces the EMR cluster by what it must', (_, given, replaced) => {
  expect(replacedBy(template({}), template(given))).toEqual(replaced);
});

test('a cluster that comes or goes is not replaced', () => {
  expect(replacedBy(undefined, template({}))).toEqual([]);
});

test('a deploy is asked for a new checkpoint by an option, and another value of it is refused', () => {
  expect(deployRequest({})).toEqual({});
  expect(deployRequest({ 'new-checkpoint': 'latest' })).toEqual({ newCheckpoint: 'latest' });
  expect(() => deployRequest({ 'new-checkpoint': 'now' })).toThrow(
    expect.objectContaining({ code: 'ECOM_OPTION' }),
  );
});
