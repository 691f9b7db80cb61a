import type { Alert } from '../../core/alert.ts';
import type { Severity } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import { element, foreign } from './element.ts';
import { moment, money } from './format.ts';

const level: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

/** The severity as a word, and as one to four bars for the eye. */
export function severityMark(severity: Severity): HTMLElement {
  const bars = element('span', {
    class: 'bars',
    'data-level': String(level[severity]),
    'aria-hidden': 'true',
  });
  return element('span', { class: 'severity', 'data-severity': severity }, bars, severity);
}

/** An alert as an entry of a list. */
export function alertLine(alert: Alert, nowMs: number): HTMLLIElement {
  const head = element(
    'p',
    { class: 'alert-head' },
    severityMark(alert.severity),
    element('span', { class: 'rule' }, alert.rule_id),
    element(
      'time',
      { datetime: alert.order_timestamp },
      moment(parseTimestamp(alert.order_timestamp), nowMs),
    ),
  );
  const facts = [money(alert.total_amount), alert.customer_id, alert.region].map(foreign);
  if (alert.order_id !== null) facts.push(foreign(`order ${alert.order_id}`));
  return element(
    'li',
    {},
    head,
    element('p', { class: 'reason' }, foreign(alert.reason)),
    element('p', { class: 'alert-facts' }, ...facts),
  );
}
