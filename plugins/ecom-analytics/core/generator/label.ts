/** The header that carries a label, as JSON. It is never in the order, so no rule can see it. */
export const labelHeader = 'ecom-label';

/** What the generator meant by an order; never computed from the rules. */
export interface Label {
  /** The pattern played, or nearly: it has the name of the rule that is to catch it. */
  readonly pattern: string;
  /** The orders of one case share its id. */
  readonly case: string;
  /** How many orders the case has; it is played once all of them are placed. */
  readonly orders: number;
  readonly intent: 'fraud' | 'near-miss';
}
