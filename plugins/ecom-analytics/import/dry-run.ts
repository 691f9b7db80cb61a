import type { ExitCode } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { formatTimestamp } from '../core/timestamp.ts';
import { date } from '../dashboard/page/format.ts';
import { shellOption } from '../functions/shell-word.ts';
import { printable } from '../report/printable.ts';
import { type AskedReplay, saveMapFile } from './choices.ts';
import { joinMapping } from './mapping.ts';
import type { Replay, ReplayOrder } from './open-replay.ts';
import { withReplay } from './with-replay.ts';

const ordersShown = 5;

/** The first orders of a replay, which is closed. */
async function firstOrders(replay: Replay): Promise<ReplayOrder[]> {
  const orders: ReplayOrder[] = [];
  for await (const rows of replay) {
    for (const row of rows) if (row.kind === 'order' && orders.length < ordersShown) orders.push(row);
    if (orders.length === ordersShown) break;
  }
  return orders;
}

/** What a file is taken for, without a run: mapping, first orders, sums, what is left out. */
export async function describeDryRun(replay: Replay): Promise<{ text: string; json: object }> {
  const { plan, findings, span, notes } = replay;
  const orders = (await firstOrders(replay)).map(({ order }) => order);
  const width = Math.max(...Object.keys(plan.mapping).map((field) => field.length));
  const text = [
    ...notes.map(printable),
    '',
    'Mapping',
    ...Object.entries(plan.mapping).map(
      ([field, column]) => `  ${field.padEnd(width)}  ${printable(column)}`,
    ),
    '',
    `First orders, of ${findings.orders} from ${date(span.fromMs)} to ${date(span.toMs)}`,
    ...orders.map((order) => `  ${printable(JSON.stringify(order))}`),
    '',
    plan.platform === null
      ? `Nothing was run. To run it, leave out --dry-run. This mapping as an option: ${shellOption('--map', joinMapping(plan.mapping))}`
      : 'Nothing was run. To run it, leave out --dry-run.',
  ].join('\n');
  return {
    text: `${text}\n`,
    json: {
      mapping: plan.mapping,
      from: formatTimestamp(span.fromMs),
      to: formatTimestamp(span.toMs),
      first_orders: orders,
      ...findings,
    },
  };
}

/** Shows on stdout what the files are taken for, and keeps it where that is asked. Throws what {@link withReplay} does. */
export async function showDryRun(
  asked: AskedReplay,
  definition: PipelineDefinition,
  json: boolean,
): Promise<ExitCode> {
  return withReplay(asked, definition, async (replay) => {
    const { text, json: found } = await describeDryRun(replay);
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : text);
    const { save = null, given = {} } = asked.dryRun ?? {};
    if (save === null) return 0;
    await saveMapFile(save, given, replay.plan.mapping);
    process.stderr.write(`Saved to ${save}; use it with ${shellOption('--map-file', save)}\n`);
    return 0;
  });
}
