import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import type { Answers, Surroundings } from './answers.ts';
import { flagOf, restoreAnswers, type Typed } from './complete-answers.ts';
import { type Tree, unpackTree } from './tree.ts';

/** What a project remembers of its making. */

/** Where the project keeps what `update` needs, and the kit's licence. */
export const kitFolder = '.ecom-analytics';
export const baseArchive = `${kitFolder}/base.tgz`;
export const originFile = `${kitFolder}/origin.json`;

/** Where the project keeps the kit, so that nothing hangs on a registry having it. */
export function vendoredKit(version: string): string {
  return `vendor/ecom-analytics-${version}.tgz`;
}

/** Whether a file is the kit, which an update replaces as a whole. */
export function isVendoredKit(file: string): boolean {
  return /^vendor\/ecom-analytics-[^/]+\.tgz$/.test(file);
}

export interface Origin {
  /** Of create-ecom-analytics. */
  readonly version: string;
  /** SHA-256 of the base, in hex: the two must come from one commit. Early projects have none. */
  readonly base?: string;
  /** As flags would say them, so that they are read back by the same checks. */
  readonly answers: Typed;
}

export function fingerprint(base: Uint8Array): string {
  return createHash('sha256').update(base).digest('hex');
}

function unusable(what: string, where: string, fix: string): EcomError {
  return new EcomError('ECOM_UPDATE_PROJECT', { what, where, fix });
}

/**
 * Reads the record.
 *
 * @throws EcomError `ECOM_UPDATE_PROJECT` where there is none
 */
export function readOrigin(folder: string): Origin {
  const file = path.join(folder, originFile);
  try {
    const { version, base, answers }: Partial<Origin> = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof version === 'string' && typeof answers === 'object' && answers !== null)
      return { version, ...(base !== undefined && { base }), answers };
  } catch {
    // Said below.
  }
  throw unusable(
    'This project was not made with create-ecom-analytics, or its record is lost',
    file,
    'Go to the folder of the project; a lost record is in its Git history.',
  );
}

/**
 * Reads the project as it was made.
 *
 * @throws EcomError `ECOM_UPDATE_PROJECT` where it is lost, or of another version than the record
 */
export function readBase(folder: string, origin: Origin): Tree {
  const file = path.join(folder, baseArchive);
  if (!existsSync(file))
    throw unusable('The template it came from is lost', file, 'Restore that file from the Git history.');
  const archive = readFileSync(file);
  if (origin.base !== undefined && origin.base !== fingerprint(archive))
    throw unusable(
      `The template there is not the one that ${originFile} is about`,
      file,
      `Restore both from one commit: \`git log -- ${kitFolder}\`, then \`git checkout COMMIT -- ${kitFolder}\`.`,
    );
  try {
    return unpackTree(archive, file);
  } catch (cause) {
    if (!(cause instanceof EcomError)) throw cause;
    // Not the template of this program, which the message would have to be about.
    throw unusable(
      'The template it came from cannot be read',
      file,
      'Restore that file from the Git history.',
    );
  }
}

/**
 * The answers that the project was made with; what is new since has its default.
 *
 * @throws EcomError `ECOM_UPDATE_PROJECT` where this version does not take one of them
 */
export function readAnswers(folder: string, { answers }: Origin, surroundings: Surroundings): Answers {
  return restoreAnswers(answers, surroundings, (key, wrong) =>
    unusable(
      `This version does not take the project's answer to ${flagOf(key)}: ${wrong}`,
      `${path.join(folder, originFile)}, answers.${key}`,
      'Correct it there, commit that, and run this again.',
    ),
  );
}
