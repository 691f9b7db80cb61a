import { EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { orderAlert } from '../../core/alert.ts';
import { type Order, OrderReader } from '../../core/order.ts';
import { isStateless } from '../../core/rule.ts';
import type { WindowRow } from '../../core/window.ts';
import { EmbeddedPipeline } from '../../engine/embedded-pipeline.ts';
import { runEmbedded } from '../../engine/embedded-run.ts';
import { type OutputFolder, openOutputFolder, runFiles } from '../../files/output-folder.ts';
import type { Clock } from '../../functions/clock.ts';
import type { Operations } from '../../job/stream-health.ts';
import { readWindows } from '../../parquet/read-windows.ts';
import type { RunFeed, RunSnapshot } from '../../run/feed.ts';
import type { OrderSource, SourceSink } from '../../run/order-source.ts';
import { RunTally } from '../../run/tally.ts';
import { anOrder, kit } from '../core/kit.ts';
import { VirtualClock } from '../functions/virtual-clock.ts';
import { appendedMs, orderAt, startMs } from './order-stream.ts';

/** The folders of a test's runs, to close and to remove. */
const outs: OutputFolder[] = [];
afterEach(async () => {
  for (const out of outs.splice(0)) {
    await out.close(null);
    rmSync(out.path, { recursive: true, force: true });
  }
});

async function openOut(): Promise<OutputFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom embedded rün '));
  const out = await openOutputFolder(folder, { engine: 'embedded', options: {} }, startMs);
  outs.push(out);
  return out;
}

/** Keeps what a run tells, and says when it tells it. */
class Told extends EventEmitter implements RunFeed {
  readonly snapshots: RunSnapshot[] = [];
  readonly health: Operations[] = [];
  readonly rows: WindowRow[] = [];
  readonly phases: string[] = [];

  phase({ name }: { readonly name: string }): void {
    this.phases.push(name);
  }
  snapshot(snapshot: RunSnapshot): void {
    this.snapshots.push(snapshot);
    this.emit('snapshot');
  }
  windows(rows: readonly WindowRow[]): void {
    this.rows.push(...rows);
    this.emit('windows');
  }
  operations(operations: Operations): void {
    this.health.push(operations);
    this.emit('operations');
  }
  orders(): void {}
  alerts(): void {}
}

type Send = (sink: SourceSink, run: { readonly told: Told; readonly out: OutputFolder }) => Promise<void>;

/** Begins a run of what a source sends. */
async function start(send: Send, { paced = true } = {}) {
  const out = await openOut();
  const told = new Told();
  const source: OrderSource = {
    title: 'a test',
    notes: [],
    eventTime: 'past',
    labelled: false,
    paced,
    progress: () => null,
    send: (sink) => send(sink, { told, out }),
  };
  const options = { definition: kit, source, out, clock: new VirtualClock(appendedMs) };
  return { out, told, done: runEmbedded(options, told) };
}

const batchOf = (...orders: readonly Order[]) => ({
  orders: orders.map((order) => ({ order, atMs: Date.parse(order.timestamp), label: null })),
  alerts: [],
  tickMs: null,
});

const linesOf = (out: OutputFolder, file: string): unknown[] =>
  readFileSync(path.join(out.path, file), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));

async function windowsIn(out: OutputFolder): Promise<WindowRow[]> {
  const rows: WindowRow[] = [];
  for await (const file of readWindows(out.path)) rows.push(...file.rows);
  return rows;
}

const tooMuch = anOrder({ order_id: 'large', customer_id: 'CUST_1', timestamp: '2026-11-23T12:00:00Z' });

/** The alert that the producer sends beside this order. */
function alertOf(order: Order) {
  const parsed = new OrderReader(kit).check(order, appendedMs);
  const rule = kit.rules.find(({ id }) => id === 'high-value');
  if (typeof parsed === 'string' || rule === undefined || !isStateless(rule)) throw new Error('no alert');
  return orderAlert(rule, parsed, appendedMs, 'producer');
}

describe('an embedded run', () => {
  it('writes what its orders lead to, and sums it up', async () => {
    const row = { reason: 'not-json', topic: 'o.csv', partition: 0, offset: '3', value_base64: null };
    const { out, told, done } = await start(async (sink) => {
      await sink.send({ ...batchOf(tooMuch), alerts: [alertOf(tooMuch)] });
      await sink.send(
        batchOf(orderAt(1, { customer_id: 'CUST_2', region: 'EU-West', total_amount: 0.05 }), tooMuch),
      );
      await sink.send(batchOf(anOrder({ price: -1 })));
      await sink.refuse([row]);
    });
    const summary = await done;
    expect(summary).toMatchObject({
      orders: 2,
      duplicates: 1,
      revenue: 1300,
      currency: 'USD',
      customers: 2,
      windows: 4,
      alerts: { 'high-value': 1, 'suspicious-location': 0, 'order-burst': 0, 'region-hop': 0 },
      dead_letters: 2,
      late: 0,
      out: out.path,
      engine: 'embedded',
    });
    expect(linesOf(out, runFiles.alerts)).toMatchObject([{ alert_id: 'high-value:large' }]);
    expect(new Set(linesOf(out, runFiles.deadLetters))).toEqual(
      new Set([row, expect.objectContaining({ reason: 'price', topic: kit.topics.orders.name })]),
    );
    const windows = await windowsIn(out);
    expect(windows).toHaveLength(4);
    expect(told.rows).toEqual(expect.arrayContaining(windows));
    expect(told.phases).toEqual(['running']);
    expect(told.snapshots.at(-1)).toMatchObject({ finished: true, orders: 2, deadLetters: 2, windows: 4 });
    const last = told.health.at(-1);
    expect(last?.streams).toMatchObject([{ state: 'finished', isHealthy: true, problem: null }]);
    expect(last?.refused.map(({ reason, records }) => [reason, records])).toEqual([
      ['not-json', 1],
      ['price', 1],
    ]);
  });

  it('tells what it has done while its source goes on, and closes windows on a tick', async () => {
    const { told, done } = await start(async (sink, run) => {
      await sink.send(batchOf(orderAt(0)));
      while (!run.told.snapshots.some(({ orders }) => orders === 1)) await once(run.told, 'operations');
      expect(run.told.health.at(-1)?.streams).toMatchObject([{ state: 'running' }]);
      expect(run.told.rows).toEqual([]);
      await sink.send({ orders: [], alerts: [], tickMs: startMs + 90_000 });
      while (run.told.rows.length < 2) await once(run.told, 'windows');
    });
    expect(await done).toMatchObject({ orders: 1, windows: 2 });
    expect(told.snapshots.filter(({ finished }) => finished)).toHaveLength(1);
  });

  it('of orders without a pace judges by full micro-batches, however slowly they come', async () => {
    const { done } = await start(
      async (sink) => {
        for (const second of [300, 0]) {
          await sink.send(batchOf(orderAt(second)));
          for (let turns = 0; turns < 50; turns++) await turn();
        }
      },
      { paced: false },
    );
    // The second is out of order by more than the watermark, and in one micro-batch with the first.
    expect(await done).toMatchObject({ orders: 2, late: 0, windows: 4 });
  });

  it('has written all that was sent where its source fails', async () => {
    const reason = new Error('the file ends in the middle of a line');
    const { out, done } = await start(async (sink) => {
      await sink.send(batchOf(tooMuch));
      throw reason;
    });
    await expect(done).rejects.toBe(reason);
    expect(linesOf(out, runFiles.alerts)).toHaveLength(1);
    expect(await windowsIn(out)).toHaveLength(2);
  });

  it('that cannot write fails, and so does its source, which waits for room', async () => {
    let failure: unknown;
    let tell: (sent: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => {
      tell = resolve;
    });
    const { done } = await start(async (sink, { out }) => {
      // Windows are made in there.
      await rm(out.unfinished, { recursive: true });
      let sent = 0;
      try {
        for (; sent < 100_000; sent++) await sink.send(batchOf(orderAt(90 * sent)));
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        tell(sent);
      }
    });
    await expect(done).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await ended).toBeLessThan(100_000);
    expect(failure).toMatchObject({ code: 'ENOENT' });
  });
});

describe('the health of an embedded run', () => {
  /** Passes ten milliseconds whenever it is looked at. */
  function clockThatPasses(): Clock {
    let elapsedMs = 0;
    const elapsed = (): number => {
      elapsedMs += 10;
      return elapsedMs;
    };
    return { now: () => appendedMs + elapsedMs, elapsed, sleep: async () => undefined };
  }

  it('says what waits, by partition, and how fast the last micro-batch was', async () => {
    const out = await openOut();
    const clock = clockThatPasses();
    const source = { labelled: false, eventTime: 'past' } as const;
    const tally = new RunTally({ engine: 'embedded', definition: kit, source, clock }, new Told());
    const pipeline = new EmbeddedPipeline({ definition: kit, out, clock, tally, paced: true });
    const append = (order: Order): void =>
      pipeline.orders.append(order.customer_id, Buffer.from(JSON.stringify(order)), null);

    const idle = { behind: { 0: 0, 1: 0, 2: 0 }, isIdle: true, saidMs: clock.now() + 10 };
    const unknown = { batchMs: null, mostRowsPerSecond: null, watermarkMs: null, rowsPerSecond: 0 };
    expect(pipeline.health()).toMatchObject({ ...idle, ...unknown, triggerMs: 0, closesWindows: true });
    for (const second of [0, 1, 2]) append(orderAt(second, { customer_id: 'CUST_1' }));
    const waiting = Object.values(pipeline.health().behind).sort();
    expect(waiting).toEqual([0, 0, 3]);
    expect(pipeline.health()).toMatchObject({ ...unknown, isIdle: false });

    const running = pipeline.run();
    while (pipeline.health().batchMs === null) await turn();
    pipeline.orders.end();
    await running;
    const readAtMs = clock.now();
    // The windows that were open at the end have moved it to the end of the last.
    expect(pipeline.health()).toMatchObject({
      behind: { 0: 0, 1: 0, 2: 0 },
      isIdle: false,
      saidMs: readAtMs + 10,
      watermarkMs: startMs + 60_000,
    });
    const { batchMs, mostRowsPerSecond, rowsPerSecond } = pipeline.health();
    // The last that held anything.
    expect(batchMs).toBeGreaterThanOrEqual(10);
    expect(mostRowsPerSecond).toBe((3 / (batchMs ?? 0)) * 1000);
    expect(rowsPerSecond).toBeGreaterThan(0);

    // Nobody reads this one.
    append(orderAt(200, { customer_id: 'CUST_1' }));
    const { behind, saidMs, isIdle } = pipeline.health();
    expect(Object.values(behind).sort()).toEqual([0, 0, 1]);
    expect(saidMs).toBeLessThan(readAtMs);
    expect(isIdle).toBe(false);
  });
});
