import * as v from 'valibot';
import { unknownCategory } from './catalog-types.ts';
import { deadLetterHeaders } from './dead-letter.ts';
import { EcomError } from './error.ts';
import {
  badRecordReasons,
  FieldFormSchema,
  type FieldType,
  fieldRoles,
  fieldTypes,
  maxFutureMs,
  orderFields,
  recordFaults,
} from './order.ts';
import type { PipelineDefinition } from './pipeline.ts';
import { definitionProblem } from './problem.ts';
import { severities } from './rule.ts';
import { idleAfterMs, maxTickFutureMs, tickHeader } from './tick.ts';
import { timestampType } from './topic.ts';
import { analyticsFolder, type Windows, windowColumns } from './window.ts';

/** Raised when a reader of an older spec would compute something else. */
export const specVersion = 1;

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const name = v.pipe(v.string(), v.nonEmpty());

const TopicSpec = v.strictObject({
  name,
  partitions: positive,
  replicationFactor: positive,
  minInSyncReplicas: positive,
  retentionMs: positive,
  keyedBy: name,
});

const windowsEntries = { sizeMs: positive, slideMs: positive };

/** Between windows that are further apart than they are long, orders would fall into none. */
function leavesNoGap<Given extends Windows>() {
  return v.check<Given, string>(
    ({ sizeMs, slideMs }) => slideMs <= sizeMs,
    'slideMs must be at most sizeMs, so that every order is in a window',
  );
}

const WindowsSpec = v.pipe(v.strictObject(windowsEntries), leavesNoGap());

const ruleBase = {
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)),
  severity: v.picklist(severities),
  reason: name,
};

const RuleSpec = v.variant('kind', [
  v.strictObject({
    ...ruleBase,
    kind: v.literal('threshold'),
    field: v.picklist(['total_amount', 'price', 'quantity']),
    moreThan: v.pipe(v.number(), v.finite()),
    atProducer: v.optional(v.boolean()),
  }),
  v.strictObject({
    ...ruleBase,
    kind: v.literal('one-of'),
    field: v.picklist(['region', 'product_id', 'category', 'customer_id']),
    values: v.array(v.string()),
  }),
  v.strictObject({
    ...ruleBase,
    kind: v.literal('distinct-orders'),
    key: v.literal('customer_id'),
    moreThan: positive,
    windows: WindowsSpec,
  }),
  v.strictObject({
    ...ruleBase,
    kind: v.literal('distinct-values'),
    key: v.literal('customer_id'),
    field: v.picklist(['region', 'product_id', 'category']),
    moreThan: positive,
    windows: WindowsSpec,
  }),
]);

/** The definition as JSON: what Spark reads, and what the checkpoint's fingerprint is computed from. */
export const PipelineSpecSchema = v.strictObject({
  specVersion: v.literal(specVersion),
  /** Those that the pipeline reads and writes, and further ones of the shop. */
  topics: v.objectWithRest({ orders: TopicSpec, alerts: TopicSpec, deadLetters: TopicSpec }, TopicSpec),
  /** Whose clock a record's time is read from, of every topic. */
  timestampType: v.literal(timestampType),
  order: v.strictObject({
    /** In the order in which they are checked. */
    fields: v.array(
      v.strictObject({ name, type: v.picklist(Object.keys(fieldTypes) as FieldType[]), reason: name }),
    ),
    /** What a field of each type may hold. */
    types: v.record(name, FieldFormSchema),
    /** Fields that mean something beyond their type. */
    key: name,
    product: name,
    category: name,
    total: name,
    time: name,
    maxFutureMs: positive,
    /** Category by product id, for orders that name none. */
    categories: v.record(v.string(), v.string()),
    unknownCategory: name,
    /** Reasons that concern a record as a whole, by what is wrong. */
    reasons: v.record(name, name),
  }),
  /** Closed and ordered: the first that applies is the reason. */
  badRecordReasons: v.array(v.strictObject({ id: name, meaning: name })),
  deadLetterHeaders: v.strictObject({ reason: name, topic: name, partition: name, offset: name }),
  tick: v.strictObject({ header: name, idleAfterMs: positive, maxFutureMs: positive }),
  windowing: v.pipe(
    v.strictObject({
      ...windowsEntries,
      watermarkMs: positive,
      deduplicate: v.boolean(),
      /** Order fields that windows are grouped by, and the column that each becomes. */
      groupBy: v.array(v.strictObject({ field: name, column: name })),
      columns: v.array(
        v.strictObject({ name, type: v.picklist(['timestamp-millis', 'string', 'int64', 'double']) }),
      ),
      folder: name,
    }),
    leavesNoGap(),
  ),
  rules: v.array(RuleSpec),
});

export type PipelineSpec = v.InferOutput<typeof PipelineSpecSchema>;

/** Where in the definition something is wrong: `rule high-value, moreThan`. */
function placeOf({ rules }: PipelineDefinition, path: readonly { readonly key: unknown }[]): string {
  const [top, index, ...below] = path.map(({ key }) => key);
  const rule = top === 'rules' ? rules[Number(index)] : undefined;
  return rule === undefined
    ? path.map(({ key }) => (key === 'windowing' ? 'windows' : String(key))).join('.')
    : [`rule ${rule.id}`, ...below.map(String)].join(', ');
}

function wordsOf({ expected, received, message }: v.BaseIssue<unknown>): string {
  if (received === 'undefined') return 'it is missing';
  return expected === 'never' ? 'there is no such key' : message;
}

/** The error of a definition, with what is wrong as `rule high-value, moreThan: …`. */
export function notValid(problem: string): EcomError {
  return new EcomError('ECOM_DEFINITION', {
    what: `The definition is not valid: ${problem}`,
    where: 'pipeline/',
    fix: 'Correct it there; if a type is wrong, `npm run check` shows the line.',
  });
}

/**
 * Emits a definition as the spec.
 *
 * @throws EcomError `ECOM_DEFINITION` when the definition itself is not valid
 */
export function emitSpec(definition: PipelineDefinition): PipelineSpec {
  const problem = definitionProblem(definition);
  if (problem !== null) throw notValid(problem);
  const parsed = v.safeParse(PipelineSpecSchema, {
    specVersion,
    topics: definition.topics,
    timestampType,
    order: {
      fields: Object.entries(orderFields(definition.orderFields)).map(([field, { type, reason }]) => ({
        name: field,
        type,
        reason,
      })),
      types: Object.fromEntries(Object.entries(fieldTypes).map(([type, { form }]) => [type, form])),
      ...fieldRoles,
      maxFutureMs,
      categories: Object.fromEntries(
        definition.catalog.products.map((product) => [product.product_id, product.category]),
      ),
      unknownCategory,
      reasons: recordFaults,
    },
    badRecordReasons: Object.entries(badRecordReasons(definition.orderFields)).map(([id, meaning]) => ({
      id,
      meaning,
    })),
    deadLetterHeaders,
    tick: { header: tickHeader, idleAfterMs, maxFutureMs: maxTickFutureMs(definition.windows) },
    windowing: {
      ...definition.windows,
      groupBy: [
        { field: 'category', column: 'category' },
        { field: 'region', column: 'location' },
      ],
      columns: Object.entries(windowColumns).map(([column, type]) => ({ name: column, type })),
      folder: analyticsFolder,
    },
    rules: definition.rules,
  });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw notValid(`${placeOf(definition, issue.path ?? [])}: ${wordsOf(issue)}`);
}
