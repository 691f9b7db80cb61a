import { expect, test } from 'vitest';
import { savedQueries } from '../../plugins/ecom-analytics/core/saved-queries.ts';
import { readText, repository } from './packed.ts';

/** What VS Code's entries say; that they run is tried in a project that was made. */

const { tasks, inputs } = JSON.parse(readText(repository, '.vscode/tasks.json'));
const { configurations } = JSON.parse(readText(repository, '.vscode/launch.json'));

interface Input {
  readonly id: string;
  readonly default?: string;
  readonly options?: readonly string[];
}
const input = (wanted: string): Input | undefined => inputs.find(({ id }: Input) => id === wanted);

test('the task query offers every saved question', () => {
  expect(input('question')?.options).toEqual(savedQueries.map(({ name }) => name));
});

test('the task remove deletes no stage that was not typed', () => {
  expect(tasks.find(({ label }: { label: string }) => label === 'remove').args).toContain(
    `\${input:${input('stageToRemove')?.id}}`,
  );
  expect(input('stageToRemove')?.default).toBeUndefined();
});

test('an entry that needs more than Node says so', () => {
  const shown = [
    ...configurations.map(({ name }: { name: string }) => name),
    ...tasks.map(({ label, detail = '' }: { label: string; detail?: string }) => `${label}: ${detail}`),
  ];
  const needing = (what: string): string[] => shown.filter((text: string) => text.includes(what));
  expect(needing('Java 17')).toEqual([
    'Function: producer (needs Java 17)',
    'Function: testConsumer (needs Java 17)',
    'Spark job (needs Java 17 and Python 3.10)',
    expect.stringContaining('local cloud: '),
    expect.stringContaining('start for a debugger: '),
  ]);
  expect(needing('Python 3.10')).toHaveLength(3);
});

/** By default the debugger follows no source map in node_modules, and knows none before a program runs. */
test("every launch entry of Node's lets the debugger stop in the kit's TypeScript and in the shop's", () => {
  const ofNode = configurations.filter(({ type }: { type: string }) => type === 'node');
  expect(ofNode.length).toBeGreaterThan(4);
  for (const entry of ofNode)
    expect(entry).toMatchObject({
      outFiles: [`\${workspaceFolder}/node_modules/ecom-analytics/dist/*.js`],
      resolveSourceMapLocations: ['**', '!**/node_modules/**', '**/node_modules/ecom-analytics/**'],
      runtimeSourcemapPausePatterns: ['.cache/compiled/*.mjs'],
    });
});
