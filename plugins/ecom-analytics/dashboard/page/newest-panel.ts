import { addressHash } from './address.ts';
import { severityMark, timesMark } from './alert-line.ts';
import { type AlertLine, alertLines } from './alert-lines.ts';
import { everything } from './alert-search.ts';
import { byId, element, foreign, show } from './element.ts';
import type { RunModel } from './model.ts';
import { ringingText } from './rule-text.ts';

/** As many as are read at a glance. */
const maxItems = 8;

/** The newest alerts in a few words each, beside the figures; each leads to the alert itself. */
export function renderNewest({ alerts, ringing }: RunModel): void {
  const list = byId('newest-list');
  // A line that the pointer or the keyboard is on must not move away.
  if (list.matches(':hover, :focus-within')) return;
  const newest = alertLines(alerts, ringing, everything).slice(0, maxItems);
  show(list, ...newest.map((line) => element('li', {}, itemLink(line))));
  byId('newest-empty').hidden = newest.length > 0;
}

/** The line in a few words, which lead to the alert, or to those of a rule that rings too often to be read. */
function itemLink(line: AlertLine): HTMLElement {
  if (line.kind === 'rule') {
    const { rule } = line.ringing;
    return element(
      'a',
      { href: addressHash({ view: 'alerts', params: { rule } }) },
      severityMark(line.severity),
      element('span', { class: 'times' }, ringingText(line.ringing)),
      foreign(rule),
    );
  }
  const { alert, count } = line.group;
  return element(
    'a',
    { href: addressHash({ view: 'alerts', params: { alert: alert.alert_id } }) },
    severityMark(alert.severity),
    ...(count > 1 ? [timesMark(count)] : []),
    element('span', { class: 'reason' }, foreign(alert.reason)),
  );
}
