import type { Alert } from '../../plugins/ecom-analytics/core/alert.ts';
import type { DeadLetter } from '../../plugins/ecom-analytics/core/dead-letter.ts';
import type { PipelineDefinition } from '../../plugins/ecom-analytics/core/pipeline.ts';
import type { WindowRow } from '../../plugins/ecom-analytics/core/window.ts';
import { type MicroBatch, StreamingQuery } from '../../plugins/ecom-analytics/engine/streaming-query.ts';
import { readWindows } from '../../plugins/ecom-analytics/parquet/read-windows.ts';
import type { PlacedRecord } from './orders-topic.ts';

/** What comes of a topic. */
export interface TopicOutcome {
  readonly rows: readonly WindowRow[];
  readonly alerts: readonly Alert[];
  readonly deadLetters: readonly DeadLetter[];
  readonly orders: number;
  readonly duplicates: number;
  readonly late: number;
}

/** What the embedded engine makes of records, while they are sent. */
export class EmbeddedOracle {
  readonly #query: StreamingQuery;
  readonly #rows: WindowRow[] = [];
  readonly #alerts: Alert[] = [];
  readonly #deadLetters: DeadLetter[] = [];

  constructor(definition: PipelineDefinition) {
    this.#query = new StreamingQuery(definition);
  }

  /** In the order of sending. */
  take(records: readonly PlacedRecord[]): void {
    for (let at = 0; at < records.length; at += 2048) this.#process(records.slice(at, at + 2048));
  }

  /** Closes every window, as the end of a run does. */
  drain(): void {
    this.#keep(this.#query.close());
  }

  /** What the next batch is judged by, epoch milliseconds; 0 before there is one. */
  get watermarkMs(): number {
    return this.#query.watermarkMs ?? 0;
  }

  /** So far. */
  get outcome(): TopicOutcome {
    const { orders, duplicates, late } = this.#query.totals;
    return {
      rows: this.#rows,
      alerts: this.#alerts,
      deadLetters: this.#deadLetters,
      orders,
      duplicates,
      late,
    };
  }

  #process(batch: readonly PlacedRecord[]): void {
    const records = batch.map(({ headers, ...record }) => {
      const [header] = Object.entries(headers);
      return { ...record, header: header === undefined ? null : { key: header[0], value: header[1] } };
    });
    this.#keep(this.#query.process(records, 0));
  }

  #keep(found: MicroBatch): void {
    this.#rows.push(...found.rows);
    this.#alerts.push(...found.alerts.map(({ alert }) => alert));
    this.#deadLetters.push(...found.deadLetters);
  }
}

/** What the embedded engine makes of records in the order of sending, to the last window. */
export function embeddedOutcome(
  definition: PipelineDefinition,
  records: readonly PlacedRecord[],
): TopicOutcome {
  const oracle = new EmbeddedOracle(definition);
  oracle.take(records);
  oracle.drain();
  return oracle.outcome;
}

/** The rows of a folder, as a reader who just lists its files finds them. */
export async function readRows(out: string): Promise<WindowRow[]> {
  const rows: WindowRow[] = [];
  for await (const file of readWindows(out)) rows.push(...file.rows);
  return rows;
}

const key = (row: WindowRow): string => `${row.window_start} ${row.category} ${row.location}`;

/** In one order, whichever engine wrote them. */
export function sortedRows(rows: readonly WindowRow[]): WindowRow[] {
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Reason, coordinates and bytes of each, once. */
export function deadLetterSet(letters: readonly DeadLetter[]): string[] {
  return [...new Set(letters.map((letter) => JSON.stringify(Object.entries(letter).sort())))].sort();
}

export function alertIds(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.map((alert) => alert.alert_id))].sort();
}
