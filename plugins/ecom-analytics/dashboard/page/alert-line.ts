import { type Severity, severities } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { AlertGroup } from '../message.ts';
import type { AlertLine } from './alert-lines.ts';
import { coloured, element, foreign } from './element.ts';
import { count, counted, moment, money } from './format.ts';
import { ringingText } from './rule-text.ts';

/** The severity as a word, and as one to four bars for the eye. */
export function severityMark(severity: Severity): HTMLElement {
  const bars = element('span', { class: 'bars', 'aria-hidden': 'true' });
  bars.style.setProperty('--level', String(severities.indexOf(severity) + 1));
  return coloured(element('span', { class: 'severity' }, bars, severity), `severity-${severity}`);
}

/** How many alerts a line stands for. */
export function timesMark(times: number): HTMLElement {
  return element('span', { class: 'times' }, `${count(times)} times`);
}

/**
 * A line of the list.
 *
 * @param href where it leads
 */
export function alertItem(line: AlertLine, href: string, nowMs: number): HTMLLIElement {
  const content = line.kind === 'group' ? groupContent(line.group, nowMs) : ruleContent(line, nowMs);
  const item = element('li', {}, element('a', { href }, ...content));
  if (line.kind === 'group' && line.group.acknowledged !== undefined) item.classList.add('acknowledged');
  return item;
}

function groupContent({ alert, count: times, acknowledged }: AlertGroup, nowMs: number): HTMLElement[] {
  const head = element(
    'span',
    { class: 'alert-head' },
    severityMark(alert.severity),
    element('span', { class: 'rule' }, foreign(alert.rule_id)),
    ...(times > 1 ? [timesMark(times)] : []),
    time(alert.order_timestamp, nowMs),
  );
  const facts = [money(alert.total_amount), alert.customer_id, alert.region].map(foreign);
  if (alert.order_id !== null) facts.push(foreign(`order ${alert.order_id}`));
  if (acknowledged !== undefined) facts.push(element('span', {}, 'acknowledged'));
  return [
    head,
    element('span', { class: 'reason' }, foreign(alert.reason)),
    element('span', { class: 'alert-facts' }, ...facts),
  ];
}

function ruleContent(
  { severity, ringing, newest }: AlertLine & { kind: 'rule' },
  nowMs: number,
): HTMLElement[] {
  const within = ringing.within === 'run' ? 'in the run' : 'in the last minute';
  return [
    element(
      'span',
      { class: 'alert-head' },
      severityMark(severity),
      element('span', { class: 'rule' }, foreign(ringing.rule)),
      element('span', { class: 'times' }, ringingText(ringing)),
      time(newest.alert.order_timestamp, nowMs),
    ),
    element(
      'span',
      { class: 'reason' },
      `${counted(ringing.times, 'alert')} ${within}, summed up here. The last one: `,
      foreign(newest.alert.reason),
    ),
  ];
}

function time(timestamp: string, nowMs: number): HTMLElement {
  return element('time', { datetime: timestamp }, moment(parseTimestamp(timestamp), nowMs));
}
