// Runs one of the project's commands: `node local/run.mjs <entry.ts> [arguments]`.
// Plain JavaScript on Node's own modules alone, because on a fresh clone there is nothing else yet: it installs what
// is missing, then loads the entry (which exports `main(arguments)` and answers an exit code) and prints its errors.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old (this project). Install Node 20.19 or later.`);
  process.exit(1);
}

/** The installers a project may use, by their lock file; `installed` names what proves a finished install. */
const installers = [
  {
    lock: 'package-lock.json',
    command: 'npm',
    // Not `npm ci`: it refuses a lock file that was written where a binary of another platform could not be had.
    args: ['install', '--no-save', '--no-audit', '--no-fund'],
    installed: ['.package-lock.json'],
  },
  {
    lock: 'pnpm-lock.yaml',
    command: 'pnpm',
    args: ['install', '--frozen-lockfile'],
    installed: ['.modules.yaml'],
  },
  {
    lock: 'yarn.lock',
    command: 'yarn',
    args: ['install', '--immutable'],
    // The second is Yarn 1's.
    installed: ['.yarn-state.yml', '.yarn-integrity'],
  },
  { lock: 'bun.lock', command: 'bun', args: ['install', '--frozen-lockfile'], installed: ['.bin'] },
];

/** The package manager that the project was made for, or else the one that started this, or else npm. */
function chosen() {
  const made = readJson(path.join(root, '.ecom-analytics/origin.json'))?.answers?.packageManager;
  const agent = process.env.npm_config_user_agent?.split('/')[0];
  const named = (name) => installers.find(({ command }) => command === name);
  return named(made) ?? named(agent) ?? installers[0];
}

/** How to install: as the lock file says. A project that was never installed has none yet, or an empty one of yarn's. */
function installer() {
  const locked = installers.find(({ lock }) => existsSync(path.join(root, lock)));
  if (locked && statSync(path.join(root, locked.lock)).size > 0) return locked;
  const { command, installed } = locked ?? chosen();
  // Where a CI variable is set, yarn writes no lock file unless it is told to.
  const args = command === 'yarn' ? ['install', '--no-immutable'] : ['install'];
  return { lock: 'package.json', command, args, installed };
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether node_modules holds what the lock file asks for. npm writes its hidden lock last, so half an install is none. */
function isInstalled({ lock, installed }) {
  const proof = installed
    .map((name) => path.join(root, 'node_modules', name))
    .find((file) => existsSync(file));
  if (proof === undefined) return false;
  if (lock !== 'package-lock.json') return true;
  const wanted = readJson(path.join(root, lock))?.packages ?? {};
  const present = readJson(proof)?.packages ?? {};
  return Object.entries(wanted).every(
    ([place, { version, optional, peer, link }]) =>
      place === '' || optional || peer || link || present[place]?.version === version,
  );
}

function install() {
  const found = installer();
  if (isInstalled(found)) return;
  const { command, args } = found;
  process.stderr.write(`Installing what is missing: ${command} ${args.join(' ')}\n`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    // stdout is for results, so the installer's own output joins the progress on stderr.
    stdio: ['ignore', 2, 2],
    // npm is a .cmd file on Windows; the arguments are constants, so the shell has nothing to misread.
    shell: process.platform === 'win32',
  });
  if (error?.code === 'ENOENT') {
    console.error(
      `There is no ${command} on this machine, and the project is installed with it (${found.lock}). ` +
        'Install it, or run `npm install` once to go on with npm.',
    );
    process.exit(1);
  }
  if (status !== 0) {
    console.error(
      `The install failed (${command}${error ? `: ${error.message}` : `, exit code ${status}`}). ` +
        'Its output above says why; run this command again once that is fixed.',
    );
    process.exit(1);
  }
}

// Node 20 is what the project asks for: the AWS SDK's word on its end is not for those who run a command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) {
  console.error(
    'No command given (local/run.mjs). Call one of the scripts in package.json, such as `npm start`.',
  );
  process.exit(2);
}

install();
const { register } = await import('tsx/esm/api');
register();

// A reader that has gone, as `head` goes, is no error of ours; what else stdout has to say is.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  const { main } = await import(pathToFileURL(path.resolve(root, entry)).href);
  process.exitCode = await main(args);
} catch (error) {
  const known = typeof error?.code === 'string' && error.code.startsWith('ECOM_');
  if (known && !args.includes('--debug')) {
    // A message may quote a file, whose text a terminal must not act on.
    const message = error.message.replace(/[^\P{Cc}\n]/gu, '\ufffd');
    console.error(`${message}\n[${error.code}]`);
  } else {
    console.error(error);
  }
  process.exitCode = known ? error.exitCode : 1;
}
