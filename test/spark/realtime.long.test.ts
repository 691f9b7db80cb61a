import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { createTopics } from '../../local/kafka/topics.ts';
import { prepareSpark } from '../../local/spark/preparation.ts';
import { pipeline } from '../../pipeline/definition.ts';
import { describeWithSpark } from '../requirement.ts';
import { TestJob } from './job.ts';
import { messyRecords } from './messy-orders.ts';
import { alertIds, deadLetterSet, embeddedOutcome, readRows, sortedRows } from './oracle.ts';
import { Placement, readAlerts, readDeadLetters, sendRecords } from './topics.ts';

const minute = 60_000;

describeWithSpark('real-time mode', () => {
  let broker: Broker;
  let folder: string;
  let jobs: TestJob[];
  beforeEach(async () => {
    jobs = [];
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-realtime-'));
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterEach(async () => {
    await Promise.all(jobs.map((job) => job.kill()));
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

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
    await sendRecords(broker.bootstrapServers, records.slice(0, half));

    const installation = await prepareSpark('4.1');
    const start = async (application: 'pipeline' | 'alerts') => {
      const job = await TestJob.start({
        installation,
        definition: pipeline,
        bootstrapServers: broker.bootstrapServers,
        folder: path.join(folder, application),
        choices: { application, alerts: 'realtime' },
      });
      jobs.push(job);
      return job;
    };
    const [alerts, windows] = [await start('alerts'), await start('pipeline')];
    await Promise.all([alerts.running(), windows.running()]);
    await sendRecords(broker.bootstrapServers, records.slice(half));
    await windows.drain();
    // It is in the middle of a batch, which lasts minutes: what it finds goes out at once all the same.
    const wanted = alertIds(expected.alerts).length;
    let sent = await readAlerts(broker.bootstrapServers);
    for (let left = 60; alertIds(sent).length < wanted && left > 0; left--) {
      await delay(500);
      sent = await readAlerts(broker.bootstrapServers);
    }
    expect(alertIds(sent)).toEqual(alertIds(expected.alerts));
    const rules = new Set(sent.map(({ rule_id }) => rule_id));
    expect(rules).toEqual(new Set(pipeline.rules.map(({ id }) => id)));
    expect(deadLetterSet(await readDeadLetters(broker.bootstrapServers))).toEqual(
      deadLetterSet(expected.deadLetters),
    );
    expect(sortedRows(await readRows(windows.output))).toEqual(sortedRows(expected.rows));
    expect(Object.keys((await windows.status())?.queries ?? {}).sort()).toEqual(['customers', 'windows']);
    expect(await readRows(alerts.output)).toEqual([]);
  });
});
