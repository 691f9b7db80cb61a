import type { BadRecordReason } from '../core/order.ts';

/** Rows, or orders, that are not among the orders, and their amount. */
export interface Part {
  readonly what: string;
  readonly rows: number;
  readonly amount: number;
}

export interface Refused {
  readonly reason: BadRecordReason;
  readonly rows: number;
  readonly firstFile: string;
  /** From 1: the line of a text file, the row of another. */
  readonly firstLine: number;
}

/** What came of the rows of a file: part of the summary. */
export interface ReplayFindings {
  readonly files: readonly string[];
  /** The recognised layout, or null. */
  readonly layout: string | null;
  readonly rows: number;
  readonly orders: number;
  readonly items_per_order: 'one' | 'items' | 'total-in-first' | 'total-in-every';
  readonly revenue: number;
  readonly currency: string;
  readonly customers: number;
  readonly left_out: readonly Part[];
  readonly refunds: { readonly rows: number; readonly amount: number };
  /** Rows that make their own orders less, as refunds and discounts do. */
  readonly taken_off: { readonly rows: number; readonly amount: number };
  readonly refused: readonly Refused[];
  /** Orders that stood after a later one. */
  readonly out_of_order: number;
}
