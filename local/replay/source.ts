import type { BadRecordReason } from '../../pipeline/order.ts';

/** What a file of orders may be. */
export type ReplayFormat = 'csv' | 'json-lines' | 'parquet';

/** One row as the file has it. */
export interface SourceRow {
  /** From 1: the line on which the row starts; in Parquet, the row. */
  readonly line: number;
  /** In the order of the columns asked for; `undefined` or null where the row has no value. */
  readonly values: readonly unknown[];
  /** What stands in the file: text, or the bytes of a row that is not UTF-8; null in Parquet, which has no rows. */
  readonly raw: string | Uint8Array | null;
}

/** A row that cannot even be taken apart. */
export interface BrokenRow {
  readonly line: number;
  readonly broken: BadRecordReason;
  readonly raw: string | Uint8Array;
}

/** A file of orders whose columns are known and whose rows have not been read yet. */
export interface OrderSource {
  readonly format: ReplayFormat;
  readonly columns: readonly string[];
  /**
   * Reads the file from its start, a batch at a time; nothing is read ahead of the iteration.
   *
   * @param columns which columns, in which order
   */
  rows(columns: readonly string[]): AsyncIterable<readonly (SourceRow | BrokenRow)[]>;
  /** The share of the file that has been read, 0 to 1. */
  progress(): number;
}

/** A row of text longer than this is no row: it bounds what an unclosed quote can hold back. Bytes. */
export const maxRowBytes = 1_048_576;
