import { addCents, type CentsSum } from '../core/money.ts';
import type { ParsedOrder } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { isStateful, isStateless, type StatelessRule } from '../core/rule.ts';
import { watermarkAfter } from '../core/window.ts';
import { Customers } from '../engine/customer.ts';
import { OneOfTrial } from './one-of-trial.ts';
import { ThresholdTrial } from './threshold-trial.ts';
import type { CustomerTrial, OrderTrial, RuleOutcome } from './trial.ts';
import { WindowTrial } from './window-trial.ts';

const DAY_MS = 86_400_000;

/** What a history was tried on, and what came of it. */
export interface HistoryOutcome {
  /** Distinct. */
  readonly orders: number;
  /** Rows of an order that was there already, within the watermark. */
  readonly duplicates: number;
  readonly customers: number;
  readonly revenueCents: CentsSum;
  /** Event time of the earliest and the latest order, epoch milliseconds; null without orders. */
  readonly span: { readonly fromMs: number; readonly toMs: number } | null;
  /** Orders that came further behind an earlier one than the watermark allows: windows over customers may lack them. */
  readonly late: number;
  /** Every order lies at a midnight: the file knows days alone. */
  readonly daysAlone: boolean;
  /** In the order of the rules. */
  readonly rules: readonly RuleOutcome[];
}

/** An order that is known for as long as the watermark, with what each trial answered. */
interface KnownOrder {
  readonly timeMs: number;
  readonly answers: number[];
}

function orderTrial(rule: StatelessRule): OrderTrial {
  return rule.kind === 'threshold' ? new ThresholdTrial(rule) : new OneOfTrial(rule);
}

/**
 * Tries every rule of a definition, each at several limits, on orders as they come; what a limit would have raised is
 * exact where they come in the order of time. Memory grows with the customers and the distinct amounts, not with the
 * orders.
 */
export class History {
  readonly #definition: PipelineDefinition;
  readonly #orderTrials: readonly OrderTrial[];
  readonly #customerTrials: readonly CustomerTrial[];
  readonly #customers = new Customers();
  /** In the order of their first rows, so that the oldest go first. */
  readonly #known = new Map<string, KnownOrder>();
  #orders = 0;
  #duplicates = 0;
  #late = 0;
  #revenueCents: CentsSum = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  #daysAlone = true;

  constructor(definition: PipelineDefinition) {
    this.#definition = definition;
    this.#orderTrials = definition.rules.filter(isStateless).map(orderTrial);
    this.#customerTrials = definition.rules.filter(isStateful).map((rule) => new WindowTrial(rule));
  }

  add(parsed: ParsedOrder): void {
    const { order, eventTimeMs, totalCents } = parsed;
    this.#fromMs = Math.min(this.#fromMs, eventTimeMs);
    this.#toMs = Math.max(this.#toMs, eventTimeMs);
    if (eventTimeMs % DAY_MS !== 0) this.#daysAlone = false;
    const known = this.#known.get(order.order_id);
    const answers = this.#orderTrials.map((trial, place) => trial.add(parsed, known?.answers[place]));
    this.#known.set(order.order_id, { timeMs: known?.timeMs ?? eventTimeMs, answers });
    if (known !== undefined) {
      this.#duplicates++;
      return;
    }
    this.#orders++;
    this.#customers.get(order.customer_id);
    this.#revenueCents = addCents(this.#revenueCents, totalCents);
    if (eventTimeMs <= this.#watermarkMs) this.#late++;
    for (const trial of this.#customerTrials) trial.add(parsed);
  }

  /** Moves the watermark to what the orders so far allow. Call it now and then: it is what bounds memory. */
  advance(): void {
    const { watermarkMs: delayMs } = this.#definition.windows;
    const watermarkMs = watermarkAfter(this.#toMs, delayMs);
    if (watermarkMs <= this.#watermarkMs) return;
    this.#watermarkMs = watermarkMs;
    for (const trial of this.#customerTrials) trial.advance(watermarkMs);
    for (const [orderId, { timeMs }] of this.#known) {
      if (timeMs + delayMs > watermarkMs) break;
      this.#known.delete(orderId);
    }
  }

  outcome(): HistoryOutcome {
    const outcomes = [...this.#orderTrials, ...this.#customerTrials].map((trial) => trial.outcome());
    const { rules } = this.#definition;
    return {
      orders: this.#orders,
      duplicates: this.#duplicates,
      customers: this.#customers.count,
      revenueCents: this.#revenueCents,
      span: this.#orders === 0 ? null : { fromMs: this.#fromMs, toMs: this.#toMs },
      late: this.#late,
      daysAlone: this.#daysAlone,
      rules: outcomes.sort((a, b) => rules.indexOf(a.rule) - rules.indexOf(b.rule)),
    };
  }
}
