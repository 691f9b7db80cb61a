import * as v from 'valibot';

const Scalar = v.union([v.string(), v.number(), v.boolean(), v.null()]);

const Range = v.pipe(
  v.strictObject({ min: v.optional(v.number()), max: v.optional(v.number()) }),
  v.check((range) => range.min !== undefined || range.max !== undefined, 'needs min, max or both'),
);

/** Fields of the message's JSON and what each must be: a value, or a range of numbers, both ends included. */
export const FilterSchema = v.record(
  v.string(),
  v.union([Scalar, Range], 'must be a value, or {"min":…,"max":…}'),
  'must be an object of field and value, such as {"region":"EU-West","total_amount":{"min":1000}}',
);

export type Filter = v.InferOutput<typeof FilterSchema>;

/** Whether every field of the filter is in the message as asked. A message that is no JSON object matches none. */
export function matches(value: unknown, filter: Filter): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return Object.entries(filter).every(([field, wanted]) => {
    const found = fields.get(field);
    if (typeof wanted !== 'object' || wanted === null) return found === wanted;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = wanted;
    return typeof found === 'number' && found >= min && found <= max;
  });
}
