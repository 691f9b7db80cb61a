import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

type Rgb = readonly [number, number, number];

/** Linear sRGB, 0 to 1. */
function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2.2, "contrast ratio". */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  const [light, dark] = [Math.max(luminance(a), luminance(b)), Math.min(luminance(a), luminance(b))];
  return light / dark;
}

function times(matrix: readonly Rgb[], color: Rgb): Rgb {
  const row = ([red, green, blue]: Rgb = [0, 0, 0]): number =>
    Math.min(1, Math.max(0, red * color[0] + green * color[1] + blue * color[2]));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** How colors look to whom. Source: Machado, Oliveira and Fernandes 2009, severity 1.0, on linear sRGB. */
const sight: Readonly<Record<string, readonly Rgb[]>> = {
  trichromat: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanope: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distance in Oklab; two greys of lightness 0 and 1 are 1 apart. Source: Björn Ottosson, "A perceptual color space". */
function distance(a: Rgb, b: Rgb): number {
  const lab = ([red, green, blue]: Rgb): Rgb => {
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [first, second] = [lab(a), lab(b)];
  return Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2]);
}

const file = path.resolve(import.meta.dirname, '../../dashboard/page/tokens.css');
const tokens = [...readFileSync(file, 'utf8').matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)];

describe.each([
  ['light', 2],
  ['dark', 3],
] as const)('the %s theme', (_theme, group) => {
  const color = new Map(tokens.map((match) => [match[1] ?? '', linear(match[group] ?? '')]));
  const of = (name: string): Rgb => {
    const found = color.get(name);
    if (found === undefined) throw new Error(`tokens.css has no --${name}`);
    return found;
  };
  const series = [...color.keys()].filter((name) => name.startsWith('series-'));

  it.each(['protanope', 'deuteranope', 'tritanope', 'trichromat'])(
    'keeps its series apart for a %s',
    (who) => {
      const matrix = sight[who] ?? [];
      const closest = series.flatMap((a, index) =>
        series.slice(index + 1).map((b) => distance(times(matrix, of(a)), times(matrix, of(b)))),
      );
      expect(series).toHaveLength(8);
      // Twice the difference that is just seen between patches side by side, and then some.
      expect(Math.min(...closest)).toBeGreaterThan(0.08);
    },
  );

  it('lets every series stand out from the panel', () => {
    for (const name of series) expect(contrast(of(name), of('panel')), name).toBeGreaterThanOrEqual(3);
  });

  it('has text that can be read on every ground', () => {
    for (const text of ['text', 'muted', 'accent', 'good']) {
      for (const ground of ['panel', 'page', 'sunken']) {
        expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const name of [...color.keys()].filter((token) => token.startsWith('severity-'))) {
      for (const ground of ['panel', 'marked']) {
        expect(contrast(of(name), of(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('has controls whose edge can be seen', () => {
    expect(contrast(of('control'), of('panel'))).toBeGreaterThanOrEqual(3);
    expect(contrast(of('accent'), of('panel'))).toBeGreaterThanOrEqual(3);
  });
});
