import { everyBucket, spreadOver } from './buckets.ts';
import { barPlot, Chart, colorOf, type Plot } from './chart.ts';
import type { Sheet } from './csv.ts';
import { offerDownloads } from './download.ts';
import { byId, disclose, element, put, show, tableOf } from './element.ts';
import { bucket, clock, count, lengthName, short } from './format.ts';
import type { RunModel } from './model.ts';

/** The narrowest span the line is drawn over, in seconds; a run's first moments would fill the chart otherwise. */
const minSpanS = 120;
const tableRows = 30;

/**
 * Orders per minute, live, over the wall clock. Where old orders are replayed the clock says nothing about them: then it
 * shows orders per bucket of event time.
 */
export class RatePanel {
  readonly #model: RunModel;
  readonly #asTable = byId('rate-table');
  readonly #line: Chart;
  /** The length of the buckets that the chart was made for; null where it was made for the rate. */
  #bucketMs: number | null = null;
  #drawn: unknown = null;

  constructor(model: RunModel) {
    this.#model = model;
    this.#line = new Chart(byId('rate-chart'), () => this.#plot());
    disclose(this.#asTable, () => this.#renderTable());
    offerDownloads(byId('rate-head'), {
      title: () => byId('rate-heading').textContent ?? '',
      sheet: () => this.#sheet(),
      canvas: () => this.#line.canvas,
      legend: () => [],
    });
  }

  render(): void {
    const model = this.#model;
    const { revenue, byEventTime } = model;
    // The rate's array is one and the same while it grows; its last point tells whether it did; the table has the last orders too.
    const inTable = model.snapshot?.finished ? model.snapshot : model.rate.at(-1);
    const shown = byEventTime ? revenue : inTable;
    const bucketMs = byEventTime ? revenue.bucketMs : null;
    if (shown === this.#drawn && bucketMs === this.#bucketMs) return;
    this.#drawn = shown;
    const buckets = byEventTime ? everyBucket(revenue) : [];
    const data: [number[], number[]] = byEventTime
      ? [buckets.map((start) => start / 1000), spreadOver(buckets, revenue, revenue.orders)]
      : [model.rate.map(([atMs]) => atMs / 1000), model.rate.map(([, perMinute]) => perMinute)];
    if (bucketMs === this.#bucketMs) this.#line.draw(data);
    else {
      this.#bucketMs = bucketMs;
      this.#line.remake(data);
    }
    this.#renderWords(data[1]);
    this.#renderTable();
  }

  #plot(): Plot {
    if (this.#bucketMs !== null) {
      return barPlot(['series-1'], this.#bucketMs / 1000, short, () => this.#model.revenue.openFromMs);
    }
    return {
      series: [{ stroke: colorOf('series-1'), width: 1.5, fill: colorOf('wash'), points: { show: false } }],
      xRange: (min, max) => {
        const end = max ?? Date.now() / 1000;
        return [Math.min(min ?? end, end - minSpanS), end];
      },
      yLabel: short,
      crosshair: true,
    };
  }

  #renderWords(figures: readonly number[]): void {
    const { revenue, byEventTime } = this.#model;
    const low = count(figures.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
    const high = count(figures.reduce((a, b) => Math.max(a, b), 0));
    const now = `${byEventTime ? 'Latest' : 'Now'} ${count(figures.at(-1) ?? 0)}`;
    put('rate-heading', `Orders per ${byEventTime ? lengthName(revenue.bucketMs) : 'minute'}`);
    put('rate-note', byEventTime ? 'by event time, UTC' : 'ten-second average, clock time (UTC)');
    put(
      'rate-summary',
      figures.length === 0
        ? 'No orders yet.'
        : `${now}; in view, the lowest is ${low} and the highest ${high}.`,
    );
  }

  #renderTable(): void {
    if (this.#asTable.hidden) return;
    const { byEventTime } = this.#model;
    const head = [byEventTime ? 'Event time' : 'Minute', 'Orders'];
    const rows = byEventTime ? this.#bucketRows() : this.#minuteRows();
    show(this.#asTable, element('table', {}, ...tableOf(head, rows.reverse())));
  }

  /** What is drawn: a figure for each bucket, or for each second. */
  #sheet(): Sheet {
    const { byEventTime, revenue, rate } = this.#model;
    const drawn = byEventTime
      ? revenue.starts.map((start, index) => [start, revenue.orders[index] ?? 0] as const)
      : rate;
    return {
      columns: ['time_utc', byEventTime ? 'orders' : 'orders_per_minute'],
      rows: drawn.map(([time, figure]) => [new Date(time).toISOString(), Math.round(figure)]),
    };
  }

  #bucketRows(): string[][] {
    const { starts, bucketMs, orders } = this.#model.revenue;
    const nowMs = Date.now();
    return starts.map((start, index) => [bucket(start, bucketMs, nowMs), count(orders[index] ?? 0)]);
  }

  #minuteRows(): string[][] {
    const minutes = this.#model.ordersByMinute().slice(-tableRows);
    return minutes.map(([minute, orders]) => [clock(minute).slice(0, 5), count(orders)]);
  }
}
