import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { typedAnswers } from '../../create/complete-answers.ts';
import { planProject, type Template } from '../../create/make.ts';
import { mergeJson } from '../../create/merge.ts';
import { baseArchive, originFile, readOrigin } from '../../create/origin.ts';
import { undoLine } from '../../create/replace.ts';
import { packTree, textFile, textOf } from '../../create/tree.ts';
import { compareVersions, describeUpdate, updateProject } from '../../create/update.ts';
import { writeTree } from '../../create/write.ts';
import { answersOf, here } from './flag-answers.ts';
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
    ['local/runner.mjs', textFile('one\n')],
    ['local/old.ts', textFile('old\n')],
    ['local/older.ts', textFile('older\n')],
    ['local/sample.csv', textFile('a,b\r\n1,2\r\n')],
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
  const { target, tree } = planProject(template, answers, { ...here, cwd: folder });
  await writeTree(tree, target, new AbortController().signal);
  git('init', '--quiet');
  commit();
}

const inProject = (file: string) => path.join(project, file);
const never = new AbortController().signal;
const update = (template: Template, dryRun = false, signal = never) =>
  updateProject(project, template, { ...here, cwd: project }, dryRun, signal);

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
        'local/runner.mjs': 'two\n',
        'local/new.ts': 'new\n',
        'local/old.ts': undefined,
        'emr/bootstrap.sh': 'two\n',
      }),
    );
    expect(readText(project, 'local/runner.mjs')).toBe('two\n');
    expect(readText(project, 'local/new.ts')).toBe('new\n');
    expect(existsSync(inProject('local/old.ts'))).toBe(false);
    expect(statSync(inProject('emr/bootstrap.sh')).mode & 0o111).not.toBe(0);
    expect(summary).toMatchObject({
      from: '0.1.0',
      to: '0.2.0',
      written: ['emr/bootstrap.sh', 'local/new.ts', 'local/runner.mjs'],
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
    expect(describeUpdate(summary, false, project)).toContain(
      'Conflicts, marked in the files:\n  pipeline/rules.ts',
    );
  });

  test("keeps what is the user's: files of their own, removed files, changed files that the template dropped", async () => {
    writeFileSync(inProject('shop.ts'), 'mine\n');
    rmSync(inProject('local/runner.mjs'));
    writeFileSync(inProject('local/old.ts'), 'mine\n');
    rmSync(inProject('local/older.ts'));
    commit();
    const summary = await update(
      changed('0.2.0', {
        'local/runner.mjs': 'two\n',
        'local/old.ts': undefined,
        'local/older.ts': undefined,
      }),
    );
    expect(readText(project, 'shop.ts')).toBe('mine\n');
    expect(existsSync(inProject('local/runner.mjs'))).toBe(false);
    expect(readText(project, 'local/old.ts')).toBe('mine\n');
    expect(summary.kept).toEqual([
      { file: 'local/old.ts', why: 'the template no longer has it, and you changed it' },
      { file: 'local/runner.mjs', why: 'the template changed it, and you removed it' },
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
    writeFileSync(inProject('local/runner.mjs'), 'one\r\n');
    writeFileSync(inProject('.git/info/attributes'), '* -text\n');
    commit();
    const summary = await update(changed('0.2.0', { 'local/runner.mjs': 'two\n' }));
    expect(summary.written).toContain('local/runner.mjs');
  });

  test('takes a file that the template keeps with CRLF for untouched', async () => {
    const summary = await update(changed('0.2.0', { 'local/sample.csv': 'a,b\r\n3,4\r\n' }));
    expect(summary.written).toEqual(['local/sample.csv']);
    expect(readText(project, 'local/sample.csv')).toBe('a,b\r\n3,4\r\n');
  });

  test('merges text of every script whole, however long', async () => {
    const long = Array.from({ length: 20_000 }, (_, index) => `// наблюдение №${index} ☕`);
    writeFileSync(inProject('pipeline/rules.ts'), `${[...tenLines, ...long].join('\n')}\n`);
    commit();
    const summary = await update(
      changed('0.2.0', { 'pipeline/rules.ts': `${tenLines.with(2, 'theirs').join('\n')}\n` }),
    );
    expect(summary.merged).toEqual(['pipeline/rules.ts']);
    expect(readText(project, 'pipeline/rules.ts')).toBe(
      `${[...tenLines.with(2, 'theirs'), ...long].join('\n')}\n`,
    );
  });

  test('keeps a file that is no UTF-8, byte for byte', async () => {
    const latin = Buffer.from(tenLines.with(1, 'Café').join('\r\n'), 'latin1');
    writeFileSync(inProject('pipeline/rules.ts'), latin);
    commit();
    const summary = await update(
      changed('0.2.0', { 'pipeline/rules.ts': `${tenLines.with(8, 'theirs').join('\n')}\n` }),
    );
    expect(readFileSync(inProject('pipeline/rules.ts'))).toEqual(latin);
    expect(summary.kept.map(({ file }) => file)).toEqual(['pipeline/rules.ts']);
  });

  test("keeps the user's executable bit, unless the template changed its own", async () => {
    chmodSync(inProject('local/runner.mjs'), 0o755);
    chmodSync(inProject('emr/bootstrap.sh'), 0o755);
    writeFileSync(inProject('pipeline/rules.ts'), `${tenLines.with(1, 'mine').join('\n')}\n`);
    chmodSync(inProject('pipeline/rules.ts'), 0o755);
    commit();
    const { tree } = changed('0.2.0', {
      'local/runner.mjs': 'two\n',
      'pipeline/rules.ts': `${tenLines.with(8, 'theirs').join('\n')}\n`,
    });
    const plain = new Map([...tree, ['emr/bootstrap.sh', textFile('two\n')] as const]);
    const summary = await update({ version: '0.2.0', tree: plain });
    expect(summary.written).toEqual(['emr/bootstrap.sh', 'local/runner.mjs']);
    expect(summary.merged).toEqual(['pipeline/rules.ts']);
    const isExecutable = (file: string) => (statSync(inProject(file)).mode & 0o111) !== 0;
    expect(isExecutable('local/runner.mjs')).toBe(true);
    expect(isExecutable('pipeline/rules.ts')).toBe(true);
    expect(isExecutable('emr/bootstrap.sh')).toBe(false);
  });

  test('takes the executable bit of the template where nothing else of a file has changed', async () => {
    const { tree } = changed('0.2.0', {});
    const plain = textFile(textOf(first.tree, 'emr/bootstrap.sh') ?? '');
    const summary = await update({ version: '0.2.0', tree: new Map([...tree, ['emr/bootstrap.sh', plain]]) });
    expect(summary.written).toEqual(['emr/bootstrap.sh']);
    expect(statSync(inProject('emr/bootstrap.sh')).mode & 0o111).toBe(0);
  });

  test('has no conflict with a README of the user, as long as the template has the same', async () => {
    writeFileSync(inProject('README.md'), '# Our shop\n');
    commit();
    const summary = await update(changed('0.2.0', { 'local/runner.mjs': 'two\n' }));
    expect(summary).toMatchObject({
      written: ['local/runner.mjs'],
      merged: [],
      conflicts: [],
      kept: [],
    });
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

  test('replaces the kit as a whole, whatever its file is called', async () => {
    const withKit = (version: string): Template => {
      const { tree } = changed(version, {});
      return {
        version,
        tree: new Map([...tree, [`vendor/ecom-analytics-${version}.tgz`, textFile(version)]]),
      };
    };
    await update(withKit('0.2.0'));
    commit();
    expect(readText(project, 'vendor/ecom-analytics-0.2.0.tgz')).toBe('0.2.0');
    writeFileSync(inProject('vendor/mine.tgz'), 'mine');
    commit();
    const summary = await update(withKit('0.3.0'));
    expect(readdirSync(inProject('vendor')).sort()).toEqual(['ecom-analytics-0.3.0.tgz', 'mine.tgz']);
    expect(summary).toMatchObject({
      written: ['vendor/ecom-analytics-0.3.0.tgz'],
      removed: ['vendor/ecom-analytics-0.2.0.tgz'],
      conflicts: [],
    });
  });

  test('of a project that holds the kit’s sources says how to move it', async () => {
    remove();
    ({ folder, remove } = ownFolder());
    project = path.join(folder, 'shop');
    const kit = ['local/run.mjs', 'plugins/ecom-analytics/load.cjs'].map(
      (file) => [file, textFile('kit\n')] as const,
    );
    await make({ version: '0.1.0', tree: new Map([...first.tree, ...kit]) });
    await expect(update(changed('0.2.0', {}))).rejects.toMatchObject({
      code: 'ECOM_UPDATE_SHAPE',
      message: expect.stringContaining('docs/updating.md'),
    });
    expect(git('status', '--porcelain')).toBe('');
  });

  test('that is a dry run changes nothing', async () => {
    const summary = await update(changed('0.2.0', { 'local/runner.mjs': 'two\n' }), true);
    expect(describeUpdate(summary, true, project)).toContain('Would update from 0.1.0 to 0.2.0');
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

describe('an update that Git must be able to undo', () => {
  const next = changed('0.2.0', {
    'local/runner.mjs': 'two\n',
    'local/new.ts': 'new\n',
    'local/old.ts': undefined,
  });
  const unseen = 'Git does not keep it, so the change could not be undone';

  test('keeps changed files that Git ignores', async () => {
    git('rm', '--quiet', '--cached', 'local/runner.mjs', 'local/old.ts');
    appendFileSync(inProject('.gitignore'), '/local/runner.mjs\n/local/old.ts\n');
    commit();
    writeFileSync(inProject('local/runner.mjs'), 'mine\n');
    const summary = await update(next);
    expect(readText(project, 'local/runner.mjs')).toBe('mine\n');
    expect(readText(project, 'local/old.ts')).toBe('old\n');
    expect(summary.kept).toEqual([
      { file: 'local/old.ts', why: unseen },
      { file: 'local/runner.mjs', why: unseen },
    ]);
  });

  test('keeps changed files that Git was told not to look at', async () => {
    git('update-index', '--skip-worktree', 'local/runner.mjs');
    writeFileSync(inProject('local/runner.mjs'), 'mine\n');
    const summary = await update(next);
    expect(readText(project, 'local/runner.mjs')).toBe('mine\n');
    expect(summary.kept).toEqual([{ file: 'local/runner.mjs', why: unseen }]);
  });

  test('keeps links, and what they lead to', async () => {
    renameSync(inProject('local'), path.join(folder, 'elsewhere'));
    symlinkSync(path.join(folder, 'elsewhere'), inProject('local'), 'junction');
    renameSync(inProject('emr/bootstrap.sh'), path.join(folder, 'bootstrap.sh'));
    symlinkSync(path.join(folder, 'bootstrap.sh'), inProject('emr/bootstrap.sh'));
    commit();
    const { tree } = next;
    const linked = new Map([...tree, ['emr/bootstrap.sh', textFile('two\n')] as const]);
    const summary = await update({ version: '0.2.0', tree: linked });
    expect(readText(folder, 'elsewhere/runner.mjs')).toBe('one\n');
    expect(existsSync(path.join(folder, 'elsewhere/old.ts'))).toBe(true);
    expect(existsSync(path.join(folder, 'elsewhere/new.ts'))).toBe(false);
    expect(lstatSync(inProject('emr/bootstrap.sh')).isSymbolicLink()).toBe(true);
    expect(readText(folder, 'bootstrap.sh')).toBe('one\n');
    expect(summary.kept).toEqual([
      { file: 'emr/bootstrap.sh', why: 'it is a link' },
      { file: 'local/new.ts', why: 'local is a link' },
      { file: 'local/old.ts', why: 'local is a link' },
      { file: 'local/runner.mjs', why: 'local is a link' },
    ]);
  });

  /** The project as a folder of the user's repository, which has Git ignore something. */
  function moveIntoRepository(ignored: string): void {
    rmSync(inProject('.git'), { recursive: true });
    writeFileSync(path.join(folder, '.gitignore'), ignored);
    git('init', '--quiet', folder);
    commit();
  }

  // From another folder, where more lies that is not committed.
  const takeBack = () => {
    writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    execFileSync('sh', ['-c', undoLine(project)], { cwd: folder });
    expect(readText(folder, 'notes.txt')).toBe('mine');
    rmSync(path.join(folder, 'notes.txt'));
  };

  test.each<[string, () => void]>([
    ['in a repository of its own', () => {}],
    ["in the user's repository, which has Git ignore archives", () => moveIntoRepository('*.tgz\n')],
  ])('is undone by the line that it prints, and can be done again: %s', async (_what, prepare) => {
    prepare();
    const summary = await update(next);
    expect(describeUpdate(summary, false, project)).toContain(`To take it back: ${undoLine(project)}`);
    expect(summary.written).toEqual(['local/new.ts', 'local/runner.mjs']);
    takeBack();
    expect(git('status', '--porcelain', '--ignored')).toBe('');
    expect(readText(project, 'local/old.ts')).toBe('old\n');
    expect(await update(next)).toEqual(summary);
  });

  test.each<[string, () => void]>([
    ["ignored by the user's repository", () => moveIntoRepository('shop/\n')],
    [
      'without its base, as early ones in a repository that has Git ignore archives',
      () => {
        rmSync(inProject('.ecom-analytics/.gitignore'));
        moveIntoRepository('*.tgz\n');
      },
    ],
  ])('refuses a project that is %s', async (_what, prepare) => {
    prepare();
    await expect(update(next)).rejects.toThrow('Git does not keep the project, or not all of it');
    expect(readText(project, 'local/runner.mjs')).toBe('one\n');
  });
});

describe('the record of the making', () => {
  const next = changed('0.2.0', { 'local/runner.mjs': 'two\n' });

  function rewriteOrigin(change: (origin: { base?: string; answers: Record<string, string> }) => void): void {
    const origin = JSON.parse(readText(project, originFile));
    change(origin);
    writeFileSync(inProject(originFile), JSON.stringify(origin));
    commit();
  }

  test('must be of the base that is there', async () => {
    writeFileSync(inProject(baseArchive), packTree(next.tree));
    commit();
    await expect(update(next)).rejects.toThrow(
      /is not the one that .*origin\.json is about .* from one commit/,
    );
  });

  test('need not name its base, as early ones do not', async () => {
    rewriteOrigin((origin) => {
      delete origin.base;
    });
    expect((await update(next)).written).toEqual(['local/runner.mjs']);
  });

  test('may have answers that this version does not take: then it says which, and where', async () => {
    rewriteOrigin(({ answers }) => {
      answers.rulesOff = 'high-value,old-rule';
    });
    const refused = update(next);
    await expect(refused).rejects.toThrow(
      /answer to --rules-off: "high-value,old-rule": there is no rule "old-rule".*origin\.json, answers\.rulesOff\)\. Correct it there/,
    );
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_UPDATE_PROJECT', exitCode: 1 });
  });
});

test('an update that is asked to stop changes nothing', async () => {
  const stop = new AbortController();
  stop.abort(new Error('stopped'));
  await expect(update(changed('0.2.0', { 'local/runner.mjs': 'two\n' }), false, stop.signal)).rejects.toThrow(
    'stopped',
  );
  expect(git('status', '--porcelain', '--ignored')).toBe('');
});

describe('an update refuses, and changes nothing', () => {
  const next = changed('0.2.0', { 'local/runner.mjs': 'two\n' });

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
      'Git does not say what is committed of the project: fatal: not a git repository',
    ],
    [
      'a folder that is no project',
      () => rmSync(inProject('.ecom-analytics'), { recursive: true }),
      'not made with create-ecom-analytics',
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
    [
      // Early projects have no fingerprint of it.
      'a base that is damaged, which is not the template of this program',
      () => {
        const { base: _base, ...origin } = JSON.parse(readText(project, '.ecom-analytics/origin.json'));
        writeFileSync(inProject('.ecom-analytics/origin.json'), JSON.stringify(origin));
        writeFileSync(inProject('.ecom-analytics/base.tgz'), 'x');
        commit();
      },
      'base.tgz). Restore that file from the Git history.',
    ],
  ])('%s', async (_what, spoil, message) => {
    spoil();
    await expect(update(next)).rejects.toThrow(message);
    expect(readText(project, 'local/runner.mjs')).toBe('one\n');
  });

  test('a template older than the project', async () => {
    await expect(update(changed('0.0.9', { 'local/runner.mjs': 'zero\n' }))).rejects.toThrow(
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
