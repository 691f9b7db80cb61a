/** What of the repository a project gets, and what differs there. The paths are Git's glob pathspecs, so Git itself reads them. */

/** Files that a project gets. */
export const shipped: readonly string[] = [
  '.devcontainer/**',
  '.gitattributes',
  '.github/**',
  '.gitignore',
  '.vscode/**',
  'LICENSE',
  'README.md',
  'biome.json',
  'docs/*.md',
  'docs/images/architecture*.svg',
  'functions/**',
  'package.json',
  'package-lock.json',
  'pipeline/**',
  'serverless.yml',
  'stages.yml',
  'test/*.test.ts',
  'tsconfig.json',
];

/** Files from beside the kit that its package holds: the streaming job, and what `ecom explain` reads. */
export const packedFiles: readonly string[] = ['emr/**', 'docs/errors.md'];

/** Files of the kit that its package holds, beside what is compiled: sources, and what is read as it is. */
export const kitFiles: readonly string[] = ['plugins/ecom-analytics/**', 'LICENSE'];

/** Of those, what is for this repository alone. */
export const withheldFiles: readonly string[] = [
  'plugins/ecom-analytics/test/**',
  'plugins/ecom-analytics/package.json',
  'plugins/ecom-analytics/{biome,tsconfig}.json',
  'plugins/ecom-analytics/source.mjs',
  'plugins/ecom-analytics/plugin/source.mjs',
  'plugins/ecom-analytics/*/**/README.md',
  'plugins/ecom-analytics/core/spec.schema.json',
  'plugins/ecom-analytics/plugin/resources/CHECKED.md',
  'emr/README.md',
  'emr/ruff.toml',
];

/** Items of lists in JSON files that only this repository needs. */
export const withheldItems: { readonly [file: string]: readonly string[] } = {
  'tsconfig.json': ['plugins/ecom-analytics/**/*.d.ts'],
};

/** How the kit is run from its source here, and as a package in a project. */
export const commandHere = 'node plugins/ecom-analytics/source.mjs';
export const commandThere = 'ecom';
export const programHere = 'plugins/ecom-analytics/source.mjs';
export const programThere = 'node_modules/ecom-analytics/dist/ecom.js';

/** Scripts of package.json as a project has them: these, and those that are the command `ecom` here as well. */
export const projectScripts: Readonly<Record<string, string>> = {
  test: 'vitest run',
  check: 'biome ci . --colors=off && tsc --project .',
  format: 'biome check --write .',
  deploy: 'sls deploy',
};

/** What a project's own code and tools depend on, beside the kit. */
export const projectDependencies: readonly string[] = [
  '@biomejs/biome',
  '@types/node',
  'esbuild',
  'serverless',
  'serverless-esbuild',
  'typescript',
  'vitest',
];
