import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CancelledError } from '../../create/cancel.ts';
import type { Typed } from '../../create/complete-answers.ts';
import { lookAt, makeProject, type Template, whatWouldBeMade } from '../../create/make.ts';
import { completeFolder } from '../../create/target.ts';
import { textFile } from '../../create/tree.ts';
import { answersOf, here } from './flag-answers.ts';
import { ownFolder, readText } from './packed.ts';

/** Small, but with the files that every template has. */
const template: Template = {
  version: '0.1.0',
  tree: new Map([
    ['.vscode/settings.json', textFile('{}\n')],
    ['local/a.log', textFile('ours, whatever Git ignores\n')],
    ['package.json', textFile('{ "name": "t" }')],
    ['package-lock.json', textFile('{ "packages": { "": {} } }')],
    ['stages.yml', textFile('# answers:begin\n# answers:end\n')],
  ]),
};

const ours = [
  '.ecom-analytics/.gitignore',
  '.ecom-analytics/base.tgz',
  '.ecom-analytics/origin.json',
  'README.md',
  'local/a.log',
  'package-lock.json',
  'package.json',
  'stages.yml',
];

let folder = '';
let project = '';
let remove = () => {};

beforeEach(() => {
  ({ folder, remove } = ownFolder());
  project = path.join(folder, 'shop');
  // A user who has Git ignore logs everywhere, and an npm that writes what ours must not commit.
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'npm'), '#!/bin/sh\necho >> package-lock.json\necho secret > .env.local\n');
  chmodSync(path.join(bin, 'npm'), 0o755);
  writeFileSync(path.join(folder, 'ignored'), '*.log\n');
  writeFileSync(path.join(folder, 'gitconfig'), `[core]\n  excludesFile = ${path.join(folder, 'ignored')}\n`);
  const environment = {
    GIT_CONFIG_GLOBAL: path.join(folder, 'gitconfig'),
    GIT_AUTHOR_NAME: 'Shop',
    GIT_AUTHOR_EMAIL: 'shop@shop.example',
    GIT_COMMITTER_NAME: 'Shop',
    GIT_COMMITTER_EMAIL: 'shop@shop.example',
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
  remove();
});

const git = (...args: readonly string[]) =>
  execFileSync('git', args, { cwd: project, encoding: 'utf8' }).trim();
const committed = () => git('ls-tree', '-r', '--name-only', 'HEAD').split('\n');

/** Makes the project, and answers what it said. */
async function make(typed: Typed = {}, signal = new AbortController().signal): Promise<string> {
  const said: string[] = [];
  const report = { result: (text: string) => said.push(text), progress: () => {} };
  const answers = await answersOf({ directory: 'shop', ...typed });
  await makeProject(template, answers, { ...here, cwd: folder }, signal, report);
  return said.join('\n');
}

describe('the first commit', () => {
  test("holds what was written, whatever the user has Git ignore, and nothing of the user's", async () => {
    mkdirSync(path.join(project, '.vscode'), { recursive: true });
    writeFileSync(path.join(project, '.envrc'), 'export TOKEN=secret\n');
    writeFileSync(path.join(project, '.vscode/settings.json'), '{ "mine": true }\n');
    await make({ install: 'no' });
    expect(committed()).toEqual(ours);
    expect(git('status', '--porcelain')).toBe('?? .envrc\n?? .vscode/');
  });

  test('takes in what the install changed of it, and nothing else', async () => {
    mkdirSync(project);
    writeFileSync(path.join(project, '.npmrc'), '//registry.npmjs.org/:_authToken=secret\n');
    await make();
    expect(committed()).toEqual(['.vscode/settings.json', ...ours].sort());
    expect(git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(git('status', '--porcelain')).toBe('?? .env.local\n?? .npmrc');
  });

  test('takes in a lock file that the install added', async () => {
    renameSync(path.join(folder, 'bin/npm'), path.join(folder, 'bin/pnpm'));
    appendFileSync(
      path.join(folder, 'bin/pnpm'),
      'echo lock > pnpm-lock.yaml; rm package-lock.json .env.local\n',
    );
    await make({ packageManager: 'pnpm' });
    expect(committed()).toContain('pnpm-lock.yaml');
    expect(git('status', '--porcelain')).toBe('');
  });
});

test('what is next names a cost on AWS only where AWS was asked for', async () => {
  expect(await make({ git: 'no', install: 'no' })).toMatch(
    /npx sls deploy --stage dev +on AWS, about \$\d+ a month \(us-east-1 prices\)$/m,
  );
  rmSync(project, { recursive: true });
  expect(await make({ aws: 'no', git: 'no', install: 'no' })).toMatch(
    /npx sls deploy --stage dev +later, on AWS: see docs\/deploy\.md$/m,
  );
});

test('the presets that stages start from are named, with their costs and the flags that change them', async () => {
  const typed = { git: 'no', install: 'no', stages: 'dev,staging,prod' };
  const answers = await answersOf({ directory: 'shop', ...typed });
  const would = whatWouldBeMade(template, answers, { ...here, cwd: folder });
  for (const said of [would, await make(typed)])
    expect(said).toMatch(
      new RegExp(
        [
          'Stages in us-east-1 \\(us-east-1 prices\\):',
          '  dev      preset dev, about \\$\\d+ a month once deployed',
          '  staging  preset dev, about \\$\\d+ a month once deployed',
          '  prod     preset production, about \\$[\\d,]+ a month once deployed',
          '  To change them: --stages, --size, --region; later, stages.yml.',
        ].join('\n'),
      ),
    );
  rmSync(project, { recursive: true });
  expect(await make({ ...typed, aws: 'no' })).not.toContain('preset');
});

describe('after a kill while files were moved', () => {
  /** What such a run leaves in a folder of the user's: one file moved, the others not. */
  async function leaveUnfinished(): Promise<void> {
    await make({ name: 'earlier', git: 'no', install: 'no', stages: 'prod,dev' });
    renameSync(project, path.join(folder, 'made'));
    mkdirSync(path.join(project, '.vscode'), { recursive: true });
    writeFileSync(path.join(project, '.envrc'), 'secret\n');
    writeFileSync(path.join(project, '.vscode/settings.json'), 'mine\n');
    renameSync(path.join(folder, 'made'), path.join(project, completeFolder));
    renameSync(path.join(project, completeFolder, 'package.json'), path.join(project, 'package.json'));
  }

  test('the next run finishes the project as it was begun, with Git and the install', async () => {
    await leaveUnfinished();
    expect(lookAt('shop', { ...here, cwd: folder }, template)).toMatchObject({ holds: [] });
    const said = await make({ name: 'later' });
    expect(said).toContain(`Finished what an interrupted run had begun in ${project}`);
    expect(said).toContain('npx sls deploy --stage prod');
    expect(JSON.parse(readText(project, 'package.json')).name).toBe('earlier');
    expect(committed()).toEqual(ours);
    expect(readText(project, '.vscode/settings.json')).toBe('mine\n');
    expect(existsSync(path.join(project, '.env.local'))).toBe(true);
  });

  test('a dry run says so and changes nothing', async () => {
    await leaveUnfinished();
    const before = readdirSync(project, { recursive: true });
    const said = whatWouldBeMade(template, await answersOf({ directory: 'shop' }), { ...here, cwd: folder });
    expect(said).toContain('It would be finished. Nothing was written.');
    expect(readdirSync(project, { recursive: true })).toEqual(before);
  });
});

test('a dry run sums folders, and names the files of the user that would stay', async () => {
  mkdirSync(path.join(project, '.vscode'), { recursive: true });
  writeFileSync(path.join(project, '.vscode/settings.json'), 'mine\n');
  const said = whatWouldBeMade(template, await answersOf({ directory: 'shop', aws: 'no' }), {
    ...here,
    cwd: folder,
  });
  expect(said.split('\n').slice(0, -1)).toEqual([
    'shop/',
    '  .ecom-analytics/  3 files',
    '  .vscode/          1 file',
    '  local/            1 file',
    '  README.md',
    '  package-lock.json',
    '  package.json',
    '  stages.yml',
    '',
    'Yours would stay: .vscode/settings.json',
  ]);
});

test('of the files that every project has, those that are in the way are known before the questions', () => {
  mkdirSync(project);
  const wrong = () => lookAt('shop', { ...here, cwd: folder }, template).wrong;
  for (const name of ['LICENSE', 'package-lock.json', 'notes.txt'])
    writeFileSync(path.join(project, name), '');
  expect(wrong()).toBeUndefined();
  writeFileSync(path.join(project, 'stages.yml'), '');
  expect(wrong()).toBe('these are in the way: stages.yml');
});

test('a file that only some answers make is in the way of those answers', async () => {
  mkdirSync(project);
  writeFileSync(path.join(project, 'yarn.lock'), 'mine');
  await expect(make({ packageManager: 'yarn', install: 'no' })).rejects.toThrow(
    'these are in the way: yarn.lock',
  );
  expect(readdirSync(project)).toEqual(['yarn.lock']);
  await make({ install: 'no' });
  expect(readText(project, 'yarn.lock')).toBe('mine');
});

test('a package manager that is not installed is named, with what to do', async () => {
  vi.stubEnv('PATH', path.join(folder, 'bin'));
  await expect(make({ packageManager: 'bun', git: 'no' })).rejects.toThrow(
    /there is no bun on this machine .* Install bun, then run `bun install` there; or choose another/,
  );
});

test('a Ctrl-C that only the install hears of cancels, and says how to go on', async () => {
  writeFileSync(path.join(folder, 'bin/npm'), '#!/bin/sh\nkill -INT $$\n');
  const made = make();
  await expect(made).rejects.toBeInstanceOf(CancelledError);
  await expect(made).rejects.toThrow(`The project in ${project} is complete; run \`npm install\` there.`);
});
