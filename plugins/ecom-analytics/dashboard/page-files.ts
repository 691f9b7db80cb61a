import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { kitFile } from '../project/package-files.ts';

/** One file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Scripts and styles by name: compiled with the package, or now, where the kit runs from its source. */
async function compiledFiles(): Promise<(readonly [name: string, text: string])[]> {
  if (import.meta.filename.endsWith('.ts')) {
    const { compilePage } = await import('../build.mjs');
    return compilePage().map((file) => [path.basename(file.path), file.text]);
  }
  const folder = kitFile('dist/page');
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const),
  );
}

/** The page's files by URL path. */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const [html, icon, compiled] = await Promise.all([
    readFile(kitFile('dashboard/page/index.html'), 'utf8'),
    readFile(kitFile('dashboard/page/icon.svg'), 'utf8'),
    compiledFiles(),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
    ...compiled.map(([name, body]): [string, PageFile] => [
      `/${name}`,
      { type: types[path.extname(name)] ?? 'application/octet-stream', body },
    ]),
  ]);
}

/** Tells one version of the page from another. */
export function pageVersion(files: ReadonlyMap<string, PageFile>): string {
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(`${name}\n${body}\n`);
  return hash.digest('hex').slice(0, 12);
}
