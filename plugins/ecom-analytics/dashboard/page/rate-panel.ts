import { everyBucket, spreadOver } from './buckets.ts';
import { barSeries, Chart, colour, hatchBars, type Plot } from './chart.ts';
import type { Sheet } from './csv.ts';
import { offerDownloads } from './download.ts';
import { bodyRow, byId, disclose, element, setText, tableHead } from './element.ts';
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

  themeChanged(): void {
    this.#line.remake();
  }

  render(): void {
    const model = this.#model;
    const { revenue, byEventTime } = model;
    // The rate's array is one and the same while it grows; its last point tells whether it did; the table has the last orders too.
    const inTable = model.snapshot?.finished ? model.snapshot : model.at.at(-1);
    const shown = byEventTime ? revenue : inTable;
    const bucketMs = byEventTime ? revenue.bucketMs : null;
    if (shown === this.#drawn && bucketMs === this.#bucketMs) return;
    this.#drawn = shown;
    const buckets = byEventTime ? everyBucket(revenue) : [];
    const data: [number[], number[]] = byEventTime
      ? [buckets.map((start) => start / 1000), spreadOver(buckets, revenue, revenue.orders)]
      : [model.at.map((ms) => ms / 1000), model.ordersPerMinute];
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
      const seconds = this.#bucketMs / 1000;
      const ground = colour('panel');
      return {
        series: [barSeries(colour('series-1'), seconds)],
        xRange: (min, max) => [min ?? 0, (max ?? 0) + seconds],
        yLabel: short,
        hooks: {
          draw: [
            (chart) => {
              const { openFromMs } = this.#model.revenue;
              if (openFromMs !== null) hatchBars(chart, openFromMs / 1000, seconds, ground);
            },
          ],
        },
      };
    }
    const stroke = colour('series-1');
    return {
      series: [
        {
          stroke,
          width: 1.5,
          fill: colour('wash'),
          points: { show: false },
        },
      ],
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
    const per = lengthName(revenue.bucketMs);
    setText(byId('rate-heading'), byEventTime ? `Orders per ${per}` : 'Orders per minute');
    setText(byId('rate-note'), byEventTime ? 'by event time, UTC' : 'ten-second average, clock time (UTC)');
    const now = count(figures.at(-1) ?? 0);
    setText(
      byId('rate-summary'),
      figures.length === 0
        ? 'No orders yet.'
        : `${byEventTime ? 'Latest' : 'Now'} ${now}; in view, the lowest is ${low} and the highest ${high}.`,
    );
  }

  #renderTable(): void {
    if (this.#asTable.hidden) return;
    const rows = this.#model.byEventTime ? this.#bucketRows() : this.#minuteRows();
    const head = tableHead(this.#model.byEventTime ? 'Event time' : 'Minute', 'Orders');
    const body = element('tbody', {}, ...rows.map(([when, orders]) => bodyRow(when, count(orders))));
    this.#asTable.replaceChildren(element('table', { class: 'figures' }, head, body));
  }

  /** What is drawn: a figure for each bucket, or for each second. */
  #sheet(): Sheet {
    const { byEventTime, revenue, at, ordersPerMinute } = this.#model;
    const [times, figures] = byEventTime ? [revenue.starts, revenue.orders] : [at, ordersPerMinute];
    return {
      columns: ['time_utc', byEventTime ? 'orders' : 'orders_per_minute'],
      rows: times.map((time, index) => [new Date(time).toISOString(), Math.round(figures[index] ?? 0)]),
    };
  }

  #bucketRows(): [string, number][] {
    const { revenue } = this.#model;
    const nowMs = Date.now();
    return revenue.starts
      .map((start, index): [string, number] => [
        bucket(start, revenue.bucketMs, nowMs),
        revenue.orders[index] ?? 0,
      ])
      .reverse();
  }

  /** The newest first. */
  #minuteRows(): [string, number][] {
    return this.#model
      .ordersByMinute()
      .slice(-tableRows)
      .reverse()
      .map(([minute, orders]) => [clock(minute).slice(0, 5), orders]);
  }
}
