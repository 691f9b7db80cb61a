import { execFile, spawn } from 'node:child_process';
import {
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
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWithJava, describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import { ProjectFolder } from '../e2e/project-copy.ts';
import { existingClusters } from './flag-answers.ts';
import { type Breakpoint, debug } from './inspector.ts';
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
  new ProjectFolder(defaults).shareCaches();
  const everyRule = 'high-value,suspicious-location,order-burst,region-hop';
  const off = ['--no-git', '--no-workflows', '--stages', 'test', '--size', 'dev', '--rules-off', everyRule];
  await createInstalled('plain', ...off, '--package-manager', 'pnpm');
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

  test('has at most 60 files', () => {
    const files = readdirSync(defaults, { recursive: true, withFileTypes: true }).filter(
      (entry) =>
        entry.isFile() &&
        !/[/\\](node_modules|\.git|\.cache|data)([/\\]|$)/.test(path.relative(folder, entry.parentPath)),
    );
    expect(files.length).toBeGreaterThan(30);
    expect(files.length).toBeLessThanOrEqual(60);
  });

  test.each([
    ['with all defaults', defaults],
    ['with everything off', path.join(folder, 'plain')],
    ['with clusters that exist', path.join(folder, 'bring-your-own')],
  ])('%s passes its own tests', async (_, project) => {
    const report = await succeed('npm', ['test', '--silent'], project);
    expect(report).toMatch(/Tests.* passed/);
    expect(report).not.toMatch(/failed|skipped/);
  });

  test('passes its tests and its check with all of its own: rules, windows, products, currency, a field, a topic', async () => {
    const project = path.join(folder, 'plain');
    change(project, 'pipeline/rules.ts', /moreThan: (\d+)/g, (limit) => `moreThan: ${Number(limit) + 3}`);
    change(project, 'pipeline/rules.ts', /'Anonymous-Proxy'/, () => "'Atlantis'");
    change(project, 'pipeline/definition.ts', /Ms: ([36]0_000)/g, (ms) => `Ms: 2 * ${ms}`);
    change(project, 'pipeline/definition.ts', /'USD'/, () => "'JPY'");
    const field = "orderFields: { channel: { type: 'text', simulated: ['web', 'app'], ifMissing: 'web' } }";
    change(project, 'pipeline/definition.ts', /orderFields: \{\}/, () => field);
    const topic = "...defaultTopics,\n    refunds: { ...defaultTopics.orders, name: 'shop-refunds' },";
    change(project, 'pipeline/definition.ts', /\.\.\.defaultTopics,/, () => topic);
    change(project, 'pipeline/catalog.ts', /'Books'/g, () => "'Novels'");
    change(project, 'pipeline/catalog.ts', /'US-East'/g, () => "'US-Central'");
    change(project, 'pipeline/catalog.ts', /(\d+)\.\d\d, /g, (price) => `${price}, `);
    const action = 'alertConsumer(pipeline, {\n  act: async (alert) => console.log(alert.alert_id),\n})';
    change(project, 'functions/alert-consumer.ts', /alertConsumer\(pipeline\)/, () => action);
    const { output, code } = await run('npm', ['test', '--silent'], project);
    expect({ code, output }).toMatchObject({ code: 0 });
    await succeed('npm', ['run', '--silent', 'check'], project);
    const event = 'functions/events/alert-consumer/two-alerts.json';
    const invoked = await succeed(
      'npm',
      ['run', '--silent', 'invoke', '--', 'alertConsumer', event],
      project,
    );
    expect(invoked).toContain('high-value:50df99ee-1569-41b9-9994-deaca42b3c49\n');
  });

  test('says where a file of the shop is not TypeScript', async () => {
    const project = path.join(folder, 'bring-your-own');
    change(project, 'pipeline/rules.ts', /moreThan: 1000,/, () => 'moreThan: 1000;');
    const { code, output } = await run('npm', ['start', '--silent', '--', '--duration', '1'], project);
    await succeed('git', ['checkout', '--', 'pipeline'], project);
    expect(code).toBe(1);
    expect(output).toMatch(/^A file of the project cannot be compiled: .* \(pipeline\/rules\.ts:\d+\)\. /m);
    expect(output).toContain('(ECOM_TYPESCRIPT)');
  });

  test('ends, and says which, where a function imports what is not there', async () => {
    const project = path.join(folder, 'bring-your-own');
    change(
      project,
      'functions/producer.ts',
      /'\.\.\/pipeline\/definition\.ts'/,
      () => "'../pipeline/missing.ts'",
    );
    const { code, output } = await run('npx', ['sls', 'package', '--stage', 'dev'], project);
    await succeed('git', ['checkout', '--', 'functions'], project);
    expect(code).toBe(1);
    expect(output).toContain('Could not resolve "../pipeline/missing.ts"');
  });

  test('lets an editor find the kit’s TypeScript from what it compiles and declares', () => {
    const kit = path.join(defaults, 'node_modules/ecom-analytics');
    const maps = readdirSync(path.join(kit, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.map'),
    );
    const sources = maps.flatMap((name) => {
      const map: { sources: string[] } = JSON.parse(readText(kit, 'dist', name));
      return map.sources.map((source) => path.resolve(kit, 'dist', path.dirname(name), source));
    });
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    const named = sources.map((source) => path.relative(kit, source).replaceAll(path.sep, '/'));
    expect(named).toEqual(expect.arrayContaining(['core/order.ts', 'plugin/plugin.ts', 'run/command.ts']));
  });
});

test('takes over the kit as docs/updating.md says', { timeout: 300_000 }, async () => {
  const project = await createInstalled('ejected');
  const section = readText(project, 'docs/updating.md').split('\n## Eject\n')[1] ?? '';
  const [unpack = '', build = ''] = [...section.matchAll(/^```console\n([\s\S]*?)^```/gm)].map(
    ([, block]) => block ?? '',
  );
  await succeed('sh', ['-ec', unpack], project);
  change(
    project,
    'plugins/ecom-analytics/run/options.ts',
    /Runs the whole pipeline/,
    () => 'Runs our own kit',
  );
  await succeed('sh', ['-ec', build], project);
  expect(await succeed('npm', ['start', '--silent', '--', '--help'], project)).toContain('Runs our own kit');
  await succeed('npx', ['sls', 'package', '--stage', 'dev'], project);
});

// Side by side: each waits for most of a run of ten seconds.
describe.concurrent('passes its own check without a change by a formatter, starts, and packages:', {
  timeout: 300_000,
}, () => {
  test('a project with all defaults', async ({ expect }) => {
    expect(await checksStartsAndPackages(defaults, 'dev')).toBe('');
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
  readonly command?: string;
  readonly args?: readonly string[];
  /** Of package.json, in place of a command. */
  readonly script?: string;
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
  'Tests: this file': {},
  report: {},
  query: {},
  cost: {},
  start: { until: /http:\/\/127\.0\.0\.1:\d+/ },
  test: {},
  check: {},
  package: { same: 'Plugin: sls package' },
  plan: { refusal: noCredentials },
  deploy: { refusal: noCredentials },
  'topics plan': { refusal: noCredentials },
  'stream status': { refusal: noCredentials },
  'windows get': { refusal: noCredentials },
  doctor: { refusal: noCredentials },
  remove: { refusal: noCredentials },
  // It waits in a job of Spark's; the kit's own test of `debug` attaches to that.
  'start for a debugger': { more: ['--help'] },
  'local cloud': { more: ['--help'] },
};

/** Those that start a broker. */
const kafkaProofs: Readonly<Record<string, Proof>> = {
  'Function: producer (needs Java 17)': { until: /Sent order 1/ },
  'Function: testConsumer (needs Java 17)': {},
};

/** What VS Code puts in place of its variables. */
const variables: Readonly<Record<string, string>> = {
  workspaceFolder: defaults,
  relativeFile: 'test/rules.test.ts',
  'input:stage': 'dev',
  'input:stageToRemove': 'dev',
  'input:question': 'top-categories',
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

function lineOfTask({ command = '', args = [], script }: Task): [command: string, args: readonly string[]] {
  return script === undefined ? [command, args] : ['npm', ['run', script, '--']];
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
    ...tasks.map((task): [string, string, readonly string[]] => [task.label, ...lineOfTask(task)]),
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
    expect(attached.map(({ name }) => name)).toEqual(['Spark job (needs Java 17 and Python 3.10)']);
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

test("VS Code's debugger stops in the TypeScript of the shop and of the kit, and reads variables there", async () => {
  const act =
    'alertConsumer(pipeline, {\n  act: async (alert) => {\n    console.log(alert.rule_id);\n  },\n})';
  change(defaults, 'functions/alert-consumer.ts', /alertConsumer\(pipeline\)/, () => act);
  const breakpoint = (file: string, text: string, expression: string): Breakpoint => {
    const line =
      readText(defaults, file)
        .split('\n')
        .findIndex((found) => found.includes(text)) + 1;
    return { file: path.join(defaults, file), line, expression };
  };
  const shop = breakpoint('functions/alert-consumer.ts', 'console.log(alert.rule_id)', 'alert.rule_id');
  const parse = 'node_modules/ecom-analytics/functions/parse-alert.ts';
  const kit = breakpoint(parse, 'v.safeParse(AlertSchema', 'json.rule_id');
  const [, , args = []] = entries().find(([name]) => name === 'Function: alertConsumer') ?? [];
  const { stops, output } = await debug(args.map(filledIn), defaults, env, [shop, kit]);
  await succeed('git', ['checkout', '--', 'functions'], defaults);
  const stop = ({ file, line }: Breakpoint, value: string) => ({ file, line, value });
  const values = ['high-value', 'order-burst'];
  expect(stops).toEqual(expect.arrayContaining(values.flatMap((id) => [stop(kit, id), stop(shop, id)])));
  expect(stops).toHaveLength(2 * values.length);
  for (const id of values) expect(output).toContain(`${id}\n`);
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
    const [command, args] = lineOfTask(found);
    const { code, output } = await run(command, [...args.map(filledIn), ...more], project);
    expect(code).toBe(1);
    return findProblems(output, [found.problemMatcher].flat());
  };

  test('are where the fault is', { timeout: 120_000 }, async () => {
    const file = 'pipeline/catalog.ts';
    const catalog = readText(project, file);
    const line = catalog.split('\n').length;
    const failing = path.join(project, 'test/failing.test.ts');
    const lines = [
      "import { expect, test } from 'vitest';",
      '',
      "test('one is two', () => expect([1]).toEqual([2]));",
      '',
    ];
    writeFileSync(failing, lines.join('\n'));
    const tested = await shownBy('test', 'test/failing.test.ts');
    rmSync(failing);
    expect(tested).toContainEqual({ file: 'test/failing.test.ts', line: undefined, message: 'one is two' });
    writeFileSync(path.join(project, file), `${catalog}\nexport const wrong: number = 'x';\n`);
    expect(await shownBy('check')).toContainEqual({
      file,
      line: line + 1,
      message: expect.stringContaining('is not assignable to type'),
    });
    writeFileSync(path.join(project, file), `${catalog}\nvar   unused = 1;\n`);
    const checked = await shownBy('check');
    expect(checked).toContainEqual({ file, line: line + 1, message: expect.stringContaining('unused') });
    expect(checked).toContainEqual({ file, line: undefined, message: 'format' });
    change(project, 'stages.yml', /^(dev):/m, () => 'elsewhere:');
    expect(await shownBy('package')).toEqual([
      { file: 'stages.yml', line: undefined, message: 'There is no stage "dev"' },
    ]);
    await succeed('git', ['checkout', '--', 'stages.yml', 'pipeline'], project);
  });
});

describeWithSpark('a stage of a project', () => {
  test('is deployed to the local cloud, takes orders, tells of them and is removed', {
    timeout: 400_000,
  }, async () => {
    const project = new ProjectFolder(defaults);
    const cloud = project.start('npm run cloud', env);
    try {
      const task = readEntries().tasks.find(({ label }) => label === 'local cloud');
      const ready = new RegExp([task?.problemMatcher].flat()[0]?.background?.endsPattern ?? '^$', 'm');
      while (!ready.test(cloud.output())) {
        const end = await Promise.race([cloud.ended, delay(200)]);
        if (end !== undefined) throw new Error(`The local cloud ended with ${end.code}:\n${end.output}`);
      }
      const sls = async (line: string): Promise<string> => {
        const { code, output } = await project.run(`npx sls ${line} --stage local`, env);
        if (code !== 0) throw new Error(`sls ${line} ended with ${code}:\n${output}`);
        return output;
      };
      await sls('deploy');
      await sls(`invoke -f producer -d '{"durationSeconds":5,"ordersPerMinute":1200,"fraudRate":0.5}'`);
      const alerts = `invoke -f testConsumer -d '{"topic":"ecommerce-alerts","maxMessages":100}'`;
      // The producer sends some alerts itself. Those of the stream take a while: its step may have just begun.
      let read = '';
      while (!/"source": ?"stream"/.test(read)) read = await sls(alerts);
      expect(await sls('ecom stream status')).toMatch(/pipeline.*running/);
      await sls('remove');
    } finally {
      cloud.interrupt();
      await cloud.ended;
    }
  });
});
