import type { Order, ParsedOrder } from './order.ts';
import type { Windows } from './window.ts';

export const severities = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

interface RuleBase {
  /** Stable; alert ids are made from it. */
  readonly id: string;
  readonly severity: Severity;
  /**
   * The sentence a person reads. `{customer_id}` and, for a rule over an order, `{order_id}` are replaced by the alert's,
   * `{limit}` by the rule's own limit, `{value}` by what was found, `{currency}` by the pipeline's currency.
   */
  readonly reason: string;
}

/** Trips on an order whose amount is over a limit (not at it). */
export interface ThresholdRule extends RuleBase {
  readonly kind: 'threshold';
  readonly field: 'total_amount' | 'price' | 'quantity';
  readonly moreThan: number;
  /** The producer sends this alert itself, as it sends the order. */
  readonly atProducer?: boolean;
}

/** Trips on an order whose field is in a list. */
export interface OneOfRule extends RuleBase {
  readonly kind: 'one-of';
  readonly field: 'region' | 'product_id' | 'category' | 'customer_id';
  readonly values: readonly string[];
}

/**
 * Trips when a customer has more than so many distinct orders in one window of event time. Of orders with one id, the first to
 * arrive counts, for as long as the window is open: until the watermark passes its end. After that no order counts in it.
 */
export interface DistinctOrdersRule extends RuleBase {
  readonly kind: 'distinct-orders';
  readonly key: 'customer_id';
  readonly moreThan: number;
  readonly windows: Windows;
}

/** Trips when a customer's orders, counted likewise, show more than so many distinct values of a field in one window. */
export interface DistinctValuesRule extends RuleBase {
  readonly kind: 'distinct-values';
  readonly key: 'customer_id';
  readonly field: 'region' | 'product_id' | 'category';
  readonly moreThan: number;
  readonly windows: Windows;
}

export type StatelessRule = ThresholdRule | OneOfRule;
export type StatefulRule = DistinctOrdersRule | DistinctValuesRule;
export type Rule = StatelessRule | StatefulRule;

export function isStateless(rule: Rule): rule is StatelessRule {
  return rule.kind === 'threshold' || rule.kind === 'one-of';
}

export function isStateful(rule: Rule): rule is StatefulRule {
  return !isStateless(rule);
}

/** Whether one order trips a stateless rule. */
export function trips(rule: StatelessRule, order: Order & { readonly category: string }): boolean {
  return rule.kind === 'threshold'
    ? order[rule.field] > rule.moreThan
    : rule.values.includes(order[rule.field]);
}

/** The stateless rules that one order trips, in the order of `rules`. */
export function trippedRules(rules: readonly StatelessRule[], parsed: ParsedOrder): StatelessRule[] {
  return rules.filter((rule) => trips(rule, parsed.order));
}
