import { addressHash } from './address.ts';
import { bodyRow, byId, element, foreign, setText, tableHead } from './element.ts';
import { count } from './format.ts';
import type { RunModel } from './model.ts';
import { ruleText } from './rule-text.ts';

/** How often each rule rings: one line each, however many alerts there are. */
export class RulesPanel {
  readonly #model: RunModel;
  /** What the table was made of. */
  #made = '';
  readonly #cells = new Map<string, readonly HTMLTableCellElement[]>();

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(): void {
    const { run, snapshot, rates, ruleIds } = this.#model;
    // How often a rule rings by the clock says nothing once the run is over.
    const isOver = snapshot?.finished ?? false;
    const made = JSON.stringify([ruleIds, isOver, run?.currency]);
    if (made !== this.#made) {
      this.#made = made;
      this.#makeTable(ruleIds, isOver ? ['Alerts'] : ['Last minute', 'Last hour', 'Run']);
    }
    for (const [rule, cells] of this.#cells) {
      const rate = rates.find((one) => one.rule === rule);
      const all = snapshot?.alerts[rule] ?? 0;
      const figures = isOver ? [all] : [rate?.lastMinute ?? 0, rate?.lastHour ?? 0, all];
      cells.forEach((cell, column) => {
        setText(cell, count(figures[column] ?? 0));
      });
    }
  }

  #makeTable(rules: readonly string[], columns: readonly string[]): void {
    this.#cells.clear();
    const rows = rules.map((id) => {
      const rule = this.#model.run?.rules.find((one) => one.id === id);
      const link = element('a', { href: addressHash({ view: 'alerts', params: { rule: id } }) }, foreign(id));
      const what = rule === undefined ? [] : [element('small', {}, ruleText(rule))];
      const row = bodyRow(element('span', { class: 'rule-name' }, link, ...what), ...columns.map(() => ''));
      this.#cells.set(id, [...row.querySelectorAll('td')]);
      return row;
    });
    byId('rules-table').replaceChildren(tableHead('Rule', ...columns), element('tbody', {}, ...rows));
  }
}
