import { expect, test } from 'vitest';
import { excerpt } from '../../core/excerpt.ts';

test.each([
  ['tea', 5, 'tea'],
  ['teapot', 3, 'tea'],
  ['tea', 0, ''],
  ['te🍵', 2, 'te'],
  ['te🍵', 3, 'te'],
  ['te🍵', 4, 'te🍵'],
  ['🍵🍵', 3, '🍵'],
  // Half a character that is there already is not ours to judge.
  ['te\ud83cx', 3, 'te\ud83c'],
])('the beginning of %j, %d long, is %j', (text, length, begun) => {
  expect(excerpt(text, length)).toBe(begun);
});
