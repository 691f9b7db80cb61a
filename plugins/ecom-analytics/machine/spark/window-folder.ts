import type { WindowRow } from '../../core/window.ts';
import { listWindowFiles, readWindowFile } from '../../parquet/read-windows.ts';

/** The window files that Spark writes: each is whole when it appears, and never changes. */
export class WindowFolder {
  readonly #out: string;
  readonly #known = new Set<string>();

  /** @param out the folder that the window folder lies in */
  constructor(out: string) {
    this.#out = out;
  }

  /** The rows that have become readable since the last call, in the order of files. */
  async newRows(): Promise<WindowRow[]> {
    const rows: WindowRow[] = [];
    for (const file of await listWindowFiles(this.#out)) {
      if (this.#known.has(file)) continue;
      this.#known.add(file);
      rows.push(...(await readWindowFile(file)));
    }
    return rows;
  }
}
