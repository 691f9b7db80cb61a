import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { existingClusters } from './answers.ts';
import { ownFolder, type Packed, packScaffolder, plainEnvironment, readText, repository } from './packed.ts';
import { key, openTerminal, type Terminal } from './terminal.ts';

const { folder: packFolder, remove: removePacked } = ownFolder();
let packed: Packed;
beforeAll(async () => {
  packed = await packScaffolder(packFolder);
});
afterAll(removePacked);

let folder = '';
let remove = () => {};
beforeEach(() => {
  ({ folder, remove } = ownFolder());
});
afterEach(() => remove());

/** A user who has told Git who they are, and whose machine says nothing of AWS. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return plainEnvironment({
    GIT_AUTHOR_NAME: 'Shop',
    GIT_AUTHOR_EMAIL: 'shop@shop.example',
    GIT_COMMITTER_NAME: 'Shop',
    GIT_COMMITTER_EMAIL: 'shop@shop.example',
    ...more,
  });
}

function start(args: readonly string[], env = environment()): Terminal {
  return openTerminal(process.execPath, [packed.program, ...args], { cwd: folder, env });
}

/** The questions in their order, and what to type at each. */
const questions: readonly (readonly [question: string, answer: string])[] = [
  ['Where should we create your project?', `shop${key.enter}`],
  ['clusters?', key.enter],
  ['EMR release?', key.enter],
  ['AWS region?', `eu-west-1${key.enter}`],
  ['Stages?', key.enter],
  ['Size of the stages', `${key.down}${key.enter}`],
  ['E-mail address', `owner@shop.example${key.enter}`],
  ['Fraud rules to switch off?', `${key.space}${key.enter}`],
];

async function answer(terminal: Terminal, count: number): Promise<void> {
  for (const [question, typed] of questions.slice(0, count)) {
    await terminal.until(question);
    terminal.type(typed);
  }
}

test('a project is made from eight answers', async () => {
  const terminal = start(['--no-install']);
  await answer(terminal, questions.length);
  expect(await terminal.ended).toBe(0);
  const shown = terminal.shown();
  expect(shown).toContain(`Created shop in ${path.join(folder, 'shop')}`);
  expect(shown).toContain('cd shop');
  expect(shown.replace(/\s+/g, ' ')).toContain(
    'To do this again without questions: npm create -y ecom-analytics@0.1.0 shop -- --yes',
  );
  expect(readText(folder, 'shop/stages.yml')).toContain(
    'region: eu-west-1\n  alertEmail: owner@shop.example',
  );
  expect(readText(folder, 'shop/stages.yml')).toContain('preset: large');
  expect(readText(folder, 'shop/stages.yml')).toContain('- high-value');
  expect(readText(folder, 'shop/.git/HEAD')).toContain('refs/heads/main');
  expect(readdirSync(folder)).toEqual(['shop']);
});

/** What the README shows, and what the program showed, up to how lines break. */
const words = (text: string) => text.trim().split(/\s+/).join(' ');

test('its README shows what a user sees, and what results', async () => {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'npm'), '#!/bin/sh\n');
  chmodSync(path.join(bin, 'npm'), 0o755);
  const terminal = start([], environment({ PATH: `${bin}${path.delimiter}${process.env.PATH}` }));
  for (const [question, typed] of questions) {
    await terminal.until(question);
    if (question.startsWith('Where')) terminal.type(`my-shop${key.enter}`);
    else terminal.type(question === 'E-mail address' ? typed : key.enter);
  }
  expect(await terminal.ended).toBe(0);
  const shown = terminal.shown().replaceAll('\r', '').replaceAll(folder, '/home/ada');

  const readme = readText(repository, 'create/README.md').replaceAll(/^ {4}/gm, '');
  const transcript = readme.slice(readme.indexOf('┌  create-'), readme.indexOf('\nThe result'));
  const [asked = '', after = ''] = transcript.split('└  Making my-shop');
  const parts = asked.split('◇').slice(1);
  expect(parts).toHaveLength(questions.length);
  for (const part of parts) expect(shown).toContain(`◇${part.split('\n').slice(0, 2).join('\n')}`);
  expect(words(after)).toBe(words(shown.split('Making my-shop')[1] ?? ''));

  const tree = readme.slice(readme.indexOf('\nmy-shop/\n'), readme.indexOf('The answers are'));
  const named = [...tree.matchAll(/(?:^| )(\.?[\w-]+\/|\w+\.yml)(?= |$)/gm)].map(([, name = '']) => name);
  expect(named).toContain('pipeline/');
  for (const name of named.filter((entry) => entry !== 'my-shop/'))
    expect(existsSync(path.join(folder, 'my-shop', name)), name).toBe(true);
});

test('existing clusters are asked for, and a wrong answer is asked again', async () => {
  const terminal = start(['shop', '--no-install', '--no-git']);
  await terminal.until('clusters?');
  terminal.type(`${key.down}${key.enter}`);
  await terminal.until('ARN of the MSK cluster?');
  terminal.type(`shop${key.enter}`);
  await terminal.until('it must be an ARN like');
  // Ctrl-U takes back what was typed.
  terminal.type(
    `${String.fromCharCode(21)}arn:aws:kafka:eu-west-3:123456789012:cluster/shop/1a2b-3${key.enter}`,
  );
  await terminal.until('Id of the EMR cluster?');
  terminal.type(`j-2AXXXXXXGAPLF${key.enter}`);
  await terminal.until('EMR release?');
  terminal.type(key.enter);
  await terminal.until('VPC and private subnets?');
  terminal.type(`vpc-0a1b2c3d,subnet-0a1b2c3d${key.enter}`);
  await terminal.until('Stages?');
  terminal.type(key.enter);
  await terminal.until('E-mail address');
  terminal.type(key.enter);
  expect(await terminal.ended).toBe(0);
  expect(readText(folder, 'shop/stages.yml')).toContain('clusterId: j-2AXXXXXXGAPLF');
  expect(readText(folder, 'shop/stages.yml')).toContain('region: eu-west-3');
});

test('a folder that is not free is asked for again', async () => {
  mkdirSync(path.join(folder, 'taken'));
  writeFileSync(path.join(folder, 'taken/notes.txt'), 'mine');
  const terminal = start(['--no-install']);
  await terminal.until('Where should we create your project?');
  terminal.type(`taken${key.enter}`);
  await terminal.until('the folder is not empty: notes.txt');
  terminal.type(key.ctrlC);
  expect(await terminal.ended).toBe(130);
});

test.each(questions.map(([question], index) => [question, index] as const))(
  'Ctrl-C at "%s" writes nothing',
  async (question, index) => {
    const terminal = start([]);
    await answer(terminal, index);
    await terminal.until(question);
    terminal.type(key.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).toContain('Nothing was written.');
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('Ctrl-D at a question writes nothing', async () => {
  for (const [index, question] of [
    [0, 'Where should we create your project?'],
    [1, 'clusters?'],
  ] as const) {
    const terminal = start([]);
    await answer(terminal, index);
    await terminal.until(question);
    terminal.type(key.ctrlD);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).toContain('Nothing was written.');
  }
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'])('%s from elsewhere at a question writes nothing', async (signal) => {
  const terminal = start([]);
  await answer(terminal, 3);
  await terminal.until('AWS region?');
  process.kill(terminal.pid, signal);
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown()).toContain('Nothing was written.');
  expect(readdirSync(folder)).toEqual([]);
});

test('Ctrl-C at the questions about existing clusters writes nothing', async () => {
  const steps: readonly (readonly [question: string, answer: string])[] = [
    ['ARN of the MSK cluster?', `${existingClusters.mskClusterArn}${key.enter}`],
    ['Id of the EMR cluster?', `${existingClusters.emrClusterId}${key.enter}`],
    ['EMR release?', key.enter],
    ['VPC and private subnets?', ''],
  ];
  for (const asked of [0, 1, 3]) {
    const terminal = start(['shop', '--clusters', 'existing']);
    for (const [question, typed] of steps.slice(0, asked)) {
      await terminal.until(question);
      terminal.type(typed);
    }
    await terminal.until(steps[asked]?.[0] ?? '');
    terminal.type(key.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).toContain('Nothing was written.');
  }
  expect(readdirSync(folder)).toEqual([]);
});

describe('Ctrl-C after the questions', () => {
  test('at any moment leaves the whole project or nothing', async () => {
    const whole = start(['whole', '--yes', '--no-install']);
    expect(await whole.ended).toBe(0);
    const filesOf = (at: string): number =>
      readdirSync(at, { recursive: true, encoding: 'utf8' }).filter((file) => !/^\.git([\\/]|$)/.test(file))
        .length;
    const existing = (name: string): string => {
      mkdirSync(path.join(folder, name));
      writeFileSync(path.join(folder, name, 'LICENSE'), 'mine');
      return path.join(folder, name);
    };
    let stoppedWhileWriting = 0;
    for (let wait = 0; wait < 12; wait++) {
      // Into a new folder, which is written beside its place, and into one that is there, in it.
      const name = `shop-${wait}`;
      const isThere = wait % 2 === 1;
      const at = isThere ? existing(name) : path.join(folder, name);
      const staging = isThere ? at : folder;
      const isWriting = () =>
        readdirSync(staging).some((found) => /^\.(shop-.*\.creating-|create-ecom-analytics-)/.test(found));
      const terminal = start([name, '--yes', '--no-install']);
      const isOver = terminal.ended.then(() => true);
      while (!isWriting() && !(await Promise.race([isOver, delay(1, false)])));
      await delay(wait * 4);
      if (isWriting()) stoppedWhileWriting++;
      terminal.type(key.ctrlC);
      const code = await terminal.ended;
      const found = existsSync(at) ? filesOf(at) : 0;
      const isWhole = existsSync(path.join(at, 'package.json'));
      expect(isWhole ? [0, 130] : [130]).toContain(code);
      const theirs = isThere ? 1 : 0;
      expect(found).toBe(isWhole ? filesOf(path.join(folder, 'whole')) + theirs : theirs);
      if (isThere) expect(readText(at, 'LICENSE')).toBe('mine');
    }
    expect(stoppedWhileWriting).toBeGreaterThan(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('so does a terminal that is closed', async () => {
    for (let wait = 0; wait < 6; wait++) {
      const name = `shop-${wait}`;
      const terminal = start([name, '--yes', '--no-install']);
      const isOver = terminal.ended.then(() => true);
      const isWriting = () => readdirSync(folder).some((found) => found.startsWith(`.${name}.creating-`));
      while (!isWriting() && !(await Promise.race([isOver, delay(1, false)])));
      await delay(wait * 4);
      process.kill(terminal.pid, 'SIGHUP');
      await terminal.ended;
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('while installing leaves the whole project, and says how to go on', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    // An npm that takes its time, as a slow network makes it.
    writeFileSync(path.join(bin, 'npm'), '#!/bin/sh\necho fetching\nexec sleep 60\n');
    chmodSync(path.join(bin, 'npm'), 0o755);
    const env = environment({ PATH: `${bin}${path.delimiter}${process.env.PATH}` });
    const terminal = start(['shop', '--yes'], env);
    await terminal.until('fetching');
    terminal.type(key.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown().replace(/\s+/g, ' ')).toContain('is complete; run `npm install` there.');
    expect(existsSync(path.join(folder, 'shop/package.json'))).toBe(true);
    expect(existsSync(path.join(folder, 'shop/.git/HEAD'))).toBe(true);
  });
});
