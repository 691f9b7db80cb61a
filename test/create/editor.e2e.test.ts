import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { LanguageServer } from './language-server.ts';
import { readText, repository } from './packed.ts';

/** Opening the project in VS Code, without VS Code: what its settings name is there, and the YAML server knows our keys. */

const settings: Record<string, unknown> = JSON.parse(readText(repository, '.vscode/settings.json'));

describe('the YAML language server, with the settings of the project', () => {
  let server: LanguageServer;
  beforeAll(async () => {
    // The catalogue of schemas on the web is not asked: the test is about ours.
    server = await LanguageServer.start({
      ...settings,
      'yaml.schemaStore.enable': false,
      'yaml.hover': true,
      'yaml.completion': true,
      'yaml.validate': true,
    });
  });
  afterAll(() => server.stop());

  test.each(['serverless.yml', 'stages.yml'])('finds nothing wrong in %s', async (file) => {
    expect(await server.open(file, readText(repository, file))).toEqual([]);
  });

  const stage = (...lines: readonly string[]) =>
    ['dev:', '  ecomAnalytics:', ...lines.map((line) => `    ${line}`), ''].join('\n');

  test.each([
    ['an unknown key', stage('topic: {}'), 2, 'Property topic is not allowed'],
    [
      'an unknown value',
      stage('preset: huge'),
      2,
      'Value is not accepted. Valid values: "dev", "production", "large"',
    ],
    [
      'a number that is text',
      stage('streaming:', '  triggerSeconds: ten'),
      3,
      'Incorrect type. Expected "number"',
    ],
    [
      'a number out of range',
      stage('msk:', '  create: { brokers: 1 }'),
      3,
      'Value is below the minimum of 2',
    ],
  ])('marks %s in stages.yml', async (_what, text, line, message) => {
    const found = await server.open('stages.yml', text);
    expect(found.map((one) => `${one.range.start.line} ${one.message}`)).toEqual([
      expect.stringContaining(`${line} ${message}`),
    ]);
  });

  const serverlessYml = (rest: string) => `service: shop\nprovider:\n  name: aws\n${rest}`;

  test.each([
    [
      'of the framework',
      'functions:\n  f: { handler: f.g, memorysize: 512 }\n',
      4,
      'Property memorysize is not',
    ],
    ['an unknown key of the provider', '  runtme: nodejs24.x\n', 3, 'Property runtme is not allowed'],
    ['a wrong value of the framework', '  runtime: nodejs5.x\n', 3, 'Value is not accepted'],
    ['a wrong value of the plugin', 'custom:\n  ecomAnalytics: { athena: perhaps }\n', 4, 'Incorrect type'],
    [
      'an unknown key of the plugin',
      'custom:\n  ecomAnalytics: { topic: {} }\n',
      4,
      'Property topic is not allowed',
    ],
  ])('marks %s in serverless.yml', async (_what, text, line, message) => {
    const found = await server.open('serverless.yml', serverlessYml(text));
    expect(found.map((one) => `${one.range.start.line} ${one.message}`)).toEqual([
      expect.stringContaining(`${line} ${message}`),
    ]);
  });

  test("completes the framework's keys and values beside ours in serverless.yml", async () => {
    const offered = async (text: string) => {
      const all = serverlessYml(text);
      const lines = all.split('\n');
      await server.open('serverless.yml', all);
      return server.at('completion', 'serverless.yml', lines.length - 1, lines.at(-1)?.length ?? 0);
    };
    const top = await offered('');
    for (const name of ['functions', 'resources', 'custom']) expect(top).toContain(`"label":"${name}"`);
    expect(await offered('functions:\n  f:\n    ')).toContain('"label":"memorySize"');
    expect(await offered('functions:\n  f:\n    events:\n      - ')).toContain('"label":"schedule"');
    expect(await offered('  runtime: ')).toContain('"label":"nodejs24.x"');
    expect(await offered('custom:\n  ')).toContain('"label":"ecomAnalytics"');
    expect(await offered('custom:\n  ecomAnalytics:\n    ')).toContain('"label":"streaming"');
  });

  test('takes what osls resolves or converts: variables, short forms of CloudFormation, numbers for text', async () => {
    const text = serverlessYml(
      [
        `  region: \${param:region}`,
        `  memorySize: \${param:memory}`,
        '  environment:',
        '    TABLE: !Ref Table',
        '    DAYS: 7',
        '    URL: !Join ["", ["https://", !Ref Api]]',
        'functions:',
        '  f:',
        '    handler: f.g',
        `    timeout: \${param:timeout}`,
        '    events:',
        '      - sqs: { arn: !GetAtt Queue.Arn }',
        `      - \${file(events.yml)}`,
        '      - schedule: rate(5 minutes)',
        'resources:',
        `  - \${file(resources.yml)}`,
        '  - Resources: { Table: { Type: AWS::DynamoDB::Table } }',
        'stepFunctions: { ofAPlugin: true }',
        '',
      ].join('\n'),
    );
    expect(await server.open('serverless.yml', text)).toEqual([]);
  });

  test('completes the ids of the rules that a stage may switch off, and marks one that is not there', async () => {
    await server.open('stages.yml', stage('rules:', '  off: []'));
    const offered = await server.at('completion', 'stages.yml', 3, 12);
    for (const { id } of pipeline.rules) expect(offered).toContain(`"label":"${id}"`);
    const off = (ids: string) => server.open('stages.yml', stage('rules:', `  off: [${ids}]`));
    expect(await off(`order-burst, "\${param:rule}"`)).toEqual([]);
    expect((await off('order-brust')).map(({ message }) => message)).toEqual([
      expect.stringContaining('"order-burst"'),
    ]);
  });

  test('takes a variable for any value', async () => {
    const variable = (of: string) => `\${${of}}`;
    const text = stage(
      `athena: ${variable('param:athena')}`,
      'msk:',
      `  create: { brokers: "${variable('param:brokers')}" }`,
      `emr: ${variable('file(emr.yml)')}`,
    );
    expect(await server.open('stages.yml', text)).toEqual([]);
  });

  test('explains a key and its default on hover', async () => {
    await server.open('stages.yml', stage('streaming:', '  triggerSeconds: 5'));
    const shown = await server.at('hover', 'stages.yml', 3, 10);
    expect(shown).toContain('How often window rows are written.');
    expect(shown).toContain('10');
  });

  test('completes keys and values', async () => {
    await server.open('stages.yml', stage(''));
    const keys = await server.at('completion', 'stages.yml', 2, 4);
    for (const name of ['preset', 'network', 'msk', 'streaming', 'rules'])
      expect(keys).toContain(`"label":"${name}"`);
    await server.open('stages.yml', stage('preset: '));
    expect(await server.at('completion', 'stages.yml', 2, 12)).toContain('"label":"production"');
  });
});

test('the schemas that the settings name are there', () => {
  const schemas = Object.keys(Object(settings['yaml.schemas']));
  expect(schemas).not.toEqual([]);
  for (const schema of schemas) expect(existsSync(path.join(repository, schema))).toBe(true);
});

/** The keys of a devcontainer.json that are used here, https://containers.dev/implementors/json_reference/. */
test('the devcontainer has Node, Java and Python, and the extensions that are recommended', () => {
  const { image, features, customizations, postCreateCommand, portsAttributes, name, ...rest } = JSON.parse(
    readText(repository, '.devcontainer/devcontainer.json'),
  );
  expect(rest).toEqual({});
  expect(name).toEqual(expect.any(String));
  expect(image).toMatch(/^mcr\.microsoft\.com\/devcontainers\/typescript-node:\d+-\w+$/);
  expect(Object.keys(features)).toEqual(
    expect.arrayContaining([expect.stringMatching(/\/java:\d+$/), expect.stringMatching(/\/python:\d+$/)]),
  );
  for (const feature of Object.keys(features))
    expect(feature).toMatch(/^ghcr\.io\/devcontainers\/features\/[\w-]+:\d+$/);
  expect(Object.keys(portsAttributes)).toEqual([expect.stringMatching(/^\d+$/)]);
  expect(postCreateCommand).toBe('npm install');
  const { recommendations } = JSON.parse(readText(repository, '.vscode/extensions.json'));
  expect(customizations.vscode.extensions).toEqual(recommendations);
});
