import { configJsonSchema, type JsonSchema } from './json-schema.ts';

/** One key of the configuration, for a reader. */
interface Key {
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly description: string;
}

function typeOf(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return schema.enum.join(' or ');
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

/** Every key of `custom.ecomAnalytics` as a Markdown table, made from the schema. */
export function configReference(): string {
  const rows = keysOf(configJsonSchema(), '').map(
    (key) => `| \`${key.path}\` | ${cell(key.type)} | ${cell(key.default)} | ${cell(key.description)} |`,
  );
  return [
    '# `custom.ecomAnalytics`',
    '',
    'Made from `schema.ts` and the dev preset by `test/plugins/config/written-files.test.ts`; change those.',
    'A block that has `create` and `existing` takes one of the two.',
    '',
    '| key | type | default (preset `dev`) | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
