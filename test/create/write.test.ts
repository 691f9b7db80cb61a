import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { completeFolder, inspectTarget, stagingPrefix, type Target } from '../../create/target.ts';
import { type Tree, textFile } from '../../create/tree.ts';
import { finishInterrupted, writeTree } from '../../create/write.ts';
import { ownFolder } from './packed.ts';

const tree: Tree = new Map([
  ['package.json', textFile('{}\n')],
  ['plugins/ecom-analytics/core/order.ts', textFile('export {};\n')],
  ['.vscode/settings.json', textFile('{ "ours": true }\n')],
  ['.vscode/tasks.json', textFile('{}\n')],
  ['emr/bootstrap.sh', { ...textFile('#!/bin/sh\n'), executable: true }],
  ...Array.from({ length: 60 }, (_, index) => [`local/part-${index}.ts`, textFile('//\n')] as const),
]);

const never = new AbortController().signal;

let folder = '';
let remove = () => {};
beforeEach(() => {
  ({ folder, remove } = ownFolder());
});
afterEach(() => remove());

function targetAt(at: string): Target {
  const target = inspectTarget(at, tree.keys());
  if (target.wrong !== undefined) throw new Error(target.wrong);
  return target;
}

function filesBelow(at: string): string[] {
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(at, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

const everything = [...tree.keys()].sort();

describe('a new folder', () => {
  test('holds every file, and what is a program may be run', async () => {
    const at = path.join(folder, 'shop');
    expect(await writeTree(tree, targetAt(at), never)).toEqual([]);
    expect(filesBelow(at)).toEqual(everything);
    expect(readdirSync(folder)).toEqual(['shop']);
    const run = spawnSync(path.join(at, 'emr/bootstrap.sh'));
    expect(process.platform === 'win32' || run.status === 0).toBe(true);
  });

  test.each([
    ['with spaces', 'my first shop'],
    ['with letters of other scripts', 'магазин 商店 ☕'],
    ['far down', `${'deep/'.repeat(30)}shop`],
    ['with quotes and dollars', `it's "$HOME"`],
    ['with a name as long as a file system takes', 'x'.repeat(255)],
  ])('may have a path %s', async (_what, name) => {
    const at = path.join(folder, name);
    await writeTree(tree, targetAt(at), never);
    expect(filesBelow(at)).toEqual(everything);
  });

  test('goes where a link leads', async () => {
    mkdirSync(path.join(folder, 'real'));
    symlinkSync(path.join(folder, 'real'), path.join(folder, 'link'), 'junction');
    await writeTree(tree, targetAt(path.join(folder, 'link/shop')), never);
    expect(filesBelow(path.join(folder, 'real/shop'))).toEqual(everything);
  });
});

describe('an existing folder', () => {
  test('that is empty is filled', async () => {
    await writeTree(tree, targetAt(folder), never);
    expect(filesBelow(folder)).toEqual(everything);
  });

  test("keeps the user's files, and gets the rest", async () => {
    mkdirSync(path.join(folder, '.git'));
    mkdirSync(path.join(folder, '.vscode'));
    writeFileSync(path.join(folder, 'LICENSE'), 'mine');
    writeFileSync(path.join(folder, '.vscode/settings.json'), 'mine');
    expect(await writeTree(tree, targetAt(folder), never)).toEqual(['.vscode/settings.json']);
    expect(readFileSync(path.join(folder, '.vscode/settings.json'), 'utf8')).toBe('mine');
    expect(filesBelow(folder)).toEqual([...everything, 'LICENSE'].sort());
  });

  test('with other files gets the rest beside them', async () => {
    mkdirSync(path.join(folder, 'local'));
    for (const name of ['notes.txt', 'local/mine.ts']) writeFileSync(path.join(folder, name), 'mine');
    const target = targetAt(folder);
    expect(target.holds).toEqual(['local/', 'notes.txt']);
    expect(await writeTree(tree, target, never)).toEqual([]);
    expect(filesBelow(folder)).toEqual([...everything, 'notes.txt', 'local/mine.ts'].sort());
    expect(readFileSync(path.join(folder, 'local/mine.ts'), 'utf8')).toBe('mine');
  });

  test.each([
    ['a file of the same name', ['package.json'], 'these are in the way: package.json'],
    ['a file where a folder would be', ['local'], 'these are in the way: local'],
    ['a folder where a file would be', ['package.json/mine.ts'], 'these are in the way: package.json'],
    [
      'a file of the same name in a folder',
      ['emr/bootstrap.sh', 'emr/other.sh'],
      'these are in the way: emr/bootstrap.sh',
    ],
    ['many', Array.from({ length: 11 }, (_, index) => `local/part-${index}.ts`), 'and 3 more'],
  ])('with %s is refused, and unchanged', async (_what, names, message) => {
    for (const name of names) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), 'mine');
    }
    expect(inspectTarget(folder, tree.keys()).wrong).toContain(message);
    await expect(writeTree(tree, { folder, exists: true, holds: [] }, never)).rejects.toThrow(message);
    expect(filesBelow(folder)).toEqual([...names].sort());
  });

  // As on Windows, where a whole drive can be missing.
  test('of which not even the root is there is refused', () => {
    const script = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      import { inspectTarget } from ${JSON.stringify(path.resolve('create/target.ts'))};
      fs.existsSync = () => false;
      syncBuiltinESMExports();
      console.log(inspectTarget(${JSON.stringify(path.join(folder, 'shop'))}, []).wrong);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 });
    expect(stdout).toBe(`${path.parse(folder).root} does not exist\n`);
  });

  test('that is a file is refused', () => {
    writeFileSync(path.join(folder, 'shop'), '');
    expect(inspectTarget(path.join(folder, 'shop'), []).wrong).toContain('is a file');
    expect(inspectTarget(path.join(folder, 'shop/below'), []).wrong).toContain('is a file');
  });
});

/** Aborts when the writing has looked at the signal so many times: once before each file. */
function abortAfter(looks: number): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let left = looks;
  const throwIfAborted = signal.throwIfAborted.bind(signal);
  signal.throwIfAborted = () => {
    if (left-- <= 0) controller.abort(new Error('stopped'));
    throwIfAborted();
  };
  return signal;
}

test.each([0, 1, 2, 7, 30, everything.length - 1, everything.length])(
  'a stop before file %i leaves nothing, not even the folders above',
  async (files) => {
    const signal = abortAfter(files);
    await expect(writeTree(tree, targetAt(path.join(folder, 'a/b/shop')), signal)).rejects.toThrow('stopped');
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync(path.join(folder, 'LICENSE'), 'mine');
    await expect(writeTree(tree, targetAt(folder), abortAfter(files))).rejects.toThrow('stopped');
    expect(readdirSync(folder)).toEqual(['LICENSE']);
  },
);

/** Writes into each folder that it is given, and says how that ended. */
const writer = `
  import { createInterface } from 'node:readline';
  import { writeTree } from ${JSON.stringify(path.resolve('create/write.ts'))};
  import { inspectTarget } from ${JSON.stringify(path.resolve('create/target.ts'))};
  const content = Buffer.from(process.argv[1]);
  const files = new Map(${JSON.stringify(everything)}.map((file) => [file, { content, executable: false }]));
  console.log('ready');
  for await (const at of createInterface(process.stdin)) {
    const target = inspectTarget(at, []);
    const end = writeTree(files, target, new AbortController().signal);
    console.log(await end.then(() => 'done', (error) => error.message));
  }
`;

describe('three runs at once', { timeout: 60_000 }, () => {
  const runs = ['1', '2', '3'].map((mark) => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', writer, mark];
    const run = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    return { run, said: createInterface(run.stdout)[Symbol.asyncIterator]() };
  });
  afterAll(() => {
    for (const { run } of runs) run.kill();
  });
  const lines = () => Promise.all(runs.map(async ({ said }) => (await said.next()).value));
  beforeAll(lines);

  test.each([
    ['a new folder', false],
    ['an existing folder', true],
  ])('into %s: one of them writes all of it, the others say why not', async (_what, exists) => {
    // What can go wrong hangs on who comes when, so once is not enough.
    for (let round = 0; round < 20; round++) {
      const at = path.join(folder, `shop-${round}`);
      if (exists) mkdirSync(at);
      for (const { run } of runs) run.stdin.write(`${at}\n`);
      expect((await lines()).sort()).toEqual([
        expect.stringContaining('No project can be written there'),
        expect.stringContaining('No project can be written there'),
        'done',
      ]);
      expect(filesBelow(at)).toEqual(everything);
      const marks = new Set(everything.map((file) => readFileSync(path.join(at, file), 'utf8')));
      expect(marks.size).toBe(1);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('after a kill', () => {
  test('while files were moved into an existing folder, the next run moves the rest', async () => {
    await writeTree(tree, targetAt(path.join(folder, 'elsewhere')), never);
    const at = path.join(folder, 'shop');
    mkdirSync(at);
    renameSync(path.join(folder, 'elsewhere'), path.join(at, completeFolder));
    renameSync(path.join(at, completeFolder, 'package.json'), path.join(at, 'package.json'));
    expect(await finishInterrupted(at)).toEqual([]);
    expect(filesBelow(at)).toEqual(everything);
    expect(await finishInterrupted(at)).toBeUndefined();
  });

  test('while files were moved, several runs that come next move the rest between them', async () => {
    for (let round = 0; round < 20; round++) {
      const at = path.join(folder, `shop-${round}`);
      await writeTree(tree, targetAt(path.join(folder, `elsewhere-${round}`)), never);
      mkdirSync(at);
      renameSync(path.join(folder, `elsewhere-${round}`), path.join(at, completeFolder));
      // So that there are folders on both sides to go into.
      for (const name of everything.filter((_, index) => index % 3 === round % 3)) {
        mkdirSync(path.join(at, path.dirname(name)), { recursive: true });
        renameSync(path.join(at, completeFolder, name), path.join(at, name));
      }
      await Promise.all([finishInterrupted(at), finishInterrupted(at), finishInterrupted(at)]);
      expect(filesBelow(at)).toEqual(everything);
    }
  });

  test('while files were written, the next run clears away what is left', async () => {
    const gone = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(path.join(folder, `${stagingPrefix}${gone}`, 'pipeline'), { recursive: true });
    await writeTree(tree, targetAt(folder), never);
    expect(filesBelow(folder)).toEqual(everything);
    expect(existsSync(path.join(folder, `${stagingPrefix}${gone}`))).toBe(false);
  });
});

/** Runs a command as root: where one is not, with the sudo that hosted CI has, which asks for no password there. */
function asRoot(command: string, ...args: readonly string[]): boolean {
  const [program = command, ...words] =
    process.getuid?.() === 0 ? [command, ...args] : ['sudo', '-n', command, ...args];
  return spawnSync(program, words).status === 0;
}

/** Mounts a file system of memory, as only root may; answers how to take it away, or undefined. */
function mountMemory(at: string, options: string): (() => void) | undefined {
  mkdirSync(at);
  const isMounted = asRoot('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', at);
  return isMounted ? () => void asRoot('umount', at) : undefined;
}

describe('a disk that refuses', () => {
  test('for being full: nothing is left', async (context) => {
    const disk = path.join(folder, 'disk');
    const unmount = mountMemory(disk, 'size=128k');
    context.skip(unmount === undefined, 'only root can mount a small disk');
    try {
      const large = new Map([...tree, ['data.csv', textFile('x'.repeat(1_000_000))]]);
      await expect(writeTree(large, targetAt(path.join(disk, 'shop')), never)).rejects.toThrow(
        'The disk is full',
      );
      await expect(writeTree(large, targetAt(disk), never)).rejects.toThrow('The disk is full');
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      unmount?.();
    }
  });

  test('for being read-only: says so', async (context) => {
    const disk = path.join(folder, 'disk');
    const unmount = mountMemory(disk, 'ro');
    context.skip(unmount === undefined, 'only root can mount a read-only disk');
    try {
      const target = targetAt(path.join(disk, 'shop'));
      await expect(writeTree(tree, target, never)).rejects.toThrow('The file system is read-only');
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      unmount?.();
    }
  });

  test('for a name that is too long: says so', async () => {
    const target = targetAt(path.join(folder, 'x'.repeat(256)));
    await expect(writeTree(tree, target, never)).rejects.toThrow('The path is too long');
    expect(readdirSync(folder)).toEqual([]);
  });
});
