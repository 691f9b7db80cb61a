import type { WindowRow } from '../../core/window.ts';
import { listWindowFiles, readWindowFile } from '../../parquet/read-windows.ts';

/**
 * Reads the window files that Spark writes: each is whole when it appears, and never changes.
 *
 * @param out the folder that the window folder lies in
 * @returns what answers with the rows that have become readable since the last call, in the order of files
 */
export function windowReader(out: string): () => Promise<WindowRow[]> {
  const known = new Set<string>();
  return async () => {
    const rows: WindowRow[] = [];
    for (const file of await listWindowFiles(out)) {
      if (known.has(file)) continue;
      known.add(file);
      // Not as arguments, of which there may be some 120,000 at most.
      for (const row of await readWindowFile(file)) rows.push(row);
    }
    return rows;
  };
}
