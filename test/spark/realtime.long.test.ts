import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { alertIds, deadLetterSet, embeddedOutcome, readRows, sortedRows } from './embedded-oracle.ts';
import { JobSite } from './job-site.ts';
import { messyRecords } from './messy-orders.ts';
import { Placement, readAlerts, readDeadLetters, sendRecords } from './orders-topic.ts';

const minute = 60_000;

describeWithSpark('real-time mode', () => {
  const site = new JobSite();

  it('beside the pipeline, sends the alerts and dead letters that micro-batches send', {
    timeout: 240_000,
  }, async () => {
    const placement = new Placement();
    const records = messyRecords({
      seed: 23,
      orders: 4000,
      startMs: Date.now() - 20 * minute,
      ordersPerMinute: 1000,
    }).map((record) => placement.place(record));
    const expected = embeddedOutcome(pipeline, records);
    const half = Math.floor(records.length / 2);
    await sendRecords(site.bootstrapServers, records.slice(0, half));

    const start = (application: 'pipeline' | 'alerts') =>
      site.start(application, { application, alerts: 'realtime' });
    const [alerts, windows] = [await start('alerts'), await start('pipeline')];
    await Promise.all([alerts.running(), windows.running()]);
    await sendRecords(site.bootstrapServers, records.slice(half));
    await windows.drain();
    // It is in the middle of a batch, which lasts minutes: what it finds goes out at once all the same.
    const wanted = alertIds(expected.alerts).length;
    let sent = await readAlerts(site.bootstrapServers);
    for (let left = 60; alertIds(sent).length < wanted && left > 0; left--) {
      await delay(500);
      sent = await readAlerts(site.bootstrapServers);
    }
    expect(alertIds(sent)).toEqual(alertIds(expected.alerts));
    const rules = new Set(sent.map(({ rule_id }) => rule_id));
    expect(rules).toEqual(new Set(pipeline.rules.map(({ id }) => id)));
    expect(deadLetterSet(await readDeadLetters(site.bootstrapServers))).toEqual(
      deadLetterSet(expected.deadLetters),
    );
    expect(sortedRows(await readRows(windows.output))).toEqual(sortedRows(expected.rows));
    expect(Object.keys((await windows.status())?.queries ?? {}).sort()).toEqual(['customers', 'windows']);
    expect(await readRows(alerts.output)).toEqual([]);
  });
});
