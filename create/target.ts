import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
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
}

export type Inspection = (Target & { readonly wrong?: undefined }) | { readonly wrong: string };

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

/** Names in the folder that keep a project out of it. */
function occupants(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !harmless.has(name.toLowerCase()) && !name.startsWith(stagingPrefix))
    .sort();
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

/** Looks whether a project can go into the folder, without changing anything. */
export function inspectTarget(folder: string): Inspection {
  let at = folder;
  try {
    while (!existsSync(at)) {
      // On Windows a whole drive can be missing.
      if (path.dirname(at) === at) return { wrong: `${at} does not exist` };
      at = path.dirname(at);
    }
    if (!statSync(at).isDirectory()) return { wrong: `${at} is a file` };
    if (at !== folder) return { folder: followLinks(folder), exists: false };
    const found = occupants(folder);
    if (found.length > 0) return { wrong: `the folder is not empty: ${listed(found)}` };
    return { folder: followLinks(folder), exists: true };
  } catch (cause) {
    return { wrong: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** A folder that a project must not go into. */
export class TargetError extends EcomError {
  override readonly name = 'TargetError';

  constructor(folder: string, wrong: string, options?: ErrorOptions) {
    super(
      'ECOM_TARGET',
      {
        what: `No project can be written there: ${wrong}`,
        where: folder,
        fix: 'Choose another folder, or move those files away. Nothing was changed.',
      },
      options,
    );
  }
}
