import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownFolder, type Packed, packFolder, readText, repository } from './packed.ts';

describe('the package', () => {
  const { folder, remove } = ownFolder();
  let packed: Packed;
  beforeAll(async () => {
    packed = await packFolder(path.join(repository, 'create'), folder, []);
  }, 60_000);
  afterAll(remove);

  test('holds the program, the template, the licences and nothing else', () => {
    expect(packed.files.map((file) => file.path).sort()).toEqual([
      'README.md',
      'dist/LICENSE',
      'dist/create.cjs',
      'dist/index.mjs',
      'dist/template.tgz',
      'package.json',
    ]);
  });

  test('is at most 2 MB unpacked, and depends on nothing', () => {
    expect(packed.unpackedSize).toBeLessThan(2_000_000);
    const manifest = JSON.parse(readText(packed.folder, 'package.json'));
    expect(manifest.dependencies ?? {}).toEqual({});
  });

  test('names the licence of everything it holds', () => {
    const licenses = readText(packed.folder, 'dist/LICENSE');
    for (const name of ['@clack/core', '@clack/prompts', '@sindresorhus/transliterate', 'nanotar', 'valibot'])
      expect(licenses).toContain(`\n${name}\n`);
  });

  test('holds no path of the machine that packed it', () => {
    expect(readText(packed.folder, 'dist/index.mjs')).not.toContain(repository);
  });

  test('prints its help and version', () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [packed.program, ...args], { encoding: 'utf8' });
    expect(run('--version')).toBe('0.1.0\n');
    expect(run('--help')).toContain('npm create ecom-analytics');
    expect(run('update', '--help')).toContain('npx create-ecom-analytics@latest update');
  });
});
