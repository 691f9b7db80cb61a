import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { EcomError, withCode } from '../../core/error.ts';
import { errorCodes } from '../../core/error-codes.ts';
import { explanations } from '../../explain/explain.ts';

const root = path.join(import.meta.dirname, '../../../..');
const codes: readonly string[] = errorCodes;

function filesOf(folder: string, ending: RegExp): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, ...name.split(path.sep)))
    .filter(
      (file) =>
        ending.test(file) && !/\/(test|node_modules|dist)\//.test(file) && !file.endsWith('/error-codes.ts'),
    );
}

/** Codes as programs write them, in quotes, in a message or as bash's argument; those in comments are in backticks. */
function codesIn(files: readonly string[]): Set<string> {
  const text = files.map((file) => readFileSync(path.join(root, file), 'utf8')).join('\n');
  return new Set(
    [...text.matchAll(/(?:['"]|"\(|fail )(ECOM_[A-Z0-9_]+)(?:['")]| )/g)].map(([, code = '']) => code),
  );
}

test('a code that the list does not have is a type error', () => {
  const parts = { what: 'It failed', fix: 'Try again.' };
  // @ts-expect-error What core/error-codes.ts does not have, nothing may throw.
  expect(new EcomError('ECOM_NOT_EXPLAINED', parts).code).toBe('ECOM_NOT_EXPLAINED');
});

test('the list has every code that the Spark job and its nodes show', () => {
  const shown = codesIn(filesOf('emr', /\.(py|java|sh)$/));
  expect(shown).toContain('ECOM_CHECKPOINT_DAMAGED');
  expect(shown).toContain('ECOM_NODE_LACKS');
  expect(shown).toContain('ECOM_BUG');
  expect([...shown].filter((code) => !codes.includes(code))).toEqual([]);
});

test('the list has no code that nothing shows, and none twice', () => {
  const sources = ['create', 'emr', 'plugins'].flatMap((folder) => filesOf(folder, /\.(ts|mjs|py|sh)$/));
  const shown = codesIn(sources);
  expect(codes.filter((code) => !shown.has(code))).toEqual([]);
  expect(codes.filter((code, place) => codes.indexOf(code) !== place)).toEqual([]);
});

test('nothing prints a code beside a message, which ends with it', () => {
  const sources = ['create', 'emr', 'plugins'].flatMap((folder) => filesOf(folder, /\.(ts|mjs|py|sh)$/));
  const twice = /\[\$?\{(\w+\.)*code\}\]/;
  expect('f"{failure} [{failure.code}]"').toMatch(twice);
  expect(sources.filter((file) => twice.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});

test('docs/errors.md explains every code, once', () => {
  expect(explanations.map(({ code }) => code).sort()).toEqual([...codes].sort());
});

test('docs/errors.md lists its topics above them', () => {
  const page = readFileSync(path.join(root, 'docs/errors.md'), 'utf8');
  const links = [...page.matchAll(/^- \[(.+)\]\(#.+\)$/gm)].map(([, topic]) => topic);
  expect(links).toEqual([...new Set(explanations.map(({ topic }) => topic))]);
});

test.each(explanations)('$code is explained in whole sentences, and its causes in phrases', (entry) => {
  const { means, causes, fix, see } = entry;
  for (const text of [means, fix]) expect(text).toMatch(/^[A-Z`].*[.]$/s);
  for (const cause of causes)
    expect(cause).toMatch(/^[^A-Z].*[^.]$|^(AWS|DynamoDB|IAM|Lambda|CloudFormation|Git|MSK|Node)\b.*[^.]$/);
  for (const text of [means, fix, ...causes]) expect(text).not.toMatch(/\n| {2}/);
  if (see !== undefined) expect(see).toMatch(/^[a-z-]+\.md(#[a-z-]+)?$/);
});

test.each([
  ['sentences', 'The file is empty. Name another.', 'The file is empty. Name another. (ECOM_USAGE)'],
  ['a command to copy', 'No column. Run: --map a=b', 'No column. Run: --map a=b\n(ECOM_USAGE)'],
  ['a code already', 'It is empty. (ECOM_USAGE)', 'It is empty. (ECOM_USAGE)'],
])('a message with %s ends with its code, once', (_, message, shown) => {
  expect(withCode(message, 'ECOM_USAGE')).toBe(shown);
});

test.each([
  'plugins/ecom-analytics/functions/index.ts',
  'plugins/ecom-analytics/plugin/functions/watch.ts',
  'create/index.ts',
])('the bundle of %s does not hold the list', (entryPoint) => {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outdir: 'out',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs).toContain('plugins/ecom-analytics/core/error.ts');
  expect(inputs.filter((file) => /error-codes|explain/.test(file))).toEqual([]);
});
