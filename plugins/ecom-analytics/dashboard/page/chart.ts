import uPlot from 'uplot';
import { timeTicks } from './format.ts';

/** A color of `tokens.css` as the theme in force has it. */
export function colorOf(token: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The y axis goes from 0 to so many times the largest figure. */
const headroom = 1.12;
/** An axis without figures goes this far. */
const emptyY = 10;

/** What is particular to one chart. */
export interface Plot {
  readonly series: readonly uPlot.Series[];
  readonly xRange: (min: number | null, max: number | null) => [number, number];
  /** What the y axis says at a value. */
  readonly yLabel: (value: number) => string;
  readonly hooks?: uPlot.Hooks.Arrays;
  /** Whether a line follows the pointer. */
  readonly crosshair?: boolean;
}

function options(plot: Plot, width: number, height: number): uPlot.Options {
  const axis: uPlot.Axis = {
    font: `11px ${getComputedStyle(document.body).fontFamily}`,
    stroke: colorOf('muted'),
    grid: { stroke: colorOf('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    padding: [6, 20, 0, 0],
    legend: { show: false },
    cursor: {
      x: plot.crosshair ?? false,
      y: false,
      points: { show: plot.crosshair ?? false },
      drag: { x: false, y: false },
    },
    scales: {
      x: { time: true, range: (_chart, min, max) => plot.xRange(min, max) },
      y: { range: (_chart, _min, max) => [0, (max ?? 0) > 0 ? (max ?? 0) * headroom : emptyY] },
    },
    axes: [
      {
        ...axis,
        size: (_chart, labels) => (labels?.some((label) => label.includes('\n')) ? 39 : 25),
        // So that a label at the left edge clears the 0 of the other axis.
        gap: 7,
        space: 56,
        grid: { show: false },
        // Without a figure, the times would be made up.
        values: ({ data: [times] }, splits, _index, _space, step) =>
          times.length === 0 ? splits.map(() => '') : timeTicks(splits, step, Date.now()),
      },
      {
        ...axis,
        size: 44,
        gap: 6,
        space: 28,
        values: (_chart, splits) => splits.map((value) => plot.yLabel(value)),
      },
    ],
    series: [{}, ...plot.series],
    hooks: plot.hooks ?? {},
  };
}

/** A uPlot chart that fills its place, whatever size that takes, and is made again when the theme or its series change. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #plot: () => Plot;
  #chart: uPlot | null = null;
  #data: uPlot.AlignedData = [[]];

  /** @param plot asked for whenever the chart is made */
  constructor(place: HTMLElement, plot: () => Plot) {
    this.#place = place;
    this.#plot = plot;
    new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = place;
      if (width === 0 || height === 0) return;
      if (this.#chart === null) this.remake();
      else this.#chart.setSize({ width, height });
    }).observe(place);
    // The theme is the user's choice or the system's.
    const root = document.documentElement;
    new MutationObserver(() => this.remake()).observe(root, { attributeFilter: ['data-theme'] });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.remake());
  }

  /** @param data seconds, then one array per series; as many as the chart was made with */
  draw(data: uPlot.AlignedData): void {
    this.#data = data;
    this.#chart?.setData(data);
  }

  remake(data: uPlot.AlignedData = this.#data): void {
    this.#data = data;
    const { clientWidth: width, clientHeight: height } = this.#place;
    this.#chart?.destroy();
    this.#chart = null;
    // In a view that is not shown: it is made when there is room for it.
    if (width === 0 || height === 0) return;
    this.#chart = new uPlot(options(this.#plot(), width, height), data, this.#place);
  }

  /** What is drawn; null before there is anything. */
  get canvas(): HTMLCanvasElement | null {
    return this.#chart?.ctx.canvas ?? null;
  }

  /** Draws again what has not changed itself, such as a mark behind it. */
  redraw(): void {
    this.#chart?.redraw(false);
  }
}

/** Share of a bucket's width that its bar leaves free, and the widest bar, in CSS pixels. */
const barGap = 0.14;
const maxBar = 40;

/** Where the bar of a bucket stands, in canvas pixels. */
function barAt(chart: uPlot, time: number, bucketSeconds: number): { left: number; width: number } {
  const left = chart.valToPos(time, 'x', true);
  const room = chart.valToPos(time + bucketSeconds, 'x', true) - left;
  const width = Math.min(room * (1 - barGap), maxBar * window.devicePixelRatio);
  return { left: left + (room - width) / 2, width };
}

/** Between two lines of a hatching, and how wide one is, in CSS pixels. */
const hatchStep = 6;
const hatchWidth = 2;

/** Draws lines of the ground over the bars from a time on: they are not final yet. */
function hatchBars(chart: uPlot, fromSeconds: number, bucketSeconds: number, ground: string): void {
  const { ctx } = chart;
  const hair = window.devicePixelRatio;
  const [times = [], tallest = []] = chart.data;
  const foot = chart.valToPos(0, 'y', true);
  ctx.save();
  ctx.strokeStyle = ground;
  ctx.lineWidth = hatchWidth * hair;
  times.forEach((time, at) => {
    const height = tallest[at] ?? 0;
    if (time < fromSeconds || height <= 0) return;
    const { left, width } = barAt(chart, time, bucketSeconds);
    const top = chart.valToPos(height, 'y', true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, foot - top);
    ctx.clip();
    ctx.beginPath();
    // Measured from the plot's corner, so that the lines stand still while the bar grows.
    const first = Math.floor((left + top) / (hatchStep * hair)) * hatchStep * hair;
    for (let sum = first; sum < left + width + foot; sum += hatchStep * hair) {
      ctx.moveTo(sum - foot, foot);
      ctx.lineTo(sum - top, top);
    }
    ctx.stroke();
    ctx.restore();
  });
  ctx.restore();
}

/**
 * One layer of a stack of bars, each as wide as its bucket. Series are stacked tallest first, so a layer stands on the
 * series after it; a hair of ground shows between two.
 */
function barSeries(fill: string, bucketSeconds: number): uPlot.Series {
  const paths: uPlot.Series.PathBuilder = (chart, index, first, last) => {
    const path = new Path2D();
    const [times = [], ...stack] = chart.data;
    const layer = stack[index - 1];
    const below = stack[index];
    const hair = window.devicePixelRatio;
    for (let at = first; at <= last; at++) {
      const time = times[at] ?? 0;
      const top = layer?.[at] ?? 0;
      const bottom = below?.[at] ?? 0;
      if (top <= bottom) continue;
      const { left, width } = barAt(chart, time, bucketSeconds);
      const y = chart.valToPos(top, 'y', true);
      const height = chart.valToPos(bottom, 'y', true) - y;
      path.rect(left, y, width, Math.max(height - hair, height / 2));
    }
    return { fill: path, stroke: null };
  };
  return { fill, width: 0, paths, points: { show: false } };
}

/**
 * Bars of buckets, a layer for each token, the tallest first; hatched where they are not final yet.
 *
 * @param openFromMs the start of the first bucket that is not final, epoch milliseconds
 */
export function barPlot(
  tokens: readonly string[],
  bucketSeconds: number,
  yLabel: Plot['yLabel'],
  openFromMs: () => number | null,
): Plot {
  const ground = colorOf('panel');
  return {
    series: tokens.map((token) => barSeries(colorOf(token), bucketSeconds)),
    xRange: (min, max) => [min ?? 0, (max ?? 0) + bucketSeconds],
    yLabel,
    hooks: {
      draw: [
        (chart) => {
          const fromMs = openFromMs();
          if (fromMs !== null) hatchBars(chart, fromMs / 1000, bucketSeconds, ground);
        },
      ],
    },
  };
}
