import { expect, test } from 'vitest';
import { placeOfParameter, placeOfValue, type Sources } from '../../../plugin/config/places.ts';

/** The service's files as a shop might write them, each line under the number that a place names. */
const files: Readonly<Record<string, string>> = {
  'serverless.yml': `service: shop
params: \${file(./stages.yml)}
custom:
  ecomAnalytics: \${param:ecomAnalytics, null}
resources: !Sub x
`,
  'stages.yml': `default:
  region: us-east-1
  ecomAnalytics: &small
    preset: dev
    rules:
      off: [a, b]
dev:
  alertEmail:
  ecomAnalytics:
    <<: *small
    athena: maybe
prod:
  size: huge
  ecomAnalytics:
    preset: \${param:size}
    msk: \${file(config/msk.yml):large.\${sls:stage}}
    network:
      create:
        nat: perhaps
round:
  ecomAnalytics: \${param:ecomAnalytics}
`,
  'config/msk.yml': `large:
  prod:
    create:
      brokers: many
`,
};

const sources = (stage: string, given: Partial<Sources> = {}): Sources => ({
  serviceFile: 'serverless.yml',
  stage,
  commandLine: new Set(),
  read: (file) => files[file],
  ...given,
});

test.each([
  ['a key of the stage', 'prod', ['network', 'create', 'nat'], 'stages.yml:19'],
  ['a key that comes from the default stage', 'other', ['preset'], 'stages.yml:4'],
  ['an item of a list', 'other', ['rules', 'off', '1'], 'stages.yml:6'],
  ['a key that is merged in', 'dev', ['preset'], 'stages.yml:4'],
  ['a key beside a merged one', 'dev', ['athena'], 'stages.yml:11'],
  ['a missing key: where it would belong', 'prod', ['network', 'existing'], 'stages.yml:17'],
  ['a value that a parameter holds', 'prod', ['preset'], 'stages.yml:13'],
  ['a key in another file', 'prod', ['msk', 'create', 'brokers'], 'config/msk.yml:4'],
])('finds %s', (_, stage, keys, place) => {
  expect(placeOfValue(sources(stage), keys)).toBe(place);
});

test('finds a key that is in serverless.yml itself, or in a service written as JSON', () => {
  const yml = 'custom:\n  ecomAnalytics:\n    preset: huge\n';
  expect(placeOfValue(sources('dev', { read: () => yml }), ['preset'])).toBe('serverless.yml:3');
  const json = {
    serviceFile: 'serverless.json',
    read: () => '{"custom":\n{"ecomAnalytics":\n{"preset":1}}}',
  };
  expect(placeOfValue(sources('dev', json), ['preset'])).toBe('serverless.json:3');
});

test.each(['${sls:stage}', '${opt:stage}', "${opt:stage, 'dev'}", '${self:provider.stage}'])(
  'finds a file that %s is part of the name of',
  (variable) => {
    const written: Readonly<Record<string, string>> = {
      'serverless.yml': `custom:\n  ecomAnalytics: \${file(./stages/${variable}.yml)}\n`,
      'stages/prod.yml': 'preset: huge\n',
    };
    expect(placeOfValue(sources('prod', { read: (file) => written[file] }), ['preset'])).toBe(
      'stages/prod.yml:1',
    );
  },
);

test('finds a key that has dots itself', () => {
  const yml = "custom:\n  ecomAnalytics:\n    streaming:\n      spark:\n        spark.a.b: '1'\n";
  const place = placeOfValue(sources('dev', { read: () => yml }), ['streaming', 'spark', 'spark.a.b']);
  expect(place).toBe('serverless.yml:5');
});

test('names the file alone where the service is code', () => {
  expect(placeOfValue(sources('dev', { serviceFile: 'serverless.ts' }), ['preset'])).toBe('serverless.ts');
});

test('ends where variables lead in a circle', () => {
  expect(placeOfValue(sources('round'), ['preset'])).toMatch(/^stages\.yml:21$|^serverless\.yml/);
});

test('finds a parameter of the stage, its default where the stage leaves it empty, or the command line', () => {
  expect(placeOfParameter(sources('prod'), 'size')).toBe('stages.yml:13');
  expect(placeOfParameter(sources('prod'), 'region')).toBe('stages.yml:2');
  expect(placeOfParameter(sources('dev', { commandLine: new Set(['size']) }), 'size')).toBe('--param size');
});
