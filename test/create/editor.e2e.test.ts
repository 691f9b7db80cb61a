import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

  test('marks a wrong value in serverless.yml', async () => {
    const found = await server.open('serverless.yml', 'custom:\n  ecomAnalytics:\n    athena: perhaps\n');
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining('Incorrect type')]);
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
