import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';

/** The folder that a project goes into: whether it is free, and what of the user's stays in it. */

/** What may already be there, in lower case: it says nothing about what the folder is for. Ours never replaces it. */
const harmless = new Set([
  '.git',
  '.gitattributes',
  '.gitkeep',
  '.hg',
  '.svn',
  '.idea',
  '.vscode',
  '.ds_store',
  'thumbs.db',
  'desktop.ini',
  '.editorconfig',
  '.envrc',
  '.npmrc',
  '.nvmrc',
  '.node-version',
  '.tool-versions',
  'license',
  'license.md',
  'license.txt',
  'licence',
  'licence.md',
  'licence.txt',
  'copying',
  'notice',
]);

/** Files on their way into an existing folder; the process id follows. */
export const stagingPrefix = '.create-ecom-analytics-';
/** Files that are all written and only need to be moved up: what an interrupted move leaves, and the next run finishes. */
export const completeFolder = `${stagingPrefix}complete`;

export interface Target {
  /** Absolute, links followed. */
  readonly folder: string;
  readonly exists: boolean;
  /** Names of the user's in it, folders with a slash; those that say nothing of what the folder is for are left out. */
  readonly holds: readonly string[];
}

export type Inspection = (Target & { readonly wrong?: undefined }) | { readonly wrong: string };

/** Names for a person, of which there may be thousands. */
export function fewNames(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

const isHarmless = (name: string): boolean => harmless.has(name.toLowerCase());

function holdings(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !isHarmless(name) && !name.startsWith(stagingPrefix))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}

/** What in the folder keeps a file of ours out: the same name, or something other than a folder on the way to it. */
function inTheWay(folder: string, file: string): string | undefined {
  const parts = file.split('/');
  if (isHarmless(parts[0] ?? '')) return undefined;
  for (const [index] of parts.entries()) {
    const name = parts.slice(0, index + 1).join('/');
    const found = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isDirectory() || index === parts.length - 1) return name;
  }
  return undefined;
}

/** Follows links as far as the path exists, so that a project goes where a link leads and not over the link. */
function followLinks(folder: string): string {
  if (existsSync(folder)) return realpathSync(folder);
  const parent = path.dirname(folder);
  return parent === folder ? folder : path.join(followLinks(parent), path.basename(folder));
}

/** Whether an interrupted run left there what the next run finishes. */
export function isUnfinished(folder: string): boolean {
  return existsSync(path.join(folder, completeFolder));
}

/**
 * Looks whether a project can go into the folder, without changing anything.
 *
 * @param files of the project, by their paths in it
 */
export function inspectTarget(folder: string, files: Iterable<string>): Inspection {
  let at = folder;
  try {
    while (!existsSync(at)) {
      // On Windows a whole drive can be missing.
      if (path.dirname(at) === at) return { wrong: `${at} does not exist` };
      at = path.dirname(at);
    }
    if (!statSync(at).isDirectory()) return { wrong: `${at} is a file` };
    if (at !== folder) return { folder: followLinks(folder), exists: false, holds: [] };
    const names = new Set([...files].flatMap((file) => inTheWay(folder, file) ?? []));
    if (names.size > 0) return { wrong: `these are in the way: ${fewNames([...names].sort())}` };
    return { folder: followLinks(folder), exists: true, holds: holdings(folder) };
  } catch (cause) {
    return { wrong: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** A folder that a project must not go into. */
export class TargetError extends EcomError {
  override readonly name = 'TargetError';

  constructor(folder: string, wrong: string, options?: ErrorOptions & { readonly fix?: string }) {
    const { fix = 'Choose another folder, or move those files away.', ...rest } = options ?? {};
    super(
      'ECOM_TARGET',
      {
        what: `No project can be written there: ${wrong}`,
        where: folder,
        fix: `${fix} Nothing was changed.`,
      },
      rest,
    );
  }
}
