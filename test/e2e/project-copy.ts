import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { unwatch, watch } from '../../plugins/ecom-analytics/machine/child/watchdog.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface CommandOutcome {
  /** As a shell tells it. */
  readonly code: number | null;
  readonly output: string;
  readonly stdout: string;
}

/** A line that is running. */
export interface Running {
  readonly ended: Promise<CommandOutcome>;
  /** Everything it has printed so far. */
  output(): string;
  /** Ctrl-C: reaches the terminal's whole process group. */
  interrupt(): void;
  /** At once, as a crash of the machine would. */
  kill(): void;
}

const { name }: { name: string } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** Of the project and its service. */
export const projectName = name;

/** The repository's files by their paths, new ones included. */
function ownFiles(): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
}

/** A folder with a project, in which lines are run as a user types them. */
export class ProjectFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Shares what the repository has fetched: Spark, Kafka, Python. */
  shareCaches(): void {
    // The folder itself is the project's own: where its cloud is stands there.
    mkdirSync(path.join(this.folder, '.cache'), { recursive: true });
    const cache = path.join(root, '.cache');
    // Also on a new machine, where another test may just be filling them.
    for (const name of ['maven', 'python']) mkdirSync(path.join(cache, name), { recursive: true });
    // What is fetched, and not where a cloud is, nor the functions that a stage of this repository was packed with.
    for (const name of readdirSync(cache))
      if (!name.endsWith('.json') && name !== 'functions' && name !== 'compiled')
        this.share(`.cache/${name}`);
  }

  protected share(name: string): void {
    symlinkSync(path.join(root, name), path.join(this.folder, name), 'junction');
  }

  /** Starts a line as a user types it. */
  start(line: string, env: NodeJS.ProcessEnv = {}): Running {
    const child: ChildProcess = spawn(line, {
      cwd: this.folder,
      shell: true,
      detached: process.platform !== 'win32',
      env: { ...process.env, ...env },
    });
    if (child.pid !== undefined) watch(child.pid, null);
    let output = '';
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const signal = (name: NodeJS.Signals): void => {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, name);
    };
    return {
      ended: new Promise((resolve, reject) => {
        child.once('error', reject).once('close', (code, signal) => {
          if (child.pid !== undefined) unwatch(child.pid);
          // npm ends by the signal that it was sent; a shell tells that as 128 and the signal's number.
          resolve({ code: signal === null ? code : 128 + constants.signals[signal], output, stdout });
        });
      }),
      output: () => output,
      interrupt: () => signal('SIGINT'),
      kill: () => signal('SIGKILL'),
    };
  }

  /** Runs a line to its end. */
  run(line: string, env?: NodeJS.ProcessEnv): Promise<CommandOutcome> {
    return this.start(line, env).ended;
  }
}

/** The repository as Git has it, in a folder with a space and an umlaut; what was installed or fetched is shared. */
export class ProjectCopy extends ProjectFolder {
  constructor() {
    super(path.join(mkdtempSync(path.join(tmpdir(), 'ecom e2e ü ')), 'my shop'));
    for (const file of ownFiles())
      if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(this.folder, file));
    this.#shareModules();
    this.shareCaches();
  }

  /** Gives it stages with nothing but a preset. */
  useOwnStages(): void {
    const stages = {
      default: { region: 'us-east-1' },
      dev: { ecomAnalytics: { preset: 'dev' } },
      prod: { ecomAnalytics: { preset: 'production' } },
      local: { ecomAnalytics: { preset: 'dev' } },
    };
    // JSON is YAML too.
    writeFileSync(path.join(this.folder, 'stages.yml'), JSON.stringify(stages));
  }

  /** What is installed, but the kit: that is the copy's own, linked as npm links a workspace. */
  #shareModules(): void {
    mkdirSync(path.join(this.folder, 'node_modules'));
    for (const name of readdirSync(path.join(root, 'node_modules')))
      if (name !== 'ecom-analytics' && name !== '.vite') this.share(`node_modules/${name}`);
    symlinkSync(
      path.join(this.folder, 'plugins/ecom-analytics'),
      path.join(this.folder, 'node_modules/ecom-analytics'),
      'junction',
    );
  }

  remove(): void {
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}
