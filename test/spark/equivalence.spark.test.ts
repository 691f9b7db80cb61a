import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SparkLineName } from '../../emr/releases.ts';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { createTopics } from '../../local/kafka/topics.ts';
import { prepareSpark } from '../../local/spark/preparation.ts';
import { AlertSchema } from '../../pipeline/alert.ts';
import { pipeline } from '../../pipeline/definition.ts';
import { describeWithSpark } from '../requirement.ts';
import { TestJob } from './job.ts';
import { messyRecords } from './messy-orders.ts';
import { alertIds, deadLetterSet, embeddedOutcome, readRows, sortedRows } from './oracle.ts';
import { Placement, readAlerts, readDeadLetters, sendRecords } from './topics.ts';

const minute = 60_000;

describeWithSpark('the streaming job and the embedded engine', () => {
  let broker: Broker;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-equivalence-'));
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterEach(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each<SparkLineName>(['4.1', '3.5'])('with Spark %s', (line) => {
    it('make the same of 20,000 messy orders', { timeout: 300_000 }, async () => {
      const placement = new Placement();
      const records = messyRecords({
        seed: 11,
        orders: 20_000,
        startMs: Date.now() - 30 * minute,
        ordersPerMinute: 4000,
      }).map((record) => placement.place(record));
      const expected = embeddedOutcome(pipeline, records);
      expect(expected.late).toBe(0);

      const half = Math.floor(records.length / 2);
      await sendRecords(broker.bootstrapServers, records.slice(0, half));
      const job = await TestJob.start({
        installation: await prepareSpark(line),
        definition: pipeline,
        bootstrapServers: broker.bootstrapServers,
        folder: path.join(folder, 'job ü'),
      });
      await job.running();
      await sendRecords(broker.bootstrapServers, records.slice(half));
      const { totals } = await job.drain();

      expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(expected.rows));
      const alerts = await readAlerts(broker.bootstrapServers);
      expect(alertIds(alerts)).toEqual(alertIds(expected.alerts));
      expect(alerts.every((alert) => v.is(AlertSchema, alert))).toBe(true);
      const deadLetters = await readDeadLetters(broker.bootstrapServers);
      expect(deadLetterSet(deadLetters)).toEqual(deadLetterSet(expected.deadLetters));
      expect(totals).toMatchObject({
        orders: expected.orders + expected.duplicates,
        duplicates: expected.duplicates,
        late: 0,
        windowRows: expected.rows.length,
      });
    });
  });
});
