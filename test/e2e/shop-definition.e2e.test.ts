import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { type CommandOutcome, ProjectCopy } from './project-copy.ts';

/** A shop with one topic and one required order field more, each an entry in `pipeline/definition.ts` and nothing else. */

const topicEntry = `    refunds: {
      name: 'ecommerce-refunds',
      partitions: 2,
      replicationFactor: 3,
      minInSyncReplicas: 2,
      retentionMs: 30 * 86_400_000,
      keyedBy: 'order_id',
    },
`;
const fieldEntry = `    payment_method: { type: 'text', simulated: ['card', 'paypal'], ifMissing: 'unknown' },
`;

/** What follows from the definition, and takes no minutes: the shop's own tests first. */
const fastTests = [
  ...['test/functions', 'test/pipeline', 'test/rules', 'test/emr/', 'test/spark/'],
  ...[
    ...['core/', 'functions/', 'engine/customers', 'import/', 'rules/rules', 'testing/'],
    ...['plugin/config/', 'plugin/resources/', 'plugin/topics/', 'plugin/commands/topics'],
  ].map((part) => `plugins/ecom-analytics/test/${part}`),
];

/** A bound for what hangs: a test in here takes as long as the tests that it runs. */
const slow = { timeout: 600_000 };

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
  const file = path.join(project.folder, 'pipeline/definition.ts');
  const before = readFileSync(file, 'utf8');
  const after = before
    .replace('    ...defaultTopics,\n', (line) => line + topicEntry)
    .replace('  orderFields: {},\n', `  orderFields: {\n${fieldEntry}  },\n`);
  expect(after.length).toBe(before.length + topicEntry.length + fieldEntry.length + 3);
  writeFileSync(file, after);
});
afterAll(() => project?.remove());

/** A stage that says this of its topics. */
function writeStages(topics: object): void {
  project.useOwnStages();
  const file = path.join(project.folder, 'stages.yml');
  const stages = JSON.parse(readFileSync(file, 'utf8'));
  stages.dev.ecomAnalytics.topics = topics;
  writeFileSync(file, JSON.stringify(stages));
}

async function succeed(line: string): Promise<CommandOutcome> {
  const outcome = await project.run(line);
  expect(outcome, `${line}\n${outcome.output}`).toMatchObject({ code: 0 });
  return outcome;
}

describe('a topic and a required order field that a shop adds', () => {
  it('pass the check', async () => {
    const { output } = await succeed('npm run check');
    expect(output).not.toContain('failed');
  });

  it('break no test, and leave nothing to be regenerated', slow, async () => {
    const { output } = await succeed(`npx vitest run --project fast ${fastTests.join(' ')}`);
    expect(output).toMatch(/Tests .*passed/);
  });

  it('are packaged: the functions may use the topic, and a stage may set its partitions', async () => {
    writeStages({ refunds: { partitions: 5 } });
    await succeed('npx sls package --stage dev');
    const template = readFileSync(
      path.join(project.folder, '.serverless/cloudformation-template-update-stack.json'),
      'utf8',
    );
    const { EcomTestConsumerPolicy, EcomProducerPolicy } = JSON.parse(template).Resources;
    for (const policy of [EcomTestConsumerPolicy, EcomProducerPolicy])
      expect(JSON.stringify(policy)).toContain('ecommerce-refunds');
  });

  it('are refused by name where a stage spells the topic wrong', async () => {
    writeStages({ refnds: { partitions: 5 } });
    const { code, output } = await project.run('npx sls package --stage dev');
    expect(code).not.toBe(0);
    expect(output).toContain('refnds');
  });

  it('are there in a run of the embedded engine, without a bad record', async () => {
    const { stdout } = await succeed('npm start --silent -- --duration 5 --no-dashboard --json');
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ dead_letters: 0 });
    expect(summary.orders).toBeGreaterThan(0);
  });

  it('are there in a replay: the field is read, and filled in where the file has none', async () => {
    const rows = ['c1,2026-11-23T12:00:00Z,5.00,card', 'c2,2026-11-23T12:00:01Z,6.00,'];
    const csv = `customer_id,timestamp,total_amount,payment_method\n${rows.join('\n')}\n`;
    writeFileSync(path.join(project.folder, 'orders.csv'), csv);
    const { stdout } = await succeed('npm start --silent -- --replay orders.csv --no-dashboard --json');
    expect(JSON.parse(stdout)).toMatchObject({ orders: 2, dead_letters: 0 });
  });
});

describeWithSpark('a topic and a required order field that a shop adds, with Spark', () => {
  it('come to the same in both engines, orders without the field included', slow, async () => {
    const messy = '4.1 make the same of 20,000 messy orders';
    const { output } = await succeed(
      `npx vitest run --project heavy test/spark/equivalence.spark.test.ts -t "${messy}"`,
    );
    expect(output).toMatch(/Tests .*1 passed/);
  });
});
