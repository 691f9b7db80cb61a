import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithJava } from '../../plugins/ecom-analytics/test/requirement.ts';
import { existingClusters } from './answers.ts';
import { ownFolder, type Packed, packScaffolder, plainEnvironment, readText } from './packed.ts';
import { findProblems, type Matcher, type Problem } from './problem-matcher.ts';

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

/** Links every file, which takes a quarter of the time of copying. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkSync(source, target);
  }
}

/** The packages that a project's lock file names, without the project itself. */
function locked(project: string): string {
  const { packages }: { packages: Record<string, unknown> } = JSON.parse(
    readText(project, 'package-lock.json'),
  );
  return JSON.stringify({ ...packages, '': undefined });
}

/** Makes a project with what was installed into the default one. */
async function createInstalled(name: string, ...flags: readonly string[]): Promise<string> {
  await create(name, '--no-install', ...flags);
  const project = path.join(folder, name);
  linkFolder(path.join(defaults, 'node_modules'), path.join(project, 'node_modules'));
  return project;
}

async function starts(project: string): Promise<void> {
  const summary = await succeed('npm', ['start', '--silent', '--', '--duration', '10', '--json'], project);
  if (!(JSON.parse(summary).orders > 0)) throw new Error(`npm start had no orders:\n${summary}`);
}

async function packages(project: string, stages: readonly string[]): Promise<void> {
  for (const stage of stages) {
    await succeed('npx', ['sls', 'package', '--stage', stage], project);
    const built = readdirSync(path.join(project, '.serverless'));
    const missing = ['producer', 'testConsumer', 'alertConsumer'].filter(
      (name) => !built.includes(`${name}.zip`),
    );
    if (missing.length > 0) throw new Error(`sls package --stage ${stage} made no ${missing.join(', ')}`);
    rmSync(path.join(project, '.serverless'), { recursive: true });
  }
}

/** Its own check, then `npm start`, most of which is waiting, beside `sls package`. */
async function checksStartsAndPackages(project: string, ...stages: readonly string[]): Promise<string> {
  await succeed('npm', ['run', '--silent', 'check'], project);
  await Promise.all([starts(project), packages(project, stages)]);
  return existsSync(path.join(project, '.git')) ? succeed('git', ['status', '--porcelain'], project) : '';
}

/** Changes a file of a project as a shop would. */
function change(project: string, file: string, what: RegExp, to: (found: string) => string): void {
  const before = readText(project, file);
  const after = before.replace(what, (_, found: string) => to(found));
  if (after === before) throw new Error(`${file} has no ${what}`);
  writeFileSync(path.join(project, file), after);
}

beforeAll(async () => {
  packed = await packScaffolder(folder);
  await create('my shop');
  const everyRule = 'high-value,suspicious-location,order-burst,region-hop';
  const off = ['--no-git', '--no-workflows', '--stages', 'test', '--size', 'dev', '--rules-off', everyRule];
  const plain = await createInstalled('plain', ...off, '--package-manager', 'pnpm');
  // What pnpm would have left.
  writeFileSync(path.join(plain, 'pnpm-lock.yaml'), "lockfileVersion: '9.0'\n");
  writeFileSync(path.join(plain, 'node_modules/.modules.yaml'), '');
  const { mskClusterArn, emrClusterId, network } = existingClusters;
  const clusters = [
    '--msk-cluster-arn',
    mskClusterArn,
    '--emr-cluster-id',
    emrClusterId,
    '--network',
    network,
  ];
  const own = await createInstalled('bring-your-own', ...clusters, '--alert-email', 'owner@shop.example');
  if (locked(own) !== locked(defaults)) throw new Error('bring-your-own locks other packages');
}, 300_000);
afterAll(remove);

describe('a project', () => {
  test('with all defaults is installed as it was committed', async () => {
    expect(await succeed('git', ['status', '--porcelain'], defaults)).toBe('');
    expect(existsSync(path.join(defaults, 'node_modules/.package-lock.json'))).toBe(true);
  });

  test('with all defaults passes its own tests', { timeout: 300_000 }, async () => {
    const report = await succeed('npm', ['test', '--silent', '--', '--project', 'fast'], defaults);
    expect(report).toMatch(/^\d+ passed, 0 failed/m);
  });

  // The rest of their tests is of files that are the same in all three.
  const plugin = ['config', 'resources', 'topics', 'cost', 'commands'].map(
    (room) => `plugins/ecom-analytics/test/plugin/${room}`,
  );
  const changed = [...plugin, 'plugins/ecom-analytics/test/functions', 'plugins/ecom-analytics/test/core'];

  test('bring-your-own passes its own tests of what its answers change', { timeout: 300_000 }, async () => {
    const tests = ['--project', 'fast', ...changed];
    const project = path.join(folder, 'bring-your-own');
    const report = await succeed('npm', ['test', '--silent', '--', ...tests], project);
    expect(report).toMatch(/^\d+ passed, 0 failed/m);
  });

  test('plain does so with rules, windows and products of its own', { timeout: 300_000 }, async () => {
    const project = path.join(folder, 'plain');
    const before = path.join(folder, 'pipeline before');
    cpSync(path.join(project, 'pipeline'), before, { recursive: true });
    change(project, 'pipeline/rules.ts', /moreThan: (\d+)/g, (limit) => `moreThan: ${Number(limit) + 3}`);
    change(project, 'pipeline/rules.ts', /'Anonymous-Proxy'/, () => "'Atlantis'");
    change(project, 'pipeline/definition.ts', /Ms: ([36]0_000)/g, (ms) => `Ms: 2 * ${ms}`);
    change(project, 'pipeline/catalog.ts', /'Books'/g, () => "'Novels'");
    change(project, 'pipeline/catalog.ts', /'US-East'/g, () => "'US-Central'");
    const local = ['engine', 'dashboard', 'report', 'rules', 'spark'].map(
      (room) => `plugins/ecom-analytics/test/${room}`,
    );
    const tests = ['--project', 'fast', ...changed, ...local];
    const report = await succeed('npm', ['test', '--silent', '--', ...tests], project);
    cpSync(before, path.join(project, 'pipeline'), { recursive: true });
    expect(report).toMatch(/^\d+ passed, 0 failed/m);
  });
});

// Side by side: each waits for most of a run of ten seconds.
describe.concurrent('passes its own check without a change by a formatter, starts, and packages:', {
  timeout: 300_000,
}, () => {
  test('a project with all defaults', async ({ expect }) => {
    expect(await checksStartsAndPackages(defaults, 'dev')).toBe('');
    await succeed('npm', ['run', '--silent', 'lint'], defaults);
  });

  test('a project with everything off', async ({ expect }) => {
    const project = path.join(folder, 'plain');
    expect(await checksStartsAndPackages(project, 'test')).not.toMatch(/^.M/m);
    // It has no stage dev, so another is taken where none is named.
    await succeed('npx', ['sls', 'package'], project);
  });

  test('a project with clusters that exist', async ({ expect }) => {
    const project = path.join(folder, 'bring-your-own');
    expect(await checksStartsAndPackages(project, 'dev', 'prod')).toBe('');
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
  readonly problemMatcher: Matcher | readonly Matcher[];
}

/** How it shows that what an entry names is there and works, in the seconds that a test has. */
interface Proof {
  /** Added to its arguments. */
  readonly more?: readonly string[];
  /** Stopped once this is shown; without it, it runs to its end. */
  readonly until?: RegExp;
  /** It ends with an error that says this, for want of an account. */
  readonly refusal?: RegExp;
  /** What a test here runs already and is the very same line: another entry, or `npm run` and a script. */
  readonly same?: string;
}

const noCredentials = /credentials|sign in/i;

const proofs: Readonly<Record<string, Proof>> = {
  'Pipeline on this machine': { more: ['--duration', '2', '--json'] },
  'Function: alertConsumer': {},
  'Plugin: sls package': {},
  'Tests: all that start nothing heavy': { more: ['plugins/ecom-analytics/test/core'] },
  'Tests: this file': {},
  start: { until: /http:\/\/127\.0\.0\.1:\d+/ },
  test: { more: ['--project', 'fast', 'plugins/ecom-analytics/test/core'] },
  check: { same: 'npm run check' },
  package: { same: 'Plugin: sls package' },
  deploy: { refusal: noCredentials },
  'topics plan': { refusal: noCredentials },
  'stream status': { refusal: noCredentials },
  // It waits in a job of Spark's; plugins/ecom-analytics/test/debug attaches to that.
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
  relativeFile: 'plugins/ecom-analytics/test/core/money.test.ts',
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

/** The arguments to Node of an entry, or of a script of package.json. */
function lineOf(name: string): readonly string[] {
  const found = entries().find(([entry]) => entry === name);
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readText(defaults, 'package.json'));
  const words = found ? found[2] : (scripts[name.replace('npm run ', '')]?.split(' ').slice(1) ?? []);
  return words.map((word) => path.relative(defaults, path.resolve(defaults, filledIn(word))));
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

  const repeated = Object.entries(proofs).flatMap(([name, { same }]) => (same ? [[name, same]] : []));
  test.each(repeated)('%s is the very line of %s', (name = '', same = '') => {
    expect(lineOf(name)).not.toEqual([]);
    expect(lineOf(name)).toEqual(lineOf(same));
  });

  const own = Object.entries(proofs).filter(([, { same }]) => same === undefined);
  test.each(own)('%s: what it names is there and runs', async (name, proof) => {
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

describe("the problems that VS Code's tasks list", () => {
  const project = path.join(folder, 'bring-your-own');
  const shownBy = async (task: string, ...more: readonly string[]): Promise<Problem[]> => {
    const found = readEntries().tasks.find(({ label }) => label === task);
    if (found === undefined) throw new Error(`There is no task ${task}`);
    const { code, output } = await run(found.command, [...found.args.map(filledIn), ...more], project);
    expect(code).toBe(1);
    return findProblems(output, [found.problemMatcher].flat());
  };

  test('are where the fault is', { timeout: 120_000 }, async () => {
    const money = readText(project, 'plugins/ecom-analytics/core/money.ts');
    const line = money.split('\n').length;
    const wrong = "export const wrong:   number = 'x';\nvar unused = 1;\n";
    writeFileSync(path.join(project, 'plugins/ecom-analytics/core/money.ts'), `${money}${wrong}`);
    const failing = path.join(project, 'test/pipeline/failing.test.ts');
    const lines = [
      "import { expect, test } from 'vitest';",
      "test('one is two', () => expect([1]).toEqual([2]));",
    ];
    writeFileSync(failing, lines.join('\n'));
    const checked = await shownBy('check');
    const tested = await shownBy('test', '--project', 'fast', 'test/pipeline/failing.test.ts');
    rmSync(failing);
    const file = 'plugins/ecom-analytics/core/money.ts';
    expect(checked).toEqual(
      expect.arrayContaining([
        { file, line, message: expect.stringContaining('is not assignable to type') },
        { file, line: line + 1, message: expect.stringContaining('variable unused') },
        { file, line: undefined, message: 'format' },
        { file, line, message: 'wrong' },
      ]),
    );
    expect(tested).toContainEqual({
      file: 'test/pipeline/failing.test.ts',
      line: undefined,
      message: 'one is two',
    });
    change(project, 'stages.yml', /^(dev):/m, () => 'elsewhere:');
    expect(await shownBy('package')).toEqual([
      { file: 'stages.yml', line: undefined, message: 'There is no stage "dev"' },
    ]);
    await succeed('git', ['checkout', '--', 'stages.yml', 'pipeline'], project);
  });
});
