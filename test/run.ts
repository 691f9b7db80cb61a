import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startChild } from '../local/child/child.ts';
import { pinnedMajors, pinnedNode, pinnedNodesRunHere } from './pinned-node.ts';

/**
 * `npm test`: runs the tests, those that take minutes each left out, and adds up the runners' own reports.
 * `npm test -- FILE` and `npm run test:long` run what they name.
 */

const root = path.resolve(import.meta.dirname, '..');
const results = path.join(root, 'test-results');

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Runs Vitest, which ends with this process, however that ends, and with all that the tests started. */
async function run(command: string, args: readonly string[]): Promise<number> {
  const child = await startChild(command, args, { cwd: root, logFile: null });
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

/** The fields of Vitest's JSON report that are counted. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  numPendingTests: number;
  numTodoTests: number;
}

async function vitest(name: string, node: string, args: readonly string[]): Promise<Counts> {
  const report = path.join(results, `${name}.json`);
  const code = await run(node, [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]);
  const counted = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  const failed = counted.numFailedTests;
  return {
    passed: counted.numPassedTests,
    // A file that does not load, or an unhandled error, fails the run without failing a test.
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: counted.numPendingTests + counted.numTodoTests,
  };
}

export async function main(args: readonly string[]): Promise<number> {
  rmSync(results, { recursive: true, force: true });
  mkdirSync(results, { recursive: true });
  const strict = process.env.CI === 'true' && args.length === 0;
  const most = ['--project', 'fast', '--project', 'heavy'];
  const counts = [await vitest('vitest', process.execPath, args.length === 0 ? most : args)];
  if (strict && pinnedNodesRunHere) {
    for (const major of pinnedMajors.filter((one) => !process.versions.node.startsWith(`${one}.`))) {
      const node = await pinnedNode(major);
      console.log(`The fast tests again, on Node ${major}: ${node}`);
      counts.push(await vitest(`fast-on-node${major}`, node, ['--project', 'fast']));
      // The functions bundled, as Lambda gets them.
      if (major === 24)
        counts.push(await vitest('functions-on-node24', node, ['test/functions/package.e2e.test.ts']));
    }
  }
  const total = counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed,
    failed: sum.failed + one.failed,
    skipped: sum.skipped + one.skipped,
  }));
  if (strict && total.skipped > 0)
    console.error(`${total.skipped} tests were skipped, which CI counts as a failure.`);
  console.log(
    `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
  );
  return total.failed > 0 || (strict && total.skipped > 0) ? 1 : 0;
}
