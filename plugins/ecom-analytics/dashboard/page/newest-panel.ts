import { alertsLink, severityMark, timesMark } from './alert-line.ts';
import { type AlertLine, alertLines } from './alert-lines.ts';
import { everything } from './alert-search.ts';
import { byId, element, foreign, isRead, show } from './element.ts';
import type { RunModel } from './model.ts';

/** As many as are read at a glance. */
const maxItems = 8;

/** The newest alerts in a few words each, beside the figures; each leads to the alert itself. */
export function renderNewest({ alerts, ringing }: RunModel): void {
  const list = byId('newest-list');
  // A line that the pointer or the keyboard is on must not move away.
  if (isRead(list)) return;
  const newest = alertLines(alerts, ringing, everything).slice(0, maxItems);
  show(list, ...newest.map((line) => element('li', {}, itemLink(line))));
  byId('newest-empty').hidden = newest.length > 0;
}

/** The line in a few words, which lead to the alert, or to those of a rule that rings too often to be read. */
function itemLink(line: AlertLine): HTMLElement {
  const { alert } = line.group;
  const isRule = line.ringing !== null;
  const what = isRule ? foreign(alert.rule_id) : element('span', { class: 'reason' }, foreign(alert.reason));
  return alertsLink(
    isRule ? { rule: alert.rule_id } : { alert: alert.alert_id },
    severityMark(alert.severity),
    ...timesMark(line),
    what,
  );
}
