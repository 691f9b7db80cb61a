import { toUsd } from '../core/money.ts';
import type { OneOfRule, StatefulRule, ThresholdRule } from '../core/rule.ts';
import { count, counted, date, money, share, span } from '../dashboard/page/format.ts';
import { type ConsoleColumn, consoleTable, terminalWidth } from '../report/console-table.ts';
import type { HistoryOutcome } from './history.ts';
import type { Example, LimitOutcome, RuleOutcome, ValueOutcome } from './trial.ts';

const DAY_MS = 86_400_000;

/** What a rule counts or measures, for a heading. */
function measured(rule: ThresholdRule | StatefulRule): string {
  if (rule.kind === 'threshold') return `${rule.field} more than …`;
  const what = rule.kind === 'distinct-orders' ? 'orders' : `distinct values of ${rule.field}`;
  return `${what} of one customer within ${span(rule.windows.sizeMs)} more than …`;
}

function shown(rule: ThresholdRule | StatefulRule, value: number): string {
  return rule.kind === 'threshold' && rule.field !== 'quantity' ? money(value) : count(value);
}

function exampleText(rule: ThresholdRule | StatefulRule, example: Example | null): string {
  if (example === null) return '–';
  return `${shown(rule, example.value)} by ${example.customerId}, ${date(example.atMs)}`;
}

/** Alerts a day, over the days that the history spans, at least one. */
export function alertsPerDay(alerts: number, history: HistoryOutcome): number {
  const spanMs = history.span === null ? 0 : history.span.toMs - history.span.fromMs;
  return alerts / Math.max(1, spanMs / DAY_MS);
}

function rate(perDay: number): string {
  if (perDay === 0) return '0';
  return perDay < 0.01 ? '<0.01' : perDay.toFixed(perDay < 10 ? 2 : 0);
}

/** Figures of what raises alerts, as columns of a table; the first is what they are counted by. */
function figureColumns(first: string): ConsoleColumn[] {
  const names = [first, 'a day', 'share of orders', 'customers', 'share of customers'];
  return names.map((name) => ({ name, align: 'right' }));
}

function figures(
  alerts: number,
  { orders, customers }: LimitOutcome | ValueOutcome,
  history: HistoryOutcome,
): string[] {
  return [
    count(alerts),
    rate(alertsPerDay(alerts, history)),
    share(orders, history.orders),
    count(customers),
    share(customers, history.customers),
  ];
}

function limitTable(
  rule: ThresholdRule | StatefulRule,
  limits: readonly LimitOutcome[],
  history: HistoryOutcome,
): string {
  const columns: ConsoleColumn[] = [
    { name: 'more than', align: 'right' },
    { name: '' },
    ...figureColumns('alerts'),
    { name: 'closest example' },
  ];
  const rows = limits.map((limit) => [
    shown(rule, limit.moreThan),
    limit.labels.join(', '),
    ...figures(limit.alerts, limit, history),
    exampleText(rule, limit.closest),
  ]);
  return consoleTable(columns, rows, terminalWidth());
}

function valueTable(rule: OneOfRule, values: readonly ValueOutcome[], history: HistoryOutcome): string {
  const columns: ConsoleColumn[] = [{ name: rule.field }, { name: '' }, ...figureColumns('orders')];
  const rows = values.map((one) => [
    one.value,
    one.onList ? 'on the list' : '',
    ...figures(one.orders, one, history),
  ]);
  return consoleTable(columns, rows, terminalWidth());
}

function ruleText(outcome: RuleOutcome, history: HistoryOutcome): string {
  const { rule } = outcome;
  if ('values' in outcome) {
    const alerts = counted(outcome.alerts, 'alert');
    return `\n${rule.id}: ${outcome.rule.field} on the list, ${alerts}\n${valueTable(outcome.rule, outcome.values, history)}`;
  }
  return `\n${rule.id}: ${measured(outcome.rule)}\n${limitTable(outcome.rule, outcome.limits, history)}`;
}

/** What the rules would have raised, for a person. */
export function outcomeText(history: HistoryOutcome): string {
  const days = history.span === null ? '' : `, ${date(history.span.fromMs)} to ${date(history.span.toMs)}`;
  const facts = `${counted(history.orders, 'order')} of ${counted(history.customers, 'customer')}${days}, ${money(toUsd(history.revenueCents))}`;
  return `${facts}\n${history.rules.map((outcome) => ruleText(outcome, history)).join('')}`;
}
