import type { Operations } from '../../job/stream-health.ts';
import { byId, element, factList, foreign, note, show } from './element.ts';
import { type Fact, isWebAddress, queryFacts, streamFacts } from './operations.ts';

/** Figures, each in the color and shape of its level and with a note that says the same. */
function judged(facts: readonly Fact[]): HTMLElement {
  return factList(
    'facts judged',
    facts.map(({ name, text, level, note }) => {
      const words = element('span', { class: 'level-note' }, note);
      return [name, element('dd', { 'data-level': level }, element('span', {}, text), ' ', words)];
    }),
  );
}

/** Spark's own pages. On a cluster they are in its network; the EMR console leads there. */
function sparkLink(url: string): HTMLElement {
  const isHere = ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
  const link = element('a', { href: url, target: '_blank', rel: 'noreferrer' }, 'Spark UI');
  return element('span', {}, link, isHere ? '' : ' (from inside its network)');
}

/** The applications, and their queries. */
export function renderStreams({ streams, limits }: Operations, nowMs: number): void {
  const panels = streams.map((stream) => {
    const { name, detail, problem, sparkUi, queries } = stream;
    const link = sparkUi !== null && isWebAddress(sparkUi) ? [sparkLink(sparkUi)] : [];
    const cards = queries.map((query) =>
      element(
        'section',
        { class: 'query' },
        element('h3', {}, foreign(query.name)),
        judged(queryFacts(query, stream, limits, nowMs)),
      ),
    );
    return element(
      'section',
      { class: 'panel stream', 'aria-label': name },
      element('div', { class: 'panel-head' }, element('h2', {}, foreign(name)), note(detail), ...link),
      ...(problem === null ? [] : [element('p', { class: 'problem' }, problem)]),
      judged(streamFacts(stream, limits, nowMs)),
      element('div', { class: 'queries' }, ...cards),
    );
  });
  show(byId('streams'), ...panels);
}
