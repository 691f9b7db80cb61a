import { alertsLink } from './alert-line.ts';
import { byId, element, foreign, show, tableOf } from './element.ts';
import { count } from './format.ts';
import type { RunModel } from './model.ts';
import { ruleText } from './rule-text.ts';

/** How often each rule rings: one line each, however many alerts there are. */
export function renderRules({ run, snapshot, rates, ruleIds }: RunModel): void {
  // How often a rule rings by the clock says nothing once the run is over.
  const isOver = snapshot?.finished ?? false;
  const rows = ruleIds.map((id) => {
    const rule = run?.rules.find((one) => one.id === id);
    const rate = rates.find((one) => one.rule === id);
    const all = snapshot?.alerts[id] ?? 0;
    const link = alertsLink({ rule: id }, foreign(id));
    const what = rule === undefined ? [] : [element('small', {}, ruleText(rule))];
    const figures = isOver ? [all] : [rate?.lastMinute ?? 0, rate?.lastHour ?? 0, all];
    return [element('span', { class: 'rule-name' }, link, ...what), ...figures.map(count)];
  });
  const columns = isOver ? ['Alerts'] : ['Last minute', 'Last hour', 'Run'];
  show(byId('rules-table'), ...tableOf(['Rule', ...columns], rows));
}
