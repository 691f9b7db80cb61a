/** Uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * A seeded generator of uniform numbers: the same seed gives the same sequence on every machine.
 * Algorithm: sfc32 of PractRand, seeded through splitmix32, 32 bits of resolution.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const mix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = mix();
  let b = mix();
  let c = mix();
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
}

/** An integer from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

const hexDigits = '0123456789abcdef';

/** A version 4 UUID from the given randomness (RFC 9562). */
export function uuid(random: Random): string {
  let hex = '';
  for (let index = 0; index < 32; index++) {
    const nibble = Math.floor(random() * 16);
    hex += hexDigits.charAt(index === 12 ? 4 : index === 16 ? 8 + (nibble & 3) : nibble);
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Picks items in proportion to their weights. */
export function weightedPick<T>(items: readonly T[], weightOf: (item: T) => number): (random: Random) => T {
  const cumulative: number[] = [];
  let total = 0;
  for (const item of items) {
    total += weightOf(item);
    cumulative.push(total);
  }
  return (random) => {
    const target = random() * total;
    const index = cumulative.findIndex((sum) => target < sum);
    const picked = items[index];
    if (picked === undefined)
      throw new RangeError('weightedPick needs at least one item with a positive weight');
    return picked;
  };
}
