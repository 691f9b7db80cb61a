import { toUsd } from '../core/money.ts';
import { formatTimestamp } from '../core/timestamp.ts';
import type { HistoryOutcome } from './history.ts';
import { alertsPerDay } from './outcome-table.ts';
import type { Example, RuleOutcome } from './trial.ts';

function exampleJson(example: Example | null): object | null {
  if (example === null) return null;
  const { value, customerId, orderId, atMs } = example;
  return { value, customer_id: customerId, order_id: orderId, at: formatTimestamp(atMs) };
}

function outcomeJson(outcome: RuleOutcome, history: HistoryOutcome): object {
  const { rule } = outcome;
  const common = { rule_id: rule.id, kind: rule.kind, severity: rule.severity };
  const part = (some: number, all: number): number => (all === 0 ? 0 : some / all);
  if ('values' in outcome) {
    return {
      ...common,
      field: outcome.rule.field,
      alerts: outcome.alerts,
      values: outcome.values.map(({ value, onList, orders, customers }) => ({
        value,
        on_list: onList,
        orders,
        share_of_orders: part(orders, history.orders),
        customers,
      })),
    };
  }
  const { kind } = outcome.rule;
  return {
    ...common,
    ...(kind === 'distinct-orders' ? {} : { field: outcome.rule.field }),
    ...(kind === 'threshold' ? {} : { window_seconds: outcome.rule.windows.sizeMs / 1000 }),
    limit: outcome.rule.moreThan,
    limits: outcome.limits.map((limit) => ({
      more_than: limit.moreThan,
      labels: limit.labels,
      alerts: limit.alerts,
      alerts_per_day: alertsPerDay(limit.alerts, history),
      orders: limit.orders,
      share_of_orders: part(limit.orders, history.orders),
      customers: limit.customers,
      share_of_customers: part(limit.customers, history.customers),
      closest: exampleJson(limit.closest),
      furthest: exampleJson(limit.furthest),
    })),
  };
}

/** What the rules would have raised, as data: times in ISO 8601, money in `currency`, shares from 0 to 1. */
export function historyJson(
  history: HistoryOutcome,
  file: string,
  refusedRows: number,
  currency: string,
): object {
  const { span } = history;
  return {
    file,
    orders: history.orders,
    duplicates: history.duplicates,
    customers: history.customers,
    revenue: toUsd(history.revenueCents),
    currency,
    from: span === null ? null : formatTimestamp(span.fromMs),
    to: span === null ? null : formatTimestamp(span.toMs),
    refused_rows: refusedRows,
    late: history.late,
    rules: history.rules.map((outcome) => outcomeJson(outcome, history)),
  };
}
