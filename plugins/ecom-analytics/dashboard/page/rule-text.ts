import type { Rule } from '../../core/rule.ts';
import type { LimitAnswer, LimitFigures, RuleRate } from '../message.ts';
import type { Ringing } from './alert-lines.ts';
import { count, counted, moment, money, span } from './format.ts';

const fieldNames = {
  total_amount: 'order total',
  price: 'price',
  quantity: 'quantity',
  region: 'region',
  product_id: 'product',
  category: 'category',
  customer_id: 'customer',
} as const;

type LimitedRule = Exclude<Rule, { kind: 'one-of' }>;

/** A limit as the rule means it: an amount, or a number. */
export function limitText(rule: LimitedRule, limit: number): string {
  return rule.kind === 'threshold' && rule.field !== 'quantity' ? money(limit) : count(limit);
}

/** When a rule rings, with its limit. */
export function ruleText(rule: Rule): string {
  switch (rule.kind) {
    case 'threshold':
      return `The ${fieldNames[rule.field]} is over ${limitText(rule, rule.moreThan)}`;
    case 'one-of':
      return `The ${fieldNames[rule.field]} is one of ${rule.values.join(', ')}`;
    case 'distinct-orders':
      return `More than ${counted(rule.moreThan, 'order')} by one customer within ${span(rule.windows.sizeMs)}`;
    case 'distinct-values':
      return `${distinctText(rule)} by one customer within ${span(rule.windows.sizeMs)}`;
  }
}

function distinctText({ field, moreThan }: Extract<Rule, { kind: 'distinct-values' }>): string {
  return field === 'region'
    ? `Orders from more than ${counted(moreThan, 'region')}`
    : `Orders with more than ${count(moreThan)} different ${fieldNames[field]} values`;
}

/** `1,204 times in the last hour, now 20.1 per second`. */
export function rateText({ lastHour, lastMinute }: RuleRate): string {
  return `${counted(lastHour, 'time')} in the last hour, now ${perTime(lastMinute)}`;
}

/** A number per minute, or per second where there are many: `12 per minute`, `50.2 per second`. */
export function perTime(perMinute: number): string {
  return perMinute > 60 ? `${(perMinute / 60).toFixed(1)} per second` : `${count(perMinute)} per minute`;
}

/** How often a rule rang in a few words: a rate while the run lasts, then a number. */
export function ringingText({ times, within }: Ringing): string {
  return within === 'run' ? counted(times, 'time') : perTime(times);
}

/** What a limit would have raised, and on which orders that was found, in sentences. */
export function limitSentences(rule: LimitedRule, answer: LimitAnswer, nowMs: number): string[] {
  const raised = ({ moreThan, alerts, customers }: LimitFigures): string =>
    `${limitText(rule, moreThan)}: ${counted(alerts, 'alert')} about ${counted(customers, 'customer')}`;
  const { orders, sinceMs, all } = answer.atHand;
  const since = sinceMs === null ? '' : ` since ${moment(sinceMs, nowMs)}`;
  const which = all ? 'all that the run has sent' : `the newest of the run,${since}`;
  return [
    `At ${raised(answer.asked)}.`,
    `At the limit now, ${raised(answer.now)}.`,
    orders === 0 ? 'No order has been sent yet.' : `Tried on ${counted(answer.orders, 'order')}, ${which}.`,
  ];
}
