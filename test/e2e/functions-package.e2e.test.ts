import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { definitionIn } from '../../plugins/ecom-analytics/functions/stage-definition.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { unzip } from '../../plugins/ecom-analytics/test/functions/unzip.ts';
import {
  goodCredentials,
  startTokenBroker,
  type TokenBroker,
} from '../../plugins/ecom-analytics/test/machine/kafka/token/token-broker.ts';
import { describeWithJava, describeWithJdk } from '../../plugins/ecom-analytics/test/requirement.ts';
import { ProjectCopy, projectName } from './project-copy.ts';

let project: ProjectCopy;
beforeAll(() => {
  project = new ProjectCopy();
  project.useOwnStages();
});
afterAll(() => project.remove());
const run = promisify(execFile);
/** Tells the answer from what the function logs. */
const marker = 'answer: ';
const handlers = {
  producer: 'functions/producer.js',
  testConsumer: 'functions/test-consumer.js',
  alertConsumer: 'functions/alert-consumer.js',
} as const;

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is as deep as AWS made it
  readonly Properties: any;
}

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Conditions: unknown;
}

/** Packages a stage as someone does who has no AWS account, and never logged in anywhere. */
async function packageStage(
  stage: string,
  out: string,
  home: string,
  ...options: string[]
): Promise<Template> {
  const serverless = path.join(project.folder, 'node_modules/serverless/bin/serverless.js');
  const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home, SystemRoot: process.env.SystemRoot };
  await run(process.execPath, [serverless, 'package', '--stage', stage, '--package', out, ...options], {
    cwd: project.folder,
    env,
  });
  return JSON.parse(readFileSync(path.join(out, 'cloudformation-template-update-stack.json'), 'utf8'));
}

/** What a role may do, as `action on resource`. */
function allowed(template: Template, role: string): string[] {
  const { Policies = [] } = template.Resources[role]?.Properties ?? {};
  return Policies.flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: Statement[] } }) =>
    PolicyDocument.Statement.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action) => `${action} on ${JSON.stringify(Resource)}`),
    ),
  ).sort();
}

describe('sls package', () => {
  let folder: string;
  let bundles: string;
  let template: Template;

  /** Calls the handler of a bundle in a Node process of its own. */
  async function invoke(
    name: keyof typeof handlers,
    event: unknown,
    env: Record<string, string>,
  ): Promise<{ answer: unknown; stdout: string; stderr: string }> {
    const script = `
      const { handler } = require(${JSON.stringify(path.join(bundles, name, handlers[name]))});
      const answered = (answer) => {
        console.log(${JSON.stringify(marker)} + JSON.stringify(answer));
        process.exit(0);
      };
      handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60000 })
        .then(answered, ({ code, message }) => answered({ failed: code, message }));`;
    const { stdout, stderr } = await run(process.execPath, ['-e', script], {
      env: { PATH: process.env.PATH, ...env },
    });
    const line = stdout.split('\n').find((text) => text.startsWith(marker)) ?? `${marker}null`;
    return { answer: JSON.parse(line.slice(marker.length)), stdout, stderr };
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'ecom-package-'));
    const out = path.join(folder, 'out');
    const home = path.join(folder, 'home');
    bundles = path.join(folder, 'bundles');
    mkdirSync(home);
    template = await packageStage('dev', out, home);
    for (const name of Object.keys(handlers)) {
      for (const [file, bytes] of unzip(path.join(out, `${name}.zip`))) {
        const place = path.join(bundles, name, file);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, bytes);
      }
    }
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('builds three bundles, each one file', () => {
    expect(readdirSync(bundles).sort()).toEqual(Object.keys(handlers).sort());
    for (const [name, handler] of Object.entries(handlers)) {
      const files = readdirSync(path.join(bundles, name), { recursive: true, withFileTypes: true });
      const found = files.filter((entry) => entry.isFile());
      expect(found.map(({ name: file }) => file)).toEqual([path.basename(handler)]);
    }
  });

  test('runs every function on Node 24, with a role of its own', () => {
    const roles: Record<string, string> = {};
    for (const name of ['Producer', 'TestConsumer', 'AlertConsumer']) {
      const { Runtime, Role } = template.Resources[`${name}LambdaFunction`]?.Properties ?? {};
      expect(Runtime).toBe('nodejs24.x');
      roles[name] = Role['Fn::GetAtt'][0];
    }
    expect(roles).toEqual({
      Producer: 'ProducerRole',
      TestConsumer: 'TestConsumerRole',
      AlertConsumer: 'AlertConsumerRole',
    });
  });

  test('allows each function what it does, where it does it', () => {
    const log = (group: string): string[] => [
      `logs:CreateLogStream on {"Fn::Sub":"\${${group}.Arn}"}`,
      `logs:PutLogEvents on {"Fn::Sub":"\${${group}.Arn}"}`,
    ];
    const table = '{"Fn::GetAtt":["AlertsTable","Arn"]}';
    expect(allowed(template, 'ProducerRole')).toEqual(log('ProducerLogGroup'));
    expect(allowed(template, 'TestConsumerRole')).toEqual(log('TestConsumerLogGroup'));
    expect(allowed(template, 'AlertConsumerRole')).toEqual([
      `dynamodb:DeleteItem on ${table}`,
      `dynamodb:GetItem on ${table}`,
      `dynamodb:PutItem on ${table}`,
      `dynamodb:UpdateItem on ${table}`,
      ...log('AlertConsumerLogGroup'),
      's3:PutObject on {"Fn::Sub":"${FunctionsBucket.Arn}/dead-letters/*"}',
      'sns:Publish on {"Ref":"AlertsSnsTopic"}',
    ]);
  });

  test('lets rows of the table of alerts expire, and keeps the bucket closed', () => {
    const { AlertsTable, FunctionsBucket, FunctionsBucketPolicy } = template.Resources;
    expect(AlertsTable?.Properties.TimeToLiveSpecification).toEqual({
      AttributeName: 'expiration',
      Enabled: true,
    });
    expect(Object.values(FunctionsBucket?.Properties.PublicAccessBlockConfiguration)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(FunctionsBucketPolicy?.Properties.PolicyDocument.Statement[0]).toMatchObject({
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': false } },
    });
  });

  test('subscribes an e-mail address where one is given, and only there', async () => {
    expect(template.Resources.AlertsEmail?.Condition).toBe('HasAlertEmail');
    expect(template.Conditions).toEqual({ HasAlertEmail: { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] } });
    const out = path.join(folder, 'prod');
    const home = path.join(folder, 'home');
    const prod = await packageStage('prod', out, home, '--param', 'alertEmail=fraud@shop.example');
    expect(prod.Resources.AlertsEmail?.Properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'fraud@shop.example',
    });
    expect(prod.Resources.ProducerLambdaFunction?.Properties.FunctionName).toBe(
      `${projectName}-prod-producer`,
    );
  });

  test('bundles load, and say what they lack', async () => {
    const event = { records: {} };
    expect((await invoke('producer', {}, {})).answer).toMatchObject({ failed: 'ECOM_BROKERS_MISSING' });
    expect((await invoke('testConsumer', { topic: 'x' }, {})).answer).toMatchObject({
      failed: 'ECOM_BROKERS_MISSING',
    });
    expect((await invoke('alertConsumer', event, {})).answer).toMatchObject({
      failed: 'ECOM_SETTING_MISSING',
    });
  });

  describeWithJava('the bundles, on a real broker', () => {
    let broker: Broker;
    let env: Record<string, string>;

    beforeAll(async () => {
      broker = await startBroker();
      await createTopics(broker.bootstrapServers, pipeline);
      env = { ECOM_BOOTSTRAP_BROKERS: broker.bootstrapServers, ECOM_KAFKA_AUTH: 'none' };
    });

    afterAll(async () => {
      await broker?.stop();
    });

    test('send, count, read back and check', async () => {
      const event = { durationSeconds: 2, ordersPerMinute: 3000, seed: 7, fraudRate: 0 };
      const sent = await invoke('producer', event, env);
      expect(sent.answer).toMatchObject({ sent: 100, failed: 0 });
      expect(sent.stderr).toBe('');
      const lines = sent.stdout.split('\n').filter((line) => line.startsWith('{'));
      const logged = lines.map((line) => JSON.parse(line));
      expect(logged[0]).toMatchObject({
        level: 'INFO',
        service: 'producer',
        message: expect.stringMatching(/^Sent order 1: /),
      });
      expect(logged.find((line) => '_aws' in line)).toMatchObject({ OrdersSent: 100, stage: 'local' });

      const topic = pipeline.topics.orders.name;
      const read = await invoke('testConsumer', { topic, maxMessages: 1000 }, env);
      expect(read.answer).toMatchObject({ read: 100, valid: 100, invalid: 0 });
      expect(read.stderr).toBe('');
    });

    test('keep to the topics of their stage', async () => {
      const prefixed = { ...env, ECOM_TOPIC_PREFIX: 'dev-' };
      await createTopics(broker.bootstrapServers, definitionIn(prefixed, pipeline));
      const event = { durationSeconds: 1, ordersPerMinute: 3000, seed: 7, fraudRate: 0 };
      expect((await invoke('producer', event, prefixed)).answer).toMatchObject({ sent: 50, failed: 0 });
      const reading = await invoke(
        'testConsumer',
        { topic: 'ecommerce-orders', maxMessages: 1000 },
        prefixed,
      );
      expect(reading.answer).toMatchObject({ topic: 'dev-ecommerce-orders', read: 50, valid: 50 });
    });

    test('know a missing topic by its name, though their code is minified', async () => {
      const { answer } = await invoke('testConsumer', { topic: 'no-such-topic' }, env);
      expect(answer).toMatchObject({ failed: 'ECOM_TOPIC_MISSING' });
    });

    test('know a broker that is not there', async () => {
      const { answer } = await invoke('producer', {}, { ...env, ECOM_BOOTSTRAP_BROKERS: '127.0.0.1:1' });
      expect(answer).toMatchObject({ failed: 'ECOM_KAFKA_UNREACHABLE' });
    });
  });

  describeWithJdk('the bundles, on a broker that signs in as MSK does', () => {
    let tokenBroker: TokenBroker;

    beforeAll(async () => {
      tokenBroker = await startTokenBroker(3600);
      await createTopics(tokenBroker.broker.bootstrapServers, pipeline);
    });

    afterAll(async () => {
      await tokenBroker?.[Symbol.asyncDispose]();
    });

    test('sign in with the credentials that Lambda puts into the environment', async () => {
      const env = {
        ...goodCredentials,
        NODE_EXTRA_CA_CERTS: tokenBroker.caFile,
        ECOM_BOOTSTRAP_BROKERS: tokenBroker.bootstrapServers,
      };
      const event = { durationSeconds: 1, ordersPerMinute: 3000, seed: 7 };
      expect((await invoke('producer', event, env)).answer).toMatchObject({ sent: 50, failed: 0 });
      const wrong = { ...env, AWS_SECRET_ACCESS_KEY: 'wrong' };
      expect((await invoke('producer', event, wrong)).answer).toMatchObject({
        failed: 'ECOM_KAFKA_AUTHENTICATION',
      });
      expect(await tokenBroker.tokens()).toMatchObject({ accepted: expect.any(Number), refused: 1 });
    });
  });
});
