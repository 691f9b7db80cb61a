import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { embeddedOutcome, readRows, sortedRows } from './embedded-oracle.ts';
import { anHourAhead, readTicks } from './idle-topic.ts';
import { JobSite } from './job-site.ts';
import { messyRecords } from './messy-orders.ts';
import { type PlacedRecord, Placement, sendRecords } from './orders-topic.ts';
import type { TestJob } from './test-job.ts';

describeWithSpark('a job that is steered', () => {
  const site = new JobSite();
  const start = (): Promise<TestJob> => site.start('job');

  const records = (): PlacedRecord[] => {
    const placement = new Placement();
    const startMs = Date.now() - 600_000;
    return messyRecords({ seed: 3, orders: 600, startMs, ordersPerMinute: 200 }).map((record) =>
      placement.place({ ...record, partition: 0 }),
    );
  };

  it('ends once another job of its generation has entered', { timeout: 120_000 }, async () => {
    const job = await start();
    await job.running();
    const file = path.join(site.folder, 'job', 'control', 'generation.json');
    const { generation } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ generation, run: 'another' }));
    expect((await job.child.ended).code).toBe(1);
    expect(await job.status()).toMatchObject({ state: 'fenced', error: { code: 'ECOM_FENCED' } });
  });

  it('drains what an earlier start has read, and nothing twice', { timeout: 400_000 }, async () => {
    const sent = records();
    let job = await start();
    await job.running();
    await sendRecords(site.bootstrapServers, sent);
    await job.until('done with the orders', ({ queries }) => queries.windows?.watermark != null);
    await job.kill();

    job = await start();
    await job.running();
    await job.drain();
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(embeddedOutcome(pipeline, sent).rows));
    const ticks = await readTicks(site.bootstrapServers);
    expect(ticks).not.toEqual([]);

    // Nothing is open any more: closing it again would make later orders late.
    job = await site.start('job', { generation: 1 });
    await job.drain();
    expect(await readTicks(site.bootstrapServers)).toEqual(ticks);
  });

  it('keeps open the windows of orders that are still to come, whatever its driver takes for the time', {
    timeout: 240_000,
  }, async () => {
    const placement = new Placement();
    const ordersOfNow = (seed: number): PlacedRecord[] =>
      messyRecords({ seed, orders: 5, startMs: Date.now(), ordersPerMinute: 600 }).map((record) =>
        placement.place(record),
      );
    const job = await site.start('job', { idleTicks: true }, await anHourAhead(site));
    await job.running();
    const first = ordersOfNow(3);
    await sendRecords(site.bootstrapServers, first);
    await expect
      .poll(() => readTicks(site.bootstrapServers), { timeout: 120_000, interval: 1000 })
      .not.toEqual([]);
    const second = ordersOfNow(4);
    await sendRecords(site.bootstrapServers, second);
    expect((await job.drain()).totals).toMatchObject({ late: 0 });
    const { rows } = embeddedOutcome(pipeline, [...first, ...second]);
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(rows));
  });

  it('stops while its output cannot be written, and the next start writes what waited', {
    timeout: 240_000,
  }, async () => {
    const sent = records();
    let job = await start();
    await job.running();
    await rename(job.output, `${job.output}-away`);
    await writeFile(job.output, 'no folder');
    await sendRecords(site.bootstrapServers, sent);
    await job.until('waiting for its output', ({ error }) => error?.code === 'ECOM_OUTPUT_WAITS');
    expect(await job.stop()).toMatchObject({ code: 0 });
    await rm(job.output);
    await rename(`${job.output}-away`, job.output);

    job = await start();
    await job.drain();
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(embeddedOutcome(pipeline, sent).rows));
  });
});
