import type { ReplayDatabase } from './database.ts';
import { literal } from './sql.ts';
import { sampleRows } from './time-form.ts';

/** Amounts as they are kept while orders are put together: exact, with the decimals that unit prices have. */
export const amountType = 'DECIMAL(18, 4)';

const currencyText = String.raw`(?:[A-Z]{1,3} ?\p{Sc}|\p{Sc}|[A-Z]{3}|kr|zł|Kč|Ft|lei|Fr)`;
/** A number with thousands in groups of three (or of two, as in India), and a sign or a currency around it. */
const amountPattern = String.raw`\(?[-+−]? ?${currencyText}? ?[-+−]?(?:\d{1,3}(?:[, '’]\d{2,3})*[, '’]\d{3}|\d+)?(?:\.\d*)? ?-?${currencyText}?-?\)?`;

/**
 * Text as an amount: `29.33`, `$1,299.95`, `(12.00)`, `1 299 kr`; anything else is null. What a double leaves beyond the
 * fourth decimal is rounded away.
 *
 * @param text SQL
 * @param decimal what parts whole from fraction
 */
export function amountSql(text: string, decimal: '.' | ','): string {
  const spaced = `regexp_replace(trim(${text}), '[\\x{00a0}\\x{202f}\\x{2009}]', ' ', 'g')`;
  const dotted = decimal === ',' ? `translate(${spaced}, '.,', ',.')` : spaced;
  const sign = `CASE WHEN regexp_matches(${spaced}, '^\\(|[-−]') THEN '-' ELSE '' END`;
  const slow =
    `CASE WHEN regexp_full_match(${dotted}, '${amountPattern.replaceAll("'", "''")}') ` +
    `THEN try_cast(concat(${sign}, regexp_replace(${dotted}, '[^0-9.]', '', 'g')) AS ${amountType}) END`;
  if (decimal === ',') return slow;
  return `coalesce(CASE WHEN NOT contains(${text}, '_') THEN try_cast(${text} AS ${amountType}) END, ${slow})`;
}

/** Signs of one currency. `$` and `¥` are those of the shop's own where it has them; `kr` says too little. */
const signs: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  $: 'USD',
  US$: 'USD',
  C$: 'CAD',
  CA$: 'CAD',
  A$: 'AUD',
  AU$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  S$: 'SGD',
  MX$: 'MXN',
  R$: 'BRL',
  '₹': 'INR',
  '₩': 'KRW',
  '₪': 'ILS',
  '₺': 'TRY',
  '₴': 'UAH',
  zł: 'PLN',
  Kč: 'CZK',
  Ft: 'HUF',
  lei: 'RON',
  Fr: 'CHF',
};

/**
 * The currency that the text of an amount says (`12,50 EUR`, `£3`), as SQL; null where the first rows say none.
 *
 * @param amount SQL over the rows of `source`
 * @param own the currency that an ambiguous sign is taken for
 */
export async function currencyInAmounts(
  db: ReplayDatabase,
  source: string,
  amount: string,
  own: string,
): Promise<string | null> {
  const [{ type = '' } = {}] = await db.columns(`SELECT (${amount}) AS a FROM ${source}`);
  if (type !== 'VARCHAR') return null;
  const sign = `regexp_replace(${amount}, '[-+−()0-9.,''’\\s\\x{00a0}\\x{202f}\\x{2009}]', '', 'g')`;
  const narrow = new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: own,
    currencyDisplay: 'narrowSymbol',
  })
    .formatToParts(0)
    .find(({ type: kind }) => kind === 'currency')?.value;
  const known = Object.entries({
    ...signs,
    ...(narrow !== undefined && narrow in signs && { [narrow]: own }),
  });
  const codes = Intl.supportedValuesOf('currency').map(literal).join(', ');
  const ofSign = known.map(([text, code]) => `${literal(text)}: ${literal(code)}`).join(', ');
  const sql = `coalesce(MAP {${ofSign}}[${sign}], CASE WHEN left(${sign}, 3) IN (${codes}) THEN left(${sign}, 3) END)`;
  const { n } = await db.row(`SELECT count(${sql}) AS n FROM (SELECT * FROM ${source} LIMIT ${sampleRows})`);
  return Number(n) > 0 ? sql : null;
}
