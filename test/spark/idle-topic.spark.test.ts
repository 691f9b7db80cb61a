import { expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { formatTimestamp } from '../../plugins/ecom-analytics/core/timestamp.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { embeddedOutcome, readRows, sortedRows } from './embedded-oracle.ts';
import { anHourAhead, readTicks } from './idle-topic.ts';
import { JobSite } from './job-site.ts';
import { messyRecords } from './messy-orders.ts';
import { Placement, readDeadLetters, sendRecords } from './orders-topic.ts';

describeWithSpark('a topic that stays idle after a restart', () => {
  const site = new JobSite();

  it('has its windows closed, and no others, by a driver whose clock is wrong', {
    timeout: 300_000,
  }, async () => {
    const placement = new Placement();
    const startMs = Date.now() - 600_000;
    const records = messyRecords({ seed: 3, orders: 300, startMs, ordersPerMinute: 200 }).map((record) =>
      placement.place(record),
    );
    const expected = embeddedOutcome(pipeline, records);
    const lastEnd = formatTimestamp(Math.max(...expected.rows.map(({ window_end }) => window_end)));
    let job = await site.start('job');
    await job.running();
    await sendRecords(site.bootstrapServers, records);
    await job.until(
      'done with the records',
      ({ totals, queries }) =>
        totals.orders === expected.orders + expected.duplicates &&
        Object.values(totals.badRecords).reduce((sum, count) => sum + count, 0) ===
          expected.deadLetters.length &&
        queries.windows?.watermark !== null,
    );
    await job.kill();

    job = await site.start('job', { idleTicks: true }, await anHourAhead(site));
    await job.until('done with the windows', ({ queries }) => queries.windows?.watermark === lastEnd);
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(expected.rows));
    const ticks = await readTicks(site.bootstrapServers);
    expect(ticks.filter(({ timeMs, appendedMs }) => timeMs > appendedMs)).toEqual([]);
    await job.kill();
    // A killed job sends some of them again.
    const letters = await readDeadLetters(site.bootstrapServers);
    const refused = new Set(letters.map(({ partition, offset }) => `${partition}:${offset}`));
    expect(refused.size).toBe(expected.deadLetters.length);
  });
});
