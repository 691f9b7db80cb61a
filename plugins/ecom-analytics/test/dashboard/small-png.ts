import { crc32, deflateSync } from 'node:zlib';
import type { Browser } from 'playwright-core';

/** Colours that a palette holds. */
const maxColours = 256;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Base64 of four bytes each: red, green, blue, opacity. */
  readonly rgba: string;
}

/** Lets the browser decode its own picture. */
async function decode(browser: Browser, png: Buffer): Promise<Pixels> {
  const page = await browser.newPage();
  try {
    return await page.evaluate<Pixels>(`(async () => {
      const response = await fetch('data:image/png;base64,${png.toString('base64')}');
      const bitmap = await createImageBitmap(await response.blob());
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let text = '';
      for (let at = 0; at < data.length; at += 32768) {
        text += String.fromCharCode(...data.subarray(at, at + 32768));
      }
      return { width, height, rgba: btoa(text) };
    })()`);
  } finally {
    await page.close();
  }
}

/** Colours closer than this share a place in the palette: steps between two shades, that nobody sees. */
const tooClose = 14;

function distance(a: number, b: number): number {
  return Math.hypot((a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255));
}

/** The most frequent colours, and none that is nearly another: a small patch of a color of its own keeps it. */
function choosePalette(uses: ReadonlyMap<number, number>): number[] {
  const palette: number[] = [];
  for (const [color] of [...uses].sort((a, b) => b[1] - a[1])) {
    if (palette.length === maxColours) break;
    if (palette.every((chosen) => distance(chosen, color) > tooClose)) palette.push(color);
  }
  return palette;
}

function nearest(color: number, palette: readonly number[]): number {
  const distances = palette.map((candidate) => distance(candidate, color));
  return distances.indexOf(Math.min(...distances));
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/**
 * The same picture with up to 256 colours, in about a third of the bytes: a screenshot has few, and the rest is the
 * smoothing of letters. Format: PNG, third edition, color type 3.
 */
export async function smallPng(browser: Browser, png: Buffer): Promise<Buffer> {
  const { width, height, rgba } = await decode(browser, png);
  const bytes = Buffer.from(rgba, 'base64');
  const colourAt = (pixel: number): number => bytes.readUIntBE(pixel * 4, 3);
  const uses = new Map<number, number>();
  for (let pixel = 0; pixel < width * height; pixel++) {
    const color = colourAt(pixel);
    uses.set(color, (uses.get(color) ?? 0) + 1);
  }
  const palette = choosePalette(uses);
  const indexOf = new Map([...uses.keys()].map((color) => [color, nearest(color, palette)]));

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  const colours = Buffer.alloc(palette.length * 3);
  palette.forEach((color, index) => {
    colours.writeUIntBE(color, index * 3, 3);
  });
  // Each line begins with the number of its filter: none.
  const lines = Buffer.alloc(height * (width + 1));
  for (let pixel = 0; pixel < width * height; pixel++) {
    lines[pixel + Math.floor(pixel / width) + 1] = indexOf.get(colourAt(pixel)) ?? 0;
  }
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
