import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EcomError } from '../plugins/ecom-analytics/core/error.ts';
import {
  commandHere,
  commandThere,
  programHere,
  programThere,
  projectDependencies,
  projectScripts,
  shipped,
  withheldItems,
} from './manifest.ts';
import { vendoredKit } from './origin.ts';
import { kitVersion, packKit, readTreeFile, trackedFiles } from './pack-kit.ts';
import { replaceSections, repositorySection } from './section.ts';
import { isText, type Tree, type TreeFile, textFile } from './tree.ts';

/** Making the template of the repository: what of it is the shop's, and the kit as a package. */

function readShipped(root: string, file: string): TreeFile {
  const { content, executable } = readTreeFile(root, file);
  if (!isText(content)) return { content, executable };
  const text = replaceSections(Buffer.from(content).toString('utf8'), repositorySection, undefined, file);
  const there = cutItems(text, file).replaceAll(programHere, programThere);
  return { content: Buffer.from(there), executable };
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

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** package.json as a project has it: the kit from its own folder, and the scripts by the kit's command. */
function projectManifest(root: string, version: string): string {
  const {
    workspaces: _,
    scripts,
    devDependencies,
    ...rest
  }: Manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const ofKit = Object.entries(scripts)
    .filter(([name, line]) => line === `${commandHere} ${name}`)
    .map(([name]) => [name, `${commandThere} ${name}`]);
  const ours = projectDependencies.map((name) => [name, devDependencies[name]]);
  return `${JSON.stringify(
    {
      ...rest,
      scripts: { ...Object.fromEntries(ofKit), ...projectScripts },
      dependencies: { 'ecom-analytics': `file:${vendoredKit(version)}` },
      devDependencies: Object.fromEntries(ours),
    },
    undefined,
    2,
  )}\n`;
}

/** Lets npm itself take out of the lock file what the project does not ask for; it needs no network for that. */
function cutLock(root: string, manifest: string, version: string, kit: Uint8Array): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom-template-'));
  try {
    const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
    // The workspace here is a tarball there.
    for (const place of ['', 'plugins/ecom-analytics', 'node_modules/ecom-analytics'])
      delete lock.packages[place];
    const vendored = path.join(folder, vendoredKit(version));
    mkdirSync(path.dirname(vendored));
    writeFileSync(vendored, kit);
    writeFileSync(path.join(folder, 'package.json'), manifest);
    writeFileSync(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
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
 * @param kit the package, where it is there already
 * @throws EcomError `ECOM_TEMPLATE_MARKER`, `ECOM_TEMPLATE_ITEM`, `ECOM_TEMPLATE_LOCK`
 */
export function readTemplate(root: string, kit: Uint8Array = packKit(root)): Tree {
  const files = new Map(trackedFiles(root, shipped).map((file) => [file, readShipped(root, file)]));
  const version = kitVersion(root);
  const manifest = projectManifest(root, version);
  files.set('package.json', textFile(manifest));
  files.set('package-lock.json', textFile(cutLock(root, manifest, version, kit)));
  files.set(vendoredKit(version), { content: kit, executable: false });
  return files;
}
