import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';

/** Sequences of UTF-8 beyond ASCII, in a text of one character a byte. */
const wellFormed = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/** Whether bytes are UTF-8, which may end in the middle of a character. */
function isUtf8Start(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * The encoding of a text, from its start: UTF-16 by its mark, or by the zeros of its ASCII; UTF-8 where most of what is not
 * ASCII is; else Windows-1252, which all that is called Latin-1 can be read as.
 */
export function encodingOf(start: Buffer): string {
  const [a, b] = start;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const half = start.subarray(0, 200);
  const zeros = (odd: number): number => half.filter((byte, at) => byte === 0 && at % 2 === odd).length;
  if (half.length > 8 && zeros(1) > half.length / 4) return 'utf-16le';
  if (half.length > 8 && zeros(0) > half.length / 4) return 'utf-16be';
  if (isUtf8Start(start)) return 'utf-8';
  const bytes = start.toString('latin1');
  const good = bytes.match(wellFormed)?.length ?? 0;
  const bad = bytes.replace(wellFormed, '').match(/[\x80-\xff]/g)?.length ?? 0;
  return good > 0 && good >= bad ? 'utf-8' : 'windows-1252';
}

/** Columns aligned with spaces, as R and old programs print them, parted by tabs. */
function unaligned(text: string): string {
  return text.replace(/^ +| +$/gm, '').replace(/ +/g, '\t');
}

/**
 * Writes a text file as DuckDB reads it: in UTF-8, its lines ended in one way.
 *
 * @param aligned its columns are aligned with spaces, which tabs take the place of
 */
export async function rewrite(file: string, encoding: string, to: string, aligned = false): Promise<void> {
  const decoder = new TextDecoder(encoding);
  const read = createReadStream(file);
  async function* text(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
    let held = '';
    const plain = (lines: string): string => {
      const ended = lines.replace(/\r\n?/g, '\n');
      return aligned ? unaligned(ended) : ended;
    };
    for await (const bytes of source) {
      const decoded = held + decoder.decode(bytes, { stream: true });
      // What ends a line may be two characters, and columns are found in whole lines.
      const end = aligned ? decoded.lastIndexOf('\n') + 1 : decoded.length - (decoded.endsWith('\r') ? 1 : 0);
      held = decoded.slice(end);
      yield plain(decoded.slice(0, end));
    }
    yield plain(held + decoder.decode());
  }
  await pipeline(read, text, createWriteStream(to));
}

async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((chunk) => unpacked.push(chunk));
  for await (const bytes of source) {
    stream.push(bytes);
    yield* unpacked.splice(0);
  }
  stream.push(new Uint8Array(), true);
  yield* unpacked.splice(0);
}

/** Unpacks a file. DuckDB could, but takes the end of one that was cut short for the end of what it holds. */
export async function unpack(file: string, packed: 'gzip' | 'zstd', to: string): Promise<void> {
  const unpacking = packed === 'gzip' ? createGunzip() : unzstd;
  await pipeline(createReadStream(file), unpacking, createWriteStream(to));
}
