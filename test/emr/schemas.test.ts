import { toJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, it } from 'vitest';
import { StreamingSettingsSchema } from '../../emr/settings.ts';
import { PipelineSpecSchema } from '../../pipeline/spec.ts';

// After a change of either schema: npx vitest run test/emr/schemas.test.ts --update
describe('the schemas that ship with the job', () => {
  it.each([
    ['spec', PipelineSpecSchema],
    ['settings', StreamingSettingsSchema],
  ])('are those of the %s', async (name, schema) => {
    const written = `${JSON.stringify(toJsonSchema(schema, { errorMode: 'throw', ignoreActions: ['check'] }), null, 2)}\n`;
    await expect(written).toMatchFileSnapshot(`../../emr/ecom_streaming/${name}.schema.json`);
  });
});
