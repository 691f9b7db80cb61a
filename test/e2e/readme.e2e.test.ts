import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { createTopics } from '../../local/kafka/topics.ts';
import { pipeline } from '../../pipeline/definition.ts';
import { describeWithJava } from '../requirement.ts';

/** Runs every command of the README, in the order in which they stand there, in a copy of the project. */

const root = path.resolve(import.meta.dirname, '../..');

function commandsOf(markdown: string): string[] {
  return [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(
    ([, block]) => block?.trim().split('\n') ?? [],
  );
}

const commands = commandsOf(readFileSync(path.join(root, 'README.md'), 'utf8'));

/** Run by `.ci/run` itself: this test is a part of them. */
const runByCi = ['npm test', 'npm run check'];
/** Runs until Ctrl-C. */
const endless = 'npm start';
const documentedBroker = '127.0.0.1:9092';

let project: string;

beforeAll(() => {
  project = path.join(mkdtempSync(path.join(tmpdir(), 'ecom readme ü ')), 'my shop');
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
  });
  for (const file of files.toString().split('\0').filter(Boolean)) {
    if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(project, file));
  }
  for (const shared of ['node_modules', '.cache']) {
    if (existsSync(path.join(root, shared)))
      symlinkSync(path.join(root, shared), path.join(project, shared), 'junction');
  }
});

afterAll(() => rmSync(path.dirname(project), { recursive: true, force: true }));

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a line as a user types it. `until` is what to wait for before Ctrl-C. */
function run(line: string, until?: RegExp): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(line, {
      cwd: project,
      shell: true,
      detached: process.platform !== 'win32',
    });
    let output = '';
    let interrupted = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (until === undefined || interrupted || !until.test(output)) return;
        interrupted = true;
        // Ctrl-C reaches the terminal's whole process group.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      });
    }
    child.once('error', reject).once('close', (code, signal) => {
      // npm ends by the signal that it was sent; a shell tells that as 128 and the signal's number.
      const status = signal === null ? code : 128 + constants.signals[signal];
      resolve({ code: status, output });
    });
  });
}

describe('the README', () => {
  it('shows the picture that it names', () => {
    const [, picture = ''] =
      /!\[[^\]]+\]\(([^)]+)\)/.exec(readFileSync(path.join(root, 'README.md'), 'utf8')) ?? [];
    expect(picture).not.toBe('');
    expect(existsSync(path.join(root, picture))).toBe(true);
  });

  it('links to files that are there', () => {
    const links = [...readFileSync(path.join(root, 'README.md'), 'utf8').matchAll(/\]\(([^)#]+)\)/g)].map(
      ([, to]) => to ?? '',
    );
    const local = links.filter((link) => !link.startsWith('https:'));
    expect(local.filter((link) => !existsSync(path.join(root, link)))).toEqual([]);
  });

  it('is run whole: every command below, or by CI', () => {
    expect(commands).toContain(endless);
    expect(commands).toEqual(expect.arrayContaining(runByCi));
  });

  it.skipIf(process.platform === 'win32')(`runs: ${endless}`, async () => {
    const { code, output } = await run(endless, /http:\/\/127\.0\.0\.1:\d+/);
    expect(output).toMatch(/orders/i);
    expect(code).toBe(130);
  });

  const rest = commands.filter(
    (line) => !runByCi.includes(line) && line !== endless && !line.includes(documentedBroker),
  );
  it.each(rest)('runs: %s', async (line) => {
    expect(await run(line)).toMatchObject({ code: 0 });
  });
});

describeWithJava('the README, with a broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterAll(() => broker?.stop());

  const lines = commands.filter((line) => line.includes(documentedBroker));
  it.each(lines)('runs: %s', async (line) => {
    const { code, output } = await run(line.replace(documentedBroker, broker.bootstrapServers));
    expect(output).toMatch(/sent/i);
    expect(code).toBe(0);
  });
});
