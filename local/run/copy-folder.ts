import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EcomError } from '../../pipeline/error.ts';
import { analyticsFolder } from '../../pipeline/window.ts';
import { isAlive, makeFolder, outputError, results, runFiles } from './output-folder.ts';

/** Marks a folder whose window files are a copy. Whoever finds it may put a newer copy in their place. */
const markFile = 'copy.json';

/** Where a copy is made until it is whole, by the process that makes it: two at once do not meet. */
const unfinishedFolder = (pid: number | string): string => `.unfinished-${pid}`;

/** A folder with a copy of window files from elsewhere, to be looked at as the folder of a run is. */
export class CopyFolder {
  /** Absolute. */
  readonly path: string;
  readonly #unfinished: string;

  private constructor(out: string) {
    this.path = out;
    this.#unfinished = path.join(out, unfinishedFolder(process.pid));
  }

  /**
   * @param out absolute; may be missing until there is a copy
   * @throws UsageError `ECOM_OUT_NOT_A_FOLDER`
   * @throws EcomError `ECOM_OUT_NOT_WRITABLE`; `ECOM_OUT_FOREIGN` where it holds what is no copy
   */
  static async open(out: string): Promise<CopyFolder> {
    const folder = new CopyFolder(out);
    await folder.#writing(async () => {
      const entries = await readdir(out).catch((error: NodeJS.ErrnoException): string[] => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const foreign = entries.filter((name) => name === runFiles.run || results.includes(name));
      if (!entries.includes(markFile) && foreign.length > 0)
        throw new EcomError('ECOM_OUT_FOREIGN', {
          what: `The folder holds ${foreign.join(', ')} of a run, which a copy would cover up`,
          where: `--out ${out}`,
          fix: 'Name another --out.',
        });
      for (const [, pid = ''] of entries.flatMap((name) => [/^\.unfinished-(\d+)$/.exec(name) ?? []]))
        if (pid !== '' && !isAlive(Number(pid)))
          await rm(path.join(out, unfinishedFolder(pid)), { recursive: true, force: true });
    });
    return folder;
  }

  /**
   * Puts a new copy in the place of what is there, once it is whole; one that fails leaves the earlier one.
   *
   * @param origin what the mark says of it
   * @param fill writes each file by its path below the folder
   */
  async replace(
    origin: object,
    fill: (write: (file: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const write = async (file: string, bytes: Uint8Array): Promise<void> => {
      const target = path.join(this.#unfinished, ...file.split('/'));
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(target, bytes);
    };
    await this.#writing(async () => {
      try {
        await makeFolder(this.#unfinished);
        await fill(write);
        await writeFile(path.join(this.#unfinished, markFile), `${JSON.stringify(origin, null, 2)}\n`);
        // The mark goes first: a kill between the two leaves a folder that the next copy may write to.
        await rename(path.join(this.#unfinished, markFile), path.join(this.path, markFile));
        const there = path.join(this.path, analyticsFolder);
        await rename(there, path.join(this.#unfinished, 'earlier')).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        });
        await rename(path.join(this.#unfinished, analyticsFolder), there);
      } finally {
        await rm(this.#unfinished, { recursive: true, force: true });
      }
    });
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw outputError(error, this.path);
    }
  }
}
