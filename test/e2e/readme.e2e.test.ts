import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/topics.ts';
import { describeWithJava, describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { type Outcome, ProjectCopy } from './project-copy.ts';

/** Runs every command of the README, in the order in which they stand there, in a copy of the project. */

const root = path.resolve(import.meta.dirname, '../..');

function commandsOf(markdown: string): string[] {
  return [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(
    ([, block]) => block?.trim().split('\n') ?? [],
  );
}

const commands = commandsOf(readFileSync(path.join(root, 'README.md'), 'utf8'));

/** Run by CI itself: this test is a part of them. */
const runByCi = ['npm test', 'npm run check'];
/** Runs until Ctrl-C. */
const endless = 'npm start';
const withSpark = '--engine spark';
const documentedBroker = '127.0.0.1:9092';

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
});
afterAll(() => project?.remove());

/** Runs a line as a user types it. `until` is what to wait for before Ctrl-C. */
async function run(line: string, until?: RegExp): Promise<Outcome> {
  const running = project.start(line);
  if (until === undefined) return running.ended;
  let over = false;
  const ended = running.ended.finally(() => {
    over = true;
  });
  while (!over && !until.test(running.output())) await delay(50);
  running.interrupt();
  return ended;
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
    (line) =>
      !runByCi.includes(line) &&
      line !== endless &&
      !line.includes(documentedBroker) &&
      !line.includes(withSpark),
  );
  it.each(rest)('runs: %s', async (line) => {
    expect(await run(line)).toMatchObject({ code: 0 });
  });
});

describeWithSpark('the README, with Spark', () => {
  const lines = commands.filter((line) => line.includes(withSpark));
  it.each(lines)('runs: %s', { timeout: 300_000 }, async (line) => {
    const { code, output } = await run(line);
    expect(output).toContain('Spark UI: http://127.0.0.1:');
    expect(code).toBe(0);
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
