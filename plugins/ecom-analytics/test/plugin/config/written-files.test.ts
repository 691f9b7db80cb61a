import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { configReference } from '../../../plugin/config/config-reference.ts';
import { frameworkSchema } from '../../../plugin/config/framework-schema.ts';
import {
  ecomAnalyticsSchema,
  type JsonSchema,
  serverlessYmlSchema,
  stagesYmlSchema,
} from '../../../plugin/config/json-schema.ts';

test.each([
  ['ecom-analytics', ecomAnalyticsSchema],
  ['serverless', serverlessYmlSchema],
  ['stages', stagesYmlSchema],
])('the schema %s is the one that the plugin checks (vitest -u writes it)', async (file, schema) => {
  await expect(`${JSON.stringify(schema(), null, 2)}\n`).toMatchFileSnapshot(
    `../../../plugin/${file}.schema.json`,
  );
});

/** The schema that osls checks `serverless.yml` by, with what serverless-esbuild adds. */
async function schemaOfFramework(): Promise<JsonSchema> {
  // osls declares no types for itself.
  const Serverless = createRequire(import.meta.url)('serverless');
  const serverless = new Serverless({
    commands: [],
    options: {},
    serviceDir: path.resolve(import.meta.dirname, '../../../../..'),
    configurationFilename: 'serverless.yml',
    configuration: { service: 'shop', provider: { name: 'aws' }, plugins: ['serverless-esbuild'] },
  });
  await serverless.init();
  return structuredClone(serverless.configSchemaHandler.schema);
}

test('the schema of serverless.yml is the one that osls checks (vitest -u writes it)', async () => {
  const schema = frameworkSchema(await schemaOfFramework());
  // In one line: nobody reads its 25,000.
  await expect(`${JSON.stringify(schema)}\n`).toMatchFileSnapshot('../../../plugin/framework.schema.json');
});

test('the reference lists every key as the schema has it (vitest -u writes it)', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../../../../docs/configuration.md');
});
