import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellOption, shellPath, shellWord } from '../../functions/shell-word.ts';
import { describeSummary } from '../../run/summary.ts';
import { openReplay } from '../import/replayed.ts';

const hostile = [
  'plain',
  '',
  'two words',
  "it's",
  `"quoted" and 'quoted'`,
  '$HOME ${HOME} $(touch pwned) `touch pwned`',
  'customer\\$(touch pwned)',
  '\\',
  'ends in \\',
  `\\'; touch pwned; '`,
  'a;touch pwned&touch pwned|touch pwned>pwned<pwned',
  'two\nlines; touch pwned',
  'tab\tbell\u0007escape\u001b[31m\u009b31m',
  'right to left \u202eevil, zero \u200bwidth, line \u2028 separator',
  '!! !$ ^a^b',
  '=ls',
  '~root',
  '# no comment',
  '*.csv ? [a-z] {a,b}',
  'größe 顧客 😀',
  '100 %',
];

let folder: string;
let elsewhere: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ecom-shell-'));
  elsewhere = mkdtempSync(path.join(tmpdir(), 'ecom-shell-files-'));
});
afterEach(() => {
  for (const own of [folder, elsewhere]) rmSync(own, { recursive: true, force: true });
});

it('reaches a script through npm, whose own shell knows brackets', () => {
  writeFileSync(path.join(elsewhere, 'package.json'), JSON.stringify({ scripts: { show: 'node show.cjs' } }));
  writeFileSync(path.join(elsewhere, 'show.cjs'), 'console.log(JSON.stringify(process.argv.slice(2)))');
  writeFileSync(path.join(elsewhere, 'o1.csv'), '');
  const options = ['o[1].csv', 'o[a-z1].csv', "it's [1]"].map((value) => shellOption('--replay', value));
  const line = `npm run --silent show -- ${options.join(' ')}`;
  const { stdout } = spawnSync('sh', ['-c', line], { cwd: elsewhere, encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual(['--replay=o[1].csv', '--replay=o[a-z1].csv', '--replay', "it's [1]"]);
});

/** The words that the command `npm`, or another, is called with when a line is pasted into a shell. */
function wordsOf(line: string, command = 'npm'): string[] {
  const script = `${command}() { printf '%s\\0' "$@"; }\n${line}\n`;
  const { stdout, stderr } = spawnSync('sh', ['-s'], { cwd: folder, input: script, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(readdirSync(folder)).toEqual([]);
  return stdout.split('\0').slice(0, -1);
}

async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('nothing was refused');
}

describe('a word of a printed command', () => {
  it.each(hostile)('is read back by a POSIX shell: %j', (word) => {
    const line = `npm ${shellWord(word, 'linux')} after`;
    expect(wordsOf(line)).toEqual([word, 'after']);
    // A terminal would act on the rest, and a copy of it would be another text.
    expect(line.replaceAll('\n', '')).not.toMatch(/[\p{C}\u2028\u2029]/u);
  });

  it('is not taken for an option', () => {
    expect(wordsOf(`npm ${shellPath('-rf $x', 'linux')}`)).toEqual(['./-rf $x']);
    expect(wordsOf(`npm ${shellOption('--map', '-a b=c', 'linux')}`)).toEqual(['--map=-a b=c']);
    expect(wordsOf(`npm ${shellOption('--out', 'my run', 'linux')}`)).toEqual(['--out', 'my run']);
  });

  it('is quoted on Windows so that both of its shells take it, or PowerShell where only it can', () => {
    expect(shellWord('C:\\shop\\orders.csv', 'win32')).toBe('C:\\shop\\orders.csv');
    expect(shellWord('my shop & co', 'win32')).toBe('"my shop & co"');
    expect(shellWord("it's $(bad) \u2019", 'win32')).toBe("'it''s $(bad) \u2019\u2019'");
  });
});

describe('a command that is printed', () => {
  it.each([...hostile.filter((name) => !name.includes('\n')), '\\$(touch w/pwned)'])(
    'maps a column named customer%j',
    async (name) => {
      const file = path.join(elsewhere, 'orders.csv');
      const column = `customer${name}`;
      writeFileSync(
        file,
        `"${column.replaceAll('"', '""')}",date,amount\nc1,2025-03-01,5\nc2,2025-03-01,6\n`,
      );
      const message = await messageOf(() => openReplay({ file }));
      const option = /^Run again with: (.*)\nOurs are/ms.exec(message)?.[1] ?? '';
      const [flag, map, ...rest] = wordsOf(`npm ${option}`);
      expect([flag, ...rest]).toEqual(['--map']);
      const replay = await openReplay({ file, map: map ?? '' });
      expect(replay.findings).toMatchObject({ orders: 2, customers: 2, revenue: 11 });
      replay.close();
    },
  );

  it.each(hostile.filter((name) => name !== ''))('unpacks a file named %j', async (name) => {
    const file = path.join(elsewhere, name);
    writeFileSync(file, Buffer.from([0x50, 0x4b, 3, 4]));
    const unpack = (await messageOf(() => openReplay({ file }))).replace(/\n\(ECOM_REPLAY_FORMAT\)$/, '');
    expect(wordsOf(unpack.slice(unpack.lastIndexOf('unzip ')), 'unzip')).toEqual([file]);
  });

  it.each(hostile.filter((name) => name !== ''))('names the folder %j of a run', (name) => {
    const text = describeSummary(
      {
        orders: 1,
        duplicates: 0,
        revenue: 1,
        currency: 'USD',
        customers: 1,
        windows: 1,
        alerts: {},
        dead_letters: 1,
        late: 0,
        planted: {},
        out: `/shop/${name}`,
        engine: 'embedded',
        seconds: 1,
      },
      '/shop',
    );
    const commands = text.slice(text.indexOf('  npm run report'));
    const words = wordsOf(commands);
    expect(words.slice(0, 4)).toEqual(['run', 'report', '--', name]);
    expect(words.slice(-2)).toEqual(['--out', name]);
  });
});
