/** One measured figure. */
export interface Figure {
  /** What was measured, such as `engine-orders-per-second`. */
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** The limit or peer measured in the same run; null for a figure that stands for itself. */
  readonly against: { readonly what: string; readonly value: number } | null;
  /** `value` against it, or the other way round where less is better, as `aim` says. */
  readonly ratio: number | null;
  /** What the ratio, or the value, should be. */
  readonly aim: string | null;
}

/** A benchmark: measures one or a few figures, each against its peer in the same run. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly Figure[]>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** To so many significant digits: benchmarks know no more. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
