import path from 'node:path';
import { expect, it } from 'vitest';
import { trackedFiles } from '../../../create/pack-kit.ts';

const root = path.resolve(import.meta.dirname, '../../..');
/** Names with one meaning wherever they stand; CONTRIBUTING.md says which. */
const conventions = ['command.ts', 'index.ts', 'handler.ts', 'request.ts', 'source.mjs', 'vitest.config.ts'];

it('gives no two sources the same name, so that a tab in an editor says which it is', () => {
  const sources = trackedFiles(root, ['**/*.ts', '**/*.mjs', '**/*.py']).filter(
    (file) => !file.endsWith('.test.ts') && !conventions.includes(path.basename(file)),
  );
  const names = sources.map((file) => path.basename(file));
  expect(sources.length).toBeGreaterThan(500);
  expect(
    sources.filter((file) => names.indexOf(path.basename(file)) !== names.lastIndexOf(path.basename(file))),
  ).toEqual([]);
});
