import { type Dirent, existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { excerpt } from '../plugins/ecom-analytics/core/excerpt.ts';
import { completeFolder, inspectTarget, stagingPrefix, type Target, TargetError } from './target.ts';
import type { Tree } from './tree.ts';

/**
 * Writing a project so that whatever happens leaves all of it or nothing. Everything is first written beside its place;
 * then one rename puts a new folder there, and a few, in one turn of the event loop that no signal can break, fill an
 * existing one. Nothing of the user's is ever replaced.
 */

/** Files written at a time: enough to keep a disk busy, few enough to stop at once. */
const writers = 16;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

async function writeFiles(tree: Tree, folder: string, signal: AbortSignal): Promise<void> {
  const folders = new Set([...tree.keys()].map((file) => path.posix.dirname(file)));
  for (const name of [...folders].sort()) await mkdir(path.join(folder, name), { recursive: true });
  const queue = [...tree].values();
  const write = async () => {
    for (const [name, { content, executable }] of queue) {
      signal.throwIfAborted();
      await writeFile(path.join(folder, name), content, { mode: executable ? 0o755 : 0o644, flag: 'wx' });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: writers }, write));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  signal.throwIfAborted();
}

/**
 * Moves what is in one folder into another, whole folders where the other has none. What is there already stays.
 *
 * @returns the user's files that stayed in place of ours
 */
async function planMoves(
  from: string,
  to: string,
  inside = '',
): Promise<{ moves: string[]; kept: string[] }> {
  const moves: string[] = [];
  const kept: string[] = [];
  for (const entry of await entriesOf(path.join(from, inside))) {
    const name = path.posix.join(inside, entry.name);
    const there = await lstat(path.join(to, name)).catch(() => undefined);
    if (there === undefined) moves.push(name);
    else if (there.isDirectory() && entry.isDirectory()) {
      const below = await planMoves(from, to, name);
      moves.push(...below.moves);
      kept.push(...below.kept);
    } else kept.push(name);
  }
  return { moves, kept };
}

/** What is in a folder; nothing where another run that finishes the same project has moved it on. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/** Renames, unless another run that finishes the same folder has done so before. */
function moveOnce(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || existsSync(from)) throw error;
  }
}

/** Removes the complete folder under a name of this run's own: while it is emptied, another run could take its name. */
function discard(complete: string, folder: string): void {
  const own = path.join(folder, `${stagingPrefix}${process.pid}`);
  moveOnce(complete, own);
  rmSync(own, { recursive: true, force: true });
}

/** Moves all that is to be moved, or, where the disk refuses one of it, nothing. */
async function fillExisting(complete: string, folder: string): Promise<string[]> {
  const { moves, kept } = await planMoves(complete, folder);
  const moved: string[] = [];
  try {
    for (const name of moves) {
      moveOnce(path.join(complete, name), path.join(folder, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved.reverse()) moveOnce(path.join(folder, name), path.join(complete, name));
    throw error;
  }
  discard(complete, folder);
  return kept;
}

/**
 * Finishes what an earlier run could not: one that was killed between its renames left the rest in a folder of ours.
 *
 * @returns the user's files that stayed in place of ours, by their path in the folder; undefined: nothing to finish
 */
export async function finishInterrupted(folder: string): Promise<readonly string[] | undefined> {
  const complete = path.join(folder, completeFolder);
  const there = await lstat(complete).catch(() => undefined);
  if (!there?.isDirectory()) return undefined;
  try {
    return await fillExisting(complete, folder);
  } catch (error) {
    throw describe(
      error,
      folder,
      `Fix that and run this again: the rest of the project waits in ${completeFolder} there.`,
    );
  }
}

/** Removes what killed runs left half-written: staging folders, named by a prefix and a process that is gone. */
export async function sweep(parent: string, prefix: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isInteger(pid) || pid <= 0) continue;
    try {
      // In a container a process may have the number of the one before it.
      if (pid === process.pid) rmSync(path.join(parent, name), { recursive: true, force: true });
      else process.kill(pid, 0);
    } catch (error) {
      if (codeOf(error) === 'ESRCH') rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/** What a disk says by its error, for a person; undefined where the error is another. */
export function diskRefusal(error: unknown): string | undefined {
  const why: Record<string, string> = {
    EACCES: 'The folder may not be written to',
    EPERM: 'The folder may not be written to',
    EROFS: 'The file system is read-only',
    ENOSPC: 'The disk is full',
    EDQUOT: 'The disk quota is used up',
    ENAMETOOLONG: 'The path is too long',
    ENOTDIR: 'A part of the path is a file',
    EBUSY: 'Another program holds a file',
  };
  return why[codeOf(error)];
}

const nothingLeft = 'Fix that, or choose another folder. Nothing was left behind.';

function describe(error: unknown, folder: string, fix = nothingLeft): unknown {
  const what = diskRefusal(error);
  if (what === undefined) return error;
  return new EcomError('ECOM_WRITE', { what, where: folder, fix }, { cause: error });
}

/** Puts a whole new folder in its place with one rename, which fails where something else has taken the place. */
async function writeNew(tree: Tree, folder: string, signal: AbortSignal): Promise<string[]> {
  const parent = path.dirname(folder);
  const prefix = `.${excerpt(path.basename(folder), 40)}.creating-`;
  const madeParent = mkdirSync(parent, { recursive: true });
  const staging = path.join(parent, `${prefix}${process.pid}`);
  try {
    await sweep(parent, prefix);
    await mkdir(staging);
    await writeFiles(tree, staging, signal);
    // Windows refuses to rename a folder onto any other; elsewhere an empty one is replaced, which loses nothing.
    renameSync(staging, folder);
    return [];
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    removeEmpty(parent, madeParent);
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)))
      throw new TargetError(folder, 'another program has just made that folder', { cause: error });
    throw error;
  }
}

/** Takes back the parent folders that were made for the project, as far as nobody else has put anything in them. */
function removeEmpty(parent: string, topmost: string | undefined): void {
  if (topmost === undefined) return;
  try {
    for (let at = parent; at.length >= topmost.length; at = path.dirname(at)) rmdirSync(at);
  } catch {
    // Somebody uses it: it stays.
  }
}

async function writeInto(tree: Tree, folder: string, signal: AbortSignal): Promise<string[]> {
  const staging = path.join(folder, `${stagingPrefix}${process.pid}`);
  const complete = path.join(folder, completeFolder);
  try {
    await sweep(folder, stagingPrefix);
    await mkdir(staging);
    await writeFiles(tree, staging, signal);
    // The name is the lock: of two runs at once, one gets it, and the other then sees the first one's files.
    renameSync(staging, complete);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error)))
      throw new TargetError(folder, 'another run is writing there', { cause: error });
    throw error;
  }
  const again = inspectTarget(folder, tree.keys());
  if (again.wrong !== undefined) {
    discard(complete, folder);
    throw new TargetError(folder, again.wrong);
  }
  try {
    return await fillExisting(complete, folder);
  } catch (error) {
    discard(complete, folder);
    throw error;
  }
}

/**
 * Writes the tree as the target folder, all of it or nothing.
 *
 * @param signal stops the writing; what was written is removed
 * @returns the user's files that were there already and stayed, by their path in the folder
 * @throws TargetError when the folder is taken, and EcomError `ECOM_WRITE` when the disk refuses
 * @throws the signal's reason when it stopped the writing
 */
export async function writeTree(tree: Tree, target: Target, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await (target.exists
      ? writeInto(tree, target.folder, signal)
      : writeNew(tree, target.folder, signal));
  } catch (error) {
    throw describe(error, target.folder);
  }
}
