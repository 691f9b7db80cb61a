import type { RevenueSeries } from '../message.ts';
import { ColourSlots, inSlotOrder, stacked } from './buckets.ts';
import { barSeries, Chart, colour, hatchBars, type Plot } from './chart.ts';
import type { Sheet } from './csv.ts';
import { offerDownloads } from './download.ts';
import { bodyRow, byId, element, foreign, setText, tableHead } from './element.ts';
import { money, share, shortMoney, wholeMoney } from './format.ts';

/** Names the series of all names that have none of their own. */
export const othersName = 'All others';

/** What the page shows of one way to split the revenue: a stack of bars, and the figures of the bucket picked. */
export class RevenueSplit {
  readonly #chart: Chart;
  readonly #table: HTMLElement;
  readonly #name: string;
  readonly #slots = new ColourSlots();
  readonly #pickedName = element('span');
  /** In the order of their colours. */
  #series: { series: RevenueSeries; token: string }[] = [];
  #tokens = '';
  #buckets: readonly number[] = [];
  /** The first bucket that is not final yet, epoch milliseconds. */
  #openFromMs: number | null = null;
  #picked = 0;
  /** A row per series, then the total's. */
  #cells: (readonly HTMLTableCellElement[])[] = [];
  #names = '';

  constructor(kind: 'category' | 'location', onHover: (index: number | null) => void) {
    this.#table = byId(`${kind}-table`);
    this.#name = kind === 'category' ? 'Category' : 'Location';
    this.#chart = new Chart(byId(`${kind}-chart`), () => this.#plot(onHover));
    offerDownloads(byId(`${kind}-head`), {
      title: () => `${byId('revenue-heading').textContent}, by ${kind}`,
      sheet: () => this.#sheet(),
      canvas: () => this.#chart.canvas,
      legend: () => this.#series.map(({ series, token }) => ({ name: series.name ?? othersName, token })),
    });
  }

  #plot(onHover: (index: number | null) => void): Plot {
    const seconds = this.#bucketSeconds();
    const marked = colour('marked');
    const ground = colour('panel');
    return {
      series: [...this.#series].reverse().map(({ token }) => barSeries(colour(token), seconds)),
      xRange: (min, max) => [min ?? 0, (max ?? 0) + seconds],
      yLabel: shortMoney,
      hooks: {
        drawClear: [
          (chart) => {
            // The bucket that the table tells of.
            const start = this.#buckets[this.#picked];
            if (start === undefined) return;
            const left = chart.valToPos(start / 1000, 'x', true);
            const right = chart.valToPos(start / 1000 + seconds, 'x', true);
            const { top, height } = chart.bbox;
            chart.ctx.fillStyle = marked;
            chart.ctx.fillRect(left, top, right - left, height);
          },
        ],
        draw: [
          (chart) => {
            if (this.#openFromMs !== null) hatchBars(chart, this.#openFromMs / 1000, seconds, ground);
          },
        ],
        setCursor: [
          (chart) => {
            const { left } = chart.cursor;
            const at = left === undefined || left < 0 ? Number.NaN : chart.posToVal(left, 'x') * 1000;
            const index = this.#buckets.findLastIndex((start) => start <= at);
            onHover(index < 0 ? null : index);
          },
        ],
      },
    };
  }

  /** A bucket a line, a series a column. */
  #sheet(): Sheet {
    return {
      columns: ['start_utc', ...this.#series.map(({ series }) => series.name ?? othersName)],
      rows: this.#buckets.map((start, index) => [
        new Date(start).toISOString(),
        ...this.#series.map(({ series }) => series.revenue[index] ?? 0),
      ]),
    };
  }

  #bucketSeconds(): number {
    const [first = 0, second = 60_000] = this.#buckets;
    return (second - first) / 1000;
  }

  themeChanged(): void {
    this.#chart.remake();
  }

  /** Draws other data. `spread` gives a series one figure for each of `buckets`. */
  show(
    series: readonly RevenueSeries[],
    buckets: readonly number[],
    spread: (figures: readonly number[]) => number[],
    openFromMs: number | null,
  ): void {
    this.#openFromMs = openFromMs;
    const before = this.#bucketSeconds();
    this.#series = inSlotOrder(series, this.#slots.tokens(series)).map(({ series: one, token }) => ({
      series: { name: one.name, revenue: spread(one.revenue) },
      token,
    }));
    this.#buckets = buckets;
    const heights = stacked(this.#series.map((one) => one.series.revenue));
    const data: [number[], ...number[][]] = [buckets.map((start) => start / 1000), ...heights];
    const tokens = this.#series.map(({ token }) => token).join();
    if (tokens === this.#tokens && before === this.#bucketSeconds()) this.#chart.draw(data);
    else {
      this.#tokens = tokens;
      this.#chart.remake(data);
    }
    this.#renderRows();
  }

  /** Marks a bucket and tells its figures. */
  pick(index: number, name: string): void {
    setText(this.#pickedName, name);
    if (index !== this.#picked) {
      this.#picked = index;
      this.#chart.redraw();
    }
    this.#renderFigures();
  }

  #renderRows(): void {
    const names = JSON.stringify(this.#series.map(({ series, token }) => [series.name, token]));
    if (names === this.#names) return;
    this.#names = names;
    const rows = this.#series.map(({ series: { name }, token }) => {
      const swatch = element('i', { class: 'swatch', 'data-series': token });
      return bodyRow(element('span', { class: 'name' }, swatch, foreign(name ?? othersName)), '', '', '');
    });
    const total = bodyRow('All', '', '', '');
    this.#cells = [...rows, total].map((row) => [...row.querySelectorAll('td')]);
    this.#table.replaceChildren(
      tableHead(this.#name, this.#pickedName, 'Share', 'All shown'),
      element('tbody', {}, ...rows),
      element('tfoot', {}, total),
    );
  }

  #renderFigures(): void {
    const figures = this.#series.map(({ series: { revenue } }) => ({
      one: revenue[this.#picked] ?? 0,
      inView: revenue.reduce((a, b) => a + b, 0),
    }));
    const total = figures.reduce(
      (sum, { one, inView }) => ({ one: sum.one + one, inView: sum.inView + inView }),
      { one: 0, inView: 0 },
    );
    [...figures, total].forEach(({ one, inView }, row) => {
      const [thisOne, part, view] = this.#cells[row] ?? [];
      if (thisOne) setText(thisOne, money(one));
      if (part) setText(part, share(one, total.one));
      if (view) setText(view, wholeMoney(inView));
    });
  }
}
