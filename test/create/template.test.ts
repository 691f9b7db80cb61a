import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectDependencies } from '../../create/manifest.ts';
import { replaceSections } from '../../create/section.ts';
import { isText, packTree, textOf, unpackTree } from '../../create/tree.ts';
import pipeline from '../../pipeline/definition.ts';
import { resolveConfig } from '../../plugins/ecom-analytics/plugin/config/resolve.ts';
import { StageParametersSchema } from '../../plugins/ecom-analytics/plugin/config/schema.ts';
import { kit } from '../../plugins/ecom-analytics/test/core/kit.ts';
import { currentTemplate, ownFolder, repository } from './packed.ts';

const template = currentTemplate().tree;
const shipped = [...template.keys()];
const tracked = execFileSync('git', ['ls-files', '-z', '--cached'], {
  cwd: repository,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && existsSync(path.join(repository, file)));

describe('the template', () => {
  test('is the shop’s own files and the kit as one archive: at most 60', () => {
    const made = shipped.filter((file) => !tracked.includes(file));
    expect(made).toEqual(['vendor/ecom-analytics-0.1.0.tgz']);
    expect(shipped.length).toBeLessThanOrEqual(60);
    const folders = new Set(shipped.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
    expect([...folders].sort()).toEqual([
      '.devcontainer',
      '.github',
      '.vscode',
      'docs',
      'functions',
      'pipeline',
      'test',
      'vendor',
    ]);
  });

  test('has the rules and windows that the tests of a project go by', () => {
    expect(pipeline).toEqual(kit);
  });

  test('has what a project cannot do without', () => {
    expect(shipped).toEqual(
      expect.arrayContaining([
        '.gitignore',
        '.vscode/launch.json',
        '.devcontainer/devcontainer.json',
        '.github/workflows/check.yml',
        'biome.json',
        'functions/alert-consumer.ts',
        'package-lock.json',
        'package.json',
        'pipeline/rules.ts',
        'serverless.yml',
        'stages.yml',
        'test/rules.test.ts',
        'tsconfig.json',
      ]),
    );
  });

  test('has every file that its modules import', () => {
    const missing = shipped
      .filter((file) => /\.(ts|mjs|cjs)$/.test(file))
      .flatMap((file) => {
        const text = textOf(template, file) ?? '';
        const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)];
        return imports
          .map(([, target = '']) => path.posix.join(path.posix.dirname(file), target))
          .filter((target) => !template.has(target))
          .map((target) => `${file} imports ${target}`);
      });
    expect(missing).toEqual([]);
  });

  test('is made by modules that import no benchmark', () => {
    const importing = tracked.filter(
      (file) =>
        /^(create|test)\/.*\.ts$/.test(file) &&
        /from '(\.\.\/)+bench\//.test(readFileSync(path.join(repository, file), 'utf8')),
    );
    expect(importing).toEqual([]);
  });

  test('runs the command of the kit, and tools that it depends on', () => {
    const {
      scripts,
      devDependencies,
      dependencies,
    }: Record<string, Record<string, string>> = JSON.parse(textOf(template, 'package.json') ?? '');
    const programs = Object.values(scripts ?? {}).flatMap((line) =>
      line.split(' && ').map((part) => part.split(' ')[0]),
    );
    expect(new Set(programs)).toEqual(new Set(['ecom', 'vitest', 'biome', 'tsc', 'sls']));
    expect(dependencies).toEqual({ 'ecom-analytics': 'file:vendor/ecom-analytics-0.1.0.tgz' });
    expect(Object.keys(devDependencies ?? {})).toEqual([...projectDependencies]);
  });

  test('carries no marker, no section and no dependency that is for the repository alone', () => {
    const leaking = shipped.filter((file) =>
      /^\s*(#|\/\/|<!--)\s*repository:(begin|end)/m.test(textOf(template, file) ?? ''),
    );
    expect(leaking).toEqual([]);
    // A shop that takes over the kit has it in plugins/.
    const others = shipped.filter((file) => !['biome.json', 'docs/updating.md'].includes(file));
    const naming = others.filter((file) =>
      /(^|["'(/ ])(create|bench|plugins|emr)\/|source\.mjs|CONTRIBUTING|CHANGELOG/m.test(
        isText(template.get(file)?.content ?? new Uint8Array([0])) ? (textOf(template, file) ?? '') : '',
      ),
    );
    expect(naming).toEqual([]);
    const manifest = JSON.parse(textOf(template, 'package.json') ?? '');
    const lock = JSON.parse(textOf(template, 'package-lock.json') ?? '');
    for (const name of ['@clack/prompts', 'knip', 'playwright-core', '@stryker-mutator/core'])
      expect(Object.keys(lock.packages)).not.toContain(`node_modules/${name}`);
    expect(lock.packages[''].devDependencies).toEqual(manifest.devDependencies);
  });

  test('names no folder in tsconfig.json that a project has not', () => {
    const { include }: { include: string[] } = JSON.parse(textOf(template, 'tsconfig.json') ?? '');
    const names = include.map((glob) => glob.split(/[/{*]/)[0] ?? '');
    expect(names).toContain('functions');
    expect(names.filter((name) => !shipped.some((path) => path.startsWith(name)))).toEqual([]);
  });

  test('reads back from its archive as it was, and makes the same archive twice', () => {
    const archive = packTree(template);
    const again = unpackTree(archive, 'archive');
    expect([...again.keys()].sort()).toEqual([...shipped].sort());
    for (const [file, { content, executable }] of template) {
      expect(Buffer.compare(again.get(file)?.content ?? Buffer.from('missing'), content)).toBe(0);
      expect(again.get(file)?.executable).toBe(executable);
    }
    expect(Buffer.compare(packTree(again), archive)).toBe(0);
  });

  test('that is broken is an error that says what to do', () => {
    expect(() => unpackTree(Buffer.from('no archive'), 'template.tgz')).toThrow(
      'The template cannot be read (template.tgz). Install create-ecom-analytics again.',
    );
  });
});

test('the example in stages.yml is a stage that the plugin takes, once it is uncommented', () => {
  const text = textOf(template, 'stages.yml') ?? '';
  const uncommented = text.replace(/^# example:\n(?:#.*\n)+/m, (lines) => lines.replaceAll(/^# /gm, ''));
  const { example, ...others } = parse(uncommented);
  expect(others).toEqual(parse(text));
  expect(v.parse(StageParametersSchema, example).notifyFrom).toBe('medium');
  const config = resolveConfig(pipeline, example.ecomAnalytics);
  expect(config.monitoring.email).toBe('alarms@shop.example');
  // Each key says something that is not the default anyway.
  const { preset, ...keys } = example.ecomAnalytics;
  for (const [key, value] of Object.entries(keys))
    expect(resolveConfig(pipeline, { preset, [key]: value }), key).not.toEqual(
      resolveConfig(pipeline, { preset }),
    );
});

describe('.gitignore', () => {
  const { folder, remove } = ownFolder();
  afterAll(remove);

  test('leaves out what yarn makes, and keeps what a shop adds to it', () => {
    writeFileSync(path.join(folder, '.gitignore'), textOf(template, '.gitignore') ?? '');
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    const names = [
      '.yarn/install-state.gz',
      '.yarn/cache/a.zip',
      '.yarn/releases/yarn.cjs',
      '.yarn/patches/a.patch',
    ];
    const { stdout } = spawnSync('git', ['check-ignore', ...names], { cwd: folder, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(names.slice(0, 2));
  });
});

describe('sections', () => {
  const text = 'a\n# repository:begin\nb\n# repository:end\nc\n';

  test.each([
    ['#', text],
    ['//', text.replaceAll('#', '//')],
    ['<!--', text.replaceAll(/# (.*)/g, '<!-- $1 -->')],
  ])('marked by %s are cut whole', (_mark, marked) => {
    expect(replaceSections(marked, 'repository', undefined, 'file')).toBe('a\nc\n');
  });

  test('are replaced between their markers', () => {
    expect(replaceSections(text, 'repository', 'x', 'file')).toBe(
      'a\n# repository:begin\nx\n# repository:end\nc\n',
    );
  });

  test.each(['# repository:begin\na', 'a\n# repository:end', '# repository:begin\n# repository:begin\n'])(
    'that are not closed are refused: %j',
    (broken) => {
      expect(() => replaceSections(broken, 'repository', undefined, 'README.md')).toThrow(
        /has no counterpart \(README.md:\d\)/,
      );
    },
  );
});
