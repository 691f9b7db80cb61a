import { toJsonSchema } from '@valibot/to-json-schema';
import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { withoutRules } from '../../core/pipeline.ts';
import { isStateful, type Rule } from '../../core/rule.ts';
import { emitSpec, PipelineSpecSchema, specVersion } from '../../core/spec.ts';
import { kit, kitWithRefunds } from './kit.ts';

describe('the spec', () => {
  it('carries everything that Spark computes from', () => {
    const spec = emitSpec(kit);
    expect(spec.specVersion).toBe(specVersion);
    expect(spec.topics.orders.name).toBe('ecommerce-orders');
    expect(spec.windowing).toMatchObject({ sizeMs: 60_000, slideMs: 30_000, watermarkMs: 30_000 });
    expect(spec.windowing.groupBy).toEqual([
      { field: 'category', column: 'category' },
      { field: 'region', column: 'location' },
    ]);
    expect(spec.order.fields.map((field) => field.name)).toContain('total_amount');
    expect(spec.rules.map((rule) => rule.id)).toEqual(kit.rules.map((rule) => rule.id));
  });

  it('carries a topic that the shop has added', () => {
    const { refunds } = emitSpec(kitWithRefunds).topics;
    expect(refunds).toEqual(kitWithRefunds.topics.refunds);
  });

  it('survives being written and read', () => {
    const spec = emitSpec(pipeline);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  it('follows a definition with a rule switched off', () => {
    const spec = emitSpec(withoutRules(kit, ['region-hop']));
    expect(spec.rules.map((rule) => rule.id)).not.toContain('region-hop');
  });

  it.each<[string, object, RegExp]>([
    ['a limit that is text', { moreThan: '200' }, /rule high-value, moreThan: .*number/],
    ['a key that there is not', { moreThann: 1000 }, /rule high-value, moreThann/],
    ['a severity that there is not', { severity: 'medum' }, /rule high-value, severity: .*"medium"/],
  ])('says which rule has %s', (_, change, words) => {
    const [first, ...others] = kit.rules;
    const rules = [{ ...first, ...change } as Rule, ...others];
    expect(() => emitSpec({ ...kit, rules })).toThrow(words);
    expect(() => emitSpec({ ...kit, rules })).toThrow(expect.objectContaining({ code: 'ECOM_DEFINITION' }));
  });

  it('refuses a definition that makes no sense', () => {
    expect(() => emitSpec({ ...pipeline, windows: { ...pipeline.windows, slideMs: 0 } })).toThrow();
  });

  it('refuses windows that leave gaps, of the analytics and of a rule', () => {
    const gap = { sizeMs: 30_000, slideMs: 60_000 };
    expect(() => emitSpec({ ...kit, windows: { ...kit.windows, ...gap } })).toThrow(
      /windows: slideMs must be at most sizeMs/,
    );
    const rules = kit.rules.map((rule) => (isStateful(rule) ? { ...rule, windows: gap } : rule));
    expect(() => emitSpec({ ...kit, rules })).toThrow(/rule order-burst, windows: slideMs must be at most/);
    const touching = { sizeMs: 30_000, slideMs: 30_000 };
    expect(emitSpec({ ...kit, windows: { ...kit.windows, ...touching } }).windowing).toMatchObject(touching);
  });

  // After a change of the spec: npx vitest run plugins/ecom-analytics/test/core/spec.test.ts --update
  it('has a JSON Schema beside it that is up to date', async () => {
    const schema = toJsonSchema(PipelineSpecSchema, {
      errorMode: 'throw',
      ignoreActions: ['check', 'finite'],
    });
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../core/spec.schema.json');
  });
});
