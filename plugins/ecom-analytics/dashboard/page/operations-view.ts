import type { Latency, RunSnapshot } from '../../run/feed.ts';
import { byId, element, setText } from './element.ts';
import { count, latency, moment, share, span } from './format.ts';
import type { RunModel } from './model.ts';
import type { View } from './navigation.ts';
import { limitsText, verdict } from './operations.ts';
import { PartitionsPanel } from './partitions-panel.ts';
import { RefusedPanel } from './refused-panel.ts';
import { runName } from './status.ts';
import { StreamsPanel } from './streams-panel.ts';

/** "Within seconds": the contract's limit for an alert, and for a window's rows. */
const aimMs = 5000;

function put(id: string, text: string): void {
  setText(byId(id), text);
}

/** A count and what share of all records it is. */
function countOf(part: number | null, snapshot: RunSnapshot): string {
  if (part === null) return '–';
  const all = snapshot.orders + (snapshot.duplicates ?? 0) + snapshot.deadLetters;
  return part === 0 ? '0' : `${count(part)} (${share(part, all)})`;
}

/** For the engineer on call: what the run is at, and whether it keeps up. */
export class OperationsView implements View {
  readonly #model: RunModel;
  readonly #streams = new StreamsPanel();
  readonly #partitions = new PartitionsPanel();
  readonly #refused = new RefusedPanel();
  #drawn: RunSnapshot | null = null;
  #links = '';

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(nowMs: number): void {
    const { snapshot } = this.#model;
    put('phase', runName(this.#model));
    this.#renderOperations(nowMs);
    this.#renderWatermark(snapshot, nowMs);
    if (snapshot === this.#drawn || snapshot === null) return;
    this.#drawn = snapshot;
    put('operations-orders-per-minute', snapshot.finished ? '–' : count(snapshot.ordersPerMinute));
    put('window-rows', count(snapshot.windows));
    put('late', countOf(snapshot.late, snapshot));
    put('duplicates', countOf(snapshot.duplicates, snapshot));
    put('dead-letters', countOf(snapshot.deadLetters, snapshot));
    this.#renderLatency(snapshot);
  }

  #renderOperations(nowMs: number): void {
    const { operations, run } = this.#model;
    if (operations === null || run === null) return;
    const { level, text } = verdict(operations, run.kind, nowMs);
    put('verdict', text);
    byId('verdict').dataset.level = level;
    this.#streams.render(operations, nowMs);
    this.#partitions.render(operations);
    this.#refused.render(operations);
    const hasStreams = operations.streams.length > 0;
    byId('operations-limits').hidden = !hasStreams;
    if (hasStreams) put('operations-limits', limitsText(operations.limits));
    const links = JSON.stringify(operations.links);
    if (links === this.#links) return;
    this.#links = links;
    const made = operations.links.map(({ name, url }) =>
      element('a', { href: url, target: '_blank', rel: 'noreferrer' }, name),
    );
    byId('operations-links').replaceChildren(...made);
    byId('operations-links').hidden = made.length === 0;
  }

  #renderWatermark(snapshot: RunSnapshot | null, nowMs: number): void {
    const watermarkMs = snapshot?.watermarkMs ?? null;
    put('watermark', watermarkMs === null ? '–' : moment(watermarkMs, nowMs));
    put('watermark-age', watermarkMs === null || snapshot?.finished ? '–' : span(nowMs - watermarkMs));
  }

  #renderLatency(snapshot: RunSnapshot): void {
    const slow: string[] = [];
    const row = (id: string, name: string, measured: Latency | null): void => {
      put(`${id}-p50`, measured === null ? '–' : latency(measured.p50));
      put(`${id}-p99`, measured === null ? '–' : latency(measured.p99));
      put(`${id}-measured`, measured === null ? '–' : count(measured.count));
      const over = measured !== null && measured.p99 > aimMs;
      byId(`${id}-p99`).classList.toggle('over', over);
      if (over) slow.push(name);
    };
    row('alert', 'order to alert', snapshot.orderToAlert);
    row('window', 'window to row', snapshot.orderToWindow);
    const watermarkMs = this.#model.run?.watermarkMs ?? 0;
    const from = `A row is timed from its window's end plus the watermark of ${span(watermarkMs)}.`;
    const aim =
      slow.length === 0
        ? `Aim: under ${span(aimMs)}.`
        : `Over the aim of ${span(aimMs)}: ${slow.join(', ')}.`;
    const old = 'The windows of old orders have no latency: nobody waited for them.';
    const ended = 'Latency is measured only during a run and is not stored.';
    const isUnmeasured = this.#model.byEventTime && snapshot.orderToWindow === null;
    const why = this.#model.run?.kind === 'finished' ? ended : old;
    put('latency-note', isUnmeasured ? why : `${from} ${aim}`);
  }
}
