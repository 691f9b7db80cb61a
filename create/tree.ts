import { isUtf8 } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createTar, parseTar } from 'nanotar';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';

/** Folders of files held in memory, and how they are kept in one archive. */

export interface TreeFile {
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** Files by their path from the root, with `/` on every system. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** The longest path that every reader of tar files understands. */
const longestPath = 99;

/** A file of text that nobody executes. */
export function textFile(text: string): TreeFile {
  return { content: Buffer.from(text), executable: false };
}

/** A file's content as text, or undefined where there is no such file. */
export function textOf(tree: Tree, file: string): string | undefined {
  const found = tree.get(file);
  return found && Buffer.from(found.content).toString('utf8');
}

/** A line for each name at the top, folders first and with how many files they hold. */
export function summary(tree: Tree): string[] {
  const counts = new Map<string, number>();
  for (const file of tree.keys()) {
    const [top = '', ...below] = file.split('/');
    if (below.length > 0) counts.set(`${top}/`, (counts.get(`${top}/`) ?? 0) + 1);
  }
  const folders = [...counts.keys()].sort();
  const width = Math.max(0, ...folders.map((name) => name.length));
  return [
    ...folders.map((name) => {
      const count = counts.get(name) ?? 0;
      return `${name.padEnd(width)}  ${count} ${count === 1 ? 'file' : 'files'}`;
    }),
    ...[...tree.keys()].filter((file) => !file.includes('/')).sort(),
  ];
}

/** Whether it can be read as text, and written again, without losing anything. */
export function isText(content: Uint8Array): boolean {
  return !content.includes(0) && isUtf8(content);
}

/** Whether two files are the same, byte for byte. */
export function sameContent(one: TreeFile | undefined, other: TreeFile | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return Buffer.compare(one.content, other.content) === 0;
}

/**
 * Packs a tree as a `.tgz`. The same tree gives the same bytes: names are sorted, and no time, user or host goes in.
 *
 * @throws EcomError `ECOM_TEMPLATE_PATH` when a path is too long for the format
 */
export function packTree(tree: Tree): Uint8Array {
  const names = [...tree.keys()].sort();
  const tooLong = names.find((name) => Buffer.byteLength(name) > longestPath);
  if (tooLong !== undefined) {
    throw new EcomError('ECOM_TEMPLATE_PATH', {
      what: `A path has more than ${longestPath} bytes`,
      where: tooLong,
      fix: 'Shorten it.',
    });
  }
  const items = names.map((name) => {
    const file = tree.get(name);
    return {
      name,
      data: file?.content ?? new Uint8Array(),
      attrs: { mode: file?.executable ? '755' : '644', mtime: 0, uid: 0, gid: 0 },
    };
  });
  // Of gzip's levels, the highest takes twice the time of this one to save one byte in a hundred.
  // An archive ends in two blocks of zeros, of which nanotar writes one.
  return gzipSync(Buffer.concat([createTar(items), Buffer.alloc(512)]), { level: 6 });
}

/**
 * Reads what `packTree` wrote.
 *
 * @param where the archive's name, for the error
 * @throws EcomError `ECOM_TEMPLATE_BROKEN` when it is not such an archive
 */
export function unpackTree(archive: Uint8Array, where: string): Tree {
  try {
    // A buffer of its own: nanotar reads from the start of the one below, and from Node 24 on gunzip answers a part of one.
    const bytes = Uint8Array.from(gunzipSync(archive));
    const items = parseTar(bytes).filter((item) => item.type === 'file');
    return new Map(
      items.map(({ name, data, attrs }) => [
        name,
        // nanotar hands out views of one buffer; a copy lets the rest of the archive go.
        {
          content: Buffer.from(data ?? []),
          executable: (Number.parseInt(attrs?.mode ?? '0', 8) & 0o111) !== 0,
        },
      ]),
    );
  } catch (cause) {
    throw new EcomError(
      'ECOM_TEMPLATE_BROKEN',
      { what: 'The template cannot be read', where, fix: 'Install create-ecom-analytics again.' },
      { cause },
    );
  }
}
