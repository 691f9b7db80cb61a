import { unzipSync, type Zippable, zipSync } from 'fflate';

/** ZIP keeps a local time without a zone: these parts of a date are the same wherever it is made. */
const zipDate = new Date(1980, 0, 1);
/** Of the system that an entry comes from, so that its attributes are read as a Unix mode. */
const unix = 3;

/** The Unix mode of each entry, from the central directory. Source: PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.16. */
export function modesOf(zip: Uint8Array): ReadonlyMap<string, number> {
  const bytes = Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength);
  const modes = new Map<string, number>();
  const end = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const entries = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let entry = 0; entry < entries; entry++) {
    const name = bytes.readUInt16LE(at + 28);
    modes.set(bytes.toString('utf8', at + 46, at + 46 + name), bytes.readUInt32LE(at + 38) >>> 16);
    at += 46 + name + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return modes;
}

/**
 * A ZIP as Lambda can read it, whatever the umask it was made under: entries are 0644, or 0755 where their owner could
 * execute them. The same files give the same bytes on every machine: sorted, of one date, and packed by one program rather
 * than by the zlib of the Node that runs.
 * https://repost.aws/knowledge-center/lambda-deployment-package-errors
 */
export function readableByLambda(zip: Uint8Array): Uint8Array {
  const modes = modesOf(zip);
  const entries: Zippable = {};
  for (const [name, content] of Object.entries(unzipSync(zip)).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mode = (modes.get(name) ?? 0) & 0o100 ? 0o100755 : 0o100644;
    // Unsigned: a file's type is the highest bits of 32.
    entries[name] = [content, { attrs: mode * 2 ** 16, os: unix, mtime: zipDate }];
  }
  return zipSync(entries);
}
