import type { ValueCounts } from './value-counts.ts';

/** A limit to try. */
export interface Candidate {
  readonly moreThan: number;
  /** Why this one: `limit now`, `half`, `p99`. */
  readonly labels: readonly string[];
}

/** The first holds of a limit and what is known of it; later labels of the same limit join. */
function collect(pairs: readonly (readonly [moreThan: number | undefined, label: string])[]): Candidate[] {
  const labels = new Map<number, string[]>();
  for (const [moreThan, label] of pairs) {
    if (moreThan === undefined) continue;
    const known = labels.get(moreThan) ?? [];
    labels.set(moreThan, label === '' ? known : [...known, label]);
  }
  return [...labels]
    .map(([moreThan, of]) => ({ moreThan, labels: of }))
    .sort((a, b) => a.moreThan - b.moreThan);
}

const now = 'limit now';

function percentiles(counts: ValueCounts, shares: readonly number[]): [number | undefined, string][] {
  return shares.map((share) => [counts.percentile(share), `p${Number((share * 100).toFixed(2))}`]);
}

/**
 * Limits to try for an amount: around the limit as it is, and where the shop's own orders thin out.
 *
 * @param whole the field holds whole numbers
 */
export function amountCandidates(limit: number, values: ValueCounts, whole: boolean): Candidate[] {
  const round = (value: number): number => (whole ? Math.round(value) : Math.round(value * 100) / 100);
  return collect([
    [round(limit / 4), ''],
    [round(limit / 2), ''],
    [limit, now],
    [round(limit * 2), ''],
    [round(limit * 4), ''],
    ...percentiles(values, [0.9, 0.95, 0.99, 0.999]),
  ]);
}

/** Limits to try for a count: around the limit as it is, and where the shop's own customers thin out; none below 1. */
export function countCandidates(limit: number, counts: ValueCounts): Candidate[] {
  const around = [-3, -2, -1, 1, 2, 3].map((step): [number, string] => [limit + step, '']);
  return collect([...around, [limit, now], ...percentiles(counts, [0.99, 0.999])]).filter(
    ({ moreThan }) => moreThan >= 1,
  );
}
