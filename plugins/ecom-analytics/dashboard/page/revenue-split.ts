import type { RevenueSeries } from '../message.ts';
import { ColorSlots, type Layer, stacked } from './buckets.ts';
import { barPlot, Chart, colorOf, type Plot } from './chart.ts';
import type { Sheet } from './csv.ts';
import { offerDownloads } from './download.ts';
import { byId, colored, element, foreign, show, tableOf } from './element.ts';
import { money, share, shortMoney, wholeMoney } from './format.ts';

/** What the page shows of one way to split the revenue: a stack of bars, and the figures of the bucket picked. */
export class RevenueSplit {
  readonly #chart: Chart;
  readonly #kind: 'category' | 'location';
  readonly #slots = new ColorSlots();
  #layers: readonly Layer[] = [];
  #tokens = '';
  #buckets: readonly number[] = [];
  /** The first bucket that is not final yet, epoch milliseconds. */
  #openFromMs: number | null = null;
  #picked = 0;

  constructor(kind: 'category' | 'location', onHover: (index: number | null) => void) {
    this.#kind = kind;
    this.#chart = new Chart(byId(`${kind}-chart`), () => this.#plot(onHover));
    offerDownloads(byId(`${kind}-head`), {
      title: () => `${byId('revenue-heading').textContent}, by ${kind}`,
      sheet: () => this.#sheet(),
      canvas: () => this.#chart.canvas,
      legend: () => this.#layers,
    });
  }

  #plot(onHover: (index: number | null) => void): Plot {
    const seconds = this.#bucketSeconds();
    const marked = colorOf('marked');
    const tokens = this.#layers.map(({ token }) => token).reverse();
    const bars = barPlot(tokens, seconds, shortMoney, () => this.#openFromMs);
    return {
      ...bars,
      hooks: {
        ...bars.hooks,
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
      columns: ['start_utc', ...this.#layers.map(({ name }) => name)],
      rows: this.#buckets.map((start, index) => [
        new Date(start).toISOString(),
        ...this.#layers.map(({ revenue }) => revenue[index] ?? 0),
      ]),
    };
  }

  #bucketSeconds(): number {
    const [first = 0, second = 60_000] = this.#buckets;
    return (second - first) / 1000;
  }

  /** Draws other data: a figure of each series for each of `buckets`. */
  draw(series: readonly RevenueSeries[], buckets: readonly number[], openFromMs: number | null): void {
    const before = this.#bucketSeconds();
    this.#openFromMs = openFromMs;
    this.#layers = this.#slots.layers(series);
    this.#buckets = buckets;
    const heights = stacked(this.#layers.map(({ revenue }) => revenue));
    const data: [number[], ...number[][]] = [buckets.map((start) => start / 1000), ...heights];
    const tokens = this.#layers.map(({ token }) => token).join();
    if (tokens === this.#tokens && before === this.#bucketSeconds()) this.#chart.draw(data);
    else {
      this.#tokens = tokens;
      this.#chart.remake(data);
    }
  }

  /** Marks a bucket and tells its figures. */
  pick(index: number, name: string): void {
    if (index !== this.#picked) {
      this.#picked = index;
      this.#chart.redraw();
    }
    const sum = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0);
    const picked = this.#layers.map(({ revenue }) => revenue[index] ?? 0);
    const shown = this.#layers.map(({ revenue }) => sum(revenue));
    const row = (header: HTMLElement | string, one: number, inView: number) => [
      header,
      money(one),
      share(one, sum(picked)),
      wholeMoney(inView),
    ];
    const rows = this.#layers.map((layer, at) => {
      const swatch = colored(element('i', { class: 'swatch' }), layer.token);
      const header = element('span', { class: 'name' }, swatch, foreign(layer.name));
      return row(header, picked[at] ?? 0, shown[at] ?? 0);
    });
    const head = [this.#kind === 'category' ? 'Category' : 'Location', name, 'Share', 'All shown'];
    show(byId(`${this.#kind}-table`), ...tableOf(head, rows, row('All', sum(picked), sum(shown))));
  }
}
