import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Bench, type Figure, rounded } from './figure.ts';

/** Files of orders, half a second apart, of 50,000 customers; a Parquet file is one row group. */
const shapes = {
  'CSV in order': { ending: 'csv', order: 'i', options: 'HEADER', few: 1_000_000, many: 3_000_000 },
  'CSV in no order': { ending: 'csv', order: 'hash(i)', options: 'HEADER', few: 1_000_000, many: 3_000_000 },
  'Parquet in one row group': {
    ending: 'parquet',
    order: 'i',
    options: 'FORMAT parquet, ROW_GROUP_SIZE 3000000',
    few: 1_000_000,
    many: 3_000_000,
  },
  // Some 100 and 200 MB.
  'JSON, one answer of an API': {
    ending: 'json',
    order: 'i',
    options: 'FORMAT json, ARRAY true',
    few: 400_000,
    many: 800_000,
  },
} as const;

async function writeOrders(file: string, orders: number, shape: keyof typeof shapes): Promise<void> {
  const { order, options, ending } = shapes[shape];
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const written = ending === 'json' ? `${file}.list` : file;
  await connection.run(
    `COPY (SELECT 'order-' || i AS order_id, 'customer-' || hash(i) % 50000 AS customer_id, 'P' || lpad(CAST(hash(i * 3) % 28 + 1 AS VARCHAR), 3, '0') AS product_id, ` +
      `'Product ' || hash(i * 3) % 28 AS product_name, ['Electronics', 'Home', 'Sports'][(hash(i * 5) % 3)::BIGINT + 1] AS category, hash(i * 7) % 4 + 1 AS quantity, ` +
      `CAST(hash(i * 11) % 50000 / 100 AS DECIMAL(9, 2)) AS price, CAST(hash(i * 11) % 50000 / 100 * (hash(i * 7) % 4 + 1) AS DECIMAL(9, 2)) AS total_amount, ` +
      `strftime(TIMESTAMP '2025-01-01' + INTERVAL (i * 500) MILLISECOND, '%Y-%m-%dT%H:%M:%S.%gZ') AS timestamp, ['US-East', 'US-West', 'EU', 'APAC'][(hash(i * 13) % 4)::BIGINT + 1] AS region ` +
      `FROM range(${orders}) t(i) ORDER BY ${order}) TO '${written}' (${options})`,
  );
  connection.closeSync();
  if (written === file) return;
  async function* answer(): AsyncGenerator<string | Buffer> {
    yield '{"count": 1, "orders": ';
    yield* createReadStream(written);
    yield ', "next": null}';
  }
  await pipeline(answer, createWriteStream(file));
  await rm(written);
}

interface Replayed {
  readonly orders: number;
  readonly ms: number;
  /** Of all processors. */
  readonly processorMs: number;
  readonly peakMb: number;
}

/** In a process of its own. */
function replay(file: string): Replayed {
  const entry = fileURLToPath(new URL('replay-feed.ts', import.meta.url));
  const run = fileURLToPath(new URL('../plugins/ecom-analytics/source.mjs', import.meta.url));
  const { stdout, status, stderr } = spawnSync(process.execPath, [run, entry, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The replay of ${file} failed: ${stderr}`);
  return JSON.parse(stdout) as Replayed; // written by replay-feed.ts
}

/** What nothing that reads the file with DuckDB can be faster than: ms to read all of it and sum one column, and of processors. */
async function bareScan(file: string): Promise<{ ms: number; processorMs: number }> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const [started, before] = [performance.now(), process.cpuUsage()];
  await connection.runAndReadAll(
    file.endsWith('.json')
      ? `SELECT count(*) FROM read_json_objects('${file}', maximum_object_size = 1000000000)`
      : `SELECT count(*), sum(total_amount), max(order_id), max(customer_id), max(timestamp) FROM '${file}'`,
  );
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - started;
  connection.closeSync();
  return { ms, processorMs: (user + system) / 1000 };
}

async function figures(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  const found: Figure[] = [];
  try {
    for (const [name, { ending, few, many }] of Object.entries(shapes)) {
      const shape = name as keyof typeof shapes; // its own keys
      const [small, large] = [path.join(folder, `few.${ending}`), path.join(folder, `many.${ending}`)];
      await writeOrders(small, few, shape);
      await writeOrders(large, many, shape);
      const [ofFew, ofMany] = [replay(small), replay(large)];
      const bare = await bareScan(large);
      const perRow = (ms: number): number => rounded((ms / many) * 1000);
      found.push(
        {
          figure: `replay-throughput, ${name}, ${many} rows`,
          value: rounded((ofMany.orders / ofMany.ms) * 1000),
          unit: 'orders/s',
          against: { what: "DuckDB's bare scan of the file", value: rounded((many / bare.ms) * 1000) },
          ratio: rounded(bare.ms / ofMany.ms),
          aim: null,
        },
        {
          figure: `replay-processor, ${name}, ${many} rows`,
          value: perRow(ofMany.processorMs),
          unit: 'µs/row',
          against: { what: "DuckDB's bare scan of the file", value: perRow(bare.processorMs) },
          ratio: rounded(ofMany.processorMs / bare.processorMs),
          aim: null,
        },
        {
          figure: `replay-memory, ${name}, ${many} rows`,
          value: rounded(ofMany.peakMb),
          unit: 'MB',
          against: { what: `${few} rows`, value: rounded(ofFew.peakMb) },
          ratio: rounded(ofMany.peakMb / ofFew.peakMb),
          aim: '<= 1.25',
        },
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return found;
}

/** Reading a shop's own orders: speed, and memory that stays flat. */
export const benches: readonly Bench[] = [{ name: 'replay', run: figures }];
