import { expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { createKafkaClient } from '../../plugins/ecom-analytics/functions/kafka/client.ts';
import { silentLog } from '../../plugins/ecom-analytics/functions/log.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { embeddedOutcome, readRows, sortedRows } from './embedded-oracle.ts';
import { JobSite } from './job-site.ts';
import { messyRecords } from './messy-orders.ts';
import { Placement, readDeadLetters, sendRecords } from './orders-topic.ts';

const hourMs = 3_600_000;

/** From now on records have the time that their producer states. */
async function takeTimeFromProducers(bootstrapServers: string): Promise<void> {
  const { kafka } = createKafkaClient(
    { brokers: [bootstrapServers], auth: 'none', region: null },
    'ecom-test',
    silentLog,
  );
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'message.timestamp.type', value: 'CreateTime' }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: 2, name: pipeline.topics.orders.name, configEntries }],
  });
  await admin.disconnect();
}

describeWithSpark('a clock that was set back an hour', () => {
  const site = new JobSite();

  it('does not keep the job from draining', { timeout: 400_000 }, async () => {
    // Orders and their records are of an hour ahead of the clock by which the tick that drains is appended.
    await takeTimeFromProducers(site.bootstrapServers);
    const placement = new Placement();
    const records = messyRecords({
      seed: 3,
      orders: 500,
      startMs: Date.now() + hourMs,
      appendedMs: Date.now() + hourMs + 60_000,
      ordersPerMinute: 500,
    }).map((record) => placement.place(record));
    const expected = embeddedOutcome(pipeline, records);
    expect(expected.rows).not.toEqual([]);
    await sendRecords(site.bootstrapServers, records);
    const job = await site.start('set-back');
    await job.running();
    await job.drain();
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(expected.rows));
    const letters = await readDeadLetters(site.bootstrapServers);
    expect(letters).toHaveLength(expected.deadLetters.length);

    // Another application, or a new checkpoint, reads that tick as well.
    const other = await site.start('from-the-start');
    await other.running();
    await other.drain();
    expect(sortedRows(await readRows(other.output))).toEqual(sortedRows(expected.rows));
    const again = await readDeadLetters(site.bootstrapServers);
    expect(again).toHaveLength(2 * expected.deadLetters.length);
  });
});
