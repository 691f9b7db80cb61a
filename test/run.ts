import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startChild } from '../plugins/ecom-analytics/machine/child/child.ts';
import { closingLines, type TestOutcome } from './outcome.ts';
import { pinnedMajors, pinnedNode, pinnedNodesRunHere } from './pinned-node.ts';

/**
 * `npm test`: the tests that need nothing beyond Node. `npm run test:all`: those and the heavy ones; with `--rest` it takes
 * the first from the `npm test` before it, as CI does. Other arguments are Vitest's: `npm test -- FILE` runs what it names.
 */

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'test-results');
const outcomeOf = (name: string): string => path.join(results, `${name}.json`);

/** Runs Vitest, which ends with this process, however that ends, and with all that the tests started. */
async function run(command: string, args: readonly string[], logFile: string | null): Promise<number> {
  const child = await startChild(command, args, { cwd: root, logFile });
  let interrupted = false;
  const interrupt = (signal: NodeJS.Signals): void => {
    interrupted = true;
    child.signal(signal);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const { code } = await child.ended;
  if (interrupted) process.exit(130);
  process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  return code ?? 1;
}

/**
 * One run of Vitest. What it came to is written by `outcome-reporter.ts`.
 *
 * @param logFile takes what Vitest prints, where another run prints meanwhile
 */
async function vitest(
  name: string,
  node: string,
  args: readonly string[],
  logFile: string | null = null,
): Promise<TestOutcome> {
  rmSync(outcomeOf(name), { force: true });
  const code = await run(
    node,
    [
      path.join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      `--reporter=${path.join(import.meta.dirname, 'outcome-reporter.ts')}`,
      `--outputFile.outcome=${outcomeOf(name)}`,
      ...args,
    ],
    logFile,
  );
  const outcome = readOutcome(name);
  if (code === 0 || outcome.failures.length > 0) return outcome;
  // Found no test, was ended from outside, or does not start.
  const failure = { what: `Vitest (${name})`, error: [`ended with ${code}; its output above says why`] };
  return { ...outcome, failures: [failure] };
}

function readOutcome(name: string): TestOutcome {
  const file = outcomeOf(name);
  if (!existsSync(file)) return { passed: 0, failures: [], skipped: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as TestOutcome;
}

/** What the `npm test` before this came to. */
function outcomeBefore(): TestOutcome {
  if (existsSync(outcomeOf('fast'))) return readOutcome('fast');
  const error = [`has left nothing in ${outcomeOf('fast')}; run it first`];
  return { passed: 0, failures: [{ what: 'npm test', error }], skipped: [] };
}

const fast = ['--project', 'fast'];
const heavy = ['--project', 'heavy'];
/** Of the heavy tests, half by the time that they take: a stage on the local cloud, and long runs of the streaming job. */
const longest = [
  'local-cloud.e2e',
  ...['equivalence', 'faults', 'compaction', 'set-clock', 'idle-topic', 'checkpoint-in-s3'].map(
    (name) => `${name}.spark`,
  ),
  '.cloud',
].map((name) => `${name}.test.ts`);
/** Of the heavy tests, what the Node of Lambda matters to: the functions as bundled, and lines of another process. */
const onNode24 = ['test/e2e/functions-package.e2e.test.ts', 'test/emr/reader/java-reader.spark.test.ts'];
const leftOut =
  'Left out: what needs Spark, Kafka, the local cloud, a browser, a terminal or packing. ' +
  'About 40 minutes on two cores: npm run test:all';

/**
 * The heavy tests and, in CI, what else is promised of each Node. Spark and the local cloud spend much of their time waiting,
 * so everything else runs beside the longest of them; it is printed once they are done.
 */
async function rest(strict: boolean): Promise<TestOutcome[]> {
  const logFile = path.join(results, 'beside.log');
  const [first, others] = await Promise.all([
    vitest('heavy-longest', process.execPath, [...heavy, ...longest]),
    beside(strict, logFile),
  ]);
  process.stdout.write(readFileSync(logFile, 'utf8'));
  return [first, ...others];
}

async function beside(strict: boolean, logFile: string): Promise<TestOutcome[]> {
  const besides = longest.flatMap((name) => ['--exclude', `**/*${name}`]);
  const outcomes = [await vitest('heavy-others', process.execPath, [...heavy, ...besides], logFile)];
  if (!strict || !pinnedNodesRunHere) return outcomes;
  for (const major of pinnedMajors.filter((one) => !process.versions.node.startsWith(`${one}.`))) {
    const node = await pinnedNode(major);
    appendFileSync(logFile, `The fast tests again, on Node ${major}: ${node}\n`);
    outcomes.push(await vitest(`fast-on-node${major}`, node, fast, logFile));
    if (major === 24) outcomes.push(await vitest('more-on-node24', node, [...heavy, ...onNode24], logFile));
  }
  return outcomes;
}

export async function main(args: readonly string[]): Promise<number> {
  const own = ['--all', '--rest'];
  const named = args.filter((one) => !own.includes(one));
  const strict = process.env.CI === 'true' && named.length === 0;
  const before = args.includes('--rest') ? outcomeBefore() : undefined;
  // A run of named tests may be one that a test of a whole run starts.
  if (named.length === 0) rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });

  const outcomes: TestOutcome[] = [];
  if (named.length > 0) outcomes.push(await vitest('named', process.execPath, named));
  else {
    outcomes.push(before ?? (await vitest('fast', process.execPath, fast)));
    if (args.includes('--all')) outcomes.push(...(await rest(strict)));
    else console.log(leftOut);
  }
  const skipped = outcomes.some((outcome) => outcome.skipped.length > 0);
  if (strict && skipped) console.log('Some tests were skipped, which CI counts as a failure.');
  for (const line of closingLines(outcomes)) console.log(line);
  return outcomes.some((outcome) => outcome.failures.length > 0) || (strict && skipped) ? 1 : 0;
}
