import { unzipSync, type ZippableFile, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { modesOf, readableByLambda } from '../../plugin/function-zips.ts';

const file = (content: string, mode: number, mtime: string, level: 0 | 9): ZippableFile => [
  Buffer.from(content),
  { attrs: mode * 2 ** 16, os: 3, mtime: new Date(mtime), level },
];
const content = 'exports.handler = () => {};'.repeat(100);

/** What two machines make of the same two files: umask, date, order and compression differ. */
const strict = zipSync({
  'handler.js': file(content, 0o100600, '2026-11-27T10:00:00', 0),
  'bin/größer': file('#!/bin/sh', 0o100700, '2026-11-27T10:00:00', 0),
});
const open = zipSync({
  'bin/größer': file('#!/bin/sh', 0o100775, '2025-01-01T00:00:00', 9),
  'handler.js': file(content, 0o100664, '2025-01-01T00:00:00', 9),
});

test('a zip of any umask becomes one that Lambda can read, with what it held', () => {
  const made = readableByLambda(strict);
  expect([...modesOf(made)]).toEqual([
    ['bin/größer', 0o100755],
    ['handler.js', 0o100644],
  ]);
  expect(Buffer.from(unzipSync(made)['handler.js'] ?? []).toString()).toBe(content);
});

test('the same files become the same bytes', () => {
  expect(Buffer.from(readableByLambda(strict)).equals(readableByLambda(open))).toBe(true);
});
