import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import type { EngineName } from '../../../core/engine-name.ts';
import type { WindowRow } from '../../../core/window.ts';
import { runEmbedded } from '../../../engine/embedded-run.ts';
import { openOutputFolder } from '../../../files/output-folder.ts';
import { systemClock } from '../../../functions/clock.ts';
import { prepareSpark } from '../../../machine/spark/preparation.ts';
import { sparkEngine } from '../../../machine/spark/spark-run.ts';
import { startStreamingJob } from '../../../machine/spark/streaming-job.ts';
import { readWindows } from '../../../parquet/read-windows.ts';
import type { EngineRun } from '../../../run/engine-run.ts';
import type { RunFeed, RunPhase, RunSnapshot, RunSummary } from '../../../run/feed.ts';
import { generatorSource } from '../../../run/generator-source.ts';
import type { OrderSource } from '../../../run/order-source.ts';
import { describeWithSpark } from '../../requirement.ts';
import { followedBy, recording, replaying } from './recorded-source.ts';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
const slow = { timeout: 300_000 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'ecom spark é '));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

interface Run {
  readonly summary: RunSummary;
  readonly rows: readonly WindowRow[];
  readonly alertIds: readonly string[];
  /** Reason and bytes, sorted: partition and offset are each engine's own. */
  readonly deadLetters: readonly string[];
  readonly lastSnapshot: RunSnapshot | null;
  readonly shownRows: number;
  /** The last of each name that came in a row. */
  readonly phases: readonly RunPhase[];
}

async function jsonLines<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function run(name: EngineName, engine: EngineRun, source: OrderSource): Promise<Run> {
  const startedAtMs = Date.now();
  const out = await openOutputFolder(path.join(folder, name), { engine: name, options: {} }, startedAtMs);
  let lastSnapshot: RunSnapshot | null = null;
  let shownRows = 0;
  const phases: RunPhase[] = [];
  const feed: RunFeed = {
    snapshot: (snapshot) => {
      lastSnapshot = snapshot;
    },
    orders: () => undefined,
    windows: (rows) => {
      shownRows += rows.length;
    },
    phase: (phase) => {
      if (phases.at(-1)?.name === phase.name) phases.pop();
      phases.push(phase);
    },
    alerts: () => undefined,
    operations: () => undefined,
  };
  const options = { definition: pipeline, source, out, clock: systemClock };
  const summary = await engine(options, feed);
  await out.close(summary);
  const rows: WindowRow[] = [];
  for await (const file of readWindows(out.path)) rows.push(...file.rows);
  const key = (row: WindowRow): string => `${row.window_start} ${row.category} ${row.location}`;
  rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const alerts = await jsonLines<{ alert_id: string }>(path.join(out.path, 'alerts.jsonl'));
  const letters = await jsonLines<{ reason: string; value_base64: string }>(
    path.join(out.path, 'dead-letters.jsonl'),
  );
  return {
    summary,
    rows,
    alertIds: alerts.map((alert) => alert.alert_id).sort(),
    deadLetters: letters.map((letter) => `${letter.reason} ${letter.value_base64}`).sort(),
    lastSnapshot,
    shownRows,
    phases,
  };
}

/** An order that comes twice, and two that are none. */
function troublesome(source: OrderSource): OrderSource {
  return followedBy(source, (sent) => {
    const last = sent.findLast(({ orders }) => orders.length > 0)?.orders.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    const { order } = last;
    return {
      orders: [
        last,
        { ...last, order: { ...order, order_id: 'half an order', quantity: 2.5 } },
        { ...last, order: { ...order, order_id: 'at noon', timestamp: '12:00' } },
      ],
      alerts: [],
      tickMs: null,
    };
  });
}

describeWithSpark('a run with Spark', () => {
  test('comes to what the embedded engine makes of the same orders, and shows it', slow, async () => {
    const choice = { kind: 'generator', ordersPerMinute: 6000, seed: 7, fraudRate: 0.1 } as const;
    const times = { durationMs: 12_000, stop: new AbortController().signal, clock: systemClock };
    const { source, batches } = recording(troublesome(generatorSource(choice, pipeline, times)));

    const spark = await run('spark', sparkEngine(await prepareSpark('4.1')), source);
    const embedded = await run('embedded', runEmbedded, replaying(source, batches));

    const { out: _out, engine, seconds: _seconds, ...figures } = spark.summary;
    expect(engine).toBe('spark');
    expect(embedded.summary).toMatchObject(figures);
    expect(figures).toMatchObject({ duplicates: 1, dead_letters: 2, late: 0 });
    expect(spark.rows).toEqual(embedded.rows);
    expect(spark.alertIds).toEqual(embedded.alertIds);
    expect(spark.deadLetters).toEqual(embedded.deadLetters);
    expect(spark.lastSnapshot).toMatchObject({ finished: true, orders: figures.orders });
    expect(spark.shownRows).toBe(figures.windows);
    expect(spark.phases.map(({ name }) => name)).toEqual([
      'starting-kafka',
      'starting-spark',
      'running',
      'draining',
    ]);
    const windows = new Set(spark.rows.map((row) => row.window_start)).size;
    expect(spark.phases.at(-1)).toEqual({ name: 'draining', written: windows, windows });
  });

  test('is drained by Ctrl-C, prints one JSON object, and leaves nothing behind', slow, async () => {
    const out = path.join(folder, 'out');
    const args = [
      'plugins/ecom-analytics/source.mjs',
      'start',
      '--engine',
      'spark',
      '--rate',
      '3000',
      '--out',
      out,
    ];
    const child = spawn(process.execPath, [...args, '--seed', '7', '--json', '--no-dashboard'], {
      cwd: root,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    const uiAddress = new Promise<string>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        stderr += chunk;
        const address = /^Spark UI: (\S+)$/m.exec(stderr)?.[1];
        if (address !== undefined) resolve(address);
      });
    });
    const ended = once(child, 'exit');

    const address = await Promise.race([uiAddress, ended.then(() => '')]);
    expect(stderr).toContain('Spark UI');
    const page = await fetch(address);
    await delay(5000); // some orders come through
    child.kill('SIGINT');
    const [code] = await ended;

    expect(new URL(address).hostname).toBe('127.0.0.1');
    expect(page.ok).toBe(true);
    expect(code).toBe(130);
    const summary: RunSummary = JSON.parse(stdout);
    expect(summary).toMatchObject({ engine: 'spark', out, dead_letters: 0, late: 0 });
    expect(summary.orders).toBeGreaterThan(100);
    expect(JSON.parse(await readFile(path.join(out, 'summary.json'), 'utf8'))).toEqual(summary);
    expect(await exists(path.join(out, '.spark'))).toBe(false);
    expect(await exists(path.join(out, '.unfinished'))).toBe(false);
  });

  test('that cannot start passes on what the job says', slow, async () => {
    const starting = startStreamingJob({
      installation: await prepareSpark('4.1'),
      definition: pipeline,
      bootstrapServers: '127.0.0.1:1',
      output: path.join(folder, 'out'),
      folder: path.join(folder, 'job'),
      choices: {},
    });

    await expect(starting).rejects.toMatchObject({
      code: expect.stringMatching(/^ECOM_KAFKA/),
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});
