import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { importCompiled } from '../../project/compiled.ts';

/** How a project's TypeScript is loaded where the kit is a package. */

let folder = '';
let compiled = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ecom compiled ü '));
  compiled = path.join(folder, '.cache/compiled');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): string {
  writeFileSync(path.join(folder, file), text);
  return path.join(folder, file);
}

test('a file is compiled with what it imports, and nothing of that stays', async () => {
  write('price.ts', 'export const price: number = 4.5;');
  const file = write('tea.ts', "import { price } from './price.ts';\nexport const tea = { price };");
  expect(await importCompiled(file, compiled)).toMatchObject({ tea: { price: 4.5 } });
  write('price.ts', 'export const price: number = 5;');
  expect(await importCompiled(file, compiled)).toMatchObject({ tea: { price: 5 } });
  expect(readdirSync(compiled)).toEqual([]);
});

test('a file that throws leaves nothing either', async () => {
  const file = write('broken.ts', "throw new Error('out of tea');");
  await expect(importCompiled(file, compiled)).rejects.toThrow('out of tea');
  expect(readdirSync(compiled)).toEqual([]);
});

test('what a killed process left is removed, and what another one is importing is not', async () => {
  const file = write('tea.ts', 'export const tea = 1;');
  mkdirSync(compiled, { recursive: true });
  const left = path.join(compiled, 'left.mjs');
  const inUse = path.join(compiled, 'in-use.mjs');
  for (const name of [left, inUse]) writeFileSync(name, '');
  const twoHoursAgo = new Date(Date.now() - 7_200_000);
  utimesSync(left, twoHoursAgo, twoHoursAgo);
  await importCompiled(file, compiled);
  expect(existsSync(left)).toBe(false);
  expect(existsSync(inUse)).toBe(true);
});

test('many at once do not meet', async () => {
  const file = write('tea.ts', 'export const tea = 1;');
  const all = await Promise.all(Array.from({ length: 8 }, () => importCompiled(file, compiled)));
  for (const one of all) expect(one).toMatchObject({ tea: 1 });
  expect(readdirSync(compiled)).toEqual([]);
});

test('a file that is not TypeScript is refused with its place', async () => {
  const file = write('broken.ts', 'export const tea = 1;\nexport const = 2;');
  await expect(importCompiled(file, compiled)).rejects.toMatchObject({
    code: 'ECOM_TYPESCRIPT',
    message: expect.stringMatching(/broken\.ts:2\)/),
  });
});
