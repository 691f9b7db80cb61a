import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { executableBit, mergeJson } from './merge.ts';
import { runProgram } from './program.ts';
import { type TreeFile, textFile } from './tree.ts';

/** Merging the text of one file three ways. */

export interface MergeInput {
  readonly file: string;
  /** Undefined where both sides added the file. */
  readonly base: TreeFile | undefined;
  readonly mine: TreeFile;
  readonly next: TreeFile;
}

export interface MergeResult {
  readonly content: TreeFile;
  /** How many conflicts are marked in it. */
  readonly conflicts: number;
}

const decode = (file: TreeFile | undefined): string => Buffer.from(file?.content ?? []).toString('utf8');

/** @returns undefined where its lines must be merged */
function mergeManifest({ base, mine, next }: MergeInput): string | undefined {
  try {
    const merged = mergeJson(JSON.parse(decode(base)), JSON.parse(decode(mine)), JSON.parse(decode(next)));
    return merged && `${JSON.stringify(merged.value, undefined, 2)}\n`;
  } catch {
    // Not JSON any more: its lines can still be merged.
    return undefined;
  }
}

/**
 * Merges with `git merge-file`, and `package.json` by its keys as long as that has no conflict.
 *
 * @param labels what the conflict markers call the three sides
 * @throws EcomError `ECOM_MERGE` when Git cannot be run
 */
export async function mergeText(
  input: MergeInput,
  labels: readonly [mine: string, base: string, next: string],
): Promise<MergeResult> {
  const executable = executableBit(input.base, input.mine, input.next);
  const manifest = input.file === 'package.json' ? mergeManifest(input) : undefined;
  if (manifest !== undefined) return { content: { ...textFile(manifest), executable }, conflicts: 0 };
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-merge-'));
  try {
    writeFileSync(path.join(folder, 'mine'), input.mine.content);
    writeFileSync(path.join(folder, 'base'), input.base?.content ?? '');
    writeFileSync(path.join(folder, 'next'), input.next.content);
    const args = ['merge-file', '-p', ...labels.flatMap((label) => ['-L', label]), 'mine', 'base', 'next'];
    const { code, stdout, stderr } = await runProgram('git', args, { cwd: folder });
    // The exit code is the number of conflicts, up to 127; over that it is an error.
    if (code === null || code > 127)
      throw new EcomError('ECOM_MERGE', {
        what: `Git could not merge: ${stderr.trim()}`,
        where: input.file,
        fix: 'Fix that and run update again. Nothing was changed.',
      });
    return { content: { ...textFile(stdout), executable }, conflicts: code };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
