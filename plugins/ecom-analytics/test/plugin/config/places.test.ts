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

test.each(['serverless.ts', 'serverless.json.cjs'])('names %s alone, which is code', (serviceFile) => {
  const read = () => 'custom:\n  ecomAnalytics:\n    preset: huge\n';
  expect(placeOfValue(sources('dev', { serviceFile, read }), ['preset'])).toBe(serviceFile);
});

test.each<[string, string | undefined]>([
  ['is not there', undefined],
  ['is empty', ''],
])('names a file alone that %s', (_, text) => {
  const read = (file: string) => (file === 'own.yml' ? text : 'custom: ${file(own.yml)}');
  expect(placeOfValue(sources('dev', { read }), ['preset'])).toBe('own.yml');
});

/** A service in one file, each line under the number that a place names. */
const written = `custom:
  loud: &loud
    email: me
  quiet: &quiet
    dashboard: 2
  ecomAnalytics:
    preset: \${ self:custom.sizes.small }
    topics: \${ param:topics }
    streaming: \${ file( ./streaming.yml ) }
    athena: is-\${param:athena}
    emr: is-\${self:custom.sizes}
    buckets: is-\${file(./streaming.yml)}
    rules:
      off:
        - a
        - b
    monitoring:
      <<: [*loud, *quiet]
      alarms: 1
  sizes:
    small: tiny
params:
  default:
    athena: false
    empty: 1
    filled: 1
    topics:
      prefix: 5
  dev:
    empty:
    filled: \${file(./streaming.yml):alerts}
`;
const inOneFile = sources('dev', {
  read: (file) => (file === 'serverless.yml' ? written : 'triggerSeconds: -1\nalerts: soon\n'),
});

test.each([
  ['in another part of the service', ['preset'], 'serverless.yml:21'],
  ['in a parameter', ['topics', 'prefix'], 'serverless.yml:28'],
  ['in a file', ['streaming', 'triggerSeconds'], 'streaming.yml:1'],
  ['as text that holds a parameter', ['athena'], 'serverless.yml:10'],
  ['as text that holds another part', ['emr'], 'serverless.yml:11'],
  ['as text that holds a file', ['buckets'], 'serverless.yml:12'],
  ['as an item of a list', ['rules', 'off', '1'], 'serverless.yml:16'],
  ['in the first of several mappings that are merged in', ['monitoring', 'email'], 'serverless.yml:3'],
  ['in the second of them', ['monitoring', 'dashboard'], 'serverless.yml:5'],
  ['nowhere, though mappings are merged in', ['monitoring', 'x'], 'serverless.yml:17'],
])('finds a value that is written %s', (_, keys, place) => {
  expect(placeOfValue(inOneFile, keys)).toBe(place);
});

test('finds a parameter where the stage’s own leads, and its default where the stage’s own has no value', () => {
  expect(placeOfParameter(inOneFile, 'filled')).toBe('streaming.yml:2');
  expect(placeOfParameter(inOneFile, 'empty')).toBe('serverless.yml:25');
});

test('ends where variables lead in a circle', () => {
  expect(placeOfValue(sources('round'), ['preset'])).toMatch(/^stages\.yml:21$|^serverless\.yml/);
});

test('finds a parameter of the stage, its default where the stage leaves it empty, or the command line', () => {
  expect(placeOfParameter(sources('prod'), 'size')).toBe('stages.yml:13');
  expect(placeOfParameter(sources('prod'), 'region')).toBe('stages.yml:2');
  expect(placeOfParameter(sources('dev', { commandLine: new Set(['size']) }), 'size')).toBe('--param size');
});
