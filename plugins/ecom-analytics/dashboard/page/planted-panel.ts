import type { RunSnapshot } from '../../run/feed.ts';
import { bodyRow, byId, element, setText, tableHead } from './element.ts';
import { count, share } from './format.ts';
import type { RunModel } from './model.ts';

/** What the generator planted against what the rules found. */
export class PlantedPanel {
  readonly #model: RunModel;
  #drawn: RunSnapshot | null = null;
  #patterns = '';
  #cells: (readonly HTMLTableCellElement[])[] = [];

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(): void {
    const { snapshot } = this.#model;
    if (snapshot === this.#drawn || snapshot === null) return;
    this.#drawn = snapshot;
    const patterns = Object.keys(snapshot.planted);
    const names = JSON.stringify(patterns);
    if (names !== this.#patterns) {
      this.#patterns = names;
      const rows = patterns.map((pattern) => bodyRow(pattern, '', '', '', ''));
      this.#cells = rows.map((row) => [...row.querySelectorAll('td')]);
      byId('planted-table').replaceChildren(
        tableHead('Pattern', 'Caught', 'Recall', 'False', 'Precision'),
        element('tbody', {}, ...rows),
      );
    }
    byId('planted-table').hidden = patterns.length === 0;
    byId('planted-false').hidden = !Object.values(snapshot.planted).some((score) => score.false_alerts > 0);
    Object.values(snapshot.planted).forEach(({ planted, caught, false_alerts }, index) => {
      const texts = [
        `${count(caught)} of ${count(planted)}`,
        share(caught, planted),
        count(false_alerts),
        share(caught, caught + false_alerts),
      ];
      this.#cells[index]?.forEach((cell, column) => {
        setText(cell, texts[column] ?? '');
      });
    });
    setText(
      byId('planted-note'),
      patterns.length === 0
        ? 'Nothing was planted in these orders.'
        : 'Cases. Recall: caught ÷ planted. Precision: caught ÷ (caught + false alerts).',
    );
  }
}
