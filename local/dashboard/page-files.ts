import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

/** One file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

const page = path.join(import.meta.dirname, 'page');

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/**
 * The page's files by URL path. Scripts and styles are bundled in memory, in some 50 ms, so that the page may be written in
 * TypeScript and use uPlot from node_modules without a build step.
 *
 * @throws esbuild's error when the page's own source is broken
 */
export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const [html, icon, bundle] = await Promise.all([
    readFile(path.join(page, 'index.html'), 'utf8'),
    readFile(path.join(page, 'icon.svg'), 'utf8'),
    build({
      entryPoints: ['main.ts', 'theme.ts', 'style.css'].map((file) => path.join(page, file)),
      outdir: page,
      write: false,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      legalComments: 'none',
      logLevel: 'silent',
    }),
  ]);
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
    ...bundle.outputFiles.map((file): [string, PageFile] => [
      `/${path.basename(file.path)}`,
      { type: types[path.extname(file.path)] ?? 'application/octet-stream', body: file.text },
    ]),
  ]);
}

/** Tells one version of the page from another. */
export function pageVersion(files: ReadonlyMap<string, PageFile>): string {
  const hash = createHash('sha256');
  for (const [name, { body }] of files) hash.update(`${name}\n${body}\n`);
  return hash.digest('hex').slice(0, 12);
}
