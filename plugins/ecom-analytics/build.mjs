// Compiles the kit: what a published package holds in `dist/`. In the repository osls needs the plugin as JavaScript too.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';

const kit = import.meta.dirname;

/** The package's entry points, the plugin's own Lambda functions, and what stands in for AWS clients in every bundle. */
const entryPoints = {
  index: 'index.ts',
  functions: 'functions/index.ts',
  testing: 'testing/index.ts',
  plugin: 'plugin/index.ts',
  ecom: 'bin.ts',
  'lambda-credentials': 'functions/kafka/lambda-credentials.ts',
  brokers: 'plugin/functions/brokers.ts',
  watch: 'plugin/functions/watch.ts',
  'replay-dead-letters': 'plugin/functions/replay-dead-letters.ts',
};

/** Compiles what runs in Node. @returns the files, their paths absolute, and what esbuild knows of them */
export function compile() {
  return buildSync({
    absWorkingDir: kit,
    entryPoints,
    outdir: 'dist',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    packages: 'external',
    external: ['*/build.mjs'],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay, so that a stack can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    // The sources lie beside `dist/`.
    sourcesContent: false,
    legalComments: 'none',
  });
}

/** Compiles the dashboard's page, uPlot within, in some 50 ms. @returns scripts and styles */
export function compilePage() {
  return buildSync({
    absWorkingDir: kit,
    entryPoints: ['main.ts', 'theme.ts', 'style.css'].map((file) => `dashboard/page/${file}`),
    outdir: 'dist/page',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  }).outputFiles;
}

/** Writes what has changed. Each file appears whole, so that a process may load them while another writes. */
export function writeCompiled() {
  for (const { path: file, contents } of [...compile().outputFiles, ...compilePage()]) {
    if (isThere(file, contents)) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    // npm links the command as it is, so a shell must be able to start it.
    const mode = file === path.join(kit, 'dist/ecom.js') ? 0o755 : 0o644;
    writeFileSync(`${file}.${process.pid}`, contents, { mode });
    renameSync(`${file}.${process.pid}`, file);
  }
}

function isThere(file, contents) {
  try {
    return readFileSync(file).equals(contents);
  } catch {
    return false;
  }
}

if (process.argv[1] === import.meta.filename) writeCompiled();
