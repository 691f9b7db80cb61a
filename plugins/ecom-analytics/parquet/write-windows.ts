import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { analyticsFolder, type WindowRow, windowPartition } from '../core/window.ts';
import { forEachConcurrently } from '../functions/concurrency.ts';
import { encodeWindows } from './encode-windows.ts';

/** A replay over years closes windows of many partitions at once. */
const concurrency = 8;

/** Where a run writes its window files. */
export interface WindowFiles {
  /** The output folder, which holds {@link analyticsFolder}. */
  readonly path: string;
  /** Files are made here and then renamed into place; on the same file system as `path`. */
  readonly unfinished: string;
  readonly checkpointId: string;
}

/**
 * Writes closed windows, one file per batch and partition. A file appears by rename, whole; its name derives from the
 * checkpoint and the batch alone, so that writing a batch again replaces the same file by the same rows.
 */
export async function writeWindows(
  out: WindowFiles,
  batchId: number,
  rows: readonly WindowRow[],
): Promise<void> {
  const byPartition = new Map<string, WindowRow[]>();
  for (const row of rows) {
    const partition = windowPartition(row.window_start);
    const others = byPartition.get(partition);
    if (others === undefined) byPartition.set(partition, [row]);
    else others.push(row);
  }
  const name = `part-${out.checkpointId}-${String(batchId).padStart(6, '0')}.parquet`;
  const failures = await forEachConcurrently(byPartition, concurrency, async ([partition, ofPartition]) => {
    const folder = path.join(out.path, analyticsFolder, ...partition.split('/'));
    const unfinished = path.join(out.unfinished, `${partition.replaceAll('/', '-')}-${name}`);
    await mkdir(folder, { recursive: true });
    await writeFile(unfinished, await encodeWindows(ofPartition));
    await rename(unfinished, path.join(folder, name));
  });
  if (failures.length > 0) throw failures[0];
}
