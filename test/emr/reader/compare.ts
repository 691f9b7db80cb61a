import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as pipeStream } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import pipeline from '../../../pipeline/definition.ts';
import { OrderReader, orderFields, recordFaults } from '../../../plugins/ecom-analytics/core/order.ts';
import { emitSpec, type PipelineSpec } from '../../../plugins/ecom-analytics/core/spec.ts';
import { parseTick } from '../../../plugins/ecom-analytics/core/tick.ts';
import { linesOf } from '../../../plugins/ecom-analytics/files/json-lines.ts';
import { readerJar } from '../../../plugins/ecom-analytics/job/job-files.ts';
import type { ReadableRecord } from './mutated-records.ts';
import { compile, sparkJars } from './reader-jar.ts';

const source = fileURLToPath(new URL('./ReadRecords.java', import.meta.url));

function encoded({ value, tick, appendedMs }: ReadableRecord): Buffer {
  const buffer = Buffer.alloc(17 + (value?.length ?? 0) + (tick?.length ?? 0));
  buffer.writeUInt8(1, 0);
  buffer.writeBigInt64BE(BigInt(appendedMs), 1);
  let at = 9;
  for (const part of [value, tick]) {
    at = buffer.writeInt32BE(part?.length ?? -1, at);
    if (part !== null) {
      buffer.set(part, at);
      at += part.length;
    }
  }
  return buffer;
}

/** What the reader made of a record: one JSON value a column of its answer. */
export type Answer = readonly unknown[];

/** Has the committed jar read records, without Spark, and answers for each in its turn. */
export async function* readInJava(
  records: Iterable<ReadableRecord>,
  spec: PipelineSpec,
): AsyncGenerator<Answer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-reader-'));
  try {
    const classPath = [readerJar(), ...(await sparkJars())];
    const specFile = path.join(folder, 'spec.json');
    await compile([source], classPath, folder);
    await writeFile(specFile, JSON.stringify(spec));
    const classes = [folder, ...classPath].join(path.delimiter);
    const java = spawn('java', ['-Xmx256m', '-cp', classes, 'ecom.ReadRecords', specFile], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(java, 'close');
    const sent = pipeStream(Readable.from(inParts(records)), java.stdin);
    for await (const line of linesOf(java.stdout)) yield JSON.parse(line);
    await Promise.all([sent, ended]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Many small writes to a pipe would take longer than the reading. */
function* inParts(records: Iterable<ReadableRecord>): Generator<Buffer> {
  let part: Buffer[] = [];
  for (const record of records) {
    if (part.push(encoded(record)) < 256) continue;
    yield Buffer.concat(part);
    part = [];
  }
  yield Buffer.concat([...part, Buffer.alloc(1)]);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function tickAnswer(tick: Uint8Array | null, appendedMs: number): string | number {
  if (tick === null) return recordFaults.noValue;
  try {
    const time = parseTick(utf8.decode(tick), appendedMs, pipeline.windows);
    return Number.isNaN(time) ? recordFaults.tick : time;
  } catch {
    return recordFaults.tick;
  }
}

const reader = new OrderReader(pipeline);
const names = Object.keys(orderFields(pipeline.orderFields));
const nothing = names.map(() => null);

/** What `OrderReader` and `parseTick` make of a record, in the columns of the reader's answer. */
export function expectedAnswer({ value, tick, appendedMs }: ReadableRecord): Answer {
  const read = value === null ? tickAnswer(tick, appendedMs) : reader.parse(value, appendedMs);
  if (typeof read === 'string') return [read, false, null, ...nothing, null];
  if (typeof read === 'number') return [null, false, read, ...nothing, null];
  const { order, eventTimeMs, totalCents } = read;
  return [null, true, eventTimeMs, ...names.map((name) => order[name] ?? null), totalCents];
}

interface Difference {
  /** Its bytes, each as a character. */
  readonly record: string;
  readonly expected: Answer;
  readonly found: Answer;
}

/** How far two readers agree. */
export interface Agreement {
  readonly compared: number;
  readonly orders: number;
  /** Reasons that came up. */
  readonly reasons: ReadonlySet<string>;
  /** The first few records that they read differently. */
  readonly differences: readonly Difference[];
}

/** Compares the reader in Java with `OrderReader`. */
export async function compareReaders(records: Iterable<ReadableRecord>): Promise<Agreement> {
  const reasons = new Set<string>();
  const differences: Difference[] = [];
  let compared = 0;
  let orders = 0;
  /** Sent, and not yet answered. */
  const waiting: ReadableRecord[][] = [[]];
  function* noted(): Generator<ReadableRecord> {
    for (const record of records) {
      if ((waiting.at(-1)?.push(record) ?? 0) >= 1024) waiting.push([]);
      yield record;
    }
  }
  let at = 0;
  for await (const found of readInJava(noted(), emitSpec(pipeline))) {
    const record = waiting[0]?.[at++];
    if (record === undefined) throw new Error('There are more answers than records');
    if (at === 1024) {
      waiting.shift();
      at = 0;
    }
    const expected = expectedAnswer(record);
    compared++;
    if (expected[1] === true) orders++;
    if (typeof expected[0] === 'string') reasons.add(expected[0]);
    // -0 and 0 are one number, and JSON has it as either.
    const agree = expected.length === found.length && expected.every((one, column) => one === found[column]);
    if (!agree && differences.length < 10)
      differences.push({
        record: Buffer.from(record.value ?? record.tick ?? []).toString('latin1'),
        expected,
        found,
      });
  }
  return { compared, orders, reasons, differences };
}
