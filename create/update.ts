import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { EcomError } from '../pipeline/error.ts';
import type { Surroundings } from './answers.ts';
import type { Template } from './make.ts';
import { planUpdate } from './merge.ts';
import { baseArchive, kitFolder, type Origin, originFile, render } from './render.ts';
import { uncommitted } from './repository.ts';
import { settle } from './settle.ts';
import { mergeText } from './text-merge.ts';
import { packTree, type Tree, type TreeFile, unpackTree } from './tree.ts';

/** Bringing a project up to a newer template, with the user's changes kept. */

/** What an update did, or would do. */
export interface UpdateSummary {
  readonly from: string;
  readonly to: string;
  /** Files taken as the template has them, new ones among them. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Changed on both sides, and merged. */
  readonly merged: readonly string[];
  /** Changed on both sides in one place: marked as Git marks it. */
  readonly conflicts: readonly string[];
  /** Left as they are, though the template changed them. */
  readonly kept: readonly { readonly file: string; readonly why: string }[];
}

function failed(code: 'PROJECT' | 'UNCLEAN' | 'OLDER', what: string, where: string, fix: string): EcomError {
  return new EcomError(`ECOM_UPDATE_${code}`, { what, where, fix });
}

/**
 * What a project remembers of its making.
 *
 * @throws EcomError `ECOM_UPDATE_PROJECT` where it remembers nothing
 */
export function readOrigin(folder: string): Origin {
  const file = path.join(folder, originFile);
  try {
    const { version, answers }: Partial<Origin> = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof version === 'string' && typeof answers === 'object') return { version, answers };
  } catch {
    // Said below.
  }
  throw failed(
    'PROJECT',
    'This is no project made with create-ecom-analytics, or its record is lost',
    file,
    'Go to the folder of the project; a lost record is in its Git history.',
  );
}

/** Compares `1.2.3` with `1.10.0` number by number; a pre-release comes before its release. */
export function compareVersions(one: string, other: string): number {
  const parts = (version: string) => {
    const [core = '', pre] = version.split('-', 2);
    return { numbers: core.split('.').map(Number), pre };
  };
  const [a, b] = [parts(one), parts(other)];
  for (let index = 0; index < 3; index++) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === undefined) return 1;
  if (b.pre === undefined) return -1;
  return a.pre.localeCompare(b.pre, 'en', { numeric: true });
}

/** What is there, if anything; a file on the way is nothing there too. */
function statOf(at: string): Stats | undefined {
  try {
    return statSync(at, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The user's files, by the names the templates know. A checkout with CRLF is the same text. */
function readMine(folder: string, files: Iterable<string>): Tree {
  const mine = new Map<string, TreeFile>();
  for (const file of files) {
    const at = path.join(folder, file);
    const stat = statOf(at);
    if (!stat?.isFile()) continue;
    const content = readFileSync(at);
    const text = content.includes(0)
      ? content
      : Buffer.from(content.toString('utf8').replaceAll('\r\n', '\n'));
    mine.set(file, { content: text, executable: (stat.mode & 0o111) !== 0 });
  }
  return mine;
}

/** Whether something else of the user's is where a file would go: a folder, or a file where its folder would be. */
function isTaken(folder: string, file: string): boolean {
  const stat = (at: string) => statOf(path.join(folder, at));
  let above = path.dirname(file);
  while (above !== '.' && !stat(above)) above = path.dirname(above);
  return stat(file)?.isDirectory() === true || stat(above)?.isDirectory() !== true;
}

/**
 * Writes the new files beside their places and then moves all of them there in one turn of the event loop: a full disk
 * or a Ctrl-C comes before the first change or after the last.
 */
function apply(folder: string, files: ReadonlyMap<string, TreeFile>, removed: readonly string[]): void {
  const staging = path.join(folder, kitFolder, 'update');
  rmSync(staging, { recursive: true, force: true });
  try {
    for (const [file, { content, executable }] of files) {
      const at = path.join(staging, file);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, content);
      chmodSync(at, executable ? 0o755 : 0o644);
    }
    for (const file of files.keys()) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      renameSync(path.join(staging, file), path.join(folder, file));
    }
    for (const file of removed) rmSync(path.join(folder, file));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function checkClean(folder: string): Promise<void> {
  const changes = await uncommitted(folder);
  if (changes === undefined)
    throw failed(
      'UNCLEAN',
      'The project is in no Git repository',
      folder,
      'Commit it: `git init`, `git add --all`, `git commit`. An update can then be undone.',
    );
  if (changes.length > 0)
    throw failed(
      'UNCLEAN',
      `The project has uncommitted changes: ${changes[0]?.slice(3)}${changes.length > 1 ? ` and ${changes.length - 1} more` : ''}`,
      folder,
      'Commit them first. An update can then be undone.',
    );
}

/**
 * Merges the template into the project: the project as it was made, as it is, and as it would be made now. The base for
 * the next update is then this template's.
 *
 * @param dryRun say what would be done, and do nothing
 * @throws EcomError `ECOM_UPDATE_PROJECT`, `ECOM_UPDATE_UNCLEAN`, `ECOM_UPDATE_OLDER`, `ECOM_MERGE`: nothing was changed
 */
export async function updateProject(
  folder: string,
  template: Template,
  surroundings: Surroundings,
  dryRun: boolean,
): Promise<UpdateSummary> {
  const origin = readOrigin(folder);
  if (compareVersions(origin.version, template.version) > 0)
    throw failed(
      'OLDER',
      `The project was made with ${origin.version}, which is newer than ${template.version}`,
      path.join(folder, originFile),
      'Run `npx create-ecom-analytics@latest update`.',
    );
  await checkClean(folder);
  if (!existsSync(path.join(folder, baseArchive)))
    throw failed(
      'PROJECT',
      'The template it came from is lost',
      path.join(folder, baseArchive),
      'Bring that file back from the Git history.',
    );

  const base = unpackTree(readFileSync(path.join(folder, baseArchive)), baseArchive);
  const answers = await settle(origin.answers, surroundings, undefined, true);
  const rendered = render(template.tree, answers, template.version, packTree);
  const next = new Map([...rendered].filter(([file]) => file !== originFile && file !== baseArchive));
  const mine = readMine(folder, new Set([...base.keys(), ...next.keys()]));

  const files = new Map<string, TreeFile>();
  const written: string[] = [];
  const removed: string[] = [];
  const merged: string[] = [];
  const conflicted: string[] = [];
  const kept: { file: string; why: string }[] = [];
  const labels = ['yours', `template ${origin.version}`, `template ${template.version}`] as const;
  for (const decision of planUpdate(base, mine, next)) {
    const { file, action } = decision;
    if (action === 'keep') kept.push({ file, why: decision.why });
    else if (action === 'remove') removed.push(file);
    else if (action === 'write' && isTaken(folder, file))
      kept.push({ file, why: 'the template adds it, and something of yours is in its place' });
    else if (action === 'write') {
      files.set(file, decision.content);
      written.push(file);
    } else {
      const { content, conflicts } = await mergeText(decision, labels);
      files.set(file, content);
      (conflicts > 0 ? conflicted : merged).push(file);
    }
  }
  if (!dryRun) {
    for (const file of [baseArchive, originFile]) {
      const record = rendered.get(file);
      if (record) files.set(file, record);
    }
    apply(folder, files, removed);
  }
  return {
    from: origin.version,
    to: template.version,
    written,
    removed,
    merged,
    conflicts: conflicted,
    kept,
  };
}

/** The summary for a person. */
export function describeUpdate(summary: UpdateSummary, dryRun: boolean): string {
  const { from, to, written, removed, merged, conflicts, kept } = summary;
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  const touched = written.length + removed.length + merged.length + conflicts.length;
  return [
    `${dryRun ? 'Would update' : 'Updated'} from ${from} to ${to}: ${touched} files`,
    ...part('Taken from the template', written),
    ...part('Removed', removed),
    ...part('Merged with your changes', merged),
    ...part(
      'Kept as they are',
      kept.map(({ file, why }) => `${file}: ${why}`),
    ),
    ...part('Conflicts, marked in the files', conflicts),
    ...(dryRun
      ? []
      : [
          '',
          conflicts.length > 0
            ? 'Resolve the conflicts, then install and commit.'
            : 'Install, test and commit.',
        ]),
  ].join('\n');
}
