import { expect, test } from 'vitest';
import { closingLines, type TestOutcome } from '../outcome.ts';

const passing = (passed: number): TestOutcome => ({ passed, failures: [], skipped: [] });
const failing = (what: string, ...error: string[]): TestOutcome => ({
  passed: 0,
  failures: [{ what, error }],
  skipped: [],
});

test('a run that passes closes with its counts alone', () => {
  expect(closingLines([passing(3)])).toEqual(['3 passed, 0 failed']);
});

test('every failed test of every run is named just before the counts, with what its error says', () => {
  const lines = closingLines([
    failing('test/a.test.ts › sums › adds', 'expected 1 to be 2', 'at test/a.test.ts:3:5', '', '- 2', '+ 1'),
    passing(7),
    failing('test/b.test.ts', 'Cannot find module'),
  ]);
  expect(lines).toEqual([
    'failed test/a.test.ts › sums › adds: expected 1 to be 2',
    '    at test/a.test.ts:3:5',
    '    - 2',
    '    + 1',
    'failed test/b.test.ts: Cannot find module',
    '7 passed, 2 failed',
  ]);
});

test('skipped tests are named before the failed ones', () => {
  const skipped = ['test/c.test.ts › with Java (skipped: needs Java 17 or later) › starts'];
  expect(closingLines([{ ...failing('test/a.test.ts › adds', 'no'), skipped }])).toEqual([
    `skipped ${skipped}`,
    'failed test/a.test.ts › adds: no',
    '0 passed, 1 failed, 1 skipped',
  ]);
});

test.each([1, 12, 40, 70])(
  '%d failures with long errors fit into the last hundred lines, each of them named',
  (count) => {
    const error = Array.from({ length: 50 }, (_, line) => `line ${line} ${'x'.repeat(2000)}`);
    const outcomes = Array.from({ length: count }, (_, index) => failing(`test/${index}.test.ts`, ...error));
    const skipped = Array.from({ length: 1000 }, (_, index) => `test/s.test.ts › ${index}`);
    const lines = closingLines([...outcomes, { ...passing(0), skipped }]);
    expect(lines.length).toBeLessThan(100);
    expect(lines.filter((line) => line.startsWith('failed ')).length).toBe(count);
    expect(lines).toContain('skipped 980 more');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(250);
    expect(lines.filter((line) => line.startsWith('    ')).length).toBeGreaterThanOrEqual(
      count === 1 ? 5 : 0,
    );
  },
);

test('a failure without a message still names its test', () => {
  expect(closingLines([failing('test/a.test.ts › throws undefined')])).toEqual([
    'failed test/a.test.ts › throws undefined: no message',
    '0 passed, 1 failed',
  ]);
});
