import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EcomError, type ErrorCode } from '../plugins/ecom-analytics/core/error.ts';
import type { Surroundings } from './answers.ts';
import { readWorkTree } from './git-repository.ts';
import type { Template } from './make.ts';
import { type Decision, planUpdate } from './merge.ts';
import { baseArchive, isVendoredKit, originFile, readAnswers, readBase, readOrigin } from './origin.ts';
import { render } from './render.ts';
import { replaceFiles, statOf, undoLine } from './replace.ts';
import { mergeText } from './text-merge.ts';
import { isText, packTree, sameContent, type Tree, type TreeFile } from './tree.ts';

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

function failed(code: ErrorCode, what: string, where: string, fix: string): EcomError {
  return new EcomError(code, { what, where, fix });
}

/** What every project of the first shape has, and none since. */
const firstShape = ['local/run.mjs', 'plugins/ecom-analytics/load.cjs'];

/**
 * Refuses a project that holds the kit's sources: it cannot be merged, since each of the kit's files has gone elsewhere.
 *
 * @throws EcomError `ECOM_UPDATE_SHAPE`
 */
export function checkShape(folder: string): void {
  if (!firstShape.every((file) => statOf(path.join(folder, file))?.isFile())) return;
  throw failed(
    'ECOM_UPDATE_SHAPE',
    "The project holds the kit's sources, as projects did before the kit became a package",
    folder,
    'Make a new project and move what is yours: docs/updating.md of the new one has the steps.',
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

function hasCrlf(file: TreeFile | undefined): boolean {
  return file !== undefined && Buffer.from(file.content).includes('\r\n');
}

/** The user's files, by the names the templates know. A checkout with CRLF is the same text as a template without. */
function readMine(folder: string, base: Tree, next: Tree): Tree {
  const mine = new Map<string, TreeFile>();
  for (const file of new Set([...base.keys(), ...next.keys()])) {
    const at = path.join(folder, file);
    const stat = statOf(at);
    if (!stat?.isFile()) continue;
    const found = { content: readFileSync(at), executable: (stat.mode & 0o111) !== 0 };
    const isTheirs = sameContent(found, base.get(file)) || sameContent(found, next.get(file));
    const isCheckout = !isTheirs && isText(found.content) && !hasCrlf(base.get(file) ?? next.get(file));
    const content = isCheckout
      ? Buffer.from(found.content.toString('utf8').replaceAll('\r\n', '\n'))
      : found.content;
    mine.set(file, { ...found, content });
  }
  return mine;
}

/** The kits that the project has. */
function vendoredKits(folder: string): string[] {
  const vendor = path.join(folder, 'vendor');
  const names = statOf(vendor)?.isDirectory() ? readdirSync(vendor) : [];
  return names.map((name) => `vendor/${name}`).filter(isVendoredKit);
}

/** Whether something else of the user's is where a file would go: a folder, or a file where its folder would be. */
function isTaken(folder: string, file: string): boolean {
  const stat = (at: string) => statOf(path.join(folder, at));
  let above = path.dirname(file);
  while (above !== '.' && !stat(above)) above = path.dirname(above);
  return stat(file)?.isDirectory() === true || stat(above)?.isDirectory() !== true;
}

/** Why Git could not give a file back that is there now; undefined where it could, or where there is none. */
function irrevocable(folder: string, file: string, tracked: ReadonlySet<string>): string | undefined {
  const names = file.split('/');
  for (const [index] of names.entries()) {
    const part = names.slice(0, index + 1).join('/');
    const stat = lstatSync(path.join(folder, part), { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (stat.isSymbolicLink()) return `${part === file ? 'it' : part} is a link`;
  }
  return tracked.has(file) ? undefined : 'Git does not keep it, so the change could not be undone';
}

/** Why a file stays as it is; undefined where it does not. */
function whyKept(folder: string, decision: Decision, tracked: ReadonlySet<string>): string | undefined {
  if (decision.action === 'keep') return decision.why;
  if (decision.action === 'write' && isTaken(folder, decision.file))
    return 'the template adds it, and something of yours is in its place';
  return irrevocable(folder, decision.file, tracked);
}

/**
 * Makes sure that Git can undo an update.
 *
 * @returns the files that it keeps
 */
async function checkClean(folder: string): Promise<ReadonlySet<string>> {
  const tree = await readWorkTree(folder);
  if (typeof tree === 'string')
    throw failed(
      'ECOM_UPDATE_UNCLEAN',
      `Git does not say what is committed of the project: ${tree}`,
      folder,
      'Fix that; a project that is in no repository yet, commit. An update can then be undone.',
    );
  const { uncommitted, tracked } = tree;
  if (uncommitted.length > 0)
    throw failed(
      'ECOM_UPDATE_UNCLEAN',
      `The project has uncommitted changes: ${uncommitted[0]?.slice(3)}${uncommitted.length > 1 ? ` and ${uncommitted.length - 1} more` : ''}`,
      folder,
      'Commit them first. An update can then be undone.',
    );
  const untracked = [originFile, baseArchive].find(
    (file) => statOf(path.join(folder, file)) && !tracked.has(file),
  );
  if (untracked !== undefined)
    throw failed(
      'ECOM_UPDATE_UNCLEAN',
      'Git does not keep the project, or not all of it',
      path.join(folder, untracked),
      `Commit it (\`git add --force ${untracked}\` adds what a .gitignore names). An update can then be undone.`,
    );
  return tracked;
}

/**
 * Merges the template into the project: the project as it was made, as it is, and as it would be made now. The base for
 * the next update is then this template's.
 *
 * @param dryRun say what would be done, and do nothing
 * @throws EcomError `ECOM_UPDATE_PROJECT`, `ECOM_UPDATE_UNCLEAN`, `ECOM_UPDATE_OLDER`, `ECOM_UPDATE_SHAPE`, `ECOM_UPDATE_WRITE`, `ECOM_MERGE`:
 * nothing was changed
 * @throws the signal's reason when it came before the first change
 */
export async function updateProject(
  folder: string,
  template: Template,
  surroundings: Surroundings,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<UpdateSummary> {
  const origin = readOrigin(folder);
  if (compareVersions(origin.version, template.version) > 0)
    throw failed(
      'ECOM_UPDATE_OLDER',
      `The project was made with ${origin.version}, which is newer than ${template.version}`,
      path.join(folder, originFile),
      'Run `npx create-ecom-analytics@latest update`.',
    );
  checkShape(folder);
  const tracked = await checkClean(folder);

  const base = readBase(folder, origin);
  const answers = readAnswers(folder, origin, surroundings);
  const rendered = render(template.tree, answers, template.version, packTree);
  const kits = new Map([...rendered].filter(([file]) => isVendoredKit(file)));
  const next = new Map(
    [...rendered].filter(([file]) => file !== originFile && file !== baseArchive && !kits.has(file)),
  );
  const mine = readMine(folder, base, next);

  const files = new Map<string, TreeFile>();
  const written: string[] = [];
  const removed: string[] = [];
  const merged: string[] = [];
  const conflicted: string[] = [];
  const kept: { file: string; why: string }[] = [];
  for (const [file, content] of kits) {
    files.set(file, content);
    written.push(file);
  }
  removed.push(...vendoredKits(folder).filter((file) => !kits.has(file) && tracked.has(file)));
  const labels = ['yours', `template ${origin.version}`, `template ${template.version}`] as const;
  for (const decision of planUpdate(base, mine, next)) {
    const { file } = decision;
    const why = whyKept(folder, decision, tracked);
    if (why !== undefined) kept.push({ file, why });
    else if (decision.action === 'remove') removed.push(file);
    else if (decision.action === 'write') {
      files.set(file, decision.content);
      written.push(file);
    } else if (decision.action === 'merge') {
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
    signal.throwIfAborted();
    await replaceFiles(folder, files, removed);
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
export function describeUpdate(summary: UpdateSummary, dryRun: boolean, folder: string): string {
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
          `To take it back: ${undoLine(folder)}`,
        ]),
  ].join('\n');
}
