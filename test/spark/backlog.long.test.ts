import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { replayed } from '../../plugins/ecom-analytics/test/import/replayed.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import {
  alertIds,
  deadLetterSet,
  embeddedOutcome,
  readRows,
  sortedRows,
  type TopicOutcome,
} from './embedded-oracle.ts';
import { messyRecords } from './messy-orders.ts';
import { type PlacedRecord, Placement, readAlerts, readDeadLetters, sendRecords } from './orders-topic.ts';
import { TestJob } from './test-job.ts';

const sample = fileURLToPath(
  new URL('../../plugins/ecom-analytics/import/sample/cdnow-sample.csv', import.meta.url),
);
const minute = 60_000;

describeWithSpark('a backlog', () => {
  let broker: Broker;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-backlog-'));
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterEach(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Has the job read what lies in the topic, to its last window, and holds it against the embedded engine. */
  async function expectDrained(records: readonly PlacedRecord[], expected: TopicOutcome): Promise<void> {
    await sendRecords(broker.bootstrapServers, records);
    const job = await TestJob.start({
      installation: await prepareSpark('4.1'),
      definition: pipeline,
      bootstrapServers: broker.bootstrapServers,
      folder: path.join(folder, 'job'),
    });
    await job.running();
    const { totals } = await job.drain();

    const rows = sortedRows(await readRows(job.output));
    expect(rows).toEqual(sortedRows(expected.rows));
    expect(alertIds(await readAlerts(broker.bootstrapServers))).toEqual(alertIds(expected.alerts));
    expect(deadLetterSet(await readDeadLetters(broker.bootstrapServers))).toEqual(
      deadLetterSet(expected.deadLetters),
    );
    expect(totals).toMatchObject({ late: 0, windowRows: rows.length });
  }

  it('of a shop of long ago comes out as the embedded engine has it', { timeout: 240_000 }, async () => {
    const { orders } = await replayed({
      file: sample,
      map: 'timestamp=date,quantity=number_of_cds,total_amount=dollar_value',
    });
    const placement = new Placement();
    const timestampMs = Date.now();
    const records = orders.map(({ order }) =>
      placement.place({
        key: order.customer_id,
        value: new TextEncoder().encode(JSON.stringify(order)),
        headers: {},
        timestampMs,
      }),
    );
    const expected = embeddedOutcome(pipeline, records);
    expect(expected).toMatchObject({ orders: 6919, late: 0, deadLetters: [] });

    await expectDrained(records, expected);
  });

  it('that lies skewed in three partitions is drained with none late', { timeout: 240_000 }, async () => {
    const ordered = messyRecords({
      seed: 31,
      orders: 6000,
      startMs: Date.now() - 60 * minute,
      ordersPerMinute: 200,
    });
    // The oldest half in one partition, the newest sixth in another: by event time they do not even overlap.
    const placement = new Placement();
    const partitionOf = (index: number): number =>
      index < ordered.length / 2 ? 2 : index < (ordered.length * 5) / 6 ? 1 : 0;
    const records = ordered.map((record, index) =>
      placement.place({ ...record, partition: partitionOf(index) }),
    );
    const expected = embeddedOutcome(pipeline, records);
    expect(expected.late).toBe(0);

    await expectDrained(records, expected);
  });
});
