import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import * as v from 'valibot';
import { EcomError } from '../core/error.ts';
import {
  analyticsFolder,
  isWindowFile,
  type WindowRow,
  WindowRowSchema,
  windowColumns,
} from '../core/window.ts';

/** One Parquet file's rows. */
export interface WindowFile {
  readonly file: string;
  readonly rows: readonly WindowRow[];
}

/**
 * The window files of an output folder, in the order of their partitions and names; none where nothing was written yet.
 * What is none is passed over, as Athena and DuckDB do.
 */
export async function listWindowFiles(out: string): Promise<string[]> {
  const root = path.join(out, analyticsFolder);
  let names: string[];
  try {
    names = await readdir(root, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
  return names
    .filter(isWindowFile)
    .sort()
    .map((name) => path.join(root, name));
}

/**
 * Reads the rows of an output folder file by file, whether the embedded engine or Spark wrote them.
 *
 * @throws EcomError `ECOM_PARQUET_UNREADABLE` for a file that is no Parquet file of window rows
 */
export async function* readWindows(out: string): AsyncGenerator<WindowFile, void, void> {
  for (const file of await listWindowFiles(out)) yield { file, rows: await readWindowFile(file) };
}

/** The rows of one file. Throws as {@link readWindows} does. */
export async function readWindowFile(file: string): Promise<WindowRow[]> {
  const bytes = await readFile(file);
  try {
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
      columns: Object.keys(windowColumns),
    });
    return rows.map((row) => v.parse(WindowRowSchema, mapValues(row, plainNumber)));
  } catch (error) {
    throw new EcomError(
      'ECOM_PARQUET_UNREADABLE',
      {
        what: 'This is not a Parquet file of window rows, or it is damaged',
        where: file,
        fix: 'Move it out of the folder; a run writes its files whole, so it was changed since or came from elsewhere.',
      },
      { cause: error },
    );
  }
}

/** Times come as dates and counts as bigints; both fit a number. */
function plainNumber(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'bigint' ? Number(value) : value;
}

function mapValues(row: Record<string, unknown>, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
}
