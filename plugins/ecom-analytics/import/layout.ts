import type { PipelineField } from '../core/order.ts';
import { literal } from './sql.ts';

/** What a file may say besides the fields of an order. */
export const extraFields = ['currency', 'time_zone', 'refunded'] as const;
export type SourceField = PipelineField | (typeof extraFields)[number];

/** SQL over the columns of a file, by what it gives. */
export type Expressions = Readonly<Partial<Record<SourceField, string>>>;

/** Rows that a layout leaves out by itself. */
export interface LeftOut {
  /** As it is reported: `cancelled`. */
  readonly what: string;
  /** SQL over the columns. */
  readonly when: string;
  /** Only this row, or every row of its order. */
  readonly of: 'row' | 'order';
}

/**
 * How rows make orders: each is one, or an item; `first` and `repeated` where the order's own total stands in its items' rows,
 * `summary` where a row that sums up its items comes before them.
 */
export type RowLayout = 'orders' | 'items' | 'first' | 'repeated' | 'summary';

export interface Layout {
  readonly map: Expressions;
  readonly leave?: readonly LeftOut[];
  readonly rows?: RowLayout;
  /** What comes first in dates of numbers alone, where the values do not say. */
  readonly first?: 'day' | 'month';
  /** What someone should know, a sentence each. */
  readonly notes?: readonly string[];
}

/** A layout over names that a file may have; in its SQL they stand in braces. */
export interface Platform extends Omit<Layout, 'map'> {
  /** As it is said: `a Shopify orders export`. */
  readonly name: string;
  /** Where its format is described. */
  readonly source: string;
  /**
   * As `--map` has it. A side names columns, of which the first that has a value is taken (`Email|Phone`), or is SQL over
   * columns in braces. A field that no column of the file gives is left out.
   */
  readonly map: string;
  /** The columns it is known by, parted by `|`: all of them; or all of another set. */
  readonly known: string | readonly string[];
  /** Whether their letters' case counts. */
  readonly exact?: boolean;
  /** A reason why it cannot be replayed. */
  readonly refused?: string;
  /** A field without a column that is worth a note. */
  readonly lacks?: { readonly field: SourceField; readonly note: string };
}

/** How rows become orders, as SQL over the view `source`. */
export interface Plan {
  /** The layout as it is said, or null. */
  readonly platform: string | null;
  readonly expressions: Expressions;
  /** As a user would write it. */
  readonly mapping: Readonly<Record<string, string>>;
  readonly leave: readonly LeftOut[];
  readonly layout: Pick<Layout, 'rows' | 'first'>;
  readonly notes: readonly string[];
}

/** Rows of an order, by what their status says: `['cancelled', 'cancelled|canceled']`. */
export function states(
  column: string,
  said: Readonly<Record<string, string>>,
  of: LeftOut['of'] = 'order',
): LeftOut[] {
  return Object.entries(said).map(([what, values]) => ({ what, when: isOneOf(column, values), of }));
}

export function isOneOf(column: string, values: string): string {
  return `lower(trim(CAST({${column}} AS VARCHAR))) IN (${values.split('|').map(literal).join(', ')})`;
}

/** SQL of a customer's number, which is 0 for guests. */
export function member(column: string): string {
  return `nullif(nullif(trim(CAST({${column}} AS VARCHAR)), ''), '0')`;
}

/** SQL of a sum of amounts; those after a minus are taken off, and one that is missing is 0. */
export function sum(first: string, ...others: string[]): string {
  const parts = others.map((column) => {
    const [, sign, name] = /^(-?)(.*)$/.exec(column) ?? [];
    return ` ${sign === '-' ? '-' : '+'} coalesce(amount({${name}}), 0)`;
  });
  return `amount({${first}})${parts.join('')}`;
}
