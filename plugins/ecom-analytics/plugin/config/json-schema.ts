import { toJsonSchema } from '@valibot/to-json-schema';
import { pipelineRoles } from '../../core/topic.ts';
import { presets } from './presets.ts';
import { configInputSchema, StageParametersSchema } from './schema.ts';

/** As much of JSON Schema as the configuration uses. */
export interface JsonSchema {
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  [keyword: string]: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes the dev preset's values in as defaults, so that an editor shows them; nobody fills them in from here. */
function showDefaults(schema: JsonSchema, values: Record<string, unknown>): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const value = values[key];
    if (value === undefined) continue;
    if (property.properties && isObject(value)) showDefaults(property, value);
    else property.default = value;
  }
}

/**
 * Opens the block of topics to further ones by role, so that the written schema serves every shop. That a role is in the
 * definition is checked by `resolveConfig`.
 */
function openToFurtherTopics(topics: JsonSchema): void {
  topics.additionalProperties = {
    description: 'A further topic of the definition, by its role.',
    ...topics.properties?.orders,
  };
}

/** `custom.ecomAnalytics` as JSON Schema (draft 7), made from the one schema in `schema.ts`. */
export function configJsonSchema(): JsonSchema {
  const { $schema: _, ...schema } = toJsonSchema(configInputSchema(pipelineRoles), {
    typeMode: 'input',
    // A check for e-mail becomes a pattern that other engines read differently; `resolveConfig` has the last word.
    errorMode: 'ignore',
  }) as JsonSchema;
  const { of, ...topics } = presets.dev.topics;
  showDefaults(schema, { ...presets.dev, topics: { ...of, ...topics } });
  if (schema.properties?.topics) openToFurtherTopics(schema.properties.topics);
  return schema;
}

/** Serverless resolves `${…}` before the plugin sees it, so a variable may stand for any value. */
const variable: JsonSchema = { type: 'string', pattern: '^\\$\\{.+\\}$' };

/** An editor shows a key's description on hover and not its default, so the default stands in both. */
function described(description: string | undefined, preset: unknown, label: string): string | undefined {
  if (preset === undefined) return description;
  return `${description ? `${description} ` : ''}${label}: ${JSON.stringify(preset)}.`;
}

function orVariables(
  properties: Record<string, JsonSchema> = {},
  label?: string,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, orVariable(value, label)]),
  );
}

/** Lets every value be a variable too; what an editor shows of a key (description, default) stays at the key. */
function orVariable(
  { description, default: preset, ...rest }: JsonSchema,
  label = 'Default (preset dev)',
): JsonSchema {
  const properties = rest.properties && orVariables(rest.properties, label);
  const further = rest.additionalProperties;
  const block = {
    ...rest,
    ...(properties && { properties }),
    ...(typeof further === 'object' && further.properties && { additionalProperties: orVariable(further) }),
  };
  const shown = described(description, preset, label);
  return {
    ...(shown !== undefined && { description: shown }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [block, variable],
  };
}

const draft = 'http://json-schema.org/draft-07/schema#';

/** A schema of a stage's `ecomAnalytics` with variables, which the schemas of both files refer to. */
export function ecomAnalyticsSchema(): JsonSchema {
  return { $schema: draft, ...orVariable(configJsonSchema()) };
}

const ecomAnalytics: JsonSchema = { $ref: 'ecom-analytics.schema.json' };

/** A schema for `serverless.yml`: osls' own (`framework-schema.ts`), and `custom.ecomAnalytics`. */
export function serverlessYmlSchema(): JsonSchema {
  return {
    $schema: draft,
    allOf: [
      { $ref: 'framework.schema.json' },
      { type: 'object', properties: { custom: { type: 'object', properties: { ecomAnalytics } } } },
    ],
  };
}

/** What a stage of `stages.yml` may have beside its `ecomAnalytics`, as JSON Schema. */
export function parametersJsonSchema(): JsonSchema {
  const { $schema: _, ...schema } = toJsonSchema(StageParametersSchema, {
    typeMode: 'input',
    errorMode: 'ignore',
  }) as JsonSchema;
  return schema;
}

/** A schema for `stages.yml`: stages by name, each with its `ecomAnalytics`, and further parameters as they come. */
export function stagesYmlSchema(): JsonSchema {
  return {
    $schema: draft,
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        ...orVariables(parametersJsonSchema().properties, 'Default'),
        ecomAnalytics,
      },
    },
  };
}
