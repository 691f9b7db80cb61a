import type { Alert } from '../core/alert.ts';
import { type ColumnType, windowColumns } from '../core/window.ts';
import { exactly, literal } from '../import/sql.ts';
import type { RefusedRow } from '../run/refused-row.ts';

/** Sums of money are exact, and shown to the cent. The files have doubles, which Athena sums as such. */
const money = 'DECIMAL(38, 2)';

const windowTypes: Readonly<Record<ColumnType, string>> = {
  'timestamp-millis': 'TIMESTAMP',
  string: 'VARCHAR',
  int64: 'BIGINT',
  double: money,
};

const alertColumns = {
  alert_id: 'VARCHAR',
  rule_id: 'VARCHAR',
  severity: 'VARCHAR',
  order_id: 'VARCHAR',
  customer_id: 'VARCHAR',
  total_amount: money,
  region: 'VARCHAR',
  reason: 'VARCHAR',
  order_timestamp: 'TIMESTAMP',
  detected_at: 'TIMESTAMP',
  source: 'VARCHAR',
} as const satisfies Record<keyof Alert, string>;

const deadLetterColumns = {
  reason: 'VARCHAR',
  topic: 'VARCHAR',
  partition: 'INTEGER',
  offset: 'VARCHAR',
  line: 'BIGINT',
  value_base64: 'VARCHAR',
} as const satisfies Record<keyof RefusedRow, string>;

/** A view over nothing, with its columns. */
function emptyView(name: string, columns: Readonly<Record<string, string>>): string {
  const nulls = Object.entries(columns).map(([column, type]) => `CAST(NULL AS ${type}) AS "${column}"`);
  return `CREATE VIEW ${name} AS SELECT ${nulls.join(', ')} WHERE false`;
}

/** The columns that stand in a window file's path, and their types. */
const partitionColumns = { date: 'DATE', hour: 'INTEGER' } as const;

/** What the path says below the run's folder; above it, `date=…` is a name that somebody gave. */
function partitionValue(name: string, folder: string): string {
  const below = `substr(filename, ${[...folder].length + 1})`;
  return `nullif(regexp_extract(${below}, ${literal(String.raw`[\\/]${name}=([^\\/]*)[\\/]`)}, 1), '')`;
}

/**
 * The view `windows`: every row of every window file, with the columns of the partitions, `date` and `hour`. The types
 * are the contract's for the files of both engines: Spark's times carry a zone, the embedded engine's do not.
 *
 * @param files below the folder, both absolute
 */
export function windowsView(folder: string, files: readonly string[]): string {
  const columns = Object.entries(windowColumns).map(([name, type]) => [name, windowTypes[type]] as const);
  const partitions = Object.entries(partitionColumns);
  if (files.length === 0) return emptyView('windows', Object.fromEntries([...columns, ...partitions]));
  const selected = [
    ...columns.map(([name, type]) => `CAST("${name}" AS ${type}) AS "${name}"`),
    ...partitions.map(([name, type]) => `CAST(${partitionValue(name, folder)} AS ${type}) AS "${name}"`),
  ];
  const paths = files.map((file) => literal(exactly(file)));
  return (
    `CREATE VIEW windows AS SELECT ${selected.join(', ')} ` +
    `FROM read_parquet([${paths.join(', ')}], hive_partitioning = false)`
  );
}

function jsonLines(file: string, columns: Readonly<Record<string, string>>): string {
  const types = Object.entries(columns).map(([name, type]) => `"${name}": ${literal(type)}`);
  // A run that was killed may have left half a line.
  return (
    `read_json(${literal(exactly(file))}, format = 'newline_delimited', hive_partitioning = false, ` +
    `ignore_errors = true, columns = {${types.join(', ')}})`
  );
}

/** The view `alerts`; empty where there is no file. */
export function alertsView(file: string | null): string {
  if (file === null) return emptyView('alerts', alertColumns);
  return `CREATE VIEW alerts AS SELECT * FROM ${jsonLines(file, alertColumns)} WHERE alert_id IS NOT NULL`;
}

/** The view `dead_letters`, with the refused record as text in `value` where it is text; empty where there is no file. */
export function deadLettersView(file: string | null): string {
  if (file === null) return emptyView('dead_letters', { ...deadLetterColumns, value: 'VARCHAR' });
  return (
    'CREATE VIEW dead_letters AS SELECT *, TRY(decode(from_base64(value_base64))) AS value ' +
    `FROM ${jsonLines(file, deadLetterColumns)} WHERE reason IS NOT NULL`
  );
}

/** What someone may ask about, for messages. */
export const viewColumns: Readonly<Record<string, readonly string[]>> = {
  windows: [...Object.keys(windowColumns), ...Object.keys(partitionColumns)],
  alerts: Object.keys(alertColumns),
  dead_letters: [...Object.keys(deadLetterColumns), 'value'],
};
