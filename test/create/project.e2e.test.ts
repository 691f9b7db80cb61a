import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithJava } from '../requirement.ts';
import { existingClusters } from './answers.ts';
import { ownFolder, type Packed, packScaffolder, plainEnvironment, readText } from './packed.ts';

/** Projects made from the packed package, outside the repository: installed, checked, tested, run and packaged. */

const { folder, remove } = ownFolder();
let packed: Packed;

const env = plainEnvironment({
  GIT_AUTHOR_NAME: 'Shop',
  GIT_AUTHOR_EMAIL: 'shop@shop.example',
  GIT_COMMITTER_NAME: 'Shop',
  GIT_COMMITTER_EMAIL: 'shop@shop.example',
  // Nobody is signed in to AWS, whatever machine this is.
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: path.join(folder, 'no-config'),
  AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-credentials'),
});

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<End> {
  return new Promise((resolve) => {
    execFile(command, [...args], { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, output: `${stdout}\n${stderr}` });
    });
  });
}

/** Runs to the end, and shows all that was printed where it failed. */
async function succeed(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, output } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return stdout;
}

const create = (name: string, ...flags: readonly string[]) =>
  succeed(process.execPath, [packed.program, name, '--yes', ...flags], folder);

const defaults = path.join(folder, 'my shop');

/** Gives a project what was installed into the default one: it has the same lock file. */
function shareInstall(project: string): void {
  cpSync(path.join(defaults, 'node_modules'), path.join(project, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
  });
}

async function startsAndPackages(project: string, stage = 'dev'): Promise<void> {
  const summary = await succeed('npm', ['start', '--silent', '--', '--duration', '10', '--json'], project);
  expect(JSON.parse(summary)).toMatchObject({ engine: 'embedded', orders: expect.any(Number) });
  await succeed('npx', ['sls', 'package', '--stage', stage], project);
  const built = ['producer', 'testConsumer', 'alertConsumer'].map((name) => `.serverless/${name}.zip`);
  for (const file of built) expect(existsSync(path.join(project, file))).toBe(true);
}

beforeAll(async () => {
  packed = await packScaffolder(folder);
  await create('my shop');
}, 300_000);
afterAll(remove);

describe('a project with all defaults', () => {
  test('is installed as it was committed', async () => {
    expect(await succeed('git', ['status', '--porcelain'], defaults)).toBe('');
    expect(existsSync(path.join(defaults, 'node_modules/.package-lock.json'))).toBe(true);
  });

  test('passes its own check and lint, without a change by a formatter', async () => {
    await succeed('npm', ['run', '--silent', 'check'], defaults);
    await succeed('npm', ['run', '--silent', 'lint'], defaults);
    expect(await succeed('git', ['status', '--porcelain'], defaults)).toBe('');
  });

  test('passes its own tests', { timeout: 300_000 }, async () => {
    const report = await succeed('npm', ['test', '--silent', '--', '--project', 'fast'], defaults);
    expect(report).toMatch(/^\d+ passed, 0 failed/m);
  });

  test('starts, and packages', () => startsAndPackages(defaults));
});

describe('a project with everything off', () => {
  const project = path.join(folder, 'plain');

  test('passes its own check, starts, and packages', async () => {
    const off = ['--no-git', '--no-install', '--no-workflows', '--stages', 'test', '--size', 'dev'];
    await create('plain', ...off, '--rules-off', 'high-value,suspicious-location,order-burst,region-hop');
    shareInstall(project);
    // Biome asks Git what is ignored.
    await succeed('git', ['init', '--quiet'], project);
    await succeed('npm', ['run', '--silent', 'check'], project);
    await startsAndPackages(project, 'test');
  });
});

describe('a project with clusters that exist', () => {
  const project = path.join(folder, 'bring-your-own');

  test('passes its own check, starts, and packages', async () => {
    const { mskClusterArn, emrClusterId, network } = existingClusters;
    const clusters = [
      '--msk-cluster-arn',
      mskClusterArn,
      '--emr-cluster-id',
      emrClusterId,
      '--network',
      network,
    ];
    await create('bring-your-own', '--no-install', ...clusters, '--alert-email', 'owner@shop.example');
    shareInstall(project);
    await succeed('npm', ['run', '--silent', 'check'], project);
    await startsAndPackages(project);
    await succeed('npx', ['sls', 'package', '--stage', 'prod'], project);
  });
});

interface Launch {
  readonly name: string;
  readonly program?: string;
  readonly args?: readonly string[];
  /** Of one that attaches to what a task has started. */
  readonly connect?: { readonly port: number };
  readonly preLaunchTask?: string;
}
interface Task {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** How it shows that what an entry names is there and works, in the seconds that a test has. */
interface Proof {
  /** Added to its arguments. */
  readonly more?: readonly string[];
  /** Stopped once this is shown; without it, it runs to its end. */
  readonly until?: RegExp;
  /** It ends with an error that says this, for want of an account. */
  readonly refusal?: RegExp;
}

const noCredentials = /credentials|sign in/i;

const proofs: Readonly<Record<string, Proof>> = {
  'Pipeline on this machine': { more: ['--duration', '2', '--json'] },
  'Function: alertConsumer': {},
  'Plugin: sls package': {},
  'Tests: all that start nothing heavy': { more: ['test/pipeline'] },
  'Tests: this file': {},
  start: { until: /http:\/\/127\.0\.0\.1:\d+/ },
  test: { more: ['--project', 'fast', 'test/pipeline'] },
  check: {},
  package: {},
  deploy: { refusal: noCredentials },
  'topics plan': { refusal: noCredentials },
  'stream status': { refusal: noCredentials },
  // It waits in a job of Spark's; test/local/debug attaches to that.
  'start for a debugger': { more: ['--help'] },
  'local cloud': { more: ['--help'] },
};

/** Those that start a broker. */
const kafkaProofs: Readonly<Record<string, Proof>> = {
  'Function: producer': { until: /Sent order 1/ },
  'Function: testConsumer': {},
};

/** What VS Code puts in place of its variables. */
const variables: Readonly<Record<string, string>> = {
  workspaceFolder: defaults,
  relativeFile: 'test/pipeline/money.test.ts',
  'input:stage': 'dev',
};

function filledIn(text: string): string {
  return text.replace(/\$\{([\w:]+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

function runUntil(command: string, args: readonly string[], shown: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: defaults, env });
    let output = '';
    let found = false;
    const look = (text: Buffer) => {
      output += text;
      if (found || !shown.test(output)) return;
      found = true;
      child.kill('SIGINT');
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('error', reject);
    child.on('close', () => (found ? resolve() : reject(new Error(`It never showed ${shown}:\n${output}`))));
  });
}

async function prove(
  command: string,
  args: readonly string[],
  { more = [], until, refusal }: Proof,
): Promise<void> {
  const all = [...args.map(filledIn), ...more];
  if (until) return runUntil(command, all, until);
  const { code, output } = await run(command, all, defaults);
  if (refusal ? code !== 1 || !refusal.test(output) : code !== 0)
    throw new Error(`${command} ${all.join(' ')} ended with ${code}:\n${output}`);
}

function readEntries(): { launches: Launch[]; tasks: Task[] } {
  const { configurations }: { configurations: Launch[] } = JSON.parse(
    readText(defaults, '.vscode/launch.json'),
  );
  const { tasks }: { tasks: Task[] } = JSON.parse(readText(defaults, '.vscode/tasks.json'));
  return { launches: configurations, tasks };
}

function entries(): [name: string, command: string, args: readonly string[]][] {
  const { launches, tasks } = readEntries();
  const started = launches.filter(({ program }) => program !== undefined);
  return [
    ...started.map(({ name, program = '', args = [] }): [string, string, string[]] => [
      name,
      process.execPath,
      [program, ...args],
    ]),
    ...tasks.map(({ label, command, args }): [string, string, readonly string[]] => [label, command, args]),
  ];
}

describe('VS Code', () => {
  test('has no entry that the tests here do not run', () => {
    const names = entries().map(([name]) => name);
    expect(names.sort()).toEqual([...Object.keys(proofs), ...Object.keys(kafkaProofs)].sort());
  });

  test('attaches to what a task starts, on the port that the task is given', () => {
    const { launches, tasks } = readEntries();
    const attached = launches.filter(({ program }) => program === undefined);
    expect(attached.map(({ name }) => name)).toEqual(['Spark job']);
    for (const { connect, preLaunchTask } of attached) {
      const task = tasks.find(({ label }) => label === preLaunchTask);
      expect(task?.args).toContain(String(connect?.port));
    }
  });

  test.each(Object.entries(proofs))('%s: what it names is there and runs', async (name, proof) => {
    const [, command = '', args = []] = entries().find(([entry]) => entry === name) ?? [];
    await expect(prove(command, args, proof)).resolves.toBeUndefined();
  });
});

describeWithJava('VS Code, with Kafka', () => {
  test.each(Object.entries(kafkaProofs))('%s: what it names is there and runs', async (name, proof) => {
    const [, command = '', args = []] = entries().find(([entry]) => entry === name) ?? [];
    await expect(prove(command, args, proof)).resolves.toBeUndefined();
  });
});
