/** What a run of the tests came to, and the lines that say so at its end, where CI's kept log begins late. */

/** A failed test, or an error outside any test: in a hook, in a file that does not load, or that nobody caught. */
export interface Failure {
  /** The file › the names of its groups › the test's own, as far as there are any. */
  readonly what: string;
  /** The first line of the error's message, where in the tests it was thrown, then the rest of it. */
  readonly error: readonly string[];
}

export interface TestOutcome {
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly skipped: readonly string[];
}

/** CI keeps about the last hundred lines: so many for one failure, for all failures, and for skipped tests at most. */
const mostOfFailure = 6;
const mostOfFailures = 70;
const mostOfSkipped = 20;
/** Characters of a line at most: an array of a thousand rows is one line. */
const widest = 240;

const cut = (line: string): string => (line.length > widest ? `${line.slice(0, widest - 1)}…` : line);

/** Each skipped test, each failed one with the start of its error, and the closing line with the counts of all runs. */
export function closingLines(outcomes: readonly TestOutcome[]): string[] {
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  const skipped = outcomes.flatMap((outcome) => outcome.skipped);
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const linesEach = Math.min(mostOfFailure, Math.max(1, Math.floor(mostOfFailures / failures.length)));
  const unnamed = skipped.length - mostOfSkipped;
  return [
    ...skipped.slice(0, mostOfSkipped).map((what) => cut(`skipped ${what}`)),
    ...(unnamed > 0 ? [`skipped ${unnamed} more`] : []),
    ...failures.flatMap(({ what, error }) => {
      const [first = 'no message', ...more] = error.filter((line) => line.trim() !== '');
      return [
        cut(`failed ${what}: ${first}`),
        ...more.slice(0, linesEach - 1).map((line) => cut(`    ${line}`)),
      ];
    }),
    `${passed} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  ];
}
