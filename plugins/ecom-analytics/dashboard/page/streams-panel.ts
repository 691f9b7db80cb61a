import type { Operations, QueryHealth, StreamHealth } from '../../job/stream-health.ts';
import { byId, element, foreign, setText } from './element.ts';
import { type Fact, isWebAddress, queryFacts, streamFacts } from './operations.ts';

/** A figure in the document. */
class FactRow {
  readonly row: HTMLElement;
  readonly #text = element('span');
  readonly #note = element('span', { class: 'level-note' });
  readonly #value = element('dd', {}, this.#text, ' ', this.#note);

  constructor(name: string) {
    this.row = element('div', {}, element('dt', {}, name), this.#value);
  }

  show({ text, level, note }: Fact): void {
    setText(this.#text, text);
    setText(this.#note, note);
    this.#value.dataset.level = level;
  }
}

/** A list of figures, each written where it stands: a page that is read does not jump. */
class FactList {
  readonly list = element('dl', { class: 'facts judged' });
  readonly #rows = new Map<string, FactRow>();

  show(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const known = this.#rows.get(fact.name);
      const row = known ?? new FactRow(fact.name);
      if (known === undefined) {
        this.#rows.set(fact.name, row);
        this.list.append(row.row);
      }
      row.show(fact);
    }
  }
}

function queryCard({ name }: QueryHealth, facts: FactList): HTMLElement {
  return element('section', { class: 'query' }, element('h3', {}, foreign(name)), facts.list);
}

/** Spark's own pages. On a cluster they are in its network; the EMR console leads there. */
function sparkLink(url: string): HTMLElement {
  const isHere = ['127.0.0.1', 'localhost'].includes(new URL(url).hostname);
  const link = element('a', { href: url, target: '_blank', rel: 'noreferrer' }, 'Spark UI');
  return element('span', {}, link, isHere ? '' : ' (from inside its network)');
}

/** The applications, and their queries. */
export class StreamsPanel {
  readonly #place = byId('streams');
  #shape = '';
  readonly #facts = new Map<string, FactList>();
  readonly #problems = new Map<string, HTMLElement>();
  readonly #details = new Map<string, HTMLElement>();

  render({ streams, limits }: Operations, nowMs: number): void {
    const shape = JSON.stringify(
      streams.map(({ name, sparkUi, queries }) => [name, sparkUi, queries.map((query) => query.name)]),
    );
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#make(streams);
    }
    for (const stream of streams) {
      this.#facts.get(stream.name)?.show(streamFacts(stream, limits, nowMs));
      const problem = this.#problems.get(stream.name);
      if (problem !== undefined) {
        setText(problem, stream.problem ?? '');
        problem.hidden = stream.problem === null;
      }
      const detail = this.#details.get(stream.name);
      if (detail !== undefined) setText(detail, stream.detail);
      for (const query of stream.queries)
        this.#facts.get(`${stream.name} ${query.name}`)?.show(queryFacts(query, stream, limits, nowMs));
    }
  }

  #list(key: string): FactList {
    const list = new FactList();
    this.#facts.set(key, list);
    return list;
  }

  #make(streams: readonly StreamHealth[]): void {
    this.#facts.clear();
    this.#problems.clear();
    this.#details.clear();
    const panels = streams.map((stream) => {
      const problem = element('p', { class: 'problem' });
      const detail = element('p', { class: 'note' });
      this.#problems.set(stream.name, problem);
      this.#details.set(stream.name, detail);
      const { sparkUi } = stream;
      const link = sparkUi !== null && isWebAddress(sparkUi) ? [sparkLink(sparkUi)] : [];
      const heading = element('h2', {}, foreign(stream.name));
      const cards = stream.queries.map((query) =>
        queryCard(query, this.#list(`${stream.name} ${query.name}`)),
      );
      return element(
        'section',
        { class: 'panel stream', 'aria-label': stream.name },
        element('div', { class: 'panel-head' }, heading, detail, ...link),
        problem,
        this.#list(stream.name).list,
        element('div', { class: 'queries' }, ...cards),
      );
    });
    this.#place.replaceChildren(...panels);
  }
}
