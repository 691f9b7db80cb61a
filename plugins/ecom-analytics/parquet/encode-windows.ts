import parquet from 'parquetjs-lite';
import { type ColumnType, type WindowRow, windowColumns } from '../core/window.ts';

const parquetTypes = {
  'timestamp-millis': 'TIMESTAMP_MILLIS',
  string: 'UTF8',
  int64: 'INT64',
  double: 'DOUBLE',
} as const satisfies Record<ColumnType, string>;

const schema = new parquet.ParquetSchema(
  Object.fromEntries(
    Object.entries(windowColumns).map(([name, type]) => [
      name,
      // The writer orders text by UTF-16 and Parquet by UTF-8 bytes: such bounds could hide rows from a reader.
      { type: parquetTypes[type], statistics: type !== 'string' },
    ]),
  ),
);

/** The bytes of a Parquet file that holds the given rows, at least one, in their order. */
export async function encodeWindows(rows: readonly WindowRow[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  const writer = await parquet.ParquetWriter.openStream(schema, {
    write: (bytes, done) => {
      parts.push(bytes);
      done();
    },
    end: (done) => done(),
  });
  // The writer refuses times before 1970 as numbers, not as dates; one date per time keeps its distinct counts right.
  const dates = new Map<number, Date>();
  const date = (epochMs: number): Date => {
    const known = dates.get(epochMs) ?? new Date(epochMs);
    dates.set(epochMs, known);
    return known;
  };
  for (const row of rows) {
    await writer.appendRow({
      ...row,
      window_start: date(row.window_start),
      window_end: date(row.window_end),
    });
  }
  await writer.close();
  return Buffer.concat(parts);
}
