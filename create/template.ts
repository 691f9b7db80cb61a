import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import { shipped, withheld, withheldItems, withheldKeys } from './manifest.ts';
import { replaceSections, repositorySection } from './section.ts';
import { isText, type Tree, type TreeFile, textFile } from './tree.ts';

/** Making the template of the repository: its own files by the manifest, without what is for this repository alone. */

function listFiles(root: string): string[] {
  const pathspecs = [
    ...shipped.map((glob) => `:(glob)${glob}`),
    ...withheld.map((glob) => `:(exclude,glob)${glob}`),
  ];
  // Only what is committed or staged: a scratch file that lies about never ships.
  const args = ['ls-files', '-z', '--cached', '--deduplicate', '--', ...pathspecs];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 })
    .split('\0')
    .filter((file) => file !== '' && statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile());
}

function readShipped(root: string, file: string): TreeFile {
  const content = readFileSync(path.join(root, file));
  // Git knows the executable bit on every system; the file system of Windows does not.
  const executable = (statSync(path.join(root, file)).mode & 0o111) !== 0;
  if (!isText(content)) return { content, executable };
  const text = replaceSections(content.toString('utf8'), repositorySection, undefined, file);
  return { content: Buffer.from(cutItems(text, file)), executable };
}

/** Cuts the text itself, so that what stays is formatted as it was. */
function cutItems(text: string, file: string): string {
  return (withheldItems[file] ?? []).reduce((rest, item) => {
    const at = rest.indexOf(`"${item}",`);
    if (at < 0)
      throw new EcomError('ECOM_TEMPLATE_ITEM', {
        what: `An item to leave out is not there: ${item}`,
        where: file,
        fix: 'Take it from the list in create/manifest.ts.',
      });
    return rest.slice(0, at) + rest.slice(at + item.length + 3).trimStart();
  }, text);
}

function cutKeys(text: string): string {
  const manifest: Record<string, Record<string, unknown>> = JSON.parse(text);
  for (const [section, keys] of Object.entries(withheldKeys)) {
    for (const key of keys) delete manifest[section]?.[key];
  }
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Lets npm itself take out of the lock file what the cut manifest no longer asks for; it needs no network for that. */
function cutLock(manifest: string, lock: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-template-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), manifest);
    writeFileSync(path.join(folder, 'package-lock.json'), lock);
    const args = [
      'install',
      '--package-lock-only',
      '--offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ];
    const { status, stderr } = spawnSync('npm', args, {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      // npm hands its own settings down to scripts as variables; this npm has another folder and another task.
      env: Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache)/i.test(name)),
      ),
    });
    if (status !== 0)
      throw new EcomError('ECOM_TEMPLATE_LOCK', {
        what: `npm could not cut the lock file: ${stderr.trim().split('\n')[0]}`,
        where: 'package-lock.json',
        fix: 'Bring package-lock.json up to date with `npm install`.',
      });
    return readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reads the template from the repository.
 *
 * @param root the repository's folder
 * @throws EcomError `ECOM_TEMPLATE_MARKER`, `ECOM_TEMPLATE_ITEM`, `ECOM_TEMPLATE_LOCK`
 */
export function readTemplate(root: string): Tree {
  const files = new Map(listFiles(root).map((file) => [file, readShipped(root, file)]));
  const manifest = cutKeys(readFileSync(path.join(root, 'package.json'), 'utf8'));
  files.set('package.json', textFile(manifest));
  const lock = cutLock(manifest, readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  files.set('package-lock.json', textFile(lock));
  return files;
}
