import type { Operations, RefusedReason } from '../../job/stream-health.ts';
import { byId, element, foreign, setText } from './element.ts';
import { count } from './format.ts';
import { coordinates } from './operations.ts';

function entry({ reason, meaning, records, sample }: RefusedReason): HTMLLIElement {
  const head = element(
    'p',
    { class: 'refused-head' },
    element('strong', {}, foreign(reason)),
    element('span', {}, meaning),
    element('span', { class: 'number' }, `${count(records)} ${records === 1 ? 'record' : 'records'}`),
  );
  if (sample === null) return element('li', {}, head);
  const text = sample.text === null ? 'no value' : sample.text;
  return element(
    'li',
    {},
    head,
    element('p', { class: 'note' }, 'The newest: ', foreign(coordinates(sample))),
    element('pre', {}, foreign(text)),
  );
}

/** What was refused, by reason, with the newest record of each. */
export class RefusedPanel {
  #drawn = '';

  render({ refused, refusedCommand }: Operations): void {
    const shown = JSON.stringify(refused);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    byId('refused-list').replaceChildren(...refused.map(entry));
    setText(byId('refused-none'), 'No record has been refused.');
    byId('refused-none').hidden = refused.length > 0;
    byId('refused-more').hidden = refused.length === 0;
    setText(byId('refused-command'), refusedCommand);
  }
}
