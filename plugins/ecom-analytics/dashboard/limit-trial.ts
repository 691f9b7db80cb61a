import { setImmediate as turn } from 'node:timers/promises';
import { EcomError } from '../core/error.ts';
import { toCents } from '../core/money.ts';
import { categoriesOf } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { Rule } from '../core/rule.ts';
import { History, type HistoryOutcome } from '../rules/history.ts';
import type { SentOrder } from '../run/feed.ts';
import type { LimitAnswer, LimitFigures } from './message.ts';

/** Orders that are tried before other work gets its turn: some five milliseconds. */
const ordersAtOnce = 2000;

/** A rule that has a limit. */
type LimitedRule = Exclude<Rule, { kind: 'one-of' }>;

/**
 * The limit that a person typed, as a rule may have it.
 *
 * @throws EcomError `ECOM_OPTION_RANGE`
 */
export function readLimit(rule: LimitedRule, text: string): number {
  const limit = Number(text.trim() === '' ? Number.NaN : text);
  const whole = rule.kind !== 'threshold' || rule.field === 'quantity';
  const least = rule.kind === 'threshold' ? 0 : 1;
  if (!Number.isFinite(limit) || limit < least || (whole && !Number.isInteger(limit))) {
    throw new EcomError('ECOM_OPTION_RANGE', {
      what: `"${text}" is not a limit of the rule ${rule.id}`,
      fix: `Choose a ${whole ? 'whole ' : ''}number from ${least} up.`,
    });
  }
  return limit;
}

/**
 * What a rule would have raised at another limit, and at its own, on the orders at hand: `npm run rules` on the newest
 * orders of the run, on the side of the run itself.
 *
 * @param batches in the order of time
 */
export async function tryLimit(
  definition: PipelineDefinition,
  rule: LimitedRule,
  moreThan: number,
  batches: readonly (readonly SentOrder[])[],
): Promise<Omit<LimitAnswer, 'atHand'>> {
  const asked: LimitedRule = { ...rule, id: `${rule.id}?`, moreThan };
  const history = new History({ ...definition, rules: [rule, asked] });
  const categoryOf = categoriesOf(definition.catalog.products);
  let tried = 0;
  for (const batch of batches) {
    for (const { order, atMs } of batch) {
      history.add({
        order: { ...order, category: categoryOf(order) },
        eventTimeMs: atMs,
        totalCents: toCents(order.total_amount),
      });
      if (++tried % ordersAtOnce !== 0) continue;
      history.advance();
      await turn();
    }
  }
  const outcome = history.outcome();
  return {
    rule: rule.id,
    orders: outcome.orders,
    now: figures(outcome, rule),
    asked: figures(outcome, asked),
  };
}

function figures(outcome: HistoryOutcome, rule: LimitedRule): LimitFigures {
  const found = outcome.rules.find((one) => one.rule === rule);
  const limit =
    found !== undefined && 'limits' in found
      ? found.limits.find(({ moreThan }) => moreThan === rule.moreThan)
      : undefined;
  return {
    moreThan: rule.moreThan,
    alerts: limit?.alerts ?? 0,
    orders: limit?.orders ?? 0,
    customers: limit?.customers ?? 0,
  };
}
