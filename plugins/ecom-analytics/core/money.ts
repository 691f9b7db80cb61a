/**
 * The largest amount whose cents {@link toCents} finds for certain: 35,184,372,088,832 USD. Below 2⁴⁵ an IEEE 754 double is
 * within 2⁻⁹ of the amount that it stands for, which is 0.195 cents, and rounding `amount * 100` adds 0.25 at most:
 * together less than the half cent that rounding to whole cents allows. From 2⁴⁵ on doubles are twice as far apart, and
 * 35,184,372,088,832.05 is already off by a cent.
 */
export const maxAmountUsd = 2 ** 45;

/** An amount that is finite, at least 0, has at most two decimals, and can be told to the cent. */
export function isAmount(value: unknown): value is number {
  return (
    typeof value === 'number' &&
    value >= 0 &&
    value <= maxAmountUsd &&
    Math.round(value * 100) / 100 === value
  );
}

/** USD to whole cents. `amount` must satisfy {@link isAmount}. */
export function toCents(amount: number): number {
  return Math.round(amount * 100) + 0; // + 0 turns the JSON number -0 into 0
}

/** A sum of cents: a number while that is exact, a bigint from then on. */
export type CentsSum = number | bigint;

/** Adds exactly, whatever the size. */
export function addCents(sum: CentsSum, cents: CentsSum): CentsSum {
  if (typeof sum === 'number' && typeof cents === 'number') {
    const total = sum + cents;
    if (total <= Number.MAX_SAFE_INTEGER) return total;
  }
  return BigInt(sum) + BigInt(cents);
}

/** Cents to USD, as the nearest double. */
export function toUsd(cents: CentsSum): number {
  if (typeof cents === 'number') return cents / 100;
  return Number(`${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`);
}

/** The mean of `count` amounts that sum to `sum` cents, in cents, rounded half-up. */
export function averageCents(sum: CentsSum, count: number): CentsSum {
  if (typeof sum === 'number') {
    const whole = Math.floor(sum / count);
    const rest = sum - whole * count;
    return rest * 2 >= count ? whole + 1 : whole;
  }
  const n = BigInt(count);
  return (sum * 2n + n) / (n * 2n);
}

/** How many decimals amounts of a currency have, by its ISO 4217 code; undefined for what is not such a code. */
export function currencyDecimals(code: string): number | undefined {
  if (!/^[A-Z]{3}$/.test(code)) return undefined;
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: code }).resolvedOptions()
    .maximumFractionDigits;
}

/** What stands in for a currency that is not known: the code that ISO 4217 keeps for that. It is written `¤`. */
export const unknownCurrency = 'XXX';

const formats = new Map<string, Intl.NumberFormat>();

/** `$1,299.95`, `€1,299.95`, `¥1,300`: an amount of a currency, for people. */
export function formatMoney(amount: number, code: string): string {
  const format = formats.get(code) ?? new Intl.NumberFormat('en-US', { style: 'currency', currency: code });
  formats.set(code, format);
  return format.format(amount);
}
