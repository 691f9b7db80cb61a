import path from 'node:path';
import type { EngineName } from '../core/engine-name.ts';
import { UsageError } from '../core/error.ts';
import type { ShopFields } from '../core/fields.ts';
import { numberOf, oneOf, parseArguments } from '../functions/command-arguments.ts';
import {
  type AskedReplay,
  askedReplay,
  dryRunDeclared,
  dryRunUsage,
  replayDeclared,
  replayUsage,
} from '../import/choices.ts';
import { defaultSparkLine, type SparkLineName, sparkLines } from '../job/releases.ts';
import { engines } from './engines.ts';

/** What `npm start` was asked to do. */
export interface StartOptions {
  /** Null: until it is stopped, or the file ends. */
  readonly durationSeconds: number | null;
  readonly source: GeneratorChoice | ReplayChoice;
  /** Absolute. */
  readonly out: string;
  readonly engine: EngineName;
  /** The line of Spark; of no concern to the embedded engine. */
  readonly spark: SparkLineName;
  /** Null for no dashboard. */
  readonly dashboard: { readonly port: number | null } | null;
  readonly json: boolean;
}

export interface GeneratorChoice {
  readonly kind: 'generator';
  readonly ordersPerMinute: number;
  readonly seed: number;
  readonly fraudRate: number;
}

export interface ReplayChoice extends AskedReplay {
  readonly kind: 'replay';
  /** So many times event time, or as fast as it goes. */
  readonly speed: number | 'max';
}

const engineNames = Object.keys(engines) as EngineName[];
const lineNames = Object.keys(sparkLines) as SparkLineName[];

/** Where a run writes by default, below the project's own folder. */
export const defaultOut = 'data';

export const usage = `Runs the whole pipeline on this machine and shows it live.

  npm start -- [options]

  --duration SECONDS    how long to run (until Ctrl-C, or the end of the file)
  --rate N              simulated orders per minute (1000)
  --seed N              the same seed gives the same orders (a new one each time)
  --fraud-rate SHARE    share of orders that belong to planted fraud, 0 to 1 (0.02)
${replayUsage}
${dryRunUsage}
  --speed N|max         replay at N times the speed of the file's own time (max)
  --out DIR             where to write (data); an earlier run there moves to DIR/previous/
  --engine NAME         what computes the run: ${engineNames.join(', ')} (embedded)
  --spark LINE          with --engine spark: ${lineNames.join(', ')} (${defaultSparkLine})
  --port N              port of the dashboard (4600, or any that is free)
  --no-dashboard        no dashboard
  --json                print the summary as one JSON object, nothing else on stdout
  --debug               show the stack of an error
  --help                show this

Examples
  npm start
  npm start -- --rate 10000 --fraud-rate 0.05 --duration 300
  npm start --silent -- --duration 10 --json > summary.json
  npm start -- --replay orders_export.csv --dry-run
  npm start -- --replay orders.csv --map customer_id=Customer,timestamp=Date,total_amount=Total
`;

const fix = 'Run `npm start -- --help` for the options.';

const declared = {
  duration: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  'fraud-rate': { type: 'string' },
  ...replayDeclared,
  ...dryRunDeclared,
  speed: { type: 'string' },
  out: { type: 'string', default: defaultOut },
  engine: { type: 'string' },
  spark: { type: 'string' },
  port: { type: 'string' },
  'no-dashboard': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  debug: { type: 'boolean', default: false },
} as const;

/** What the options are read against. */
export interface StartPlace {
  /** Relative paths start here. */
  readonly folder: string;
  /** Used where no seed is given. */
  readonly newSeed: () => number;
  /** Of the shop's definition, for the mapping of a replay. */
  readonly orderFields: ShopFields;
}

/**
 * Reads the arguments of `npm start`.
 *
 * @throws UsageError `ECOM_OPTION_UNKNOWN`, `ECOM_OPTION_RANGE`, `ECOM_OPTION_CONFLICT`
 */
export function readOptions(
  args: readonly string[],
  { folder, newSeed, orderFields }: StartPlace,
): StartOptions {
  const { values } = parseArguments(args, declared, fix, 'options');
  const asked = askedReplay(values, folder, orderFields);
  for (const name of ['rate', 'seed', 'fraud-rate'] as const) {
    if (asked !== null && values[name] !== undefined)
      throw conflict(`--${name}`, '--replay', 'it is for simulated orders');
  }
  if (asked === null && values.speed !== undefined)
    throw new UsageError('ECOM_OPTION_CONFLICT', {
      what: '--speed needs --replay: it is for replayed orders',
      fix,
    });
  // An unset variable in a script: taken as a path, it would be the project's own folder.
  if (values.out === '')
    throw new UsageError('ECOM_OPTION_RANGE', { what: '--out takes a folder, not ""', fix });
  const engine = oneOf('--engine', values.engine, engineNames, fix) ?? 'embedded';
  if (engine !== 'spark' && values.spark !== undefined)
    throw conflict('--spark', `--engine ${engine}`, 'it picks a line of Spark');
  return {
    durationSeconds: numberOf('--duration', values.duration, { min: 1, max: 31_536_000 }, fix) ?? null,
    source:
      asked !== null
        ? { kind: 'replay', ...asked, speed: speed(values.speed) }
        : {
            kind: 'generator',
            ordersPerMinute: numberOf('--rate', values.rate, { min: 1, max: 1_000_000 }, fix) ?? 1000,
            seed:
              numberOf('--seed', values.seed, { min: 0, max: 2 ** 32 - 1, whole: true }, fix) ?? newSeed(),
            fraudRate: numberOf('--fraud-rate', values['fraud-rate'], { min: 0, max: 1 }, fix) ?? 0.02,
          },
    out: path.resolve(folder, values.out),
    engine,
    spark: oneOf('--spark', values.spark, lineNames, fix) ?? defaultSparkLine,
    dashboard: values['no-dashboard']
      ? null
      : { port: numberOf('--port', values.port, { min: 0, max: 65_535, whole: true }, fix) ?? null },
    json: values.json,
  };
}

function speed(text = 'max'): number | 'max' {
  return text === 'max' ? text : (numberOf('--speed', text, { min: 0.001, max: 1e9 }, fix) ?? 'max');
}

function conflict(option: string, other: string, why: string): UsageError {
  return new UsageError('ECOM_OPTION_CONFLICT', { what: `${option} cannot go with ${other}: ${why}`, fix });
}
