import type { Alert } from '../../core/alert.ts';
import { type Severity, severities } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { AlertGroup } from '../message.ts';
import { type Address, addressHash } from './address.ts';
import type { AlertLine, Ringing } from './alert-lines.ts';
import { colored, element, foreign } from './element.ts';
import { counted, moment, money } from './format.ts';
import { ringingText } from './rule-text.ts';

/** The severity as a word, and as one to four bars for the eye. */
export function severityMark(severity: Severity): HTMLElement {
  const bars = element('span', { class: 'bars', 'aria-hidden': 'true' });
  bars.style.setProperty('--level', String(severities.indexOf(severity) + 1));
  return colored(element('span', { class: 'severity' }, bars, severity), `severity-${severity}`);
}

/** A link to the list of alerts, narrowed, or to one of them. */
export function alertsLink(params: Address['params'], ...content: readonly HTMLElement[]): HTMLElement {
  return element('a', { href: addressHash({ view: 'alerts', params }) }, ...content);
}

/** How often a line's alerts rang, where it was more than once. */
export function timesMark({ group, ringing }: AlertLine): HTMLElement[] {
  if (ringing === null && group.count === 1) return [];
  const times = ringing === null ? counted(group.count, 'time') : ringingText(ringing);
  return [element('span', { class: 'times' }, times)];
}

/**
 * A line of the list.
 *
 * @param href where it leads
 */
export function alertItem(line: AlertLine, href: string, nowMs: number): HTMLLIElement {
  const { group, ringing } = line;
  const { alert, acknowledged } = group;
  const at = moment(parseTimestamp(alert.order_timestamp), nowMs);
  const head = element(
    'span',
    { class: 'alert-head row' },
    severityMark(alert.severity),
    element('span', { class: 'rule' }, foreign(alert.rule_id)),
    ...timesMark(line),
    element('time', { datetime: alert.order_timestamp }, at),
  );
  const content = ringing === null ? [reason(alert), facts(group)] : [reason(alert, summary(ringing))];
  const item = element('li', {}, element('a', { href }, head, ...content));
  if (ringing === null && acknowledged !== undefined) item.classList.add('acknowledged');
  return item;
}

function reason(alert: Alert, before = ''): HTMLElement {
  return element('span', { class: 'reason' }, before, foreign(alert.reason));
}

function summary({ times, within }: Ringing): string {
  const when = within === 'run' ? 'in the run' : 'in the last minute';
  return `${counted(times, 'alert')} ${when}, summed up here. The last one: `;
}

function facts({ alert, acknowledged }: AlertGroup): HTMLElement {
  const all = [money(alert.total_amount), alert.customer_id, alert.region];
  if (alert.order_id !== null) all.push(`order ${alert.order_id}`);
  if (acknowledged !== undefined) all.push('acknowledged');
  return element('span', { class: 'alert-facts row' }, ...all.map(foreign));
}
