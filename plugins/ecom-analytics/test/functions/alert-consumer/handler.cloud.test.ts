import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { type Ministack, startMinistack } from '../../../cloud/ministack.ts';
import type { Alert } from '../../../core/alert.ts';
import type { AlertConsumerOptions } from '../../../functions/alert-consumer/handler.ts';
import type { KafkaEvent } from '../../../functions/alert-consumer/read-alert.ts';
import { type PublishedMessage, RecordingProxy } from '../recording-proxy.ts';
import { alertOf, base64, eventOf, recordOf } from './alert-events.ts';

const table = 'alerts';
const bucket = 'functions';

const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'ecom-analytics-test-alertConsumer',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:ecom-analytics-test-alertConsumer',
  memoryLimitInMB: '512',
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  logGroupName: '/aws/lambda/ecom-analytics-test-alertConsumer',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => 60_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

describe('the alert consumer on DynamoDB, SNS and S3', () => {
  let folder: string;
  let ministack: Ministack;
  let proxy: RecordingProxy;
  let dynamo: DynamoDBClient;
  let sns: SNSClient;
  let s3: S3Client;
  let snsTopic: string;
  let number = 0;

  /** The handler as a cold start makes it. */
  async function coldHandler(
    options: AlertConsumerOptions = {},
  ): Promise<(event: KafkaEvent) => Promise<unknown>> {
    vi.resetModules();
    const { alertConsumer } = await import('../../../functions/alert-consumer/handler.ts');
    const handler = alertConsumer(pipeline, options);
    return (event) => handler(event, context);
  }

  const published = (): PublishedMessage[] => proxy.published.splice(0);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ecom-functions-'));
    ministack = await startMinistack({ folder });
    proxy = await RecordingProxy.start(ministack.url);
    const environment = {
      AWS_ENDPOINT_URL: proxy.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ECOM_ALERTS_TABLE: table,
      ECOM_BUCKET: bucket,
      ECOM_NOTIFY_FROM: 'medium',
      ECOM_ALERTS_REMEMBERED_SECONDS: String(12 * 86_400),
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      POWERTOOLS_METRICS_DISABLED: 'true',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    dynamo = new DynamoDBClient({});
    sns = new SNSClient({});
    s3 = new S3Client({});
    await dynamo.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    snsTopic = TopicArn;
    vi.stubEnv('ECOM_ALERTS_SNS_TOPIC', snsTopic);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    for (const client of [dynamo, sns, s3]) client?.destroy();
    await proxy?.stop();
    await ministack?.child.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    number++;
    published();
  });

  test('acts once, also when another copy of the function gets the alert again', async () => {
    const event = eventOf(alertOf(`once-${number}`), alertOf(`low-${number}`, 'low'));
    const [first, second] = [await coldHandler(), await coldHandler()];
    expect(await first(event)).toMatchObject({ acted: 2, notified: 1, duplicates: 0 });
    expect(await first(event)).toMatchObject({ acted: 0, duplicates: 2 });
    expect(await second(event)).toMatchObject({ acted: 0, duplicates: 2 });
    expect(published()).toEqual([
      {
        topic: snsTopic,
        subject: 'Alert: high-value (high)',
        message: expect.stringContaining(`Order     once-${number}`),
        attributes: { rule_id: 'high-value', severity: 'high' },
      },
    ]);
  });

  test('speaks to a chat channel in its own form where one listens, and to people in text', async () => {
    vi.stubEnv('ECOM_ALERTS_CHAT', 'true');
    const handler = await coldHandler();
    await handler(eventOf(alertOf(`chat-${number}`)));
    vi.stubEnv('ECOM_ALERTS_CHAT', undefined);
    const [{ message, subject } = { message: '', subject: '' }] = published();
    const { default: text, https } = v.parse(
      v.object({ default: v.string(), https: v.string() }),
      JSON.parse(message),
    );
    expect(text).toContain(`Order     chat-${number}`);
    expect(JSON.parse(https)).toMatchObject({ source: 'custom', content: { title: subject } });
  });

  test('remembers an alert for as long as it can come again', async () => {
    await (await coldHandler())(eventOf(alertOf(`ttl-${number}`)));
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
    const inTwelveDays = Date.now() / 1000 + 12 * 86_400;
    expect(Items.length).toBeGreaterThan(0);
    for (const { id, status, expiration } of Items) {
      expect(id?.S).toMatch(/^alert#/);
      expect(status?.S).toBe('COMPLETED');
      expect(Math.abs(Number(expiration?.N) - inTwelveDays)).toBeLessThan(600);
    }
  });

  test('tells of an alert on redelivery when SNS failed, and of the others only once', async () => {
    const handler = await coldHandler();
    const event = eventOf(alertOf(`a-${number}`), alertOf(`b-${number}`));
    await sns.send(new DeleteTopicCommand({ TopicArn: snsTopic }));
    await expect(handler(event)).rejects.toMatchObject({ code: 'ECOM_ALERTS_UNFINISHED' });
    await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
    published();
    expect(await handler(event)).toMatchObject({ acted: 2, notified: 2 });
    expect(await handler(event)).toMatchObject({ acted: 0, duplicates: 2 });
    expect(published()).toHaveLength(2);
  });

  test('does not lose an alert whose first delivery died half-way: it waits for the mark to expire, then acts', async () => {
    const event = eventOf(alertOf(`died-${number}`));
    await (await coldHandler())(event);
    published();
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
    const newest = Items.reduce((a, b) => (Number(a.expiration?.N) >= Number(b.expiration?.N) ? a : b));
    const ids = Items.map(({ id }) => id?.S ?? '');
    expect(newest.id).toBeDefined();
    // As a function leaves every mark that was killed between writing it and acting.
    const mark = (untilMs: number) =>
      Promise.all(
        ids.map((id) =>
          dynamo.send(
            new UpdateItemCommand({
              TableName: table,
              Key: { id: { S: id } },
              UpdateExpression: 'SET #status = :status, in_progress_expiration = :until',
              ExpressionAttributeNames: { '#status': 'status' },
              ExpressionAttributeValues: { ':status': { S: 'INPROGRESS' }, ':until': { N: String(untilMs) } },
            }),
          ),
        ),
      );

    await mark(Date.now() + 60_000);
    await expect((await coldHandler())(event)).rejects.toMatchObject({
      code: 'ECOM_ALERTS_UNFINISHED',
      message: expect.stringContaining('already an execution in progress'),
    });
    expect(published()).toEqual([]);

    await mark(Date.now() - 1);
    expect(await (await coldHandler())(event)).toMatchObject({ acted: 1, notified: 1 });
    expect(published()).toHaveLength(1);
  });

  test("does a shop's own action once, and again where it rejected, before anybody is notified", async () => {
    const event = eventOf(alertOf(`held-${number}`));
    const held: (string | null)[] = [];
    const act = async ({ order_id }: Alert): Promise<void> => {
      expect(published()).toEqual([]);
      held.push(order_id);
      if (held.length === 1) throw new Error('the order system is away');
    };
    await expect((await coldHandler({ act }))(event)).rejects.toMatchObject({
      code: 'ECOM_ALERTS_UNFINISHED',
      message: expect.stringContaining('the order system is away'),
    });
    expect(published()).toEqual([]);
    expect(await (await coldHandler({ act }))(event)).toMatchObject({ acted: 1, notified: 1 });
    expect(published()).toHaveLength(1);
    expect(await (await coldHandler({ act }))(event)).toMatchObject({ acted: 0, duplicates: 1 });
    expect(held).toEqual([`held-${number}`, `held-${number}`]);
  });

  test('acts again once an alert has been forgotten, though its row is still there', async () => {
    const event = eventOf(alertOf(`old-${number}`));
    await (await coldHandler())(event);
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
    await Promise.all(
      Items.map((item) =>
        dynamo.send(new PutItemCommand({ TableName: table, Item: { ...item, expiration: { N: '1' } } })),
      ),
    );
    published();
    expect(await (await coldHandler())(event)).toMatchObject({ acted: 1 });
    expect(published()).toHaveLength(1);
  });

  test('keeps a bad alert in the bucket, once, and acts on what follows', async () => {
    const handler = await coldHandler();
    const event: KafkaEvent = {
      ...eventOf(),
      records: {
        'ecommerce-alerts-1': [recordOf('not an alert', 7), recordOf(alertOf(`after-${number}`), 8)],
      },
    };
    expect(await handler(event)).toMatchObject({ acted: 1, deadLettered: 1 });
    await handler(event);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    expect(Contents.map(({ Key }) => Key)).toEqual(['dead-letters/ecommerce-alerts/1/7.json']);
    const { Body, ContentType } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: 'dead-letters/ecommerce-alerts/1/7.json' }),
    );
    expect(ContentType).toBe('application/json');
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      reason: 'alert',
      topic: 'ecommerce-alerts',
      partition: 1,
      offset: '7',
      value_base64: base64('not an alert'),
    });
  });

  test('makes only the calls that its role allows', () => {
    expect([...proxy.calls].sort()).toEqual(
      // What this test itself calls is in here too: the setup, and looking at what came of it.
      [
        'dynamodb:CreateTable',
        'dynamodb:DeleteItem',
        'dynamodb:PutItem',
        'dynamodb:Scan',
        'dynamodb:UpdateItem',
        's3:GET',
        's3:PUT',
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:Publish',
      ],
    );
  });
});
