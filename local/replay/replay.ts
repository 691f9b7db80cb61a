import { type PipelineDefinition, pipeline } from '../../pipeline/definition.ts';
import { UsageError } from '../../pipeline/error.ts';
import {
  type BadRecordReason,
  badRecordReasons,
  checkOrder,
  type OrderField,
  orderFields,
  type ParsedOrder,
} from '../../pipeline/order.ts';
import { printable } from '../report/printable.ts';
import { orderFiller } from './fill.ts';
import { type Mapping, resolveMapping } from './mapping.ts';
import { openFile } from './open-file.ts';
import type { BrokenRow, OrderSource, ReplayFormat, SourceRow } from './source.ts';
import { inTimeOrder, runsBackwards } from './time-order.ts';

/** A row that is an order. */
export interface ReplayOrder extends ParsedOrder {
  readonly kind: 'order';
  /** From 1: the line on which the row starts; in Parquet, the row. */
  readonly line: number;
}

/** A row that is none, and belongs to the dead letters. */
export interface BadRow {
  readonly kind: 'bad-row';
  readonly line: number;
  readonly reason: BadRecordReason;
  /** What stands in the file; of Parquet, the row's mapped columns as JSON. */
  readonly raw: Uint8Array;
}

export type ReplayRow = ReplayOrder | BadRow;

export interface ReplayOptions {
  readonly file: string;
  /** `our_field=their_column,…`; columns that have our names map by themselves. */
  readonly map?: string | undefined;
  readonly definition?: PipelineDefinition;
  /** When rows are taken to be appended, epoch milliseconds: an order may not lie after it. The present by default. */
  readonly now?: () => number;
  /** Whether the replay is to end: asked where a file is sorted, which takes a while before the first order. */
  readonly isOver?: () => boolean;
}

/** A file of orders, opened and mapped; iterating reads it from its start. */
export interface Replay extends AsyncIterable<readonly ReplayRow[]> {
  readonly file: string;
  readonly format: ReplayFormat;
  readonly mapping: Mapping;
  /** What someone should know before the run, a sentence each. */
  readonly notes: readonly string[];
  /** The share of the file that has been read, 0 to 1. */
  progress(): number;
}

function rawBytes({ raw }: SourceRow | BrokenRow, values: () => unknown): Uint8Array {
  if (raw === null) {
    return Buffer.from(
      JSON.stringify(values(), (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    );
  }
  return typeof raw === 'string' ? Buffer.from(raw, 'utf8') : raw;
}

async function* replayRows(
  source: OrderSource,
  mapping: Mapping,
  file: string,
  now: () => number,
): AsyncGenerator<readonly ReplayRow[]> {
  const fields: OrderField[] = [];
  const columns: string[] = [];
  for (const [field, column] of Object.entries(mapping)) {
    if (!(field in orderFields)) continue;
    fields.push(field as OrderField);
    columns.push(column);
  }
  const fill = orderFiller(file, fields);
  for await (const batch of source.rows(columns)) {
    const nowMs = now();
    yield batch.map((row): ReplayRow => {
      const { line } = row;
      if ('broken' in row)
        return { kind: 'bad-row', line, reason: row.broken, raw: rawBytes(row, () => null) };
      const checked = checkOrder(fill(row.values, line), nowMs);
      if (typeof checked !== 'string') return { kind: 'order', line, ...checked };
      const values = (): unknown =>
        Object.fromEntries(columns.map((column, place) => [column, row.values[place]]));
      return { kind: 'bad-row', line, reason: checked, raw: rawBytes(row, values) };
    });
  }
}

/** What someone should know before the run: an order of time that had to be mended, rows of which none is an order. */
function notesOn(first: readonly ReplayRow[], backwards: boolean, mapping: Mapping): string[] {
  const notes: string[] = [];
  if (backwards)
    notes.push('The file is not in the order of time (newest first?): it is sorted before the replay.');
  const [bad] = first;
  if (bad?.kind === 'bad-row' && first.every((row) => row.kind === 'bad-row' && row.reason === bad.reason)) {
    const shown = Object.entries(mapping).map(([field, column]) => `${field}=${column}`);
    notes.push(
      `None of the first ${first.length} rows is an order: ${badRecordReasons[bad.reason]} ` +
        `(line ${bad.line}: ${printable(Buffer.from(bad.raw).toString('utf8').slice(0, 200))}; mapped ${shown.join(', ')}).`,
    );
  }
  return notes;
}

/**
 * Opens a file of real orders to be replayed: CSV with a header, JSON lines, or Parquet, of any size. It is read as a
 * stream, a batch at a time, and only as fast as the batches are taken. A file whose orders run backwards in time, as
 * exports that list the newest first do, is sorted on the way.
 *
 * @throws UsageError before anything runs: `ECOM_REPLAY_MAPPING` where the columns do not match, and what `openFile` and
 * an empty file throw. While iterating: EcomError `ECOM_REPLAY_READ`.
 */
export async function openReplay({
  file,
  map,
  definition = pipeline,
  now = Date.now,
  isOver = () => false,
}: ReplayOptions): Promise<Replay> {
  const source = await openFile(file);
  const mapping = resolveMapping(map, source.columns, file);
  const rows = (): AsyncGenerator<readonly ReplayRow[]> => replayRows(source, mapping, file, now);
  const start = rows();
  const first = await start.next();
  await start.return(undefined);
  if (first.done) {
    const fix = 'Give a file with at least one order.';
    throw new UsageError('ECOM_REPLAY_EMPTY', { what: 'The file to replay has no rows', where: file, fix });
  }
  const backwards = runsBackwards(first.value, definition.windowing.watermarkMs);
  return {
    file,
    format: source.format,
    mapping,
    notes: notesOn(first.value, backwards, mapping),
    progress: () => source.progress(),
    [Symbol.asyncIterator]: () => (backwards ? inTimeOrder(rows(), isOver) : rows()),
  };
}
