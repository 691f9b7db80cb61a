import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { resolveConfig } from '../../plugins/ecom-analytics/plugin/config/resolve.ts';
import { findProblems } from './problem-matcher.ts';

const { tasks } = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../.vscode/tasks.json'), 'utf8'),
);

test.each(['package', 'deploy'])('the task %s lists every wrong key of a stage at its line', (label) => {
  const { problemMatcher } = tasks.find((task: { label: string }) => task.label === label);
  const lines: Readonly<Record<string, number>> = { preset: 9, athena: 12 };
  let output = '';
  try {
    resolveConfig(pipeline, { preset: 'huge', athena: 'no' }, ([key = '']) => `stages.yml:${lines[key]}`);
  } catch (error) {
    output = `Error:\n${error instanceof Error ? error.message : error}\n`;
  }
  expect(findProblems(output, problemMatcher)).toEqual([
    { file: 'stages.yml', line: 9, message: 'preset: must be dev, production or large, is "huge"' },
    { file: 'stages.yml', line: 12, message: 'athena: must be true or false, is "no"' },
  ]);
  const without = 'There is no stage "dev" (stages.yml). The stages there are prod. (ECOM_STAGE_UNKNOWN)';
  expect(findProblems(without, problemMatcher)).toEqual([
    { file: 'stages.yml', line: undefined, message: 'There is no stage "dev"' },
  ]);
});
