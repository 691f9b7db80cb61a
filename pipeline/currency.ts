/** The currency of every amount, by its ISO 4217 code; of two decimals or none. */
export const currency = 'USD';
