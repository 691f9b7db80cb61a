import { configJsonSchema, type JsonSchema, parametersJsonSchema } from './json-schema.ts';

/** One key of the configuration, for a reader. */
interface Key {
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly description: string;
}

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return schema.enum.join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((one: JsonSchema) => typeOf(one)).join(' or ');
  if (schema.type === 'array') return 'list';
  return String(schema.type);
}

function keysOf(schema: JsonSchema, prefix: string): Key[] {
  const further = schema.additionalProperties;
  const named = Object.entries(schema.properties ?? {});
  const blocks =
    typeof further === 'object' && further.properties ? [...named, ['<role>', further] as const] : named;
  return blocks.flatMap(([name, property]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (property.properties) return keysOf(property, path);
    const shown = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``;
    return [{ path, type: typeOf(property), default: shown, description: property.description ?? '' }];
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function rowsOf(schema: JsonSchema): string[] {
  return keysOf(schema, '').map(
    (key) => `| \`${key.path}\` | ${cell(key.type)} | ${cell(key.default)} | ${cell(key.description)} |`,
  );
}

/** Every key of a stage in stages.yml and of `custom.ecomAnalytics` as Markdown tables, made from the schema. */
export function configReference(): string {
  return [
    '# `custom.ecomAnalytics`',
    '',
    'Generated from the schema of `ecom-analytics` (`plugin/config/schema.ts`) and its `dev` preset.',
    'A block that has `create` and `existing` takes one of the two. `network`, `msk` and `buckets` keep theirs once the stage is',
    'deployed, and so does every key that is marked as not changeable: a deploy refuses what would replace them, before anything',
    'is changed (`ECOM_REPLACEMENT`, `ECOM_BUCKET_CHANGED`). Partitions and `storageGb` grow, and never shrink.',
    '',
    '| key | type | default (preset `dev`) | meaning |',
    '| --- | --- | --- | --- |',
    ...rowsOf(configJsonSchema()),
    '',
    '# A stage of `stages.yml`',
    '',
    'These stand next to `ecomAnalytics`, whose keys are above. A value in `default` holds for every stage that does not have its own.',
    'Further parameters are yours: `${param:NAME}` reads them in `serverless.yml`.',
    '',
    '| key | type | default | meaning |',
    '| --- | --- | --- | --- |',
    ...rowsOf(parametersJsonSchema()),
    '',
  ].join('\n');
}
