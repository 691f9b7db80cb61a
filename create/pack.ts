import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { build, type Metafile } from 'esbuild';
import { readTemplate } from './template.ts';
import { packTree } from './tree.ts';

/**
 * Fills `create/dist` with what the package holds: the program, in one file with all that it imports (the presets,
 * prices, rules and releases of the other rooms among it), what starts it, and the template.
 */

const root = path.resolve(import.meta.dirname, '..');

/** The licences of what the one file holds: they ask to go with every copy. */
function licenses({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).map(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0],
  );
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  const read = (folder: string) => {
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name)) ?? 'LICENSE';
    const name = folder.replace(/^.*node_modules\//, '');
    return `${name}\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}\n`;
  };
  const own = readFileSync(path.join(root, 'LICENSE'), 'utf8');
  const packed = packages.map((folder) => read(path.join(root, folder)));
  return [own, ...packed].join(`\n${'-'.repeat(80)}\n\n`);
}

/** Writes all of it into the folder, which must exist. */
export async function packInto(dist: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [path.join(import.meta.dirname, 'index.ts')],
    outfile: path.join(dist, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    absWorkingDir: root,
    metafile: true,
  });
  const entry = path.join(dist, 'create.cjs');
  copyFileSync(path.join(import.meta.dirname, 'create.cjs'), entry);
  chmodSync(entry, 0o755);
  writeFileSync(path.join(dist, 'LICENSE'), licenses(metafile));
  writeFileSync(path.join(dist, 'template.tgz'), packTree(readTemplate(root)));
}

export async function main(): Promise<number> {
  const dist = path.join(import.meta.dirname, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  await packInto(dist);
  return 0;
}
