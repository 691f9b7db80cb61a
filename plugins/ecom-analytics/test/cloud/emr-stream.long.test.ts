import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Placement, readAlerts, sendRecords } from '../../../../test/spark/orders-topic.ts';
import { generateOrders } from '../../core/generator/order-generator.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import type { WindowRow } from '../../core/window.ts';
import { systemClock } from '../../functions/clock.ts';
import { readStatus } from '../../job/job-status.ts';
import { type Broker, startBroker } from '../../machine/kafka/broker.ts';
import { createTopics } from '../../machine/kafka/create-topics.ts';
import { readWindowFile } from '../../parquet/read-windows.ts';
import { AlertsTrigger } from '../../plugin/aws/alerts-trigger.ts';
import { AwsClients } from '../../plugin/aws/clients.ts';
import { EmrCluster } from '../../plugin/aws/emr-cluster.ts';
import { MskCluster } from '../../plugin/aws/msk-cluster.ts';
import { Bucket } from '../../plugin/aws/objects.ts';
import { Stack } from '../../plugin/aws/stack.ts';
import type { DeployedStage } from '../../plugin/session.ts';
import { compactWindows } from '../../plugin/streaming/compaction.ts';
import { deployStream, stopStream } from '../../plugin/streaming/deploy-stream.ts';
import { statusKey } from '../../plugin/streaming/keys.ts';
import { sampleStage } from '../plugin/resources/sample-stage.ts';
import { clusterArn } from '../plugin/topics/sample-topics.ts';
import { describeWithSpark } from '../requirement.ts';
import { bucket, clientOf, clusterId, type EmrCloud, startEmrCloud } from './emr-cloud.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describeWithSpark('The streaming step on the local cloud', () => {
  let cloud: EmrCloud;
  let broker: Broker;
  let stage: DeployedStage;
  const placement = new Placement();

  beforeAll(async () => {
    [cloud, broker] = await Promise.all([startEmrCloud(10), startBroker()]);
    const input = sampleStage({ streaming: { alerts: 'realtime', triggerSeconds: 1 } }, 'local');
    await createTopics(broker.bootstrapServers, input.definition);
    const clients = new AwsClients(async () => clientOf(cloud.front));
    stage = {
      input,
      region: 'us-east-1',
      clients,
      stack: new Stack(clients, 'shop-local'),
      clock: systemClock,
      progress: () => undefined,
      isLocal: true,
      outputs: {},
      msk: new MskCluster(clients, clusterArn),
      emr: new EmrCluster(clients, clusterId),
      data: new Bucket(clients, bucket),
      artifacts: new Bucket(clients, bucket),
      trigger: new AlertsTrigger(clients, 'trigger', systemClock),
      bootstrapServers: broker.bootstrapServers,
    };
  });

  afterAll(async () => {
    await Promise.all([cloud?.stop(), broker?.stop()]);
  });

  /** A minute's orders, a hundred of them, from an event time on. */
  const sendMinute = async (definition: PipelineDefinition, startMs: number): Promise<string[]> => {
    const ids: string[] = [];
    const records = [];
    for (const { order, atMs } of generateOrders({
      seed: startMs % 1000,
      ordersPerMinute: 100,
      fraudRate: 0.2,
      startMs,
      definition,
    })) {
      if (atMs >= startMs + MINUTE_MS) break;
      ids.push(order.order_id);
      records.push(
        placement.place({
          key: order.order_id,
          value: Buffer.from(JSON.stringify(order)),
          headers: {},
          timestampMs: atMs,
        }),
      );
    }
    await sendRecords(broker.bootstrapServers, records);
    return ids;
  };

  const windowFiles = async (): Promise<string[]> =>
    (await stage.data.list('analytics/')).map(({ key }) => key).filter((key) => key.endsWith('.parquet'));

  const watermark = async (): Promise<number> =>
    Date.parse(readStatus(await stage.data.json(statusKey('pipeline')))?.queries.windows?.watermark ?? '') ||
    0;

  const asText = (rows: readonly WindowRow[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

  /** All rows in S3, once there are windows that end after a time. */
  const windowsUntil = async (endMs: number): Promise<WindowRow[]> => {
    for (;;) {
      const rows: WindowRow[] = [];
      for (const [index, key] of (await windowFiles()).entries()) {
        const file = path.join(cloud.folder, `${index}.parquet`);
        await writeFile(file, await cloud.bytesOf(key));
        rows.push(...(await readWindowFile(file)));
      }
      if (rows.some(({ window_end }) => window_end >= endMs)) return rows;
      await delay(500);
    }
  };

  it('runs the real job, which reads Kafka, writes windows to S3, is restarted on its checkpoint, and is compacted', async () => {
    // All of it in an hour that closes at the end.
    const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS - 25 * MINUTE_MS;
    const outcomes = await deployStream(stage);
    expect(outcomes).toMatchObject([
      { application: 'pipeline', decision: 'start' },
      { application: 'alerts', decision: 'start' },
    ]);
    const { definition } = stage.input;
    const first = await sendMinute(definition, now - 30 * MINUTE_MS);
    // Moves the watermark past the first.
    await sendMinute(definition, now - 20 * MINUTE_MS);
    const rows = await windowsUntil(now - 29 * MINUTE_MS);
    // Windows slide by half their size, so that every order is in two.
    const counted = rows
      .filter(({ window_end }) => window_end <= now - 28 * MINUTE_MS)
      .reduce((sum, { order_count }) => sum + order_count, 0);
    expect(counted).toBe(2 * first.length);

    const again = await deployStream(stage, { force: true });
    expect(again).toMatchObject([
      { application: 'pipeline', decision: 'restart', generation: 2 },
      { application: 'alerts', decision: 'restart', generation: 2 },
    ]);
    await sendMinute(definition, now - 5 * MINUTE_MS);
    const later = await windowsUntil(now - 19 * MINUTE_MS);
    const keys = later.map((row) => [row.window_start, row.category, row.location].join(' '));
    expect(new Set(keys).size).toBe(keys.length);

    await sendMinute(definition, Date.now() - 5 * MINUTE_MS);
    const whole = asText(await windowsUntil(now - 4 * MINUTE_MS));
    expect((await windowFiles()).length).toBeGreaterThan(1);
    while ((await watermark()) < now + HOUR_MS) await delay(500);
    expect(await compactWindows(stage, {})).toMatchObject({ state: 'COMPLETED' });
    expect((await windowFiles()).map((key) => path.basename(key))).toEqual([
      expect.stringMatching(/^compact-\w+\.parquet$/),
    ]);
    expect(asText(await windowsUntil(now - 4 * MINUTE_MS))).toEqual(whole);

    const status = readStatus(await stage.data.json(statusKey('pipeline')));
    expect(status).toMatchObject({ state: 'running', generation: 2, sparkVersion: '4.1.1' });
    expect(await stopStream(stage)).toEqual(['pipeline', 'alerts']);
    expect(readStatus(await stage.data.json(statusKey('alerts')))?.state).toBe('stopped');
    const ends = cloud.changes.filter(({ state }) => state !== 'RUNNING').map(({ state }) => state);
    // Each application's two starts, and the compaction.
    expect(ends).toEqual(Array.from({ length: 5 }, () => 'COMPLETED'));
    expect((await readAlerts(broker.bootstrapServers)).length).toBeGreaterThan(0);
  }, 400_000);
});
