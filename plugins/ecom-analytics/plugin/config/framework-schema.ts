import type { JsonSchema } from './json-schema.ts';

/**
 * The schema by which osls checks `serverless.yml`, as an editor can use it. osls checks a file after it has resolved
 * variables and CloudFormation's short forms, and converts types; an editor sees the file as it is written.
 */

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const single = ['items', 'additionalProperties', 'additionalItems', 'not'];
const lists = ['anyOf', 'oneOf', 'allOf', 'items'];
const named = ['properties', 'patternProperties', 'definitions'];

/** What a person writes in place of a value: osls resolves it. */
const variable: JsonSchema = { $ref: '#/definitions/variable' };

/** `!Ref Table` is text to an editor, and `!Join [ … ]` a list. */
const shortForm: JsonSchema = { type: ['string', 'array'] };

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapNamed(schemas: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => [name, isSchema(value) ? change(value) : value]),
  );
}

/** The alternative that osls keeps so that its list of events is never empty. */
function isPlaceholder(schema: unknown): boolean {
  return isSchema(schema) && schema.properties?.__schemaWorkaround__ !== undefined;
}

/** A key's value: what osls takes, or a variable. */
function orVariable(schema: JsonSchema): JsonSchema {
  const changed = forEditor(schema);
  const takesAll = Object.keys(changed).length === 0;
  const takesText = [changed.type].flat().includes('string') && Object.keys(changed).length === 1;
  return takesAll || takesText ? changed : { anyOf: [changed, variable] };
}

/** One keyword of a schema. */
function keywordForEditor(keyword: string, value: unknown): [keyword: string, value: unknown][] {
  // Not a keyword of JSON Schema.
  if (keyword === 'regexp') return [];
  if (named.includes(keyword) && isSchema(value))
    return [[keyword, mapNamed(value, keyword === 'definitions' ? forEditor : orVariable)]];
  if (lists.includes(keyword) && Array.isArray(value)) {
    const some = value
      .filter((one) => !isPlaceholder(one))
      .map((one) => (isSchema(one) ? forEditor(one) : one));
    // A short form is in several of them.
    return [[keyword === 'oneOf' ? 'anyOf' : keyword, some]];
  }
  if (single.includes(keyword) && isSchema(value)) return [[keyword, orVariable(value)]];
  return [[keyword, value]];
}

function forEditor(schema: JsonSchema): JsonSchema {
  const changed: JsonSchema = Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => keywordForEditor(keyword, value)),
  );
  // osls makes text of a number and of true.
  const isText = changed.type === 'string' && !('pattern' in changed) && !('enum' in changed);
  return isText ? { ...changed, type: ['string', 'number', 'boolean'] } : changed;
}

/** osls merges a list of blocks before it checks them. */
function orList(block: JsonSchema | undefined): JsonSchema {
  const one = block ?? {};
  return { anyOf: [...((one.anyOf as JsonSchema[]) ?? []), { type: 'array', items: one }] };
}

/**
 * Makes osls' schema one for an editor.
 *
 * @param schema what osls and its plugins have put together for `provider.name: aws`
 */
export function frameworkSchema(schema: JsonSchema): JsonSchema {
  const { definitions, properties, additionalProperties: _, ...rest } = forEditor(schema);
  const { awsCfFunction, ...others } = definitions as Record<string, JsonSchema>;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    // At the top, plugins have keys of their own.
    ...rest,
    properties: {
      ...properties,
      functions: orList(properties?.functions),
      resources: orList(properties?.resources),
    },
    definitions: {
      ...others,
      awsCfFunction: { anyOf: [...((awsCfFunction?.anyOf as JsonSchema[]) ?? []), shortForm] },
      variable: { type: 'string', pattern: '\\$\\{.+\\}' },
    },
  };
}
