import { formatMoney, toUsd } from '../core/money.ts';
import { badRecordReasons, maxIdLength } from '../core/order.ts';
import type { Refused, ReplayFindings } from './found.ts';
import type { RowPlaces } from './lines.ts';
import type { FoundLayout } from './load.ts';
import type { ReplayDatabase } from './replay-database.ts';

/** Why a row is refused as it is loaded; fields of a shop's own are looked at when it is an order. */
const reasons = badRecordReasons({});

const itemsPerOrder = {
  items: 'items',
  first: 'total-in-first',
  summary: 'total-in-first',
  repeated: 'total-in-every',
  orders: 'total-in-every',
} as const;

/**
 * Looks at what was loaded, before any of it is replayed.
 *
 * @returns with the times of the first and the last order, and how many amounts were rounded
 */
export async function look(
  db: ReplayDatabase,
  places: RowPlaces,
  found: FoundLayout,
  about: Pick<ReplayFindings, 'files' | 'layout' | 'currency' | 'out_of_order'>,
): Promise<{
  findings: ReplayFindings;
  span: { fromMs: number; toMs: number };
  rounded: number;
}> {
  const { n } = await db.row('SELECT count(*)::DOUBLE AS n FROM item');
  const orders = 'FROM placed WHERE left_out IS NULL AND NOT coalesce(refund, false) AND reason IS NULL';
  const kept = await db.row(
    'SELECT count(*)::DOUBLE AS orders, coalesce(sum(cents), 0)::VARCHAR AS cents, coalesce(sum(refunded), 0)::DOUBLE AS refunded, min(ms)::DOUBLE AS from_ms, max(ms)::DOUBLE AS to_ms, ' +
      `count(*) FILTER (refunded > 0)::DOUBLE AS refunds, count(*) FILTER (total * 100 <> cents)::DOUBLE AS rounded ${orders}`,
  );
  const { customers } = await db.row(
    `SELECT count(*)::DOUBLE AS customers FROM (SELECT DISTINCT customer_id ${orders})`,
  );
  const refunds = await db.row(
    'SELECT count(*)::DOUBLE AS n, coalesce(-sum(total), 0)::DOUBLE AS amount FROM placed WHERE refund',
  );
  const parts = await db.rows(
    'SELECT left_out AS what, count(*)::DOUBLE AS n, coalesce(sum(coalesce(total_amount, price * coalesce(quantity, 1))), 0)::DOUBLE AS amount FROM item WHERE left_out IS NOT NULL GROUP BY 1 ' +
      'UNION ALL SELECT left_out, sum(row_count)::DOUBLE, coalesce(sum(total), 0)::DOUBLE FROM placed WHERE left_out IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1',
  );
  const bad = await db.rows(
    'SELECT reason, count(*)::DOUBLE AS n, min(row_id)::DOUBLE AS row_id, arg_min(file, row_id) AS file FROM (SELECT reason, rowid AS row_id, file FROM item WHERE reason IS NOT NULL ' +
      'UNION ALL SELECT reason, row_id, file FROM placed WHERE reason IS NOT NULL) GROUP BY reason ORDER BY n DESC, reason',
  );
  const refused: Refused[] = [];
  for (const row of bad) {
    const firstFile = String(row.file);
    const firstLine = await places.line(firstFile, Number(row.row_id));
    refused.push({ reason: String(row.reason), rows: Number(row.n), firstFile, firstLine });
  }
  const { rejects } = places;
  for (const reason of ['row', 'not-utf8'] as const) {
    const ofReason = rejects.filter((reject) => reject.reason === reason);
    const [first] = ofReason;
    if (first === undefined) continue;
    const firstLine = await places.refusedLine(first);
    refused.push({ reason, rows: ofReason.length, firstFile: first.file, firstLine });
  }
  const amount = 'coalesce(i.total_amount, i.price * coalesce(i.quantity, 1))';
  const taken =
    found.grouped && found.rows === 'items'
      ? await db.row(
          `SELECT count(*)::DOUBLE AS n, coalesce(-sum(${amount}), 0)::DOUBLE AS amount FROM item i JOIN placed p ON p.order_id = i.order_id ` +
            `WHERE ${amount} < 0 AND i.left_out IS NULL AND i.reason IS NULL AND p.total >= 0`,
        )
      : { n: 0, amount: 0 };
  const part = (row: Readonly<Record<string, unknown>>): { rows: number; amount: number } => ({
    rows: Number(row.n),
    amount: Number(row.amount),
  });
  return {
    span: { fromMs: Number(kept.from_ms), toMs: Number(kept.to_ms) },
    rounded: Number(kept.rounded),
    findings: {
      files: about.files,
      layout: about.layout,
      rows: Number(n) + rejects.length,
      orders: Number(kept.orders),
      items_per_order: found.grouped ? itemsPerOrder[found.rows] : 'one',
      revenue: toUsd(BigInt(String(kept.cents))),
      currency: about.currency,
      customers: Number(customers),
      left_out: parts.map((row) => ({ what: String(row.what), ...part(row) })),
      refunds: {
        rows: Number(refunds.n) + Number(kept.refunds),
        amount: Math.round((Number(refunds.amount) + Number(kept.refunded)) * 100) / 100,
      },
      taken_off: part(taken),
      refused,
      out_of_order: about.out_of_order,
    },
  };
}

/** What a row lacks, where a field of a record says more than a person asks. */
const wrongs: Readonly<Partial<Record<string, string>>> = {
  'customer-id': `no customer, or an ID of more than ${maxIdLength} characters`,
};

const fixes: Readonly<Partial<Record<string, string>>> = {
  'customer-id':
    '--guests count takes each for a customer of its own, and --map customer_id=… names another column',
  timestamp: '--time-format says how times are written, for example --time-format %d/%m/%Y',
  'total-amount':
    '--map total_amount=… names another column, --decimal , reads decimal commas, --where leaves rows out',
  price: '--map price= leaves the price out',
  quantity: '--map quantity= takes 1 for each',
  row: 'give each row as many fields as the header, and double the quotes inside a field',
  'not-utf8': '--encoding windows-1252 reads Latin-1',
  'not-json': 'fix the line, or leave it out',
};

/** What to say where rows are taken for something that their values speak against. */
export function layoutWarning({ told }: FoundLayout, said: 'orders' | 'items' | undefined): string[] {
  if (said === 'items' && (told === 'repeated' || told === 'summary')) {
    const why =
      told === 'repeated'
        ? 'the rows of an order repeat its total'
        : 'the first row of an order sums up the others';
    return [
      `Warning: --rows items adds up all rows, but ${why}, so the sum is too high. Leave --rows out to count each total once.`,
    ];
  }
  return said === 'orders' && told === 'items'
    ? [
        'Warning: --rows orders takes the first amount of each order, but its rows have different ones, as items do, so the sum is too low. Leave --rows out to add them up.',
      ]
    : [];
}

/** More than this share refused is worth a warning. */
const muchRefused = 0.1;

const count = new Intl.NumberFormat('en-US');

function counted(n: number, noun: string): string {
  return `${count.format(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** What came of the rows, a sentence each. */
export function describeFindings(findings: ReplayFindings): string[] {
  const { rows, orders, refused, left_out, refunds, taken_off } = findings;
  const format = (amount: number): string => formatMoney(amount, findings.currency);
  const layouts = {
    one: '',
    items: '; one row per item, whose amounts are added up',
    'total-in-first': '; one row per item, the total is in the first row of each order',
    'total-in-every': '; several rows an order, and each has the order’s total (--rows items adds them up)',
  };
  const said = [
    `${counted(rows, 'row')} ${rows === 1 ? 'makes' : 'make'} ${counted(orders, 'order')} of ${counted(findings.customers, 'customer')}, ${format(findings.revenue)}${layouts[findings.items_per_order]}.`,
  ];
  for (const part of left_out) {
    // Amounts of another currency are said in it.
    const currency = /^in ([A-Z]{3})$/.exec(part.what)?.[1];
    const amount = formatMoney(part.amount, currency ?? findings.currency);
    said.push(`Left out: ${counted(part.rows, 'row')} (${part.what}), ${amount}.`);
  }
  if (refunds.rows > 0)
    said.push(
      `Refunds: ${counted(refunds.rows, 'row')}, ${format(refunds.amount)}, which are not taken off the revenue.`,
    );
  if (taken_off.rows > 0)
    said.push(
      `Taken off: ${counted(taken_off.rows, 'row')} with a negative amount, ${format(taken_off.amount)}, from the orders that they belong to: refunds or discounts. The revenue is what is left.`,
    );
  let all = 0;
  for (const one of refused) {
    all += one.rows;
    const fix = fixes[one.reason];
    said.push(
      `Refused: ${counted(one.rows, 'row')}, first on line ${count.format(one.firstLine)}${findings.files.length > 1 ? ` of ${one.firstFile}` : ''}: ` +
        `${wrongs[one.reason] ?? reasons[one.reason]}${fix === undefined ? '' : ` (${fix})`}.`,
    );
  }
  if (all > rows * muchRefused)
    said.push(`Warning: ${Math.round((all / rows) * 100)}% of the rows were refused.`);
  if (findings.out_of_order > 0)
    said.push(
      `Out of order: ${counted(findings.out_of_order, 'row')}; orders are replayed in the order of their time.`,
    );
  return said;
}
