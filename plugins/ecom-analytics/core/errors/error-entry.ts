/** What `ecom explain` and docs/errors.md say about a code. Backticks mark code; there is no other markup. */
export interface ErrorEntry {
  /** What has happened, in a sentence or two. */
  readonly means: string;
  /** What usually leads there, likeliest first. A phrase each; none where `means` says it all. */
  readonly causes: readonly string[];
  /** What to do, in whole sentences. */
  readonly fix: string;
  /** A page below docs/ with more, and where possible the heading: `deploy.md#topics`. */
  readonly see?: string;
}

export type ErrorEntries = Readonly<Record<`ECOM_${string}`, ErrorEntry>>;
