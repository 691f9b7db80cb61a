import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import type { WindowRow } from '../../plugins/ecom-analytics/core/window.ts';
import { type ChildEnd, startChild } from '../../plugins/ecom-analytics/machine/child/child.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { type Installation, prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { sparkEnvironment } from '../../plugins/ecom-analytics/machine/spark/pyspark.ts';
import { listWindowFiles } from '../../plugins/ecom-analytics/parquet/read-windows.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { embeddedOutcome, readRows, sortedRows } from './embedded-oracle.ts';
import { messyRecords } from './messy-orders.ts';
import { type PlacedRecord, Placement, sendRecords } from './orders-topic.ts';
import { onThisMachine, TestJob } from './test-job.ts';

const command = fileURLToPath(new URL('../../emr/compact_windows.py', import.meta.url));
const killer = fileURLToPath(new URL('./killed_compactions.py', import.meta.url));

/** Two and a half hours, from five past: the first two hours close, the third stays open. */
const startMs = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 4 * 3_600_000 + 5 * 60_000;

const asText = (row: WindowRow): string => JSON.stringify(row);

/** Files of each hour, by the hour's folder. */
async function filesByHour(out: string): Promise<Map<string, string[]>> {
  const hours = new Map<string, string[]>();
  for (const file of await listWindowFiles(out)) {
    const hour = path.relative(path.join(out, 'analytics'), path.dirname(file));
    hours.set(hour, [...(hours.get(hour) ?? []), path.basename(file)]);
  }
  return hours;
}

describeWithSpark('the compaction of closed hours', () => {
  let broker: Broker;
  let folder: string;
  let installation: Installation;
  let records: PlacedRecord[];
  let job: TestJob;
  let before: WindowRow[];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom compaction '));
    installation = await prepareSpark('4.1');
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
    const placement = new Placement();
    // In one partition, so that a limited batch makes none of them late.
    records = messyRecords({ seed: 5, orders: 1200, startMs, ordersPerMinute: 8 }).map((record) =>
      placement.place({ ...record, partition: 0 }),
    );
    const first = records.slice(0, Math.floor(records.length * 0.97));
    await sendRecords(broker.bootstrapServers, first);
    job = await startJob();
    const { orders, duplicates } = embeddedOutcome(pipeline, first);
    await job.until('caught up', ({ totals }) => totals.orders >= orders + duplicates);
    expect(await job.stop()).toMatchObject({ code: 0 });
    before = sortedRows(await readRows(job.output));
  });
  afterAll(async () => {
    await job?.kill();
    await broker?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function startJob(): Promise<TestJob> {
    return TestJob.start({
      installation,
      definition: pipeline,
      bootstrapServers: broker.bootstrapServers,
      folder: path.join(folder, 'job'),
      choices: { triggerSeconds: 0, maxOffsetsPerTrigger: 150 },
    });
  }

  const uri = (name: string): string => pathToFileURL(path.join(folder, 'job', name)).href;

  /** Starts a program with Spark. `watch` may end it. */
  async function submit(
    program: string,
    args: readonly string[],
    watch?: (kill: () => void, isOver: () => boolean) => Promise<void>,
  ): Promise<ChildEnd & { readonly log: string }> {
    const logFile = path.join(folder, 'submit.log');
    await writeFile(logFile, '');
    const child = await startChild(
      path.join(installation.pyspark.home, 'bin', 'spark-submit'),
      [...onThisMachine, program, ...args],
      { cwd: folder, logFile, env: sparkEnvironment(installation.pyspark) },
    );
    await watch?.(
      () => child.signal('SIGKILL'),
      () => child.end !== undefined,
    );
    const end = await child.ended;
    return { ...end, log: await readFile(logFile, 'utf8') };
  }

  const compact = (...more: string[]) =>
    submit(command, ['--output', uri('out'), '--checkpoint', uri('checkpoint'), ...more]);

  it('killed before any of its changes, shows no row twice, and the next run makes it good', {
    timeout: 240_000,
  }, async () => {
    const hours = await filesByHour(job.output);
    expect([...hours.values()].map((files) => files.length > 2)).toEqual([true, true, true]);
    const [hour = '', parts = []] = [...hours][1] ?? [];
    const [, date = '', of = ''] = /date=(.*)[\\/]hour=(.*)/.exec(hour) ?? [];
    const states = path.join(folder, 'states');

    const { code, log } = await submit(killer, [uri('out'), uri('checkpoint'), date, of, states]);
    expect(code, log.slice(-2000)).toBe(0);

    const all = new Set(before.map(asText));
    const names = await readdir(states);
    const killed = names.filter((name) => /^killed-\w+$/.test(name));
    // The journal, each part, the whole, the journal again, what is left of the unfinished.
    expect(killed).toHaveLength(parts.length + 4 + 1);
    const missing: number[] = [];
    for (const name of killed) {
      const rows = (await readRows(path.join(states, name))).map(asText);
      expect(new Set(rows).size, name).toBe(rows.length);
      expect(rows.filter((row) => !all.has(row))).toEqual([]);
      missing.push(before.length - rows.length);
      expect(sortedRows(await readRows(path.join(states, `${name}-resumed`))), name).toEqual(before);
      const resumed = (await filesByHour(path.join(states, `${name}-resumed`))).get(hour);
      expect(resumed, name).toHaveLength(1);
    }
    expect(missing).toContain(0);
    expect(Math.max(...missing)).toBeGreaterThan(0);

    for (const name of ['undisturbed', 'through-hadoop', 'slept', 'woken']) {
      expect(sortedRows(await readRows(path.join(states, name))), name).toEqual(before);
      expect((await filesByHour(path.join(states, name))).get(hour), name).toHaveLength(1);
    }
    const foreign = (await filesByHour(path.join(states, 'foreign'))).get(hour) ?? [];
    expect(foreign.map((name) => name.replace(/-[0-9a-f]{12}/, '')).sort()).toEqual([
      'compact.parquet',
      'part-999999.parquet',
      'part-another-000001.parquet',
    ]);
  });

  it('killed for real, goes on, leaves the open hour alone, and the job goes on beside it', {
    timeout: 240_000,
  }, async () => {
    await cp(job.output, path.join(folder, 'copy'), { recursive: true });
    const killed = await submit(
      command,
      ['--output', uri('out'), '--checkpoint', uri('checkpoint')],
      async (kill, isOver) => {
        // It writes an hour whole there, which takes it longest; what a kill leaves at each later step, `killer` tries.
        const unfinished = path.join(job.output, '.unfinished');
        const isAtWork = async () => (await readdir(unfinished)).some((name) => name.startsWith('compact-'));
        while (!isOver() && !(await isAtWork())) await delay(1);
        kill();
      },
    );
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    const between = (await readRows(job.output)).map(asText);
    expect(new Set(between).size).toBe(between.length);

    const second = await compact('--json');
    expect(second.code, second.log.slice(-2000)).toBe(0);
    expect(sortedRows(await readRows(job.output))).toEqual(before);
    const counts = [...(await filesByHour(job.output)).values()].map((files) => files.length);
    expect(counts.slice(0, 2)).toEqual([1, 1]);
    expect(counts[2]).toBeGreaterThan(2);

    await sendRecords(broker.bootstrapServers, records.slice(Math.floor(records.length * 0.97)));
    job = await startJob();
    await job.drain();
    expect(sortedRows(await readRows(job.output))).toEqual(
      sortedRows(embeddedOutcome(pipeline, records).rows),
    );
    const after = await filesByHour(job.output);
    expect([...after.values()].slice(0, 2).map((files) => files.length)).toEqual([1, 1]);
  });

  it('says what is wrong with its arguments', { timeout: 120_000 }, async () => {
    const at = (output: string, checkpoint: string, ...more: string[]) =>
      submit(command, ['--output', output, '--checkpoint', checkpoint, ...more]);

    const elsewhere = await at(uri('another'), uri('checkpoint'));
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.log).toContain(`This checkpoint writes to ${uri('out')}, not here (${uri('another')})`);
    expect(elsewhere.log.trimEnd()).toMatch(/\(ECOM_OUTPUT_FOREIGN\)$/);

    const noHour = await at(uri('out'), uri('checkpoint'), '--before', 'yesterday');
    expect(noHour.code).toBe(2);
    expect(noHour.log.trimEnd()).toMatch(/Write it as 2026-11-23T10, in UTC\. \(ECOM_USAGE\)$/);
  });
});
