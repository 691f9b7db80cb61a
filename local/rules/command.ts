import { stageDefinition } from '../../functions/stage.ts';
import { type PipelineDefinition, pipeline } from '../../pipeline/definition.ts';
import { EcomError, type ExitCode, UsageError } from '../../pipeline/error.ts';
import { badRecordReasons } from '../../pipeline/order.ts';
import { type BadRow, openReplay, type Replay } from '../replay/replay.ts';
import { parseArguments } from '../report/arguments.ts';
import { interruptedCode, listenForInterruption } from '../run/interruption.ts';
import { History, type HistoryOutcome } from './history.ts';
import { historyJson } from './json.ts';
import { counted, outcomeText } from './outcome-table.ts';

const usage = `Shows what each rule, at each of a few limits, would have raised on a shop's own orders.

  npm run rules -- --replay FILE [options]

  --replay FILE         the orders: CSV, JSON lines or Parquet
  --map OURS=THEIRS,…   which columns of the file hold our fields
  --json                print one JSON object, nothing else on stdout
  --debug               show the stack of an error
  --help                show this

The limits lie around the one in pipeline/rules.ts ("limit now"), and where the shop's own orders thin out: 1 in 100 lies
over p99. Nothing is written, and no alert is sent.

Examples
  npm run rules -- --replay orders.csv --map customer_id=Customer,timestamp=Date,total_amount=Total
  npm run --silent rules -- --replay orders.parquet --json > rules.json
`;

const fix = 'Run `npm run rules -- --help` for the options.';

interface RulesOptions {
  readonly file: string;
  readonly map: string | undefined;
  readonly json: boolean;
}

function readOptions(args: readonly string[]): RulesOptions | 'help' {
  const declared = {
    replay: { type: 'string' },
    map: { type: 'string' },
    json: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parseArguments(args, declared, fix);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) {
    throw new UsageError('ECOM_OPTION_UNKNOWN', { what: `"${extra}" stands without an option`, fix });
  }
  if (values.replay === undefined) {
    throw new UsageError('ECOM_OPTION_MISSING', {
      what: 'There is no --replay FILE to try the rules on',
      fix,
    });
  }
  return { file: values.replay, map: values.map, json: values.json };
}

/** What came of a file. */
interface Tried {
  readonly history: HistoryOutcome;
  readonly refused: number;
  readonly firstRefused: BadRow | null;
}

/** @returns null when it was over before the end of the file */
async function tryRules(replay: Replay, history: History, isOver: () => boolean): Promise<Tried | null> {
  let refused = 0;
  let firstRefused: BadRow | null = null;
  let saidMs = performance.now() + 1000;
  for await (const rows of replay) {
    if (isOver()) return null;
    for (const row of rows) {
      if (row.kind === 'order') history.add(row);
      else {
        refused++;
        firstRefused ??= row;
      }
    }
    history.advance();
    if (performance.now() - saidMs < 1000) continue;
    saidMs = performance.now();
    process.stderr.write(`Read ${Math.round(replay.progress() * 100)} % of the file …\n`);
  }
  return isOver() ? null : { history: history.outcome(), refused, firstRefused };
}

/** What someone should know of the rows that are missing from the answer. */
function remarks({ history, refused, firstRefused }: Tried): string[] {
  const said: string[] = [];
  if (firstRefused !== null) {
    said.push(
      `Left out: ${counted(refused, 'row')} that are no orders; the first is on line ${firstRefused.line}: ${badRecordReasons[firstRefused.reason]}.`,
    );
  }
  if (history.late > 0) {
    said.push(
      `Out of the order of time: ${counted(history.late, 'order')}; rules over customers may count too few of theirs.`,
    );
  }
  if (history.daysAlone) {
    said.push('The file knows days alone: to the rules over customers, all orders of a day come at once.');
  }
  if (history.duplicates > 0)
    said.push(
      `Repeated: ${counted(history.duplicates, 'row')} of an order that was there already, and counts once.`,
    );
  return said;
}

/** `npm run rules`. Throws what {@link openReplay} does, and `ECOM_RULES_NO_ORDERS` where no row is an order. */
export async function main(
  args: readonly string[],
  repository: PipelineDefinition = pipeline,
): Promise<ExitCode> {
  const options = readOptions(args);
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  // A process that just died would leave the temporary files behind by which a file is sorted.
  const { happened: isOver, dispose } = listenForInterruption(() => process.stderr.write('\nStopping.\n'));
  try {
    const definition = stageDefinition(process.env, repository);
    const replay = await openReplay({ file: options.file, map: options.map, definition, isOver });
    for (const note of replay.notes) process.stderr.write(`${note}\n`);
    const tried = await tryRules(replay, new History(definition), isOver);
    if (tried === null) return interruptedCode;
    print(tried, options);
    return 0;
  } finally {
    dispose();
  }
}

function print(tried: Tried, options: RulesOptions): void {
  if (tried.history.orders === 0) {
    const first = tried.firstRefused;
    throw new EcomError('ECOM_RULES_NO_ORDERS', {
      what: 'No row of the file is an order',
      where: options.file,
      fix: first === null ? 'Give another file.' : `Line ${first.line}: ${badRecordReasons[first.reason]}.`,
    });
  }
  for (const remark of remarks(tried)) process.stderr.write(`${remark}\n`);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(historyJson(tried.history, options.file, tried.refused))}\n`
      : outcomeText(tried.history),
  );
}
