import { StreamingQuery } from '../../local/engine/streaming-query.ts';
import { readWindows } from '../../local/parquet/read-windows.ts';
import type { Alert } from '../../pipeline/alert.ts';
import type { DeadLetter } from '../../pipeline/dead-letter.ts';
import type { PipelineDefinition } from '../../pipeline/definition.ts';
import { drainTickTime, tickHeader } from '../../pipeline/tick.ts';
import { formatTimestamp } from '../../pipeline/timestamp.ts';
import type { WindowRow } from '../../pipeline/window.ts';
import type { PlacedRecord } from './topics.ts';

/** What comes of a topic. */
export interface Outcome {
  readonly rows: readonly WindowRow[];
  readonly alerts: readonly Alert[];
  readonly deadLetters: readonly DeadLetter[];
  readonly orders: number;
  readonly duplicates: number;
  readonly late: number;
}

/** What the embedded engine makes of records in the order of sending, to the last window. */
export function embeddedOutcome(definition: PipelineDefinition, records: readonly PlacedRecord[]): Outcome {
  const query = new StreamingQuery(definition);
  const rows: WindowRow[] = [];
  const alerts: Alert[] = [];
  const deadLetters: DeadLetter[] = [];
  const take = (batch: readonly PlacedRecord[]): void => {
    const found = query.process(
      batch.map(({ headers, ...record }) => {
        const [header] = Object.entries(headers);
        return { ...record, header: header === undefined ? null : { key: header[0], value: header[1] } };
      }),
      0,
    );
    rows.push(...found.rows);
    alerts.push(...found.alerts.map(({ alert }) => alert));
    deadLetters.push(...found.deadLetters);
  };
  for (let at = 0; at < records.length; at += 2048) take(records.slice(at, at + 2048));
  if (query.lastWindowEndMs !== null) {
    const time = drainTickTime(query.lastWindowEndMs, definition.windowing.watermarkMs);
    const headers = { [tickHeader]: formatTimestamp(time) };
    take([{ key: null, value: null, headers, timestampMs: time, partition: 0, offset: -1 }]);
  }
  const { orders, duplicates, late } = query.totals;
  return { rows, alerts, deadLetters, orders, duplicates, late };
}

/** The rows of a folder, as a reader who just lists its files finds them. */
export async function readRows(out: string): Promise<WindowRow[]> {
  const rows: WindowRow[] = [];
  for await (const file of readWindows(out)) rows.push(...file.rows);
  return rows;
}

const key = (row: WindowRow): string => `${row.window_start} ${row.category} ${row.location}`;

/** In one order, whoever wrote them. */
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
