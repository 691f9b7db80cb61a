import type { ParsedOrder } from '../core/order.ts';
import type { ThresholdRule } from '../core/rule.ts';
import { amountCandidates } from './candidate.ts';
import { CustomerHeights, type Example, type OrderTrial, type RuleOutcome } from './trial.ts';
import { ValueCounts } from './value-counts.ts';

/** Examples are kept one per range of values, each an eighth of a doubling wide. */
const rangesPerDoubling = 8;

/** Examples of all heights, in bounded memory: of each range of values, the highest. */
class Examples {
  readonly #ranges = new Map<number, Example>();

  add(example: Example): void {
    const range =
      example.value <= 0
        ? Number.NEGATIVE_INFINITY
        : Math.floor(Math.log2(example.value) * rangesPerDoubling);
    const known = this.#ranges.get(range);
    if (known === undefined || example.value > known.value) this.#ranges.set(range, example);
  }

  /** The lowest and the highest over a limit. */
  over(limit: number): { closest: Example | null; furthest: Example | null } {
    const found = [...this.#ranges.values()]
      .filter(({ value }) => value > limit)
      .sort((a, b) => a.value - b.value);
    return { closest: found[0] ?? null, furthest: found.at(-1) ?? null };
  }
}

/** Tries a threshold at several limits, in one pass. */
export class ThresholdTrial implements OrderTrial {
  readonly rule: ThresholdRule;
  readonly #values = new ValueCounts();
  readonly #customers = new CustomerHeights();
  readonly #examples = new Examples();

  constructor(rule: ThresholdRule) {
    this.rule = rule;
  }

  add({ order, eventTimeMs }: ParsedOrder, before: number | undefined): number {
    const value = order[this.rule.field];
    if (before !== undefined && value <= before) return before;
    // The order raises its alert at every limit that its highest row is over.
    if (before !== undefined) this.#values.add(before, -1);
    this.#values.add(value);
    this.#customers.add(order.customer_id, value);
    this.#examples.add({ value, customerId: order.customer_id, orderId: order.order_id, atMs: eventTimeMs });
    return value;
  }

  outcome(): RuleOutcome {
    const candidates = amountCandidates(this.rule.moreThan, this.#values, this.rule.field === 'quantity');
    const limits = candidates.map(({ moreThan, labels }) => {
      const alerts = this.#values.over(moreThan);
      const customers = this.#customers.over(moreThan);
      return { moreThan, labels, alerts, orders: alerts, customers, ...this.#examples.over(moreThan) };
    });
    return { rule: this.rule, limits };
  }
}
