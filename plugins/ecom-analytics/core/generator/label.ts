import * as v from 'valibot';

/** The header that carries a label. It is never in the order, so no rule can see it. */
export const labelHeader = 'ecom-label';

/** What the generator meant by an order; never computed from the rules. */
export const LabelSchema = v.object({
  /** The pattern played, or nearly: it has the name of the rule that is to catch it. */
  pattern: v.pipe(v.string(), v.nonEmpty()),
  /** The orders of one case share its id. */
  case: v.pipe(v.string(), v.nonEmpty()),
  /** How many orders the case has; it is played once all of them are placed. */
  orders: v.pipe(v.number(), v.integer(), v.minValue(1)),
  intent: v.picklist(['fraud', 'near-miss']),
});

export type Label = v.InferOutput<typeof LabelSchema>;

export function encodeLabel(label: Label): string {
  return JSON.stringify(label);
}

/** Reads a label header; null for one that is no label, since anyone may write headers. */
export function decodeLabel(header: string): Label | null {
  try {
    const parsed = v.safeParse(LabelSchema, JSON.parse(header));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
