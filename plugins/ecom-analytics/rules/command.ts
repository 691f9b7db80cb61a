import { type ExitCode, UsageError } from '../core/error.ts';
import { inCurrency, type PipelineDefinition } from '../core/pipeline.ts';
import { useCurrency } from '../dashboard/page/format.ts';
import { parseArguments } from '../functions/command-arguments.ts';
import { definitionIn } from '../functions/stage-definition.ts';
import { askedReplay, dryRunDeclared, dryRunUsage, replayDeclared, replayUsage } from '../import/choices.ts';
import { showDryRun } from '../import/dry-run.ts';
import type { Replay } from '../import/open-replay.ts';
import { withReplay } from '../import/with-replay.ts';
import { printable } from '../report/printable.ts';
import { interruptedCode } from '../run/interruption.ts';
import { History, type HistoryOutcome } from './history.ts';
import { historyJson } from './history-json.ts';
import { outcomeText } from './outcome-table.ts';

export const usage = `Shows how many alerts each rule would have raised on your own orders, at its limit and at a few others.

  npm run rules -- --replay FILE [options]

${replayUsage}
${dryRunUsage}
  --json                print one JSON object, nothing else on stdout
  --debug               show the stack of an error
  --help                show this

It tries the limit in pipeline/rules.ts ("limit now"), a few around it, and percentiles of your own orders: 1 in 100 is
over p99. Nothing is written, and no alert is sent.

Examples
  npm run rules -- --replay orders_export.csv --dry-run
  npm run rules -- --replay orders.csv --map customer_id=Customer,timestamp=Date,total_amount=Total
  npm run --silent rules -- --replay orders.parquet --json > rules.json
`;

const fix = 'Run `npm run rules -- --help` for the options.';

function readOptions(args: readonly string[], { orderFields }: PipelineDefinition) {
  const declared = {
    ...replayDeclared,
    ...dryRunDeclared,
    json: { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArguments(args, declared, fix, 'options');
  const asked = values.replay === undefined ? null : askedReplay(values, process.cwd(), orderFields);
  if (asked !== null) return { asked, json: values.json };
  throw new UsageError('ECOM_OPTION_MISSING', {
    what: '--replay FILE is missing: the rules are tried on orders of your own',
    fix,
  });
}

/** @returns null when it was over before the end of the file */
async function tryRules(
  replay: Replay,
  history: History,
  isOver: () => boolean,
): Promise<HistoryOutcome | null> {
  let saidMs = performance.now() + 1000;
  for await (const rows of replay) {
    if (isOver()) return null;
    for (const row of rows) if (row.kind === 'order') history.add(row);
    history.advance();
    if (performance.now() - saidMs < 1000) continue;
    saidMs = performance.now();
    process.stderr.write(`Tried ${Math.round(replay.progress() * 100)} % of the orders …\n`);
  }
  return isOver() ? null : history.outcome();
}

/** `npm run rules`. Throws what {@link withReplay} does. */
export async function main(args: readonly string[], definition: PipelineDefinition): Promise<ExitCode> {
  const { asked, json } = readOptions(args, definition);
  const stage = definitionIn(process.env, definition);
  if (asked.dryRun !== null) return showDryRun(asked, stage, json);
  return withReplay(asked, stage, async (replay, isOver) => {
    for (const note of replay.notes) process.stderr.write(`${printable(note)}\n`);
    const { currency, refused } = replay.findings;
    const tried = await tryRules(replay, new History(inCurrency(stage, currency)), isOver);
    if (tried === null) return interruptedCode;
    if (tried.daysAlone) {
      process.stderr.write(
        'The file has dates without times: to the rules over customers, all orders of a day arrive at once.\n',
      );
    }
    const refusedRows = refused.reduce((sum, { rows }) => sum + rows, 0);
    useCurrency(currency);
    process.stdout.write(
      json
        ? `${JSON.stringify(historyJson(tried, replay.files.join(', '), refusedRows, currency))}\n`
        : outcomeText(tried),
    );
    return 0;
  });
}
