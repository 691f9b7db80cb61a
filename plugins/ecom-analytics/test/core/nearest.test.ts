import { expect, test } from 'vitest';
import { isMistyped, listed, nearest } from '../../core/nearest.ts';

const commands = ['start', 'report', 'query', 'rules', 'producer', 'cloud'];

test.each([
  ['prod', 'producer'],
  ['REPORT', 'report'],
  ['strat', 'start'],
  ['qurey', 'query'],
  ['clod', 'cloud'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, commands)).toBe(meant);
});

test.each(['', 'pr', 'deploy', 'telemetry'])('"%s" means none of them', (word) => {
  expect(nearest(word, commands)).toBeUndefined();
});

test('the nearer of two is meant', () => {
  expect(nearest('ruls', ['rulers', 'rules'])).toBe('rules');
});

test('a slip for every three letters is a mistyped word', () => {
  expect(isMistyped('ecomanalytic', 'ecomAnalytics')).toBe(true);
  expect(isMistyped('sk', 'msk')).toBe(true);
  expect(isMistyped('s3', 'msk')).toBe(false);
});

test('words are listed as a sentence has them', () => {
  expect(listed([])).toBe('');
  expect(listed(['a'])).toBe('a');
  expect(listed(['a', 'b'])).toBe('a or b');
  expect(listed(['a', 'b', 'c'])).toBe('a, b or c');
});
