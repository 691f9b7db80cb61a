import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseTarget, projectTree, type Template } from '../../create/make.ts';
import { mergeJson } from '../../create/merge.ts';
import { typedAnswers } from '../../create/settle.ts';
import { textFile } from '../../create/tree.ts';
import { compareVersions, describeUpdate, readOrigin, updateProject } from '../../create/update.ts';
import { writeTree } from '../../create/write.ts';
import { answersOf, here } from './answers.ts';
import { currentTemplate, ownFolder, readText } from './packed.ts';

const tenLines = Array.from({ length: 10 }, (_, index) => `line ${index}`);

/** An early template: small, but with the files that every template has. */
const first: Template = {
  version: '0.1.0',
  tree: new Map([
    [
      'package.json',
      textFile(
        JSON.stringify({
          name: 't',
          version: '0.1.0',
          scripts: { start: 'node a' },
          dependencies: { kafkajs: '^2.0.0' },
        }),
      ),
    ],
    [
      'package-lock.json',
      textFile(
        JSON.stringify({ name: 't', version: '0.1.0', packages: { '': { name: 't', version: '0.1.0' } } }),
      ),
    ],
    ['stages.yml', textFile('# answers:begin\n# answers:end\n\nlocal:\n  ecomAnalytics: {}\n')],
    ['README.md', textFile('# t\n\nHow it works.\n')],
    ['.gitignore', textFile('node_modules/\n')],
    ['pipeline/rules.ts', textFile(`${tenLines.join('\n')}\n`)],
    ['local/run.mjs', textFile('one\n')],
    ['local/old.ts', textFile('old\n')],
    ['local/older.ts', textFile('older\n')],
    ['data.bin', { content: Buffer.from([0, 1, 2]), executable: false }],
    ['emr/bootstrap.sh', { ...textFile('one\n'), executable: true }],
  ]),
};

function changed(version: string, changes: Readonly<Record<string, string | undefined>>): Template {
  const tree = new Map(first.tree);
  for (const [file, text] of Object.entries(changes)) {
    if (text === undefined) tree.delete(file);
    else tree.set(file, { ...textFile(text), executable: first.tree.get(file)?.executable ?? false });
  }
  return { version, tree };
}

let folder = '';
let project = '';
let remove = () => {};

function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Shop', '-c', 'user.email=shop@shop.example'];
  return execFileSync('git', [...identity, ...args], { cwd: project, encoding: 'utf8' });
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'Change');
}

async function make(template: Template): Promise<void> {
  const answers = await answersOf({ directory: 'shop', alertEmail: 'owner@shop.example' });
  const target = chooseTarget(answers.directory, { ...here, cwd: folder });
  const tree = projectTree(template, answers, target);
  await writeTree(tree, target, new AbortController().signal);
  git('init', '--quiet');
  commit();
}

const inProject = (file: string) => path.join(project, file);
const update = (template: Template, dryRun = false) =>
  updateProject(project, template, { ...here, cwd: project }, dryRun);

beforeEach(async () => {
  ({ folder, remove } = ownFolder());
  project = path.join(folder, 'shop');
  await make(first);
});
afterEach(() => remove());

describe('an update', () => {
  test('takes what the template changed, added and removed', async () => {
    const summary = await update(
      changed('0.2.0', {
        'local/run.mjs': 'two\n',
        'local/new.ts': 'new\n',
        'local/old.ts': undefined,
        'emr/bootstrap.sh': 'two\n',
      }),
    );
    expect(readText(project, 'local/run.mjs')).toBe('two\n');
    expect(readText(project, 'local/new.ts')).toBe('new\n');
    expect(existsSync(inProject('local/old.ts'))).toBe(false);
    expect(statSync(inProject('emr/bootstrap.sh')).mode & 0o111).not.toBe(0);
    expect(summary).toMatchObject({
      from: '0.1.0',
      to: '0.2.0',
      written: ['README.md', 'emr/bootstrap.sh', 'local/new.ts', 'local/run.mjs'],
      removed: ['local/old.ts'],
      conflicts: [],
      kept: [],
    });
    expect(readOrigin(project).version).toBe('0.2.0');
    expect(git('status', '--porcelain')).not.toContain('update');
  });

  test("merges changes of other lines into the user's", async () => {
    writeFileSync(inProject('pipeline/rules.ts'), `${tenLines.with(1, 'mine').join('\n')}\n`);
    commit();
    const summary = await update(
      changed('0.2.0', { 'pipeline/rules.ts': `${tenLines.with(8, 'theirs').join('\n')}\n` }),
    );
    expect(summary.merged).toEqual(['pipeline/rules.ts']);
    expect(readText(project, 'pipeline/rules.ts')).toBe(
      `${tenLines.with(1, 'mine').with(8, 'theirs').join('\n')}\n`,
    );
  });

  test('marks changes of the same lines as Git marks them', async () => {
    writeFileSync(inProject('pipeline/rules.ts'), `${tenLines.with(4, 'mine').join('\n')}\n`);
    commit();
    const summary = await update(
      changed('0.2.0', { 'pipeline/rules.ts': `${tenLines.with(4, 'theirs').join('\n')}\n` }),
    );
    expect(summary.conflicts).toEqual(['pipeline/rules.ts']);
    expect(readText(project, 'pipeline/rules.ts')).toContain(
      '<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template 0.2.0\n',
    );
    expect(describeUpdate(summary, false)).toContain('Conflicts, marked in the files:\n  pipeline/rules.ts');
  });

  test("keeps what is the user's: files of their own, removed files, changed files that the template dropped", async () => {
    writeFileSync(inProject('shop.ts'), 'mine\n');
    rmSync(inProject('local/run.mjs'));
    writeFileSync(inProject('local/old.ts'), 'mine\n');
    rmSync(inProject('local/older.ts'));
    commit();
    const summary = await update(
      changed('0.2.0', { 'local/run.mjs': 'two\n', 'local/old.ts': undefined, 'local/older.ts': undefined }),
    );
    expect(readText(project, 'shop.ts')).toBe('mine\n');
    expect(existsSync(inProject('local/run.mjs'))).toBe(false);
    expect(readText(project, 'local/old.ts')).toBe('mine\n');
    expect(summary.kept).toEqual([
      { file: 'local/old.ts', why: 'the template no longer has it, and you changed it' },
      { file: 'local/run.mjs', why: 'the template changed it, and you removed it' },
    ]);
  });

  test('of a file that both added marks the difference, and leaves equal ones alone', async () => {
    writeFileSync(inProject('local/new.ts'), 'mine\n');
    writeFileSync(inProject('local/same.ts'), 'same\n');
    commit();
    const summary = await update(changed('0.2.0', { 'local/new.ts': 'theirs\n', 'local/same.ts': 'same\n' }));
    expect(summary.conflicts).toEqual(['local/new.ts']);
    expect(readText(project, 'local/new.ts')).toContain('<<<<<<< yours\nmine\n');
    expect([...summary.written, ...summary.merged]).not.toContain('local/same.ts');
  });

  test('merges package.json by its keys, and keeps a lock file that was installed into', async () => {
    const mine = JSON.parse(readText(project, 'package.json'));
    mine.dependencies.lodash = '^4.0.0';
    mine.version = '3.0.0';
    writeFileSync(inProject('package.json'), `${JSON.stringify(mine, undefined, 2)}\n`);
    appendFileSync(inProject('package-lock.json'), '\n');
    commit();
    const next = {
      name: 't',
      version: '0.1.0',
      scripts: { start: 'node b' },
      dependencies: { kafkajs: '^2.1.0', valibot: '^1.0.0' },
    };
    const summary = await update(
      changed('0.2.0', {
        'package.json': JSON.stringify(next),
        'package-lock.json': JSON.stringify({
          name: 't',
          version: '0.1.0',
          packages: { '': {}, 'node_modules/valibot': {} },
        }),
      }),
    );
    expect(JSON.parse(readText(project, 'package.json'))).toMatchObject({
      name: 'shop',
      version: '3.0.0',
      scripts: { start: 'node b' },
      dependencies: { kafkajs: '^2.1.0', lodash: '^4.0.0', valibot: '^1.0.0' },
    });
    expect(summary.kept).toEqual([
      { file: 'package-lock.json', why: 'install once more, and it follows package.json' },
    ]);
  });

  test("keeps the user's binary file, and says so", async () => {
    writeFileSync(inProject('data.bin'), Buffer.from([0, 9]));
    commit();
    const tree = new Map([...first.tree, ['data.bin', { content: Buffer.from([0, 3]), executable: false }]]);
    const summary = await update({ version: '0.2.0', tree });
    expect(readFileSync(inProject('data.bin'))).toEqual(Buffer.from([0, 9]));
    expect(summary.kept.map(({ file }) => file)).toEqual(['data.bin']);
  });

  test.each([
    ['a folder in place of a new file', 'local/new.ts/below'],
    ["a file in place of a new file's folder", 'local/new.ts'],
  ])('keeps %s', async (_what, mine) => {
    mkdirSync(path.dirname(inProject(mine)), { recursive: true });
    writeFileSync(inProject(mine), 'mine');
    commit();
    const added = mine === 'local/new.ts' ? 'local/new.ts/below' : 'local/new.ts';
    const summary = await update(changed('0.2.0', { [added]: 'theirs' }));
    expect(readText(project, mine)).toBe('mine');
    expect(summary.kept).toEqual([
      { file: added, why: 'the template adds it, and something of yours is in its place' },
    ]);
  });

  test('takes a checkout with CRLF for the same text', async () => {
    writeFileSync(inProject('local/run.mjs'), 'one\r\n');
    writeFileSync(inProject('.git/info/attributes'), '* -text\n');
    commit();
    const summary = await update(changed('0.2.0', { 'local/run.mjs': 'two\n' }));
    expect(summary.written).toContain('local/run.mjs');
  });

  test('can be followed by the next, from where the last one came to', async () => {
    writeFileSync(inProject('pipeline/rules.ts'), `${tenLines.with(0, 'mine').join('\n')}\n`);
    commit();
    await update(changed('0.2.0', { 'pipeline/rules.ts': `${tenLines.with(5, 'second').join('\n')}\n` }));
    commit();
    const summary = await update(
      changed('0.3.0', { 'pipeline/rules.ts': `${tenLines.with(5, 'third').join('\n')}\n` }),
    );
    expect(summary.conflicts).toEqual([]);
    expect(readText(project, 'pipeline/rules.ts')).toBe(
      `${tenLines.with(0, 'mine').with(5, 'third').join('\n')}\n`,
    );
  });

  test('brings an early project up to the template of now', { timeout: 60_000 }, async () => {
    writeFileSync(inProject('shop.ts'), 'mine\n');
    commit();
    const summary = await update({ ...currentTemplate(), version: '1.0.0' });
    expect(summary.conflicts).toEqual([]);
    expect(existsSync(inProject('serverless.yml'))).toBe(true);
    expect(readText(project, 'stages.yml')).toContain('owner@shop.example');
    expect(readText(project, 'shop.ts')).toBe('mine\n');
  });

  test('that is a dry run changes nothing', async () => {
    const summary = await update(changed('0.2.0', { 'local/run.mjs': 'two\n' }), true);
    expect(describeUpdate(summary, true)).toContain('Would update from 0.1.0 to 0.2.0');
    expect(git('status', '--porcelain')).toBe('');
  });

  test('keeps the answers', async () => {
    const answers = readOrigin(project).answers;
    await update(changed('0.2.0', {}));
    expect(readOrigin(project).answers).toEqual(answers);
    expect(answers).toEqual(
      typedAnswers(await answersOf({ directory: 'shop', alertEmail: 'owner@shop.example' })),
    );
  });
});

describe('an update refuses, and changes nothing', () => {
  const next = changed('0.2.0', { 'local/run.mjs': 'two\n' });

  test.each<[string, () => void, string]>([
    [
      'uncommitted changes',
      () => appendFileSync(inProject('README.md'), 'x'),
      'has uncommitted changes: README.md (',
    ],
    [
      'files that Git does not know',
      () => {
        writeFileSync(inProject('newer.ts'), 'x');
        writeFileSync(inProject('new.ts'), 'x');
      },
      'has uncommitted changes: new.ts and 1 more',
    ],
    [
      'a project outside a repository',
      () => rmSync(inProject('.git'), { recursive: true }),
      'The project is in no Git repository',
    ],
    [
      'a folder that is no project',
      () => rmSync(inProject('.ecom-analytics'), { recursive: true }),
      'no project made with create-ecom-analytics',
    ],
    [
      'a record that is broken',
      () => writeFileSync(inProject('.ecom-analytics/origin.json'), '{'),
      'or its record is lost',
    ],
    [
      'a lost base',
      () => {
        rmSync(inProject('.ecom-analytics/base.tgz'));
        commit();
      },
      'The template it came from is lost',
    ],
  ])('%s', async (_what, spoil, message) => {
    spoil();
    await expect(update(next)).rejects.toThrow(message);
    expect(readText(project, 'local/run.mjs')).toBe('one\n');
  });

  test('a template older than the project', async () => {
    await expect(update(changed('0.0.9', { 'local/run.mjs': 'zero\n' }))).rejects.toThrow(
      'which is newer than 0.0.9',
    );
  });
});

test.each([
  ['0.1.0', '0.1.0', 0],
  ['0.2.0', '0.10.0', -1],
  ['1.0.0', '1.0.0-rc.1', 1],
  ['1.0.0-rc.2', '1.0.0-rc.10', -1],
  ['2.0.0', '1.9.9', 1],
])('version %s against %s', (one, other, sign) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign);
});

test.each([
  ['both sides of one object', { a: 1 }, { a: 1, b: 2 }, { a: 1, c: 3 }, { a: 1, b: 2, c: 3 }],
  ['a removal beside a change', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }],
  ['the same change twice', { a: 1 }, { a: 2 }, { a: 2 }, { a: 2 }],
])('JSON merges %s', (_what, base, mine, next, merged) => {
  expect(mergeJson(base, mine, next)).toEqual({ value: merged });
});

test('JSON with two changes of one key does not merge', () => {
  expect(mergeJson({ a: 1 }, { a: 2 }, { a: 3 })).toBeUndefined();
});
