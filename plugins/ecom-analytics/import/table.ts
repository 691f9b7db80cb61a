import type { BrokenRows, CsvDialect } from './csv-dialect.ts';

export type ReplayFormat = 'csv' | 'json-lines' | 'json' | 'parquet' | 'sql';

export interface Column {
  readonly name: string;
  /** As DuckDB names it; a CSV column is text, whatever it looks like. */
  readonly type: string;
}

export const fileColumn = '_ecom_file';
/** Why a row has no columns: a reason of a bad record, or null. */
export const problemColumn = '_ecom_problem';
export const rawColumn = '_ecom_raw';

/** Rows that are recognized and not read yet. */
interface Rows {
  readonly format: ReplayFormat;
  readonly columns: readonly Column[];
  /** Names that more than one column has. */
  readonly twice: ReadonlySet<string>;
  readonly notes: readonly string[];
  /** A query of all rows: the columns, {@link fileColumn}, {@link problemColumn} and {@link rawColumn}. */
  readonly select: (broken: BrokenRows) => string;
}

/** The rows of one file. */
export interface Table extends Rows {
  readonly file: string;
  /** What the query reads: the file, or what was made of it. */
  readonly read: string;
  /** How a CSV file is written. */
  readonly dialect: CsvDialect | null;
}

/** The rows that are replayed: of a file, of several as one, or of a query over them. */
export interface Input extends Rows {
  readonly tables: readonly Table[];
}
