import { expect, test } from 'vitest';
import {
  ecomAnalyticsSchema,
  serverlessYmlSchema,
  stagesYmlSchema,
} from '../../../plugin/config/json-schema.ts';
import { configReference } from '../../../plugin/config/reference.ts';

test.each([
  ['ecom-analytics', ecomAnalyticsSchema],
  ['serverless', serverlessYmlSchema],
  ['stages', stagesYmlSchema],
])('the schema %s is the one that the plugin checks (vitest -u writes it)', async (file, schema) => {
  await expect(`${JSON.stringify(schema(), null, 2)}\n`).toMatchFileSnapshot(
    `../../../plugin/${file}.schema.json`,
  );
});

test('the reference lists every key as the schema has it (vitest -u writes it)', async () => {
  await expect(configReference()).toMatchFileSnapshot('../../../../../docs/configuration.md');
});
