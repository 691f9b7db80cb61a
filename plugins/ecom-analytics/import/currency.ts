import { UsageError } from '../core/error.ts';
import { currencyDecimals } from '../core/money.ts';
import type { Plan } from './layout.ts';
import type { ReplayDatabase } from './replay-database.ts';
import { literal } from './sql.ts';
import { sampleRows } from './time-form.ts';

/** Signs of one currency. `$` and `¥` are those of the shop's own where it has them; `kr` says too little. */
const signs: Readonly<Record<string, string>> = Object.fromEntries(
  (
    '€ EUR, £ GBP, ¥ JPY, $ USD, US$ USD, C$ CAD, CA$ CAD, A$ AUD, AU$ AUD, NZ$ NZD, HK$ HKD, S$ SGD, MX$ MXN, R$ BRL, ' +
    '₹ INR, ₩ KRW, ₪ ILS, ₺ TRY, ₴ UAH, zł PLN, Kč CZK, Ft HUF, lei RON, Fr CHF'
  )
    .split(', ')
    .map((pair) => pair.split(' ')),
);

/** The sign of a currency, such as `$` of CAD. */
function signOf(currency: string): string | undefined {
  const style = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
  const parts = new Intl.NumberFormat('en-US', style).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value;
}

/**
 * The plan with the currency that the texts of amounts say (`12,50 EUR`, `£3`), where no column does.
 *
 * @param own the currency that an ambiguous sign is taken for
 */
export async function withCurrency(
  db: ReplayDatabase,
  source: string,
  plan: Plan,
  own: string,
): Promise<Plan> {
  const { currency, total_amount, price } = plan.expressions;
  const amount = total_amount ?? price;
  if (currency !== undefined || amount === undefined || !/^[A-Z]{3}$/.test(own)) return plan;
  const [{ type = '' } = {}] = await db.columns(`SELECT (${amount}) AS a FROM ${source}`);
  if (type !== 'VARCHAR') return plan;
  const sign = `regexp_replace(${amount}, '[-+−()0-9.,''’\\s\\x{00a0}\\x{202f}\\x{2009}]', '', 'g')`;
  const codes = Intl.supportedValuesOf('currency').map(literal).join(', ');
  const narrow = signOf(own) ?? '';
  const known = Object.entries({ ...signs, ...(narrow in signs && { [narrow]: own }) });
  const ofSign = known.map(([text, code]) => `${literal(text)}: ${literal(code)}`).join(', ');
  const said = `coalesce(MAP {${ofSign}}[${sign}], CASE WHEN left(${sign}, 3) IN (${codes}) THEN left(${sign}, 3) END)`;
  const { n } = await db.row(`SELECT count(${said}) AS n FROM (SELECT * FROM ${source} LIMIT ${sampleRows})`);
  return Number(n) === 0 ? plan : { ...plan, expressions: { ...plan.expressions, currency: said } };
}

/**
 * The currency of the table `item`, whose rows in another are left out where one is wanted.
 *
 * @param own the shop's
 * @param wanted the user's choice
 * @throws UsageError `ECOM_REPLAY_CURRENCY` for several, for one that does not exist, or has more decimals than the pipeline counts
 */
export async function currencyOf(
  db: ReplayDatabase,
  own: string,
  wanted: string | undefined,
  where: string,
): Promise<{ currency: string; digits: number; notes: string[] }> {
  const refused = (what: string, fix: string): UsageError =>
    new UsageError('ECOM_REPLAY_CURRENCY', { what, where, fix });
  const there = await db.rows(
    'SELECT upper(currency) AS currency, count(*) AS n FROM item WHERE left_out IS NULL AND reason IS NULL AND currency IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1',
  );
  const codes = there.map((row) => String(row.currency));
  if (wanted === undefined && there.length > 1) {
    const list = there.map(({ currency, n }) => `${String(currency)} (${String(n)} rows)`).join(', ');
    throw refused(
      `The amounts are in ${there.length} currencies: ${list}`,
      `Pick one, the others are left out: --currency ${codes[0]}. Adding them up would mean nothing.`,
    );
  }
  if (wanted !== undefined && there.length > 0) {
    if (!codes.includes(wanted)) throw refused(`No row is in ${wanted}`, `The file has ${codes.join(', ')}.`);
    await leaveOthers(db, wanted, there.length > 1);
  }
  const currency = wanted ?? codes[0] ?? own;
  const digits = currencyDecimals(currency);
  if (digits === undefined || digits > 2)
    throw refused(
      digits === undefined
        ? `"${currency}" is not the code of a currency`
        : `${currency} has ${digits} decimals, and the pipeline counts in hundredths`,
      'Give amounts in a currency of two decimals or none, for example with --map total_amount=… and --currency USD.',
    );
  const note = `All amounts are in ${currency}, and so is this run; the definition says ${own} (pipeline/definition.ts).`;
  if (wanted === undefined && codes.length === 0)
    return {
      currency,
      digits,
      notes: [`No currency in the file: ${own}, from pipeline/definition.ts (--currency).`],
    };
  return { currency, digits, notes: wanted === undefined && currency !== own ? [note] : [] };
}

async function leaveOthers(db: ReplayDatabase, wanted: string, areSeveral: boolean): Promise<void> {
  await db.run(
    `UPDATE item SET left_out = 'in ' || upper(currency) WHERE left_out IS NULL AND currency IS NOT NULL AND upper(currency) <> ${literal(wanted)}`,
  );
  // An order's currency may stand in its first row alone.
  if (areSeveral)
    await db.run(
      `UPDATE item SET left_out = coalesce(o.what, 'without a currency') FROM (SELECT i.rowid AS row_id, j.what, j.own FROM item i LEFT JOIN (` +
        `SELECT order_id, any_value(left_out) FILTER (left_out LIKE 'in %') AS what, bool_or(upper(currency) = ${literal(wanted)}) AS own FROM item WHERE currency IS NOT NULL GROUP BY 1` +
        ') j USING (order_id) WHERE i.currency IS NULL) o WHERE item.rowid = o.row_id AND item.left_out IS NULL AND NOT coalesce(o.own, false)',
    );
}
