import { addressHash } from './address.ts';
import { bodyRow, byId, element, foreign, setText, tableHead } from './element.ts';
import { count } from './format.ts';
import type { RunModel } from './model.ts';
import { ruleText } from './rule-text.ts';

/** How often each rule rings: one line each, however many alerts there are. */
export class RulesPanel {
  readonly #model: RunModel;
  #rules = '';
  readonly #cells = new Map<string, readonly HTMLTableCellElement[]>();

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(): void {
    const { run, snapshot, rates } = this.#model;
    const known = new Set([
      ...(run?.rules.map(({ id }) => id) ?? []),
      ...Object.keys(snapshot?.alerts ?? {}),
      ...rates.map(({ rule }) => rule),
    ]);
    const names = JSON.stringify([...known, run?.currency]);
    if (names !== this.#rules) {
      this.#rules = names;
      this.#makeTable([...known]);
    }
    for (const [rule, [minute, hour, all]] of this.#cells) {
      const rate = rates.find((one) => one.rule === rule);
      if (minute) setText(minute, count(rate?.lastMinute ?? 0));
      if (hour) setText(hour, count(rate?.lastHour ?? 0));
      if (all) setText(all, count(snapshot?.alerts[rule] ?? 0));
    }
  }

  #makeTable(rules: readonly string[]): void {
    this.#cells.clear();
    const rows = rules.map((id) => {
      const rule = this.#model.run?.rules.find((one) => one.id === id);
      const link = element('a', { href: addressHash({ view: 'alerts', params: { rule: id } }) }, foreign(id));
      const what = rule === undefined ? [] : [element('small', {}, ruleText(rule))];
      const row = bodyRow(element('span', { class: 'rule-name' }, link, ...what), '', '', '');
      this.#cells.set(id, [...row.querySelectorAll('td')]);
      return row;
    });
    byId('rules-table').replaceChildren(
      tableHead('Rule', 'Last minute', 'Last hour', 'Run'),
      element('tbody', {}, ...rows),
    );
  }
}
