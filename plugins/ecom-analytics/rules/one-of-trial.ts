import type { ParsedOrder } from '../core/order.ts';
import { type OneOfRule, trips } from '../core/rule.ts';
import type { OrderTrial, RuleOutcome, ValueOutcome } from './trial.ts';

/** Values beside those of the list, the most frequent first. */
const othersShown = 10;

/** Tries a list: what each of its values raises, and which other values the shop's orders have. */
export class OneOfTrial implements OrderTrial {
  readonly rule: OneOfRule;
  readonly #values = new Map<string, { orders: number; customers: Set<string> }>();
  #alerts = 0;

  constructor(rule: OneOfRule) {
    this.rule = rule;
  }

  /** Answers 1 once the order has raised its alert, else 0. */
  add({ order }: ParsedOrder, before: number | undefined): number {
    const tripped = trips(this.rule, order) ? 1 : 0;
    if (before !== undefined && tripped <= before) return before;
    this.#alerts += tripped;
    const value = order[this.rule.field];
    const known = this.#values.get(value) ?? { orders: 0, customers: new Set<string>() };
    this.#values.set(value, known);
    known.orders++;
    known.customers.add(order.customer_id);
    return tripped;
  }

  outcome(): RuleOutcome {
    const outcome = (value: string, onList: boolean): ValueOutcome => {
      const known = this.#values.get(value);
      return { value, onList, orders: known?.orders ?? 0, customers: known?.customers.size ?? 0 };
    };
    const others = [...this.#values]
      .filter(([value]) => !this.rule.values.includes(value))
      .sort((a, b) => b[1].orders - a[1].orders || (a[0] < b[0] ? -1 : 1))
      .slice(0, othersShown)
      .map(([value]) => outcome(value, false));
    const listed = this.rule.values.map((value) => outcome(value, true));
    return { rule: this.rule, alerts: this.#alerts, values: [...listed, ...others] };
  }
}
