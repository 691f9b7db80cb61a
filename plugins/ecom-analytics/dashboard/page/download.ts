import { colour } from './chart.ts';
import { csvOf, type Sheet } from './csv.ts';
import { element } from './element.ts';
import { fileName } from './file-name.ts';

/** A chart that can be taken away. */
export interface Downloadable {
  /** What it shows, as its heading says. */
  readonly title: () => string;
  readonly sheet: () => Sheet;
  /** The drawing; null before there is one. */
  readonly canvas: () => HTMLCanvasElement | null;
  /** What the colors of its series mean, as tokens; empty where there is one series. */
  readonly legend: () => readonly { readonly name: string; readonly token: string }[];
}

/** A spreadsheet takes a file for UTF-8 only where this stands first. */
const byteOrderMark = '\ufeff';
/** Around and above the drawing, in CSS pixels. */
const margin = 12;
const lineHeight = 22;

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  element('a', { href: url, download: name }).click();
  // The download has its own hold on the content once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Draws the chart with its heading and legend on the panel's ground. */
function picture(chart: HTMLCanvasElement, { title, legend }: Downloadable): HTMLCanvasElement {
  const ratio = window.devicePixelRatio;
  const names = legend();
  const drawn = element('canvas');
  const pen = drawn.getContext('2d');
  if (pen === null) return chart;
  const width = chart.width / ratio;
  const font = getComputedStyle(document.body).fontFamily;
  const places = legendPlaces(
    pen,
    names.map(({ name }) => name),
    width,
    font,
  );
  const lines = places.length === 0 ? 0 : Math.max(...places.map(({ line }) => line)) + 1;
  const top = margin + lineHeight * (1 + lines);
  drawn.width = (width + 2 * margin) * ratio;
  drawn.height = (top + chart.height / ratio + margin) * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = colour('panel');
  pen.fillRect(0, 0, drawn.width, drawn.height);
  pen.fillStyle = colour('text');
  pen.textBaseline = 'middle';
  pen.font = `600 14px ${font}`;
  pen.fillText(title(), margin, margin + lineHeight / 2);
  pen.font = `12px ${font}`;
  names.forEach(({ name, token }, index) => {
    const { x, line } = places[index] ?? { x: 0, line: 0 };
    const y = margin + lineHeight * (line + 1.5);
    pen.fillStyle = colour(token);
    pen.fillRect(margin + x, y - 5, 10, 10);
    pen.fillStyle = colour('text');
    pen.fillText(name, margin + x + 15, y);
  });
  pen.drawImage(chart, margin, top, width, chart.height / ratio);
  return drawn;
}

/** Where the names of a legend stand, one after the other over as many lines as it takes. */
function legendPlaces(
  pen: CanvasRenderingContext2D,
  names: readonly string[],
  width: number,
  font: string,
): { readonly x: number; readonly line: number }[] {
  pen.font = `12px ${font}`;
  let x = 0;
  let line = 0;
  return names.map((name) => {
    const needed = 15 + pen.measureText(name).width + 16;
    if (x > 0 && x + needed > width) {
      x = 0;
      line++;
    }
    const place = { x, line };
    x += needed;
    return place;
  });
}

/** Adds buttons to a chart's head that save its figures and its picture, on this machine alone. */
export function offerDownloads(head: HTMLElement, chart: Downloadable): void {
  const button = (name: string, what: string, act: () => void): HTMLButtonElement => {
    const made = element('button', { type: 'button', title: `${what} of this chart` }, name);
    made.addEventListener('click', act);
    return made;
  };
  const csv = button('CSV', 'The figures', () => {
    const text = byteOrderMark + csvOf(chart.sheet());
    save(new Blob([text], { type: 'text/csv;charset=utf-8' }), fileName(chart.title(), Date.now(), 'csv'));
  });
  const png = button('PNG', 'A picture', () => {
    const canvas = chart.canvas();
    if (canvas === null) return;
    const name = fileName(chart.title(), Date.now(), 'png');
    picture(canvas, chart).toBlob((content) => {
      if (content !== null) save(content, name);
    });
  });
  head.append(element('span', { class: 'downloads' }, csv, png));
}
