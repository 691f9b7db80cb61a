import type { Latency, RunSnapshot } from '../../run/feed.ts';
import { byId, setText } from './element.ts';
import { count, latency, moment, share, span } from './format.ts';
import type { RunModel } from './model.ts';
import type { View } from './navigation.ts';
import { runName } from './status.ts';

/** "Within seconds": the contract's limit for an alert, and for a window's rows. */
const aimMs = 5000;

function put(id: string, text: string): void {
  setText(byId(id), text);
}

/** A count and what share of all records it is. */
function countOf(part: number, snapshot: RunSnapshot): string {
  const all = snapshot.orders + snapshot.duplicates + snapshot.deadLetters;
  return part === 0 ? '0' : `${count(part)} (${share(part, all)})`;
}

/** For the engineer on call: what the run is at, and whether it keeps up. */
export class OperationsView implements View {
  readonly #model: RunModel;
  #drawn: RunSnapshot | null = null;

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(nowMs: number): void {
    const { snapshot } = this.#model;
    put('phase', runName(this.#model));
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
    put(
      'latency-note',
      this.#model.replaysOldOrders && snapshot.orderToWindow === null ? old : `${from} ${aim}`,
    );
  }
}
