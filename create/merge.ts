import { isText, sameContent, type Tree, type TreeFile } from './tree.ts';

/** Deciding, file by file, what an update does: the project as it was made, as it is, and as it would be made now. */

/** What to do with a file. `merge` is left to a three-way merge of the text. */
export type Decision =
  | { readonly file: string; readonly action: 'write'; readonly content: TreeFile }
  | { readonly file: string; readonly action: 'remove' }
  | {
      readonly file: string;
      readonly action: 'merge';
      readonly base: TreeFile | undefined;
      readonly mine: TreeFile;
      readonly next: TreeFile;
    }
  | { readonly file: string; readonly action: 'keep'; readonly why: string };

/** The user's executable bit, unless the template changed its own. */
export function executableBit(
  base: TreeFile | undefined,
  mine: TreeFile | undefined,
  next: TreeFile,
): boolean {
  const templateChanged = base !== undefined && base.executable !== next.executable;
  return mine === undefined || templateChanged ? next.executable : mine.executable;
}

function decide(
  file: string,
  base: TreeFile | undefined,
  mine: TreeFile | undefined,
  next: TreeFile | undefined,
): Decision | undefined {
  if (base && mine && next && sameContent(base, next) && base.executable !== next.executable)
    return mine.executable === next.executable
      ? undefined
      : { file, action: 'write', content: { ...mine, executable: next.executable } };
  if (sameContent(base, next) || sameContent(mine, next)) return undefined;
  if (sameContent(base, mine)) {
    if (next === undefined) return { file, action: 'remove' };
    return { file, action: 'write', content: { ...next, executable: executableBit(base, mine, next) } };
  }
  if (next === undefined)
    return { file, action: 'keep', why: 'the template no longer has it, and you changed it' };
  if (mine === undefined) return { file, action: 'keep', why: 'the template changed it, and you removed it' };
  if (file === 'package-lock.json')
    return { file, action: 'keep', why: 'install once more, and it follows package.json' };
  if (![base, mine, next].every((one) => one === undefined || isText(one.content)))
    return {
      file,
      action: 'keep',
      why: 'the template changed it too, and it is not text, so it cannot be merged',
    };
  return { file, action: 'merge', base, mine, next };
}

/**
 * Decides for every file of the template, old or new; files that only the user has are left alone.
 *
 * @param mine the user's files, at least those that the other two name
 */
export function planUpdate(base: Tree, mine: Tree, next: Tree): Decision[] {
  const files = [...new Set([...base.keys(), ...next.keys()])].sort();
  return files
    .map((file) => decide(file, base.get(file), mine.get(file), next.get(file)))
    .filter((decision) => decision !== undefined);
}

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/**
 * Merges two changes of one JSON value key by key, where a merge of lines would see a conflict in any two neighbours.
 * An absent key is undefined.
 *
 * @returns undefined where both sides changed one key differently
 */
export function mergeJson(
  base: unknown,
  mine: unknown,
  next: unknown,
): { readonly value: unknown } | undefined {
  if (same(base, next) || same(mine, next)) return { value: mine };
  if (same(base, mine)) return { value: next };
  if (!isObject(mine) || !isObject(next)) return undefined;
  const before: Json = isObject(base) ? base : {};
  const value: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(mine), ...Object.keys(next)])) {
    const merged = mergeJson(before[key], mine[key], next[key]);
    if (merged === undefined) return undefined;
    if (merged.value !== undefined) value[key] = merged.value;
  }
  return { value };
}
