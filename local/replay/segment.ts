import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { maxRowBytes } from './source.ts';

/** Whole lines of a text file. */
export interface Segment {
  readonly text: string;
  /**
   * `latin1` marks a segment that is not UTF-8: its text has one character per byte, so that lines and fields can still
   * be told apart and each be judged by {@link decodeField}.
   */
  readonly encoding: 'utf8' | 'latin1';
  /** The text is the start of one line that is longer than a row may be; what follows is the next line. */
  readonly cut: boolean;
  /** Nothing follows. */
  readonly last: boolean;
  /** Takes back an end of the text that is the start of a row: the next segment starts with it. */
  giveBack(text: string): void;
}

const newline = 10;
const chunkBytes = 262_144;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const nothing: Buffer = Buffer.alloc(0);

/**
 * Reads a text file as segments of whole lines, a few hundred kilobytes each. A byte order mark is left out.
 *
 * @param onBytes told how many bytes each read brought
 */
export async function* readSegments(file: string, onBytes: (count: number) => void): AsyncGenerator<Segment> {
  let rest = nothing;
  let atStart = true;
  let skipping = false;
  const segment = (bytes: Buffer, ends: { cut?: true; last?: true } = {}): Segment => {
    const encoding = isUtf8(bytes) ? 'utf8' : 'latin1';
    return {
      text: bytes.toString(encoding),
      encoding,
      cut: ends.cut ?? false,
      last: ends.last ?? false,
      giveBack: (text) => {
        rest = Buffer.concat([Buffer.from(text, encoding), rest]);
      },
    };
  };

  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    let bytes: Buffer = chunk;
    onBytes(bytes.length);
    if (skipping) {
      const end = bytes.indexOf(newline) + 1;
      if (end === 0) continue;
      skipping = false;
      bytes = bytes.subarray(end);
    }
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes]);
    if (atStart && bytes.subarray(0, 3).equals(byteOrderMark)) bytes = bytes.subarray(3);
    atStart = false;
    const end = bytes.lastIndexOf(newline) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield segment(bytes.subarray(0, end));
    else if (rest.length > maxRowBytes) {
      rest = nothing;
      skipping = true;
      yield segment(bytes, { cut: true });
    }
  }
  const tail = rest;
  rest = nothing;
  yield segment(tail, { last: true });
}

/** The text of a field of a `latin1` segment, or null when its bytes are not UTF-8. */
export function decodeField(field: string): string | null {
  const bytes = Buffer.from(field, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}
