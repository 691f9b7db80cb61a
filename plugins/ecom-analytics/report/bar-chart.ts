import { bucket, timeTicks } from '../dashboard/page/format.ts';
import { html, type Markup } from './markup.ts';
import type { TimeSeries } from './time-buckets.ts';

/** What a chart of a {@link TimeSeries} needs to know beyond it. */
export interface BarChart {
  readonly data: TimeSeries;
  /** What a screen reader says in place of the drawing. */
  readonly label: string;
  /** A sum, in full. */
  readonly show: (sum: number) => string;
  /** A sum, for the axis. */
  readonly showShort: (sum: number) => string;
  /** Multiply by this for the axis's own unit: its steps are round numbers there. */
  readonly scale: number;
  /** Whether only whole numbers have a meaning. */
  readonly areCounted: boolean;
  readonly seriesName: (name: string | null) => string;
}

/** The custom property that holds the color of the series at a place. */
export function seriesColor(place: number, name: string | null): string {
  return name === null ? 'var(--series-others)' : `var(--series-${place + 1})`;
}

/** Heights are drawn in thousandths of the plot. */
const plotHeight = 1000;
const wantedTicks = 4;
/** As many as a narrow screen has room for. */
const mostTimeTicks = 6;

const DAY_S = 86_400;
/** Steps between the ticks of a time axis, in seconds. */
const timeSteps = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200].concat(
  [1, 2, 7, 14, 28, 56, 91, 182, 364, 728, 1820].map((days) => days * DAY_S),
);

/** A round step: 1, 2, 2.5 or 5 times a power of ten; a whole number where things are counted. */
export function roundStep(largest: number, steps: number, areCounted = false): number {
  const rough = areCounted ? Math.max(1, largest / steps) : largest / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factors = areCounted && power === 1 ? [1, 2, 5] : [1, 2, 2.5, 5];
  return (factors.find((factor) => factor * power >= rough) ?? 10) * power;
}

interface Tick {
  /** Percent of the axis. */
  readonly at: number;
  readonly text: string;
}

function timeAxis({ starts, bucketMs }: TimeSeries): Tick[] {
  const bucketS = bucketMs / 1000;
  const stepS =
    timeSteps.find((step) => step % bucketS === 0 && (starts.length * bucketS) / step <= mostTimeTicks) ??
    bucketS * Math.ceil(starts.length / mostTimeTicks);
  // Months of 28 days have no names.
  const named = Math.min(stepS, stepS >= 364 * DAY_S ? stepS : 26 * DAY_S);
  const first = starts[0] ?? 0;
  const onStep = (start: number): boolean =>
    stepS > DAY_S ? (start - first) % (stepS * 1000) === 0 : start % (stepS * 1000) === 0;
  const places = [...starts.keys()].filter((index) => onStep(starts[index] ?? 0));
  const texts = timeTicks(
    places.map((index) => (starts[index] ?? 0) / 1000),
    named,
    Number.NaN, // no day is today: the first tick always names its own
  );
  return places.map((index, tick) => ({
    at: ((index + 0.5) / starts.length) * 100,
    text: texts[tick] ?? '',
  }));
}

function valueAxis(
  largest: number,
  { scale, areCounted, showShort }: BarChart,
): { top: number; ticks: Tick[] } {
  if (largest <= 0) return { top: 1, ticks: [{ at: 0, text: showShort(0) }] };
  const step = roundStep(largest * scale, wantedTicks, areCounted) / scale;
  const count = Math.ceil(largest / step - 1e-9);
  const top = count * step;
  const ticks = Array.from({ length: count + 1 }, (_, index) => ({
    at: (index / count) * 100,
    text: showShort(index * step),
  }));
  return { top, ticks };
}

/** Stacked bars over time: a drawing that stretches, with its labels as text beside it. */
export function barChart(chart: BarChart): Markup {
  const { data, label, show, seriesName } = chart;
  const { starts, series, bucketMs } = data;
  const totals = starts.map((_, index) => series.reduce((sum, { sums }) => sum + (sums[index] ?? 0), 0));
  const { top, ticks } = valueAxis(
    totals.reduce((largest, total) => Math.max(largest, total), 0),
    chart,
  );
  // A few bars keep the shape of bars.
  const width = Math.min(0.86, 0.08 * starts.length);
  const bars = starts.map((start, index) => {
    const parts: Markup[] = [];
    const said: string[] = [];
    let height = 0;
    for (const [place, { name, sums }] of series.entries()) {
      const sum = sums[index] ?? 0;
      if (sum <= 0) continue;
      const tall = (sum / top) * plotHeight;
      height += tall;
      if (series.length > 1) said.push(`${seriesName(name)} ${show(sum)}`);
      parts.push(
        html`<rect x="${round(index + (1 - width) / 2)}" y="${round(plotHeight - height)}" width="${round(width)}" height="${round(tall)}" style="fill:${seriesColor(place, name)}"/>`,
      );
    }
    const title = [`${bucket(start, bucketMs, 0)}: ${show(totals[index] ?? 0)}`, ...said].join('\n');
    return html`<g><title>${title}</title><rect class="hit" x="${index}" y="0" width="1" height="${plotHeight}"/>${parts}</g>`;
  });
  const lines = ticks.map(({ at }) => {
    const y = round(plotHeight - at * (plotHeight / 100));
    return html`<line x1="0" x2="${starts.length}" y1="${y}" y2="${y}"/>`;
  });
  return html`<div class="chart">
<div class="values" aria-hidden="true">${ticks.map(({ at, text }) => html`<span style="bottom:${round(at)}%">${text}</span>`)}</div>
<svg viewBox="0 0 ${starts.length} ${plotHeight}" preserveAspectRatio="none" role="img" aria-label="${label}">${lines}${bars}</svg>
<div class="times" aria-hidden="true">${timeAxis(data).map(({ at, text }) => html`<span style="left:${round(at)}%">${text}</span>`)}</div>
</div>`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
