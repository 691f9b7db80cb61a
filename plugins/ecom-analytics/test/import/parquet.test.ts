import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplay, ownFolder, refusals, replayed } from './replayed.ts';

const { folder, remove } = ownFolder();
afterAll(remove);

const columns = `
  'c' || i AS buyer,
  TIMESTAMP '2026-01-02 03:04:05.678' + INTERVAL (i) SECOND AS at,
  CAST(i + 0.57 AS DECIMAL(12, 2)) AS paid,
  CAST(i % 3 + 1 AS BIGINT) AS qty`;

async function writeParquet(name: string, select: string, options: string): Promise<string> {
  const file = path.join(folder, name);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (${select}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet, ${options})`);
  connection.closeSync();
  return file;
}

const map = 'customer_id=buyer,timestamp=at,total_amount=paid,quantity=qty';

describe('a Parquet file', () => {
  let file: string;
  beforeAll(async () => {
    file = await writeParquet(
      'orders.parquet',
      `SELECT ${columns} FROM range(5000) t(i)`,
      'ROW_GROUP_SIZE 2048',
    );
  });

  it('is read row group by row group, with decimals to the cent', async () => {
    const { orders, bad } = await replayed({ file, map });
    expect(bad).toEqual([]);
    expect(orders).toHaveLength(5000);
    expect(orders[57]).toMatchObject({
      eventTimeMs: Date.parse('2026-01-02T03:05:02.678Z'),
      totalCents: 5757,
      order: { order_id: 'orders.parquet:58', customer_id: 'c57', quantity: 1, price: 57.57 },
    });
    expect(orders.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(4999 * 2500 * 100 + 5000 * 57);
  });

  it.each(['uncompressed', 'snappy', 'gzip', 'zstd', 'lz4_raw', 'brotli'])(
    'may be compressed: %s',
    async (codec) => {
      const packed = await writeParquet(
        `${codec}.parquet`,
        `SELECT ${columns} FROM range(50) t(i)`,
        `COMPRESSION ${codec}`,
      );
      expect((await replayed({ file: packed, map })).orders).toHaveLength(50);
    },
  );

  it('may hold days, floats, and rows that are no orders', async () => {
    const odd = await writeParquet(
      'odd.parquet',
      `SELECT * FROM (VALUES
        (1, DATE '1997-01-01', CAST(29.33 AS FLOAT)),
        (2, NULL, CAST(1 AS FLOAT)),
        (NULL, DATE '1997-01-02', CAST(1 AS FLOAT)),
        (4, DATE '1997-01-03', CAST(-1 AS FLOAT))) t(customer_id, day, amount)`,
      'COMPRESSION snappy',
    );
    const { orders, bad, replay } = await replayed({ file: odd, map: 'timestamp=day,total_amount=amount' });
    expect(orders.map(({ order }) => [order.customer_id, order.timestamp, order.total_amount])).toEqual([
      ['1', '1997-01-01T00:00:00.000Z', 29.33],
    ]);
    expect(replay.findings.refunds).toEqual({ rows: 1, amount: 1 });
    expect(refusals(bad)).toMatchObject([
      [2, 'timestamp', expect.stringContaining('"customer_id":"2"')],
      [3, 'customer-id', expect.any(String)],
    ]);
  });

  it('that is damaged further on is refused before anything runs', async () => {
    const bytes = readFileSync(file);
    const metadata = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const chunk = metadata.row_groups[1]?.columns[0]?.meta_data;
    const start = Number(chunk?.dictionary_page_offset ?? chunk?.data_page_offset);
    bytes.fill(0xff, start, start + 64);
    const damaged = path.join(folder, 'damaged.parquet');
    writeFileSync(damaged, bytes);
    await expect(openReplay({ file: damaged, map })).rejects.toMatchObject({
      code: 'ECOM_REPLAY_READ',
      exitCode: 1,
      message: expect.stringContaining('damaged.parquet'),
    });
  });

  it('without rows is refused', async () => {
    const none = await writeParquet(
      'none.parquet',
      `SELECT ${columns} FROM range(0) t(i)`,
      'COMPRESSION snappy',
    );
    await expect(replayed({ file: none, map })).rejects.toMatchObject({ code: 'ECOM_REPLAY_EMPTY' });
  });
});
