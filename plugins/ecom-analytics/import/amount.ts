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
function amountSql(text: string, decimal: '.' | ','): string {
  const spaced = `regexp_replace(trim(${text}), '[\\x{00a0}\\x{202f}\\x{2009}]', ' ', 'g')`;
  const dotted = decimal === ',' ? `translate(${spaced}, '.,', ',.')` : spaced;
  const sign = `CASE WHEN regexp_matches(${spaced}, '^\\(|[-−]') THEN '-' ELSE '' END`;
  const slow =
    `CASE WHEN regexp_full_match(${dotted}, '${amountPattern.replaceAll("'", "''")}') ` +
    `THEN try_cast(concat(${sign}, regexp_replace(${dotted}, '[^0-9.]', '', 'g')) AS ${amountType}) END`;
  if (decimal === ',') return slow;
  return `coalesce(CASE WHEN NOT contains(${text}, '_') THEN try_cast(${text} AS ${amountType}) END, ${slow})`;
}

/** SQL that makes the macro `amount(text)`, by which the amounts of a file are read. */
export function amountMacro(decimal: '.' | ','): string {
  return `CREATE OR REPLACE MACRO amount(t) AS ${amountSql('CAST(t AS VARCHAR)', decimal)}`;
}
