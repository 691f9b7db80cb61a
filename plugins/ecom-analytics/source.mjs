#!/usr/bin/env node
// Runs the kit from its source, in its own repository: `node plugins/ecom-analytics/source.mjs COMMAND …` is the command
// `ecom`, and `… FILE.ts …` another program of the repository, which exports `main(arguments)`. Plain JavaScript on Node's
// own modules alone, because in a fresh clone there is nothing else yet: it installs what is missing.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '../..');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old. Install Node 20.19 or later.`);
  process.exit(1);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what the lock file asks for. npm writes its hidden lock last, so half an install is none. */
function isInstalled() {
  const present = readJson(path.join(root, 'node_modules/.package-lock.json'))?.packages;
  if (present === undefined) return false;
  const wanted = readJson(path.join(root, 'package-lock.json'))?.packages ?? {};
  return Object.entries(wanted).every(
    ([place, { version, optional, peer, link }]) =>
      !place.startsWith('node_modules/') ||
      optional ||
      peer ||
      (link ? present[place] !== undefined : present[place]?.version === version),
  );
}

function install() {
  if (isInstalled()) return;
  // Not `npm ci`: it refuses a lock file that was written where a binary of another platform could not be had.
  const args = ['install', '--no-save', '--no-audit', '--no-fund'];
  process.stderr.write(`Installing what is missing: npm ${args.join(' ')}\n`);
  // stdout is for results, so npm's own output joins the progress on stderr. npm is a .cmd file on Windows.
  const options = { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' };
  const { status, error } = spawnSync('npm', args, options);
  if (status === 0) return;
  console.error(
    `The install failed (npm${error ? `: ${error.message}` : `, exit code ${status}`}). ` +
      'Its output above says why; run this command again once that is fixed.',
  );
  process.exit(1);
}

install();
const { register } = await import('tsx/esm/api');
register();

const [first = '', ...rest] = process.argv.slice(2);
const isProgram = first.endsWith('.ts');
const entry = isProgram ? path.resolve(root, first) : path.join(import.meta.dirname, 'ecom.ts');
const { runCommand } = await import('./command-line.ts');
const { main } = await import(pathToFileURL(entry).href);
await runCommand(main, isProgram ? rest : process.argv.slice(2));
