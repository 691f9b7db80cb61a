import { colorOf } from './chart.ts';
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
/** The middle of the first line. */
const headingY = margin + lineHeight / 2;

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  element('a', { href: url, download: name }).click();
  // The download has its own hold on the content once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Draws the chart with its heading and legend on the panel's ground. */
function picture(chart: HTMLCanvasElement, { title, legend }: Downloadable): HTMLCanvasElement {
  const ratio = window.devicePixelRatio;
  const drawn = element('canvas');
  const pen = drawn.getContext('2d');
  if (pen === null) return chart;
  const width = chart.width / ratio;
  const { fontFamily } = getComputedStyle(document.body);
  const legendFont = `12px ${fontFamily}`;
  pen.font = legendFont;
  const names = placed(legend(), width, (name) => pen.measureText(name).width);
  const top = (names.at(-1)?.y ?? headingY) + lineHeight / 2;
  drawn.width = (width + 2 * margin) * ratio;
  drawn.height = (top + chart.height / ratio + margin) * ratio;
  pen.scale(ratio, ratio);
  pen.fillStyle = colorOf('panel');
  pen.fillRect(0, 0, drawn.width, drawn.height);
  pen.fillStyle = colorOf('text');
  pen.textBaseline = 'middle';
  pen.font = `600 14px ${fontFamily}`;
  pen.fillText(title(), margin, headingY);
  pen.font = legendFont;
  for (const { name, token, x, y } of names) {
    pen.fillStyle = colorOf(token);
    pen.fillRect(x, y - 5, 10, 10);
    pen.fillStyle = colorOf('text');
    pen.fillText(name, x + 15, y);
  }
  pen.drawImage(chart, margin, top, width, chart.height / ratio);
  return drawn;
}

/** The names of a legend with their places, one after the other over as many lines as it takes. */
function placed<Name extends { readonly name: string }>(
  names: readonly Name[],
  width: number,
  widthOf: (name: string) => number,
): (Name & { readonly x: number; readonly y: number })[] {
  let x = margin;
  let y = headingY + lineHeight;
  return names.map((one) => {
    const needed = 15 + widthOf(one.name) + 16;
    if (x > margin && x + needed > margin + width) {
      x = margin;
      y += lineHeight;
    }
    const place = { ...one, x, y };
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
  head.append(element('span', { class: 'downloads row' }, csv, png));
}
