import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { generateOrders } from '../../plugins/ecom-analytics/core/generator/order-generator.ts';
import { resolveConfig } from '../../plugins/ecom-analytics/plugin/config/resolve.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { CloudSite } from './cloud-site.ts';
import { alertIds, embeddedOutcome } from './embedded-oracle.ts';
import { type PlacedRecord, Placement, readAlerts, sendRecords } from './orders-topic.ts';

const minute = 60_000;

describeWithSpark('a checkpoint in S3', () => {
  let folder: string;
  let site: CloudSite;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-s3-'));
    site = await CloudSite.start(folder);
  });
  afterEach(async () => {
    await site[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is written once, looked through by nobody, and loses no alert to a kill', {
    timeout: 400_000,
  }, async () => {
    const config = resolveConfig(pipeline, { streaming: { alerts: 'micro-batch', triggerSeconds: 2 } });
    const placement = new Placement();
    const startMs = Date.now() - 10 * minute;
    const orders = generateOrders({
      seed: 4,
      ordersPerMinute: 400,
      fraudRate: 0.2,
      startMs,
      definition: pipeline,
    });
    const next = (count: number): PlacedRecord[] =>
      Array.from({ length: count }, () => {
        const { order } = orders.next().value;
        return placement.place({
          key: order.customer_id,
          value: Buffer.from(JSON.stringify(order)),
          headers: {},
          timestampMs: Date.now(),
        });
      });
    const sent: PlacedRecord[] = [];
    const send = async (count: number): Promise<void> => {
      const records = next(count);
      await sendRecords(site.cloud.bootstrapServers, records);
      sent.push(...records);
    };
    /** Alerts of single orders: those of customers hang on where the last watermark stands. */
    const untilAlerted = async (): Promise<void> => {
      const ofOrders = pipeline.rules.flatMap(({ id, kind }) =>
        kind === 'threshold' || kind === 'one-of' ? [id] : [],
      );
      const single = (ids: readonly string[]): string[] =>
        ids.filter((id) => ofOrders.some((rule) => id.startsWith(`${rule}:`)));
      const expected = single(alertIds(embeddedOutcome(pipeline, sent).alerts));
      expect(expected.length).toBeGreaterThan(5);
      await expect
        .poll(async () => single(alertIds(await readAlerts(site.cloud.bootstrapServers))), {
          timeout: 120_000,
          interval: 1000,
        })
        .toEqual(expected);
    };

    const job = await site.startJob(config);
    await send(200);
    await untilAlerted();
    const running = site.requests.length;
    for (let round = 0; round < 5; round++) {
      await send(100);
      await untilAlerted();
    }
    const requests = site.requests.slice(running);
    const written = requests.filter(({ method }) => method === 'PUT').map(({ url }) => url.split('?')[0]);
    const ofCheckpoint = written.filter((url) => url?.includes('/checkpoints/'));
    expect(ofCheckpoint.length).toBeGreaterThan(10);
    expect(ofCheckpoint).toEqual([...new Set(ofCheckpoint)]);
    expect(requests.filter(({ copySource }) => copySource !== undefined)).toEqual([]);
    const logs = requests.filter(({ url }) => /list-type=.*(offsets|commits)/.test(url));
    expect(logs).toEqual([]);

    await job.stop(0);
    await send(150);
    await site.startJob(config);
    await send(50);
    await untilAlerted();
  });
});
