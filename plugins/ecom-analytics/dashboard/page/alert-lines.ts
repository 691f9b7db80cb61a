import type { Severity } from '../../core/rule.ts';
import type { AlertGroup, RuleRate } from '../message.ts';
import { alertMatches, type Narrowed } from './alert-search.ts';

/** A rule that rings more often than this in a minute is summed up: nobody reads a line a second. */
export const stormPerMinute = 60;
/** Lines in the document at once. */
export const maxLines = 60;

/** A line of the list of alerts. */
export type AlertLine =
  | { readonly kind: 'group'; readonly key: string; readonly group: AlertGroup }
  /** All alerts of a rule that rings too often to be read one by one. */
  | {
      readonly kind: 'rule';
      readonly key: string;
      readonly severity: Severity;
      readonly rate: RuleRate;
      readonly newest: AlertGroup;
    };

/** Tells one rule and customer from another. */
export function groupKey({ alert }: AlertGroup): string {
  return JSON.stringify([alert.rule_id, alert.customer_id]);
}

/**
 * The list of alerts: first the rules that are summed up, the busiest on top, then the newest of the others. A rule that
 * was asked for is listed line by line however often it rings, and so is the answer to a search.
 *
 * @param groups oldest first
 */
export function alertLines(
  groups: readonly AlertGroup[],
  rates: readonly RuleRate[],
  narrowed: Narrowed,
): AlertLine[] {
  const asked = narrowed.rule !== '' || narrowed.customer !== '' || narrowed.q !== '';
  const storms = new Map(
    asked
      ? []
      : rates.filter(({ lastMinute }) => lastMinute > stormPerMinute).map((rate) => [rate.rule, rate]),
  );
  const summed = new Map<string, AlertLine & { kind: 'rule' }>();
  const lines: AlertLine[] = [];
  for (const group of groups.toReversed()) {
    const { alert } = group;
    if (!alertMatches(alert, narrowed)) continue;
    const rate = storms.get(alert.rule_id);
    if (rate === undefined) lines.push({ kind: 'group', key: groupKey(group), group });
    else if (!summed.has(rate.rule)) {
      summed.set(rate.rule, { kind: 'rule', key: rate.rule, severity: alert.severity, rate, newest: group });
    }
  }
  const busiest = [...summed.values()].sort((a, b) => b.rate.lastMinute - a.rate.lastMinute);
  return [...busiest, ...lines].slice(0, maxLines);
}

/** Groups of memory and of the run's file together, oldest first; memory knows the newer ones, and the whole of their count. */
export function withFound(groups: readonly AlertGroup[], found: readonly AlertGroup[]): AlertGroup[] {
  const known = new Set(groups.map(groupKey));
  return [...found.filter((group) => !known.has(groupKey(group))), ...groups].sort((a, b) =>
    a.alert.detected_at < b.alert.detected_at ? -1 : a.alert.detected_at > b.alert.detected_at ? 1 : 0,
  );
}
