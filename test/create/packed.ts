import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../../create/make.ts';
import { packInto } from '../../create/pack.ts';
import { packedManifest } from '../../create/pack-kit.ts';
import { readTemplate } from '../../create/template.ts';
import { packTree, textFile } from '../../create/tree.ts';

/** The package as `npm pack` makes it, and the template in it. */

export const repository = path.resolve(import.meta.dirname, '../..');

/** A folder of the test's own, and how to remove it. */
export function ownFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-create-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

let template: Template | undefined;

/** A kit of its manifest alone: all that a template asks of it, and made in no time. */
function manifestOfKit(): Uint8Array {
  return packTree(new Map([['package/package.json', textFile(packedManifest(repository))]]));
}

/** The template that the repository makes now, without the code of the kit. */
export function currentTemplate(): Template {
  template ??= { version: '0.1.0', tree: readTemplate(repository, manifestOfKit()) };
  return template;
}

export interface Packed {
  /** The `.tgz`. */
  readonly tarball: string;
  /** The package unpacked. */
  readonly folder: string;
  /** What `node` runs. */
  readonly program: string;
  /** Files of the package and their sizes in bytes. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
  readonly unpackedSize: number;
}

/** Variables without those by which an npm that runs the tests would steer an npm that a test runs. */
export function plainEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const plain = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|AWS_|GIT_|CI$|VITEST|NODE_OPTIONS$)/i.test(name),
  );
  return { ...Object.fromEntries(plain), ...more };
}

/**
 * Packs the scaffolder into the folder, as a release would. A release packs in `create/`; tests that run side by side
 * must not meet there.
 */
export async function packScaffolder(into: string, version = '0.1.0'): Promise<Packed> {
  const source = path.join(into, 'source');
  mkdirSync(path.join(source, 'dist'), { recursive: true });
  copyFileSync(path.join(repository, 'create/README.md'), path.join(source, 'README.md'));
  const manifest: Record<string, unknown> = JSON.parse(readText(repository, 'create/package.json'));
  writeFileSync(path.join(source, 'package.json'), JSON.stringify({ ...manifest, version }));
  await packInto(path.join(source, 'dist'));
  return packFolder(source, into, ['--ignore-scripts']);
}

/** `npm pack` in that folder, and its tarball unpacked. */
export async function packFolder(source: string, into: string, flags: readonly string[]): Promise<Packed> {
  const run = promisify(execFile);
  const args = ['pack', '--json', '--silent', '--pack-destination', into, ...flags];
  const { stdout } = await run('npm', args, { cwd: source, env: plainEnvironment() });
  const [entry]: { filename: string; unpackedSize: number; files: { path: string; size: number }[] }[] =
    JSON.parse(stdout.slice(stdout.indexOf('[')));
  if (!entry) throw new Error('npm pack packed nothing');
  const tarball = path.join(into, entry.filename);
  await run('tar', ['-xzf', tarball, '-C', into]);
  const folder = path.join(into, 'package');
  return {
    tarball,
    folder,
    program: path.join(folder, 'dist/create.cjs'),
    files: entry.files,
    unpackedSize: entry.unpackedSize,
  };
}

export function readText(...parts: readonly string[]): string {
  return readFileSync(path.join(...parts), 'utf8');
}
