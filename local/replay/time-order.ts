import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline as pipe } from 'node:stream/promises';
import { readLines } from '../run/json-lines.ts';
import type { BadRow, ReplayOrder, ReplayRow } from './replay.ts';

/** Orders sorted in memory at once, a few ten megabytes. */
const ordersInMemory = 100_000;
/** Files merged at once; systems allow 256 open files or more. */
const mergedRuns = 64;
const batchOrders = 4096;

function byTime(a: ReplayOrder, b: ReplayOrder): number {
  return a.eventTimeMs - b.eventTimeMs || a.line - b.line;
}

/**
 * Whether orders run backwards: of the moves in time, and not of just a few, more than a quarter lead further back than
 * `lateMs`, or more than three quarters lead back at all, as in a busy shop's export that lists the newest first. Nearly
 * all of such orders would be late; a few late orders stay late.
 */
export function runsBackwards(rows: readonly ReplayRow[], lateMs: number): boolean {
  let moves = 0;
  let back = 0;
  let farBack = 0;
  let previous: number | undefined;
  for (const row of rows) {
    if (row.kind !== 'order') continue;
    if (previous !== undefined && row.eventTimeMs !== previous) {
      moves++;
      if (row.eventTimeMs < previous) back++;
      if (row.eventTimeMs < previous - lateMs) farBack++;
    }
    previous = row.eventTimeMs;
  }
  return (farBack >= 8 && farBack * 4 > moves) || (back >= 8 && back * 4 > moves * 3);
}

/** Sorted orders of a file that {@link writeRun} wrote. */
async function* readRun(file: string): AsyncGenerator<ReplayOrder> {
  for await (const line of readLines(file)) yield JSON.parse(line) as ReplayOrder; // written below by this very run
}

async function writeRun(
  file: string,
  orders: Iterable<ReplayOrder> | AsyncIterable<ReplayOrder>,
): Promise<string> {
  async function* lines(): AsyncGenerator<string> {
    let text = '';
    for await (const order of orders) {
      text += `${JSON.stringify(order)}\n`;
      if (text.length < 65_536) continue;
      yield text;
      text = '';
    }
    yield text;
  }
  await pipe(lines, createWriteStream(file));
  return file;
}

/** Merges sorted runs by a heap of their next orders. */
async function* merge(runs: readonly AsyncGenerator<ReplayOrder>[]): AsyncGenerator<ReplayOrder> {
  const heap: { order: ReplayOrder; run: AsyncGenerator<ReplayOrder> }[] = [];
  const sink = (at: number): void => {
    const head = heap[at];
    for (let parent = at; head !== undefined; ) {
      const [left, right] = [heap[2 * parent + 1], heap[2 * parent + 2]];
      const side = left !== undefined && right !== undefined && byTime(right.order, left.order) < 0 ? 2 : 1;
      const least = side === 2 ? right : left;
      if (least === undefined || byTime(head.order, least.order) <= 0) return;
      heap[parent] = least;
      parent = 2 * parent + side;
      heap[parent] = head;
    }
  };
  try {
    for (const run of runs) {
      const next = await run.next();
      if (!next.done) heap.push({ order: next.value, run });
    }
    for (let at = heap.length >> 1; at >= 0; at--) sink(at);
    for (let head = heap[0]; head !== undefined; head = heap[0]) {
      yield head.order;
      const next = await head.run.next();
      const last = next.done ? heap.pop() : { order: next.value, run: head.run };
      if (last === undefined || last === head) continue;
      heap[0] = last;
      sink(0);
    }
  } finally {
    for (const run of runs) await run.return(undefined);
  }
}

async function* batches(
  orders: Iterable<ReplayOrder> | AsyncIterable<ReplayOrder>,
): AsyncGenerator<readonly ReplayOrder[]> {
  let batch: ReplayOrder[] = [];
  for await (const order of orders) {
    batch.push(order);
    if (batch.length < batchOrders) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * The rows with their orders by event time, then by line. Memory is bounded: what is more than one run is sorted in files
 * of a temporary folder, which is removed. Bad rows come as they are met.
 *
 * @param isOver asked while the rows are read and sorted, before any order comes: whether nobody waits for them any more
 * @param runOrders how many orders are sorted in memory at once
 */
export async function* inTimeOrder(
  rows: AsyncIterable<readonly ReplayRow[]>,
  isOver: () => boolean,
  runOrders = ordersInMemory,
): AsyncGenerator<readonly ReplayRow[]> {
  let folder: string | undefined;
  let written = 0;
  let runs: string[] = [];
  let orders: ReplayOrder[] = [];
  const nextFile = async (): Promise<string> => {
    folder ??= await mkdtemp(path.join(tmpdir(), 'ecom-replay-'));
    return path.join(folder, String(written++));
  };
  try {
    for await (const batch of rows) {
      if (isOver()) return;
      const bad = batch.filter((row): row is BadRow => row.kind === 'bad-row');
      if (bad.length > 0) yield bad;
      for (const row of batch) if (row.kind === 'order') orders.push(row);
      if (orders.length < runOrders) continue;
      runs.push(await writeRun(await nextFile(), orders.sort(byTime)));
      orders = [];
    }
    orders.sort(byTime);
    if (runs.length === 0) {
      yield* batches(orders);
      return;
    }
    runs.push(await writeRun(await nextFile(), orders));
    orders = [];
    while (runs.length > mergedRuns) {
      if (isOver()) return;
      const some = runs.slice(0, mergedRuns);
      const merged = await writeRun(await nextFile(), merge(some.map(readRun)));
      await Promise.all(some.map((file) => rm(file)));
      runs = [...runs.slice(mergedRuns), merged];
    }
    yield* batches(merge(runs.map(readRun)));
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
