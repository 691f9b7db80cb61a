import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { shellWord } from '../plugins/ecom-analytics/functions/shell-word.ts';
import { kitFolder } from './origin.ts';
import type { TreeFile } from './tree.ts';
import { diskRefusal, sweep } from './write.ts';

/** Replacing files of a project so that whatever fails leaves all of them new or all of them old. */

/** Where they are on their way; the process id follows. */
const stagingPrefix = 'update-';

/**
 * How a user takes an update back: all of it was committed before. From another folder it names the project's, or it would take
 * back what else is there.
 *
 * @param folder absolute; the current one by default
 */
export function undoLine(folder: string = process.cwd()): string {
  const git = folder === process.cwd() ? 'git' : `git -C ${shellWord(folder)}`;
  return `${git} restore . && ${git} clean -fd .`;
}

/** What is there, if anything; a file on the way is nothing there too. */
export function statOf(at: string): Stats | undefined {
  try {
    return statSync(at, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Moves the files of `fresh` to their places, and back when one does not go; `old` holds copies of what is replaced. */
function move(
  folder: string,
  fresh: string,
  old: string,
  files: readonly string[],
  removed: readonly string[],
): void {
  const undo: (() => void)[] = [];
  const restore = (file: string) => renameSync(path.join(old, file), path.join(folder, file));
  try {
    for (const file of files) {
      const at = path.join(folder, file);
      const above = mkdirSync(path.dirname(at), { recursive: true });
      if (above !== undefined) undo.push(() => rmSync(above, { recursive: true }));
      const wasThere = statOf(path.join(old, file)) !== undefined;
      renameSync(path.join(fresh, file), at);
      undo.push(() => (wasThere ? restore(file) : rmSync(at)));
    }
    for (const file of removed) {
      rmSync(path.join(folder, file));
      undo.push(() => restore(file));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/**
 * Writes the new files beside their places, copies the old ones, and then moves in one turn of the event loop: a full disk
 * or a Ctrl-C comes before the first change or after the last, and a folder that refuses undoes what was moved.
 *
 * @param removed files that go, all of them there
 * @throws EcomError `ECOM_UPDATE_WRITE` when the disk refuses
 */
export async function replaceFiles(
  folder: string,
  files: ReadonlyMap<string, TreeFile>,
  removed: readonly string[],
): Promise<void> {
  const staging = path.join(folder, kitFolder, `${stagingPrefix}${process.pid}`);
  const [fresh, old] = [path.join(staging, 'new'), path.join(staging, 'old')];
  await sweep(path.join(folder, kitFolder), stagingPrefix);
  try {
    for (const [file, { content, executable }] of files) {
      const at = path.join(fresh, file);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, content);
      chmodSync(at, executable ? 0o755 : 0o644);
    }
    for (const file of [...files.keys(), ...removed]) {
      if (!statOf(path.join(folder, file))?.isFile()) continue;
      mkdirSync(path.dirname(path.join(old, file)), { recursive: true });
      copyFileSync(path.join(folder, file), path.join(old, file));
    }
    move(folder, fresh, old, [...files.keys()], removed);
  } catch (error) {
    const what = diskRefusal(error);
    if (what === undefined) throw error;
    const where = error instanceof Error && 'dest' in error ? String(error.dest) : folder;
    const fix = `Fix that and run update again. Nothing was changed; if in doubt, \`${undoLine(folder)}\`.`;
    throw new EcomError('ECOM_UPDATE_WRITE', { what, where, fix }, { cause: error });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
