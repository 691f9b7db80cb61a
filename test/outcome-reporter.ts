import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import type { Failure, TestOutcome } from './outcome.ts';

/**
 * Writes what a run of Vitest came to into the file `--outputFile.outcome`. Vitest's own JSON report leaves out errors of
 * hooks and those that nobody caught, which fail a run too.
 */
export default class OutcomeReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = this.#vitest?.config.outputFile;
    if (typeof file !== 'object' || file.outcome === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const around = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const outcome: TestOutcome = {
      passed: inState('passed').length,
      failures: [
        ...inState('failed').map((test) => failure(nameOf(test), test.result().errors)),
        ...around.flatMap((one) => one.errors().map((error) => failure(nameOf(one), [error]))),
        ...unhandled.map((error) => failure('outside any test', [error])),
      ],
      // Pending: the run broke off before it.
      skipped: [...inState('skipped'), ...inState('pending')].map(nameOf),
    };
    writeFileSync(file.outcome, JSON.stringify(outcome));
  }
}

function nameOf(what: TestModule | TestSuite | TestCase): string {
  if (what.type === 'module') return what.relativeModuleId;
  return `${what.module.relativeModuleId} › ${what.fullName.replaceAll(' > ', ' › ')}`;
}

function failure(what: string, [error]: readonly SerializedError[] = []): Failure {
  const [first = '', ...more] = stripVTControlCharacters(error?.message ?? '').split('\n');
  const place = error?.stacks?.find(({ file }) => file.includes('.test.'));
  const diff = error?.diff;
  const differing = typeof diff === 'string' ? stripVTControlCharacters(diff).split('\n') : [];
  return {
    what,
    error: [
      first,
      ...(place === undefined ? [] : [`at ${place.file}:${place.line}:${place.column}`]),
      ...more,
      ...differing.filter((line) => /^[-+] (?!Expected|Received)/.test(line)),
    ],
  };
}
