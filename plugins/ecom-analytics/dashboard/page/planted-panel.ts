import { byId, put, show, tableOf } from './element.ts';
import { count, share } from './format.ts';
import type { RunModel } from './model.ts';

/** What the generator planted against what the rules found. */
export function renderPlanted({ snapshot }: RunModel): void {
  if (snapshot === null) return;
  const scores = Object.entries(snapshot.planted);
  const rows = scores.map(([pattern, { planted, caught, false_alerts }]) => [
    pattern,
    `${count(caught)} of ${count(planted)}`,
    share(caught, planted),
    count(false_alerts),
    share(caught, caught + false_alerts),
  ]);
  show(byId('planted-table'), ...tableOf(['Pattern', 'Caught', 'Recall', 'False', 'Precision'], rows));
  byId('planted-table').hidden = rows.length === 0;
  byId('planted-false').hidden = !scores.some(([, score]) => score.false_alerts > 0);
  put(
    'planted-note',
    rows.length === 0
      ? 'Nothing was planted in these orders.'
      : 'Cases. Recall: caught ÷ planted. Precision: caught ÷ (caught + false alerts).',
  );
}
