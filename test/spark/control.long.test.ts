import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../local/kafka/broker.ts';
import { createTopics } from '../../local/kafka/topics.ts';
import { prepareSpark } from '../../local/spark/preparation.ts';
import { pipeline } from '../../pipeline/definition.ts';
import { describeWithSpark } from '../requirement.ts';
import { TestJob } from './job.ts';
import { messyRecords } from './messy-orders.ts';
import { embeddedOutcome, readRows, sortedRows } from './oracle.ts';
import { type PlacedRecord, Placement, sendRecords } from './topics.ts';

describeWithSpark('a job that is steered', () => {
  let broker: Broker;
  let folder: string;
  let jobs: TestJob[];
  beforeEach(async () => {
    jobs = [];
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-control-'));
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterEach(async () => {
    await Promise.all(jobs.map((job) => job.kill()));
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<TestJob> {
    const job = await TestJob.start({
      installation: await prepareSpark('4.1'),
      definition: pipeline,
      bootstrapServers: broker.bootstrapServers,
      folder: path.join(folder, 'job'),
    });
    jobs.push(job);
    return job;
  }

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
    const file = path.join(folder, 'job', 'control', 'generation.json');
    const { generation } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ generation, run: 'another' }));
    expect((await job.child.ended).code).toBe(1);
    expect(await job.status()).toMatchObject({ state: 'fenced', error: { code: 'ECOM_FENCED' } });
  });

  it('stops while its output cannot be written, and the next start writes what waited', {
    timeout: 240_000,
  }, async () => {
    const sent = records();
    let job = await start();
    await job.running();
    await rename(job.output, `${job.output}-away`);
    await writeFile(job.output, 'no folder');
    await sendRecords(broker.bootstrapServers, sent);
    await job.until('waiting for its output', ({ error }) => error?.code === 'ECOM_OUTPUT_WAITS');
    expect(await job.stop()).toMatchObject({ code: 0 });
    await rm(job.output);
    await rename(`${job.output}-away`, job.output);

    job = await start();
    await job.drain();
    expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(embeddedOutcome(pipeline, sent).rows));
  });
});
