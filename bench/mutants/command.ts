import { existsSync } from 'node:fs';
import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { UsageError } from '../../plugins/ecom-analytics/core/error.ts';

const kit = 'plugins/ecom-analytics';

/** The tests that are worth running for each mutant of a file: those of its folder, else of the nearest around it. */
function testsOf(file: string): string | undefined {
  for (
    let folder = path.posix.dirname(file);
    folder.startsWith(`${kit}/`);
    folder = path.posix.dirname(folder)
  ) {
    const tests = folder.replace(kit, `${kit}/test`);
    if (existsSync(tests)) return tests;
  }
  return undefined;
}

const usage = `Changes the code one place at a time (a mutant each) and lists the changes that no test notices.

  npm run mutants -- FILE …

FILE is a file or a glob, all of them in one folder below plugins/ecom-analytics.
It runs the tests of that folder, without those that start a program.

Example: npm run mutants -- plugins/ecom-analytics/core/order.ts 'plugins/ecom-analytics/core/generator/*.ts'
`;

/** `npm run mutants`: runs Stryker over the files that are named, all of them in one folder. */
export async function main(files: readonly string[]): Promise<number> {
  if (files.length === 0 || files.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  const [tests, ...others] = new Set(files.map(testsOf));
  if (tests === undefined || others.length > 0) {
    throw new UsageError('ECOM_USAGE', {
      what: `These files are not all in one folder that has tests: ${files.join(', ')}`,
      fix: `Name files of one folder below ${kit}.`,
    });
  }
  // Vitest's configuration reads it, in Stryker's own processes.
  process.env.MUTANTS_OF = tests;
  await new Stryker({
    mutate: [...files],
    plugins: [import.meta.resolve('@stryker-mutator/vitest-runner')],
    testRunner: 'vitest',
    vitest: { configFile: 'bench/mutants/vitest.config.ts', related: false },
    // A name that no file has: rewriting tsconfig.json takes the compiler's old API, which TypeScript 7 lacks.
    tsconfigFile: 'bench/mutants/none.json',
    // Most texts are messages, whose wording no test should hold.
    mutator: { excludedMutations: ['StringLiteral'] },
    // What runs as a module is loaded would run every test again for each of its mutants.
    ignoreStatic: true,
    ignorePatterns: ['.cache', 'data', 'data-*', 'test-results', 'create/dist'],
    tempDirName: 'test-results/mutants',
    reporters: ['clear-text', 'progress-append-only'],
    clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
    allowConsoleColors: false,
    concurrency: 2,
  }).runMutationTest();
  return 0;
}
