import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { shellPath } from '../../functions/shell-word.ts';
import { EcomError, UsageError } from '../../pipeline/error.ts';
import { CsvRows, guessDelimiter, readHeader } from './csv.ts';
import { JsonRows, jsonColumns } from './json-lines.ts';
import { parquetColumns, parquetRows } from './parquet.ts';
import { readSegments, type Segment } from './segment.ts';
import {
  type BrokenRow,
  maxRowBytes,
  type OrderSource,
  type ReplayFormat,
  type SourceRow,
} from './source.ts';

/** Formats by the ending of the file's name; a file with another name is judged by its content. */
const endings: Readonly<Record<string, ReplayFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.jsonl': 'json-lines',
  '.ndjson': 'json-lines',
  '.json': 'json-lines',
  '.parquet': 'parquet',
  '.pq': 'parquet',
};

const usable = 'Give a CSV file with a header, JSON lines, or Parquet.';

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function unreadable(file: string, cause: unknown): UsageError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const what = 'There is no such file to replay';
    return new UsageError('ECOM_REPLAY_NOT_FOUND', { what, where: file, fix: 'Check the path.' }, { cause });
  }
  const what = `The file to replay cannot be read: ${reasonOf(cause)}`;
  const fix = 'Check who may read it.';
  return new UsageError('ECOM_REPLAY_UNREADABLE', { what, where: file, fix }, { cause });
}

function unknownFormat(file: string, what: string, fix: string, cause?: unknown): UsageError {
  return new UsageError('ECOM_REPLAY_FORMAT', { what, where: file, fix }, { cause });
}

function empty(file: string, what: string): UsageError {
  return new UsageError('ECOM_REPLAY_EMPTY', { what, where: file, fix: usable });
}

/** The start of the file: as much as its longest row may take. */
async function readStart(file: string): Promise<{ start: Buffer; size: number }> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    const stats = await stat(file);
    if (!stats.isFile()) {
      const what = stats.isDirectory()
        ? 'The file to replay is a folder'
        : 'What is to be replayed is no file but a device or a pipe';
      const fix = 'Give one file.';
      throw new UsageError('ECOM_REPLAY_NOT_A_FILE', { what, where: file, fix });
    }
    handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxRowBytes), 0, maxRowBytes, 0);
    return { start: buffer.subarray(0, bytesRead), size: stats.size };
  } catch (cause) {
    throw cause instanceof EcomError ? cause : unreadable(file, cause);
  } finally {
    await handle?.close();
  }
}

function isParquet(start: Buffer): boolean {
  return start.subarray(0, 4).toString('latin1') === 'PAR1';
}

/**
 * What the file is: what its name says, if its content does not contradict; else what its content looks like.
 *
 * @throws UsageError `ECOM_REPLAY_FORMAT`
 */
function formatOf(file: string, start: Buffer): ReplayFormat {
  const named = endings[path.extname(file).toLowerCase()];
  if (isParquet(start)) return 'parquet';
  if (named === 'parquet') throw unknownFormat(file, 'The file is named Parquet and is not', usable);
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (utf16)
    throw unknownFormat(file, 'The file is UTF-16 text', 'Save it as UTF-8 ("CSV UTF-8" in a spreadsheet).');
  if (start[0] === 0x1f && start[1] === 0x8b) {
    const fix = `Unpack it first, for example with: gunzip -k ${shellPath(file)}`;
    throw unknownFormat(file, 'The file is compressed with gzip', fix);
  }
  if (start.includes(0)) throw unknownFormat(file, 'The file is neither text nor Parquet', usable);
  const text = start.toString('utf8').trimStart();
  // A file of one long line is possible; one whose line goes on after a carriage return is of an old Mac's make.
  if (/\r[^\r]/.test(text) && !text.includes('\n')) {
    const fix = `Write it anew, for example with: tr '\\r' '\\n' < ${shellPath(file)} > orders.csv`;
    throw unknownFormat(file, 'The lines of the file end with carriage returns alone', fix);
  }
  if (text.startsWith('[')) {
    const fix = 'Write one object per line, for example with: jq -c ".[]" orders.json > orders.jsonl';
    throw unknownFormat(file, 'The file is one JSON array', fix);
  }
  return named ?? (text.startsWith('{') ? 'json-lines' : 'csv');
}

/** A source of text, whose rows a reader takes from segments. */
function textSource(
  file: string,
  size: number,
  format: ReplayFormat,
  columns: readonly string[],
  reader: (columns: readonly string[]) => { read(segment: Segment): (SourceRow | BrokenRow)[] },
): OrderSource {
  let bytesRead = 0;
  return {
    format,
    columns,
    progress: () => Math.min(1, bytesRead / size),
    async *rows(asked) {
      bytesRead = 0;
      const rows = reader(asked);
      try {
        for await (const segment of readSegments(file, (count) => (bytesRead += count))) {
          const batch = rows.read(segment);
          if (batch.length > 0) yield batch;
        }
      } catch (cause) {
        throw failedReading(file, cause);
      }
    },
  };
}

function failedReading(file: string, cause: unknown): EcomError {
  if (cause instanceof EcomError) return cause;
  const what = `Reading the file to replay failed: ${reasonOf(cause)}`;
  const fix = 'What was read until then is in the results; mend or replace the file and run again.';
  return new EcomError('ECOM_REPLAY_READ', { what, where: file, fix }, { cause });
}

function csvSource(file: string, size: number, start: Buffer): OrderSource {
  const text = start.toString('utf8').replace(/^\ufeff/, '');
  const delimiter = guessDelimiter(text.trimStart());
  const header = readHeader(text, delimiter);
  if (header === null) {
    const fix = 'Give a CSV file whose first line names its columns.';
    throw unknownFormat(file, 'The header of the CSV file cannot be read: its quotes do not match', fix);
  }
  const { columns } = header;
  return textSource(file, size, 'csv', columns, (asked) => {
    const places = asked.map((column) => columns.indexOf(column));
    return new CsvRows(delimiter, columns.length, places);
  });
}

async function parquetSource(file: string): Promise<OrderSource> {
  const buffer = await asyncBufferFromFile(file);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (cause) {
    throw unknownFormat(file, `The Parquet file is damaged: ${reasonOf(cause)}`, 'Write it anew.', cause);
  }
  const total = Number(metadata.num_rows);
  if (total === 0) throw empty(file, 'The Parquet file to replay has no rows');
  let rowsRead = 0;
  return {
    format: 'parquet',
    columns: parquetColumns(metadata),
    progress: () => rowsRead / total,
    async *rows(asked) {
      rowsRead = 0;
      try {
        for await (const batch of parquetRows(buffer, metadata, asked)) {
          rowsRead += batch.length;
          yield batch;
        }
      } catch (cause) {
        throw failedReading(file, cause);
      }
    },
  };
}

/**
 * Opens a file of orders: finds out its format and its columns.
 *
 * @throws UsageError `ECOM_REPLAY_NOT_FOUND`, `_NOT_A_FILE`, `_UNREADABLE`, `_EMPTY` or `_FORMAT`
 */
export async function openFile(file: string): Promise<OrderSource> {
  const { start, size } = await readStart(file);
  if (
    start
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .trim() === ''
  )
    throw empty(file, 'The file to replay is empty');
  const format = formatOf(file, start);
  if (format === 'parquet') return parquetSource(file);
  if (format === 'csv') return csvSource(file, size, start);
  const lines = start.subarray(0, start.lastIndexOf(10) + 1 || start.length);
  const columns = jsonColumns(lines.toString('utf8').replace(/^\ufeff/, ''));
  if (columns.length === 0) {
    throw unknownFormat(
      file,
      'The file is named JSON lines, and no line at its start is a JSON object',
      usable,
    );
  }
  return textSource(file, size, 'json-lines', columns, (asked) => new JsonRows(asked));
}
