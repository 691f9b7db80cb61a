import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { existingClusters } from './flag-answers.ts';
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

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function start(args: readonly string[], env = environment()): Terminal {
  return openTerminal(process.execPath, [packed.program, ...args], { cwd: folder, env });
}

type Step = readonly [question: string, answer: string];

/** The questions about AWS in their order, and what to type at each. */
const questions: readonly Step[] = [
  ['Where should your pipeline run?', `${key.down}${key.enter}`],
  ['Where should we create your project?', `shop${key.enter}`],
  ['Which Kafka (MSK) and Spark (EMR) clusters', key.enter],
  ['Which AWS region?', `eu-west-1${key.enter}`],
  ['Which stages? Deployed, dev costs about $', key.enter],
  ['What size should prod be (us-east-1 prices)?', `${key.down}${key.enter}`],
  ['Which e-mail address', `owner@shop.example${key.enter}`],
  ['Which package manager?', key.enter],
  ['Install and start now?', `${key.down}${key.down}${key.enter}`],
];

async function answer(terminal: Terminal, steps: readonly Step[]): Promise<void> {
  for (const [question, typed] of steps) {
    await terminal.until(question);
    terminal.type(typed);
  }
}

test('a project for AWS is made from nine answers', async () => {
  const terminal = start([]);
  await answer(terminal, questions);
  expect(await terminal.ended).toBe(0);
  const shown = terminal.shown();
  expect(shown).toContain(`Created shop in ${path.join(folder, 'shop')}`);
  expect(shown).toContain('cd shop');
  expect(shown).toContain('npm install');
  expect(shown.replace(/\s+/g, ' ')).toContain(
    'To skip prompts next time, run: npm create -y ecom-analytics@0.1.0 shop -- --yes',
  );
  expect(readText(folder, 'shop/stages.yml')).toContain(
    'region: eu-west-1\n  alertEmail: owner@shop.example',
  );
  expect(readText(folder, 'shop/stages.yml')).toContain('preset: large');
  expect(readText(folder, 'shop/.git/HEAD')).toContain('refs/heads/main');
  expect(readdirSync(folder)).toEqual(['shop']);
});

/** Puts an npm of our own before the real one; the environment that has it. */
function withNpm(script: string): NodeJS.ProcessEnv {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\n${script}`);
  chmodSync(path.join(bin, 'npm'), 0o755);
  return environment({ PATH: `${bin}${path.delimiter}${process.env.PATH}` });
}

test('a stage gets its size by its name where stages of several names are asked for', async () => {
  const terminal = start([]);
  await answer(terminal, [
    ...questions.slice(0, 4),
    ['Which stages? Deployed, dev costs about $', `dev,prod,staging${key.enter}`],
    ['What size should the stages other than dev be', key.enter],
    ...questions.slice(6),
  ]);
  expect(await terminal.ended).toBe(0);
  expect(terminal.shown()).toMatch(/prod +preset production/);
  expect(terminal.shown()).toMatch(/staging +preset dev/);
});

test('Esc goes back one question', async () => {
  const terminal = start(['--no-git']);
  // The question that Esc leaves is printed once more, as left; what is typed counts from the next one on.
  await answer(terminal, [
    ['Where should your pipeline run?', key.escape],
    ['◆  Where should your pipeline run?', `${key.down}${key.enter}`],
    ['Where should we create your project?', `one${key.enter}`],
    ['clusters', key.escape],
    ['◆  Where should we create your project?', key.escape],
    ['◆  Where should your pipeline run?', `${key.up}${key.enter}`],
    ['Where should we create your project?', `two${key.enter}`],
    ['Which package manager?', key.enter],
    ['Install and start now?', `${key.down}${key.down}${key.enter}`],
  ]);
  expect(await terminal.ended).toBe(0);
  expect(readdirSync(folder)).toEqual(['two']);
});

/** What the README shows, and what the program showed, up to how lines break. */
const words = (text: string) => text.trim().split(/\s+/).join(' ');

test('its README shows what a user sees, and what results', async () => {
  // It starts as the dashboard does, and ends as that does on Ctrl-C.
  const npm = `
    if [ "$1" != start ]; then exit 0; fi
    trap 'exit 130' INT
    echo 'Dashboard: http://127.0.0.1:4600/'
    while :; do sleep 0.1; done
  `;
  const terminal = start([], withNpm(npm));
  await answer(
    terminal,
    questions.map(([question, typed], index) => {
      if (index === 0) return [question, typed];
      if (question.startsWith('Where')) return [question, `my-shop${key.enter}`];
      return [question, question.startsWith('Which e-mail') ? typed : key.enter];
    }),
  );
  await terminal.until('Dashboard:');
  terminal.type(key.ctrlC);
  expect(await terminal.ended).toBe(0);
  const shown = terminal.shown().replaceAll('\r', '').replaceAll(folder, '/home/ada').replace('^C', '');

  const readme = readText(repository, 'create/README.md').replaceAll(/^ {4}/gm, '');
  const transcript = readme.slice(readme.indexOf('┌  create-'), readme.indexOf('\n"On this machine'));
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
  // Ctrl-U takes back what was typed.
  const clear = String.fromCharCode(21);
  const terminal = start(['shop', '--aws', '--no-install', '--no-git', '--package-manager', 'npm']);
  await answer(terminal, [
    ['clusters', `${key.down}${key.enter}`],
    ['What is the ARN of the MSK cluster?', `shop${key.enter}`],
    [
      'It must be an ARN like',
      `${clear}arn:aws:kafka:eu-west-3:123456789012:cluster/shop/1a2b-3${key.enter}`,
    ],
    ['What is the ID of the EMR cluster?', `j-2AXXXXXXGAPLF${key.enter}`],
    ['Which EMR release does it have?', key.enter],
    ['Which VPC and private subnets', `vpc-0a1b2c3d,subnet-0a1b2c3d${key.enter}`],
    ['Which stages?', key.enter],
    ['Which e-mail address', key.enter],
  ]);
  expect(await terminal.ended).toBe(0);
  expect(readText(folder, 'shop/stages.yml')).toContain('clusterId: j-2AXXXXXXGAPLF');
  expect(readText(folder, 'shop/stages.yml')).toContain('region: eu-west-3');
});

test('a folder that is not empty is shown: it may be taken, unless something is in the way', async () => {
  for (const [name, file] of [
    ['taken', 'package.json'],
    ['used', 'notes.txt'],
  ] as const) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, file), 'mine');
  }
  const terminal = start(['used', '--no-aws', '--no-install', '--no-git', '--package-manager', 'npm']);
  await answer(terminal, [
    ['used is not empty: notes.txt', ''],
    ['Create the project in that folder anyway?', `${key.down}${key.enter}`],
    ['Where should we create your project?', `taken${key.enter}`],
    ['These are in the way: package.json', `${String.fromCharCode(21)}used${key.enter}`],
    ['used is not empty: notes.txt', ''],
    ['Create the project in that folder anyway?', key.enter],
  ]);
  expect(await terminal.ended).toBe(0);
  expect(readText(folder, 'used/notes.txt')).toBe('mine');
  expect(existsSync(path.join(folder, 'used/stages.yml'))).toBe(true);
  expect(readdirSync(path.join(folder, 'taken'))).toEqual(['package.json']);
});

test.each(questions.map(([question], index) => [question, index] as const))(
  'Ctrl-C at "%s" writes nothing',
  async (question, index) => {
    const terminal = start([]);
    await answer(terminal, questions.slice(0, index));
    await terminal.until(question);
    terminal.type(key.ctrlC);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).toContain('Nothing was written.');
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('Ctrl-D at a question writes nothing', async () => {
  for (const [index, question] of [
    [0, 'Where should your pipeline run?'],
    [1, 'Where should we create your project?'],
  ] as const) {
    const terminal = start([]);
    await answer(terminal, questions.slice(0, index));
    await terminal.until(question);
    terminal.type(key.ctrlD);
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown()).toContain('Nothing was written.');
  }
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'])('%s from elsewhere at a question writes nothing', async (signal) => {
  const terminal = start([]);
  await answer(terminal, questions.slice(0, 3));
  await terminal.until('Which AWS region?');
  process.kill(terminal.pid, signal);
  expect(await terminal.ended).toBe(130);
  expect(terminal.shown()).toContain('Nothing was written.');
  expect(readdirSync(folder)).toEqual([]);
});

test('Ctrl-C at the questions about existing clusters writes nothing', async () => {
  const steps: readonly Step[] = [
    ['What is the ARN of the MSK cluster?', `${existingClusters.mskClusterArn}${key.enter}`],
    ['What is the ID of the EMR cluster?', `${existingClusters.emrClusterId}${key.enter}`],
    ['Which EMR release does it have?', key.enter],
    ['Which VPC and private subnets', ''],
  ];
  for (const asked of [0, 1, 3]) {
    const terminal = start(['shop', '--clusters', 'existing']);
    await answer(terminal, steps.slice(0, asked));
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
      // It may have ended by itself.
      if (isRunning(terminal.pid)) process.kill(terminal.pid, 'SIGHUP');
      await terminal.ended;
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('while installing is answered at once, ends all of it, and says how to go on', async () => {
    // An npm that takes its time, and more so when it is asked to end.
    const npm = "trap '' INT TERM\nsleep 60 &\necho $! > ../pid\necho fetching\nwait\nsleep 60\n";
    const terminal = start(['shop', '--yes'], withNpm(npm));
    await terminal.until('fetching');
    terminal.type(key.ctrlC);
    await terminal.until('Stopping the install');
    expect(await terminal.ended).toBe(130);
    expect(terminal.shown().replace(/\s+/g, ' ')).toContain('is complete; run `npm install` there.');
    expect(existsSync(path.join(folder, 'shop/package.json'))).toBe(true);
    expect(existsSync(path.join(folder, 'shop/.git/HEAD'))).toBe(true);
    const pid = Number(readText(folder, 'pid'));
    await vi.waitUntil(() => !isRunning(pid), { timeout: 20_000 });
    expect(isRunning(pid)).toBe(false);
  });
});
