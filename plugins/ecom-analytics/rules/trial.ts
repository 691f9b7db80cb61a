import type { ParsedOrder } from '../core/order.ts';
import type { OneOfRule, StatefulRule, StatelessRule, ThresholdRule } from '../core/rule.ts';

/** Something that a limit would have raised. */
export interface Example {
  /** What was found: an amount, a number of orders, a number of values. */
  readonly value: number;
  readonly customerId: string;
  /** Null for a rule over a customer. */
  readonly orderId: string | null;
  /** Of the order, or the start of the window; epoch milliseconds. */
  readonly atMs: number;
}

/** What one limit would have raised. */
export interface LimitOutcome {
  readonly moreThan: number;
  readonly labels: readonly string[];
  readonly alerts: number;
  /** Orders that raise an alert, or that lie in a window that does. */
  readonly orders: number;
  readonly customers: number;
  /** Just over the limit, and the furthest over it; null where there is none. */
  readonly closest: Example | null;
  readonly furthest: Example | null;
}

/** What one value of a list would have raised, or raises although it is on no list. */
export interface ValueOutcome {
  readonly value: string;
  readonly onList: boolean;
  readonly orders: number;
  readonly customers: number;
}

/** What became of one rule. */
export type RuleOutcome =
  | { readonly rule: ThresholdRule | StatefulRule; readonly limits: readonly LimitOutcome[] }
  | { readonly rule: OneOfRule; readonly alerts: number; readonly values: readonly ValueOutcome[] };

/** Tries a rule over single orders. */
export interface OrderTrial {
  readonly rule: StatelessRule;
  /**
   * Takes a row of an order. The rows of one order raise one alert.
   *
   * @param before what an earlier row of the same order was answered with
   */
  add(parsed: ParsedOrder, before: number | undefined): number;
  outcome(): RuleOutcome;
}

/** Tries a rule over customers in windows of event time. */
export interface CustomerTrial {
  readonly rule: StatefulRule;
  /** Takes an order, once; one for a window that is closed is left out of it. */
  add(parsed: ParsedOrder): void;
  /** Closes the windows that end at or before the watermark. */
  advance(watermarkMs: number): void;
  /** Closes all windows. */
  outcome(): RuleOutcome;
}

/** The highest value of each customer. */
export class CustomerHeights {
  readonly #heights = new Map<string, number>();

  add(customerId: string, value: number): void {
    if (value > (this.#heights.get(customerId) ?? Number.NEGATIVE_INFINITY))
      this.#heights.set(customerId, value);
  }

  over(limit: number): number {
    let count = 0;
    for (const height of this.#heights.values()) if (height > limit) count++;
    return count;
  }
}
