import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EcomError, UsageError } from '../core/error.ts';
import { shellPath } from '../functions/shell-word.ts';
import { duckdbReason, type ReplayDatabase } from './replay-database.ts';
import { literal } from './sql.ts';

/** Read to find out what a file is. */
const startBytes = 1_048_576;
const endings = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet|pq)(\.gz|\.zst)?$/i;
const usable = 'Give a CSV file with a header, JSON, JSON lines or Parquet.';

export function formatError(file: string, what: string, fix = usable, cause?: unknown): UsageError {
  return new UsageError('ECOM_REPLAY_FORMAT', { what, where: file, fix }, { cause });
}

export function damaged(file: string, cause: unknown): EcomError {
  const what = `The file to replay is damaged: ${duckdbReason(cause)}`;
  const fix = 'Download or export it again.';
  return new EcomError('ECOM_REPLAY_READ', { what, where: file, fix }, { cause });
}

function unreadable(file: string, cause: unknown): UsageError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    const what = 'There is no such file to replay';
    return new UsageError('ECOM_REPLAY_NOT_FOUND', { what, where: file, fix: 'Check the path.' }, { cause });
  }
  const what = `The file to replay cannot be read: ${duckdbReason(cause)}`;
  const fix = 'Check its permissions.';
  return new UsageError('ECOM_REPLAY_UNREADABLE', { what, where: file, fix }, { cause });
}

/**
 * The files that a path, a folder or a pattern names, in the order of their names.
 *
 * @throws UsageError `ECOM_REPLAY_NOT_FOUND`, `_NOT_A_FILE`, `_UNREADABLE`
 */
export async function filesOf(given: string, db: ReplayDatabase): Promise<string[]> {
  const stats = await stat(given).catch((cause: unknown) => unreadable(given, cause));
  if (stats instanceof UsageError) {
    if (!/[*?[]/.test(given)) throw stats;
    const found = await db.rows(`SELECT file FROM glob(${literal(given)}) ORDER BY file`);
    if (found.length > 0) return found.map(({ file }) => String(file));
    const what = 'No file matches the pattern';
    throw new UsageError('ECOM_REPLAY_NOT_FOUND', { what, where: given, fix: 'Check the pattern.' });
  }
  if (stats.isFile()) return [given];
  const notFiles = (what: string): UsageError =>
    new UsageError('ECOM_REPLAY_NOT_A_FILE', {
      what,
      where: given,
      fix: 'Give files of orders, or a folder of them.',
    });
  if (!stats.isDirectory()) throw notFiles('What is to be replayed is not a file but a device or a pipe');
  const names = (await readdir(given)).filter((name) => endings.test(name) && !/^[._]/.test(name)).sort();
  if (names.length === 0) throw notFiles('The folder to replay holds no CSV, JSON or Parquet file');
  return names.map((name) => path.join(given, name));
}

/** How a file starts. */
export interface FileStart {
  readonly file: string;
  readonly packed: 'gzip' | 'zstd' | null;
  readonly bytes: Buffer;
}

/** @throws UsageError `ECOM_REPLAY_NOT_FOUND`, `_UNREADABLE` */
export async function readStart(file: string): Promise<FileStart> {
  const handle = await open(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startBytes), 0, startBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const isZstd = bytes.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    return { file, packed: isZstd ? 'zstd' : bytes[0] === 0x1f && bytes[1] === 0x8b ? 'gzip' : null, bytes };
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    await handle.close();
  }
}

/**
 * Whether the file is Parquet; else it is text.
 *
 * @param file as it was given
 * @param text how it starts, read as text
 * @throws UsageError `ECOM_REPLAY_FORMAT`, `_EMPTY`
 */
export function isParquet(file: string, bytes: Buffer, text: string): boolean {
  const magic = bytes.subarray(0, 4).toString('latin1');
  if (magic === 'PAR1') return true;
  if (/\.(parquet|pq)$/i.test(file)) throw formatError(file, 'The file is named Parquet and is not');
  if (magic.startsWith('PK')) {
    if (!/\.(xlsx|xlsm|ods|numbers)$/i.test(file)) {
      const fix = `Unpack it first, for example with: unzip ${shellPath(file)}`;
      throw formatError(file, 'The file is a zip archive', fix);
    }
    const fix = 'In the spreadsheet, choose File, Save as (or Export) and "CSV UTF-8", and give that file.';
    throw formatError(file, 'The file is a spreadsheet, not text', fix);
  }
  if (magic === '\u00d0\u00cf\u0011\u00e0') {
    const fix = 'Open it in a spreadsheet, save it as "CSV UTF-8", and give that file.';
    throw formatError(file, 'The file is a spreadsheet of the old Excel format', fix);
  }
  if (text.trim() === '')
    throw new UsageError('ECOM_REPLAY_EMPTY', {
      what: 'The file to replay is empty',
      where: file,
      fix: usable,
    });
  if (text.includes('\0')) throw formatError(file, 'The file is neither text nor Parquet');
  return false;
}
