import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { compile, compilePage } from '../plugins/ecom-analytics/build.mjs';
import { kitFiles, packedFiles, withheldFiles } from './manifest.ts';
import { packTree, type Tree, type TreeFile, textFile } from './tree.ts';

/** The kit as a package: compiled, with its sources beside it, and the streaming job within. */

const kitFolder = 'plugins/ecom-analytics';

/** The entry points that a shop's TypeScript imports. */
const typed: readonly string[] = ['.', './functions', './testing'];

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
}

/** Files that Git keeps, by globs of Git's own: a scratch file that lies about never ships. */
export function trackedFiles(root: string, globs: readonly string[], but: readonly string[] = []): string[] {
  const pathspecs = [
    ...globs.map((glob) => `:(glob)${glob}`),
    ...but.flatMap(expand).map((glob) => `:(exclude,glob)${glob}`),
  ];
  const args = ['ls-files', '-z', '--cached', '--deduplicate', '--', ...pathspecs];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\0')
    .filter((file) => file !== '' && statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile());
}

/** Git's globs have no alternatives. */
function expand(glob: string): string[] {
  const [all, alternatives] = /\{([^}]*)\}/.exec(glob) ?? [];
  if (all === undefined || alternatives === undefined) return [glob];
  return alternatives.split(',').map((one) => glob.replace(all, one));
}

/** A file as it is; its executable bit from the file system, which on Windows has none. */
export function readTreeFile(root: string, file: string): TreeFile {
  const at = path.join(root, file);
  return { content: readFileSync(at), executable: (statSync(at).mode & 0o111) !== 0 };
}

/** The compiled name of an entry point. */
function compiled(entry: string): string {
  const name = entry.replace(/^\.\//, '').replace(/(\/index)?\.ts$/, '');
  return path.posix.basename(name);
}

/** The manifest of the package: what names a source in this repository names what it was compiled to. */
export function packedManifest(root: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(path.join(root, kitFolder, 'package.json'), 'utf8'));
  const entries = Object.entries(manifest.exports).map(([name, source]) => {
    if (source.endsWith('.json')) return [name, source];
    const entry = source.endsWith('.mjs') ? './plugin/index.ts' : source;
    const types = entry.replace(/^\.\//, './dist/types/').replace(/\.ts$/, '.d.ts');
    return [name, { ...(typed.includes(name) && { types }), default: `./dist/${compiled(entry)}.js` }];
  });
  const packed = {
    ...manifest,
    bin: { ecom: 'dist/ecom.js' },
    exports: Object.fromEntries(entries),
  };
  return `${JSON.stringify(packed, undefined, 2)}\n`;
}

/** The declarations of the entry points and of all that they name, with maps to the sources. */
function declarations(root: string): Map<string, TreeFile> {
  const out = mkdtempSync(path.join(tmpdir(), 'ecom-types-'));
  try {
    const config = path.join(out, 'tsconfig.json');
    const kit = path.join(root, kitFolder);
    const options = {
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        declarationMap: true,
        emitDeclarationOnly: true,
        rootDir: kit,
        outDir: path.join(kit, 'dist/types'),
        declarationDir: path.join(out, 'types'),
        typeRoots: [path.join(root, 'node_modules/@types')],
      },
      include: ['functions/**/*.d.ts', 'parquet/*.d.ts', 'plugin/**/*.d.ts'].map((glob) =>
        path.join(kit, glob),
      ),
      files: ['index.ts', 'functions/index.ts', 'testing/index.ts'].map((file) => path.join(kit, file)),
    };
    writeFileSync(config, JSON.stringify(options));
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    execFileSync(process.execPath, [tsc, '--project', config], { cwd: root, stdio: ['ignore', 2, 2] });
    const types = path.join(out, 'types');
    return new Map(
      readdirSync(types, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.d\.ts(\.map)?$/.test(name))
        .map((name) => name.replaceAll(path.sep, '/'))
        .map((name) => [`dist/types/${name}`, mapped(readFileSync(path.join(types, name), 'utf8'), name)]),
    );
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** A map's source lies beside `dist/`, whatever folder the declarations were made in. */
function mapped(text: string, name: string): TreeFile {
  if (!name.endsWith('.map')) return textFile(text);
  const map = JSON.parse(text);
  const up = '../'.repeat(name.split('/').length + 1);
  return textFile(JSON.stringify({ ...map, sources: [`${up}${name.replace(/\.d\.ts\.map$/, '.ts')}`] }));
}

/**
 * A map of the compiled code with lines alone: where each line of a source begins. A breakpoint, a step and a stack name lines, and
 * without columns a map is a third of its size.
 */
function byLines(content: Uint8Array): Uint8Array {
  const map = JSON.parse(Buffer.from(content).toString('utf8'));
  const lines = decode(map.mappings).map((segments) =>
    segments.filter((segment, index) => index === 0 || !isSameLine(segment, segments[index - 1])),
  );
  return Buffer.from(JSON.stringify({ ...map, mappings: encode(lines) }));
}

function isSameLine(one: SourceMapSegment, other: SourceMapSegment | undefined): boolean {
  return one[1] === other?.[1] && one[2] === other?.[2];
}

/** The files of the package by their paths in it. */
export function kitTree(root: string): Tree {
  const inKit = (file: string): string =>
    path.relative(path.join(root, kitFolder), file).replaceAll(path.sep, '/');
  const files = new Map<string, TreeFile>();
  for (const file of trackedFiles(root, [...kitFiles, ...packedFiles], withheldFiles)) {
    const name = file.startsWith(`${kitFolder}/`) ? file.slice(kitFolder.length + 1) : file;
    const read = readTreeFile(root, file);
    files.set(name, file.endsWith('.schema.json') ? textFile(compact(read)) : read);
  }
  const { outputFiles } = compile();
  for (const { path: file, contents } of [...outputFiles, ...compilePage()]) {
    const executable = inKit(file) === 'dist/ecom.js';
    const content = file.endsWith('.js.map') ? byLines(contents) : contents;
    files.set(inKit(file), { content, executable });
  }
  for (const [name, file] of declarations(root)) files.set(name, file);
  files.set('package.json', textFile(packedManifest(root)));
  return files;
}

/** An editor reads a schema without its line breaks as well, in half the space. */
function compact({ content }: TreeFile): string {
  return JSON.stringify(JSON.parse(Buffer.from(content).toString('utf8')));
}

/** The version of the kit. */
export function kitVersion(root: string): string {
  const manifest: Manifest = JSON.parse(readFileSync(path.join(root, kitFolder, 'package.json'), 'utf8'));
  return manifest.version;
}

/** The package as npm takes it. */
export function packKit(root: string): Uint8Array {
  const files = [...kitTree(root)].map(([name, file]): [string, TreeFile] => [`package/${name}`, file]);
  return packTree(new Map(files));
}
