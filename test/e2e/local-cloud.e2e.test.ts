import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { localClusterArn } from '../../plugins/ecom-analytics/cloud/cloud.ts';
import type { Order } from '../../plugins/ecom-analytics/core/order.ts';
import type { WindowRow } from '../../plugins/ecom-analytics/core/window.ts';
import { type JobStatus, readStatus } from '../../plugins/ecom-analytics/job/job-status.ts';
import { readWindowFile } from '../../plugins/ecom-analytics/parquet/read-windows.ts';
import { requestsOf } from '../../plugins/ecom-analytics/plugin/cost/s3-requests.ts';
import { recordedActions } from '../../plugins/ecom-analytics/plugin/policy/actions.ts';
import { expectedOutcome, sortedRows } from '../../plugins/ecom-analytics/test/engine/oracle.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { readAlerts, readTopic } from '../spark/orders-topic.ts';
import { jobRequests } from './job-requests.ts';
import { awsUses, deployer } from './permissions/aws-uses.ts';
import { allows, grantsOf, policyGrants } from './permissions/grants.ts';
import { kafkaUses } from './permissions/kafka-uses.ts';
import { isNeededElsewhere, rolePrincipals } from './permissions/principals.ts';
import type { Use } from './permissions/use.ts';
import { type CommandOutcome, ProjectCopy, projectName, type Running } from './project-copy.ts';

/** A stage's whole life on the local cloud, by the commands that a user types: each test goes on where the one before ended. */

const dataBucket = `${projectName}-local-data-000000000000`;
const artifactsBucket = `${projectName}-local-artifacts-000000000000`;
const slow = { timeout: 240_000 };
/** What only the stage `local` of stages.yml has, whatever a project's answers are. */
const localNetwork = 'network:\n      existing: { vpcId: vpc-00000001';
/** osls asks this often how far a stack is, in milliseconds; and the name that tells its calls from the cloud's own. */
const quickly = { SLS_AWS_MONITORING_FREQUENCY: '200', AWS_SDK_UA_APP_ID: deployer };

describeWithSpark('a stage on the local cloud', () => {
  let project: ProjectCopy;
  let other: ProjectCopy | undefined;
  let cloud: Running;
  let s3: S3Client;
  let dynamo: DynamoDBClient;
  let cloudFormation: CloudFormationClient;
  let brokers: string;

  beforeAll(async () => {
    project = new ProjectCopy();
    cloud = project.start('npm run cloud -- --record calls');
    const tasks = readFileSync(path.join(project.folder, '.vscode/tasks.json'), 'utf8');
    const { problemMatcher } = JSON.parse(tasks).tasks.find(
      (task: { label: string }) => task.label === 'local cloud',
    );
    // What the task waits for in VS Code.
    const ready = new RegExp(problemMatcher.background.endsPattern, 'm');
    await until('the cloud is there', async () => ready.test(cloud.output()));
    const { endpoint } = JSON.parse(readFileSync(path.join(project.folder, '.cache/cloud.json'), 'utf8'));
    const client = {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
    s3 = new S3Client({ ...client, forcePathStyle: true });
    dynamo = new DynamoDBClient(client);
    cloudFormation = new CloudFormationClient(client);
  }, 240_000);

  afterAll(async () => {
    s3?.destroy();
    dynamo?.destroy();
    cloudFormation?.destroy();
    cloud?.interrupt();
    await cloud?.ended;
    project?.remove();
    other?.remove();
  }, 60_000);

  async function until(what: string, holds: () => Promise<boolean>, withinMs = 200_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (Date.now() < deadline) {
      if (await holds()) return;
      await delay(500);
    }
    throw new Error(`It did not come to be that ${what}\n${cloud.output().slice(-3000)}`);
  }

  /** `sls … --stage local` */
  const sls = (line: string): Promise<CommandOutcome> =>
    project.run(`npx sls ${line} --stage local`, quickly);

  /** Runs it, and shows all that it printed where its exit code is another. */
  async function expectSls(line: string, code = 0): Promise<CommandOutcome> {
    const outcome = await sls(line);
    expect(outcome.code, `sls ${line}\n${outcome.output}`).toBe(code);
    return outcome;
  }

  /** The same of the other stage, which finds the cloud by the environment. */
  async function expectSlsOfOther(line: string, code = 0): Promise<CommandOutcome> {
    const { endpoint } = JSON.parse(readFileSync(path.join(project.folder, '.cache/cloud.json'), 'utf8'));
    const env = { ...quickly, AWS_ENDPOINT_URL: endpoint };
    const outcome = await other?.run(`npx sls ${line} --stage local`, env);
    if (outcome === undefined) throw new Error('There is no other stage');
    expect(outcome.code, `sls ${line}\n${outcome.output}`).toBe(code);
    return outcome;
  }

  async function keys(bucket: string, prefix: string): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) found.push(Key);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  async function object(bucket: string, key: string): Promise<Uint8Array> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToByteArray() ?? new Uint8Array();
  }

  async function status(): Promise<JobStatus | undefined> {
    if (!(await keys(dataBucket, 'status/pipeline.json')).includes('status/pipeline.json')) return undefined;
    return readStatus(JSON.parse(Buffer.from(await object(dataBucket, 'status/pipeline.json')).toString()));
  }

  /** Every window row, as who just lists the Parquet files sees it. */
  async function windows(bucket: string): Promise<WindowRow[]> {
    const folder = path.join(project.folder, 'seen');
    mkdirSync(folder, { recursive: true });
    const rows: WindowRow[] = [];
    for (const key of await keys(bucket, 'analytics/')) {
      if (!key.endsWith('.parquet')) continue;
      const file = path.join(folder, path.posix.basename(key));
      writeFileSync(file, await object(bucket, key));
      rows.push(...(await readWindowFile(file)));
    }
    return sortedRows(rows);
  }

  /** The orders on the topic; ticks and what is no order left out. */
  async function orders(prefix = ''): Promise<Order[]> {
    const messages = await readTopic(brokers, `${prefix}${pipeline.topics.orders.name}`);
    return messages.flatMap(({ value }) => {
      const text = value?.toString() ?? '';
      return text.startsWith('{"order_id"') ? [JSON.parse(text)] : [];
    });
  }

  /** Waits until the windows of every order on the topic are written, and compares them with the oracle. */
  async function expectWindowsOfAllOrders(bucket: string, topicPrefix = ''): Promise<void> {
    // One was sent that is none: it lies among the dead letters.
    const sent = (await orders(topicPrefix)).filter(({ total_amount }) => typeof total_amount === 'number');
    const { rows } = expectedOutcome([sent], pipeline.windows);
    await until('every window is written', async () => (await windows(bucket)).length >= rows.length);
    expect(await windows(bucket)).toEqual(rows);
  }

  const stagesFile = () => path.join(project.folder, 'stages.yml');
  function change(file: string, from: string, to: string): () => void {
    const before = readFileSync(file, 'utf8');
    expect(before).toContain(from);
    writeFileSync(file, before.replace(from, to));
    return () => writeFileSync(file, before);
  }

  test('is deployed to nothing with one command', slow, async () => {
    const before = JSON.parse((await expectSls('ecom plan --json --detailed-exitcode', 2)).stdout);
    expect(before).toMatchObject({ deployed: false, stream: [{ decision: 'start' }], cost: null });
    const { output } = await expectSls('deploy');
    expect(output).toContain('topics: 3 changes made');
    expect(output).toMatch(/pipeline: started \(step s-\w+, generation 1\)/);
    expect(output).toContain('alert consumer: trigger on');
    const outputs = await expectSls('info');
    brokers = /brokers: (\S+)/.exec(outputs.output)?.[1] ?? '';
    expect(brokers).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(outputs.output).toMatch(/step s-\w+ RUNNING, job running/);
    expect(cloud.output()).not.toContain('Error');
  });

  test('takes orders', slow, async () => {
    const data = '{"durationSeconds":10,"ordersPerMinute":6000,"seed":7,"fraudRate":0.1}';
    const { stdout } = await expectSls(`invoke -f producer -d '${data}'`);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 1000, failed: 0 });
  });

  test('has one function deployed alone, and run on this machine', slow, async () => {
    const { output } = await expectSls('deploy function -f producer');
    expect(output).toContain('Deploying function producer');
    const handler = path.join(project.folder, 'plugins/ecom-analytics/functions/producer/handler.ts');
    const undo = change(
      handler,
      '  return result;',
      '  return { ...result, sent: result.sent + 1_000_000 };',
    );
    await expectSls('deploy function -f producer');
    const changed = await expectSls(
      `invoke -f producer -d '{"durationSeconds":2,"ordersPerMinute":600,"seed":13}'`,
    );
    expect(JSON.parse(changed.stdout)).toMatchObject({ sent: 1_000_020, failed: 0 });
    undo();
    const planned = JSON.parse((await expectSls('ecom plan --json')).stdout);
    expect(planned.stack.changes).toMatchObject([{ id: 'ProducerLambdaFunction', properties: ['Code'] }]);
    await expectSls('deploy function -f producer');
    expect(JSON.parse((await expectSls('ecom plan --json')).stdout).stack.changes).toEqual([]);
    // A function's log comes before its answer, which osls prints over several lines.
    const answered = ({ stdout }: CommandOutcome): unknown =>
      JSON.parse(stdout.slice(stdout.lastIndexOf('\n{\n') + 1));
    const data = '{"durationSeconds":2,"ordersPerMinute":600,"seed":12}';
    const produced = await expectSls(`invoke local -f producer -d '${data}'`);
    expect(answered(produced)).toMatchObject({ sent: 20, failed: 0 });
    const { name } = pipeline.topics.orders;
    const read = await expectSls(`invoke local -f testConsumer -d '{"topic":"${name}","maxMessages":5}'`);
    expect(answered(read)).toMatchObject({ topic: name, read: 5, invalid: 0 });
  });

  test('acts on each alert once', slow, async () => {
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
    const [TableName = ''] = TableNames.filter((name) => name.startsWith(`${projectName}-local-AlertsTable`));
    const acted = async (): Promise<number> => {
      const { Items = [] } = await dynamo.send(new ScanCommand({ TableName, ConsistentRead: true }));
      return Items.length;
    };
    // Spark's come after the producer's, some under the same ids.
    await until('every alert is there and acted on', async () => {
      const alerts = await readAlerts(brokers);
      const ids = new Set(alerts.map(({ alert_id }) => alert_id));
      return alerts.some(({ source }) => source === 'stream') && (await acted()) === ids.size;
    });
    expect(await acted()).toBeGreaterThan(0);
  });

  test('reads both topics back', slow, async () => {
    for (const { name } of [pipeline.topics.orders, pipeline.topics.alerts]) {
      const { stdout } = await expectSls(`invoke -f testConsumer -d '{"topic":"${name}","maxMessages":50}'`);
      expect(JSON.parse(stdout)).toMatchObject({ topic: name, invalid: 0 });
      expect(JSON.parse(stdout).read).toBeGreaterThan(0);
    }
  });

  test('is left alone by a deploy that changes nothing', slow, async () => {
    const before = await keys(artifactsBucket, '');
    const { output } = await expectSls('deploy');
    expect(output).toContain('topics: as they should be');
    expect(output).toContain('pipeline: left running');
    expect(await keys(artifactsBucket, '')).toEqual(before);
  });

  test('gets more partitions, and never fewer', slow, async () => {
    await expectSls('ecom topics plan --detailed-exitcode');
    const { stdout } = await expectSls('ecom plan --json --detailed-exitcode');
    expect(JSON.parse(stdout)).toMatchObject({ stack: { changes: [] }, stream: [{ decision: 'keep' }] });
    const grow = `topics: { alerts: { partitions: 4 } }\n    ${localNetwork}`;
    const undo = change(stagesFile(), localNetwork, grow);
    await expectSls('ecom topics plan --detailed-exitcode', 2);
    await expectSls('ecom topics apply');
    await expectSls('ecom topics plan --detailed-exitcode');
    undo();
    const { output } = await expectSls('ecom topics plan', 1);
    expect(output).toContain('ECOM_TOPIC_SHRINK');
    change(stagesFile(), localNetwork, grow);
  });

  test('starts again in place for another rule', slow, async () => {
    const file = path.join(project.folder, 'pipeline/rules.ts');
    const [now = '', limit] = /moreThan: (\d+)/.exec(readFileSync(file, 'utf8')) ?? [];
    change(file, now, `moreThan: ${Number(limit) + 100}`);
    const { output } = await expectSls('deploy');
    expect(output).toMatch(/pipeline: started \(step s-\w+, generation 2\)/);
    await expectSls(`invoke -f producer -d '{"durationSeconds":5,"ordersPerMinute":6000,"seed":8}'`);
  });

  test('refuses another window before anything is changed', slow, async () => {
    const before = await status();
    const file = path.join(project.folder, 'pipeline/definition.ts');
    const [now = ''] = /sizeMs: \d[\d_]*/.exec(readFileSync(file, 'utf8')) ?? [];
    const undo = change(file, now, `${now} * 2`);
    const { output } = await expectSls('deploy', 1);
    undo();
    expect(output).toContain('ECOM_CHECKPOINT');
    expect(output).toContain('window size');
    expect(await status()).toMatchObject({ state: 'running', generation: before?.generation });
  });

  test('has its step started again when its process is killed', slow, async () => {
    const processes = execFileSync('ps', ['-eo', 'pid,args', '-ww'], { encoding: 'utf8' }).split('\n');
    const folder = /logs below (\S+)/.exec(cloud.output())?.[1] ?? '';
    const pids = processes.filter((line) => line.includes('streaming_job.py') && line.includes(`${folder}/`));
    expect(pids).not.toEqual([]);
    for (const line of pids) process.kill(Number.parseInt(line, 10), 'SIGKILL');
    await until('another generation runs', async () => {
      const now = await status();
      return now?.state === 'running' && now.generation > 2;
    });
    expect((await status())?.generation).toBe(3);
    await expectSls(`invoke -f producer -d '{"durationSeconds":5,"ordersPerMinute":6000,"seed":9}'`);
  });

  test('shows what was refused, and puts it back repaired, once', slow, async () => {
    // While orders keep coming no tick closes the windows that the repaired one falls into.
    const flow = expectSls(`invoke -f producer -d '{"durationSeconds":45,"ordersPerMinute":600,"seed":11}'`);
    flow.catch(() => undefined);
    const [good] = await orders();
    const repaired = { ...good, order_id: 'repaired-1', total_amount: 12.5 };
    const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const value = JSON.stringify({ ...repaired, total_amount: 'a lot' });
    await producer.send({ topic: pipeline.topics.orders.name, messages: [{ key: 'CUST_1', value }] });
    await producer.disconnect();
    let record: { reason: string; partition: number; offset: string } | undefined;
    await until('it is among the dead letters', async () => {
      const { stdout } = await expectSls('ecom dead-letters list --json');
      [record] = JSON.parse(stdout).records;
      return record !== undefined;
    });
    expect(record).toMatchObject({ reason: 'total-amount' });
    // A little ahead, as a producer's clock may be: on a busy machine the command takes longer than the watermark waits.
    const order = { ...repaired, timestamp: new Date(Date.now() + 10_000).toISOString() };
    const line = { partition: record?.partition, offset: record?.offset, order };
    writeFileSync(path.join(project.folder, 'repaired.jsonl'), `${JSON.stringify(line)}\n`);
    const replay = 'ecom dead-letters replay --file repaired.jsonl --json';
    expect(JSON.parse((await expectSls(replay)).stdout)).toEqual({ sent: 1, skipped: 0, tooOld: 0 });
    expect(JSON.parse((await expectSls(replay)).stdout)).toEqual({ sent: 0, skipped: 1, tooOld: 0 });
    const sent = await orders();
    // The refused one lies on the topic too.
    const back = sent.filter(
      ({ order_id, total_amount }) => order_id === 'repaired-1' && total_amount === 12.5,
    );
    expect(back).toHaveLength(1);
    await flow;
  });

  test('finds nothing wrong with itself', slow, async () => {
    const { output } = await expectSls('ecom doctor');
    expect(output).not.toContain('WRONG');
    expect((await expectSls('ecom cost')).output).toContain('Stage local costs nothing');
    const { stdout } = await expectSls('ecom stream status --json');
    expect(JSON.parse(stdout).streams).toMatchObject([{ application: 'pipeline', healthy: true }]);
  });

  test('does what the page on running locally says', slow, async () => {
    const page = readFileSync(path.join(project.folder, 'docs/running-locally.md'), 'utf8');
    const lines = [...page.matchAll(/^npx sls (.*) --stage local(.*)$/gm)].map(
      ([, command, rest]) => `${command}${rest}`,
    );
    // These are what the other tests begin and end with.
    expect(lines).toEqual(expect.arrayContaining(['deploy', 'remove']));
    for (const line of lines.filter((one) => one !== 'deploy' && one !== 'remove')) await expectSls(line);
  });

  test('may do all that it did, and nothing else', slow, async () => {
    const at = (name: string): string => path.join(project.folder, name);
    const lines = (name: string): string[] => readFileSync(at(name), 'utf8').split('\n').filter(Boolean);
    const { StackResources = [] } = await cloudFormation.send(
      new DescribeStackResourcesCommand({ StackName: `${projectName}-local` }),
    );
    const template = JSON.parse(
      readFileSync(at('.serverless/cloudformation-template-update-stack.json'), 'utf8'),
    );
    const physicalIds = new Map(
      StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    );
    const stack = { template, physicalIds, region: 'us-east-1', account: '000000000000' };
    const grants = grantsOf(stack, rolePrincipals);
    const uses = [
      ...awsUses(lines('calls/calls.jsonl')).filter(({ principal }) => principal !== deployer),
      ...kafkaUses(lines('calls/requests.jsonl'), localClusterArn),
    ];
    const told = (use: Use): string => [use.principal, use.action, use.resource, use.prefix ?? ''].join(' ');
    const refused = uses.filter((use) => !grants.some((grant) => allows(grant, use)));
    expect([...new Set(refused.map(told))]).toEqual([]);
    const unused = grants.filter((grant) => !uses.some((use) => allows(grant, use)));
    const unexplained = unused.filter(
      ({ principal, action, resource }) => !isNeededElsewhere(principal, action, resource),
    );
    expect(
      unexplained.map(({ principal, action, resource }) => `${principal} ${action} ${resource}`),
    ).toEqual([]);
  });

  test(
    'is deployed and looked after with what `sls ecom policy` allows, and no call of a command is left out',
    slow,
    async () => {
      const { stdout } = await expectSls('ecom policy --account 000000000000');
      const grants = policyGrants(deployer, JSON.parse(stdout));
      const calls = readFileSync(path.join(project.folder, 'calls/calls.jsonl'), 'utf8')
        .split('\n')
        .slice(0, -1);
      const uses = awsUses(calls).filter(({ principal }) => principal === deployer);
      const refused = uses.filter((use) => !grants.some((grant) => allows(grant, use)));
      expect([...new Set(refused.map(({ action, resource }) => `${action} ${resource}`))]).toEqual([]);
      // Removing comes later, and here the stack makes the trigger enabled, so that a deploy need not switch it on.
      const later =
        /DeleteStack|DeleteChangeSet|ecr:|UntagResource|ListStackResources|DeleteObject|Versions|UpdateEventSourceMapping/;
      const seen = new Set(uses.map(({ action }) => action));
      expect(recordedActions.filter((action) => !seen.has(action) && !later.test(action))).toEqual([]);
    },
  );

  test('asks as much of S3 as its estimate counts on, for what it does while orders come', slow, async () => {
    const calls = (): string[] =>
      readFileSync(path.join(project.folder, 'calls/calls.jsonl'), 'utf8').split('\n').slice(0, -1);
    const before = calls().length;
    await expectSls(`invoke -f producer -d '{"durationSeconds":40,"ordersPerMinute":1000,"seed":14}'`);
    const { requests, work } = jobRequests(calls().slice(before));
    expect(work.batches).toBeGreaterThan(5);
    expect(work.stateCommits).toBeGreaterThan(5);
    const expected = requestsOf(work);
    for (const kind of ['writes', 'reads'] as const) {
      expect(requests[kind] / expected[kind], `${kind}: ${JSON.stringify(work)}`).toBeGreaterThan(0.75);
      expect(requests[kind] / expected[kind], `${kind}: ${JSON.stringify(work)}`).toBeLessThan(1.25);
    }
  });

  test('has another stage beside it on the same clusters', slow, async () => {
    other = new ProjectCopy();
    change(path.join(other.folder, 'package.json'), `"name": "${projectName}"`, '"name": "second-shop"');
    expect((await expectSlsOfOther('deploy', 1)).output).toContain('ECOM_TOPIC_OWNED');
    const prefixed = `topics: { prefix: second- }\n    ${localNetwork}`;
    change(path.join(other.folder, 'stages.yml'), localNetwork, prefixed);
    const { output } = await expectSlsOfOther('deploy');
    expect(output).toMatch(/pipeline: started \(step s-\w+, generation 1\)/);
    await expectSlsOfOther(`invoke -f producer -d '{"durationSeconds":5,"ordersPerMinute":6000,"seed":10}'`);
    expect(await orders('second-')).toHaveLength(500);
  });

  test('has lost and doubled no window through all of this, and nor has the other', slow, async () => {
    const running = await status();
    await expectWindowsOfAllOrders(dataBucket);
    await expectWindowsOfAllOrders('second-shop-local-data-000000000000', 'second-');
    const before = await windows(dataBucket);
    await expectSlsOfOther('remove');
    expect(await windows(dataBucket)).toEqual(before);
    expect(await status()).toMatchObject({ state: 'running', generation: running?.generation });
  });

  test('brings its windows to this machine, to be asked about', slow, async () => {
    await expectSls('ecom windows get');
    const sums =
      'SELECT count(*) AS rows, sum(order_count)::BIGINT AS orders, sum(total_revenue) AS revenue FROM windows';
    const asked = await project.run(`npm run --silent query -- "${sums}" --out data-local --json`);
    const rows = await windows(dataBucket);
    const [answer] = JSON.parse(asked.stdout);
    expect(answer).toMatchObject({
      rows: rows.length,
      orders: rows.reduce((sum, { order_count }) => sum + order_count, 0),
    });
    const revenue = rows.reduce((sum, { total_revenue }) => sum + total_revenue, 0);
    expect(answer.revenue).toBeCloseTo(revenue, 2);
    expect((await project.run('npm run report -- data-local')).code).toBe(0);
  });

  test('leaves nothing but its topics behind, which another deploy adopts', slow, async () => {
    const before = await readTopic(brokers, pipeline.topics.orders.name);
    await expectSls('remove');
    await expect(keys(dataBucket, '')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(keys(artifactsBucket, '')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    const { output } = await expectSls('deploy');
    const after = await readTopic(brokers, pipeline.topics.orders.name);
    expect(after.length).toBeGreaterThanOrEqual(before.length);
    expect(output).toMatch(/pipeline: started/);
  });

  test('goes with Ctrl-C', slow, async () => {
    cloud.interrupt();
    expect((await cloud.ended).code).toBe(130);
    expect(cloud.output()).toMatch(/Stopping\s*$/);
    const { output } = await expectSls('info', 1);
    expect(output).toContain('ECOM_CLOUD_MISSING');
  });
});
