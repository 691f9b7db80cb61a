import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { describeWithJava, describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { type CommandOutcome, ProjectCopy } from './project-copy.ts';

/**
 * Runs every command of README.md and docs/ that stands in a block of `sh`, page by page and in order, in a copy of the project.
 * Blocks of `console` need AWS, a second terminal or a file of the reader's, or another test runs them: local-cloud.e2e.test.ts those
 * with `--stage local`, project.e2e.test.ts how a project takes over the kit, and the producer's minute.
 */

const root = path.resolve(import.meta.dirname, '../..');

const pages = [
  'README.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');

function commandsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(
    ([, block]) => block?.trim().split('\n') ?? [],
  );
}

/** Each once, though several pages show it. */
const commands = [...new Set(pages.flatMap(commandsOf))];

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
async function run(line: string, until?: RegExp): Promise<CommandOutcome> {
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

describe('README.md and docs/', () => {
  it('are run whole: every command below, or by CI', () => {
    expect(commands).toContain(endless);
    expect(commands).toEqual(expect.arrayContaining(runByCi));
  });

  it.skipIf(process.platform === 'win32')(`run: ${endless}`, async () => {
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
  it.each(rest)('run: %s', async (line) => {
    expect(await run(line)).toMatchObject({ code: 0 });
  });
});

describeWithSpark('README.md and docs/, with Spark', () => {
  const lines = commands.filter((line) => line.includes(withSpark));
  it.each(lines)('run: %s', { timeout: 300_000 }, async (line) => {
    const { code, output } = await run(line);
    expect(output).toContain('Spark UI: http://127.0.0.1:');
    expect(code).toBe(0);
  });
});

describeWithJava('README.md and docs/, with a broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker();
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterAll(() => broker?.stop());

  const lines = commands.filter((line) => line.includes(documentedBroker));
  it.each(lines)('run: %s', async (line) => {
    const { code, output } = await run(line.replace(documentedBroker, broker.bootstrapServers));
    expect(output).toMatch(/sent/i);
    expect(code).toBe(0);
  });
});

describe('docs/rules.md', () => {
  /** Its blocks of TypeScript are whole files, named in their first line. */
  const files = [...textOf('docs/rules.md').matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(
    ([, file = '', text = '']) => ({ file, text }),
  );

  it('has code that is a shop’s own, passes the check of types, and does what it says', async () => {
    const blocks = [...textOf('docs/rules.md').matchAll(/^```ts$/gm)];
    expect(files).toHaveLength(blocks.length);
    const shop = new ProjectCopy();
    try {
      for (const { file, text } of files) writeFileSync(path.join(shop.folder, file), text);
      expect(await shop.run('npx tsc --noEmit --project .')).toMatchObject({ code: 0 });
      const { code, output } = await shop.run(
        'npx vitest run --project fast test/bulk-order.test.ts test/rules.test.ts test/pipeline.test.ts',
      );
      expect(output).toMatch(/Test Files .*3 passed/);
      expect(code).toBe(0);
      const alerts = 'npm run invoke -- alertConsumer functions/events/alert-consumer/two-alerts.json';
      expect(await shop.run(alerts)).toMatchObject({ code: 0 });
    } finally {
      shop.remove();
    }
  });
});
