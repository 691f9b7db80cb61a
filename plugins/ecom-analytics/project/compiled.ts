import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BuildFailure, BuildResult, OutputFile } from 'esbuild';
import { EcomError } from '../core/error.ts';

/** What a killed process left is removed after this long; by then no other is still importing it. */
const leftOverMs = 3_600_000;

/**
 * Compiles a file and what it imports of the project, then imports that: on every Node alike, and in a third of the time
 * that a loader of TypeScript takes to start. A debugger finds the TypeScript by the source map within.
 *
 * @param folder where the compiled file is while it is imported, below the project so that its packages are found. Each
 * import has a file of its own, so that processes side by side never meet.
 * @throws EcomError `ECOM_TYPESCRIPT` where it cannot be compiled
 */
export async function importCompiled(file: string, folder: string): Promise<unknown> {
  const code = await compile(file, folder);
  mkdirSync(folder, { recursive: true });
  removeLeftOver(folder);
  const made = path.join(folder, `${path.basename(file, '.ts')}-${randomUUID()}.mjs`);
  writeFileSync(made, code);
  try {
    return await import(pathToFileURL(made).href);
  } finally {
    rmSync(made, { force: true });
  }
}

function removeLeftOver(folder: string): void {
  for (const name of readdirSync(folder)) {
    const made = path.join(folder, name);
    const { mtimeMs } = statSync(made, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && mtimeMs < Date.now() - leftOverMs) rmSync(made, { force: true });
  }
}

async function compile(file: string, folder: string): Promise<Uint8Array> {
  const { buildSync } = await import('esbuild');
  const [built] = outputOf(() =>
    buildSync({
      entryPoints: [file],
      outdir: folder,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: 'inline',
      write: false,
      logLevel: 'silent',
    }),
  );
  return built?.contents ?? new Uint8Array();
}

function outputOf(build: () => BuildResult<{ write: false }>): OutputFile[] {
  try {
    return build().outputFiles;
  } catch (cause) {
    const [first] = (cause as Partial<BuildFailure>).errors ?? [];
    if (first === undefined) throw cause;
    const { text, location } = first;
    throw new EcomError(
      'ECOM_TYPESCRIPT',
      {
        what: `A file of the project cannot be compiled: ${text.replace(/\.$/, '')}`,
        ...(location && { where: `${location.file}:${location.line}` }),
        fix: 'Correct it; npm run check lists everything that is wrong.',
      },
      { cause },
    );
  }
}
