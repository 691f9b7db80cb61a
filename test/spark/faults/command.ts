import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../plugins/ecom-analytics/core/error.ts';
import { between, type Random, seededRandom } from '../../../plugins/ecom-analytics/core/generator/random.ts';
import { parseArguments } from '../../../plugins/ecom-analytics/functions/command-arguments.ts';
import { consoleTable } from '../../../plugins/ecom-analytics/report/console-table.ts';
import { interruptedCode, listenForInterruption } from '../../../plugins/ecom-analytics/run/interruption.ts';
import { FaultTrial, type Survived } from './fault-trial.ts';

const usage = `Takes away the streaming job, its broker and its output while orders keep coming, on real Kafka and real Spark,
and checks after each fault that nothing is lost and nothing is there twice.

  npm run test:faults -- [options]

  --seed N    which faults, when, in which order, and which orders (1)
  --kills N   how often the job is killed, 1 to 1000; other faults come in between (20)
  --help      show this

A kill takes about a minute on two cores. It prints a table of what was survived, and exits with 1 at the first fault that was not.
Example: npm run test:faults -- --seed 7 --kills 40
`;

const fix = 'Run `npm run test:faults -- --help` for the options.';
/** Enough for the feed's longest, and it takes half a second to make. */
const ordersPerKill = 20_000;

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  const what = `--${name} takes a whole number from 1 to ${most}, not "${text}"`;
  throw new UsageError('ECOM_OPTION_RANGE', { what, fix });
}

type Fault = (trial: FaultTrial) => Promise<Survived>;

const otherFaults: readonly Fault[] = [
  (trial) => trial.killBroker(),
  (trial) => trial.takeOutputAway(),
  (trial) => trial.pauseBroker(),
  (trial) => trial.wakeOldGeneration(),
  (trial) => trial.sendPoison(),
];

/** Every second kill is aimed; each of the other faults comes at least once, somewhere among the kills. */
function plan(kills: number, random: Random): Fault[] {
  const faults: Fault[] = Array.from({ length: kills }, (_, index) =>
    index % 2 === 0 ? (trial) => trial.killAtRandom() : (trial) => trial.killBeforeCommit(),
  );
  const rounds = Math.max(1, Math.floor(kills / 10));
  for (let round = 0; round < rounds; round++) {
    for (const fault of otherFaults) faults.splice(between(random, 0, faults.length), 0, fault);
  }
  return faults;
}

function table(survived: readonly Survived[]): string {
  const right = ['recovered after', 'records', 'rows', 'alerts', 'repeated', 'dead letters'];
  return consoleTable(
    [
      { name: 'fault' },
      { name: 'what happened' },
      ...right.map((name) => ({ name, align: 'right' as const })),
    ],
    survived.map((one) => [
      one.fault,
      one.note,
      `${(one.recoveryMs / 1000).toFixed(1)} s`,
      ...[one.records, one.rows, one.alerts, one.repeatedAlerts, one.deadLetters].map(String),
    ]),
    // It is kept in logs, which have no width.
    Number.POSITIVE_INFINITY,
  );
}

/** `npm run test:faults`: prints a table of what was survived. */
export async function main(args: readonly string[]): Promise<number> {
  const declared = {
    seed: { type: 'string', default: '1' },
    kills: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, fix);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (positionals.length > 0) {
    throw new UsageError('ECOM_OPTION_UNKNOWN', { what: `It does not take "${positionals[0]}"`, fix });
  }
  const seed = wholeNumber('seed', values.seed, 999_999_999);
  const kills = wholeNumber('kills', values.kills, 1000);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-faults-'));
  const survived: Survived[] = [];
  const { happened, dispose } = listenForInterruption(() =>
    process.stderr.write('\nStopping after this fault.\n'),
  );
  const run = async (trial: FaultTrial): Promise<void> => {
    const note = (one: Survived): void => {
      survived.push(one);
      process.stderr.write(
        `${one.fault}: ${one.note}; recovered after ${(one.recoveryMs / 1000).toFixed(1)} s\n`,
      );
    };
    for (const fault of plan(kills, seededRandom(seed))) {
      if (happened()) return;
      note(await fault(trial));
    }
    note(await trial.finish());
  };
  try {
    const trial = await FaultTrial.open({ seed, folder, orders: (kills + 10) * ordersPerKill });
    await run(trial).finally(() => trial.close());
    return happened() ? interruptedCode : 0;
  } finally {
    dispose();
    process.stdout.write(table(survived));
    await rm(folder, { recursive: true, force: true });
  }
}
