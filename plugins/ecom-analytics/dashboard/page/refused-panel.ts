import type { Operations, RefusedReason } from '../../job/stream-health.ts';
import { byId, element, foreign, note, put, show } from './element.ts';
import { counted } from './format.ts';
import { coordinates } from './operations.ts';

function entry({ reason, meaning, records, sample }: RefusedReason): HTMLLIElement {
  const head = element(
    'p',
    { class: 'refused-head row' },
    element('strong', {}, foreign(reason)),
    element('span', {}, meaning),
    element('span', { class: 'number' }, counted(records, 'record')),
  );
  if (sample === null) return element('li', {}, head);
  const text = sample.text === null ? 'no value' : sample.text;
  return element(
    'li',
    {},
    head,
    note('The newest: ', foreign(coordinates(sample))),
    element('pre', {}, foreign(text)),
  );
}

/** What was refused, by reason, with the newest record of each. */
export function renderRefused({ refused, refusedCommand }: Operations): void {
  show(byId('refused-list'), ...refused.map(entry));
  put('refused-none', 'No record has been refused.');
  byId('refused-none').hidden = refused.length > 0;
  byId('refused-more').hidden = refused.length === 0;
  put('refused-command', refusedCommand);
}
