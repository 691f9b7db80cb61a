import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ReplayOptions } from './replayed.ts';
import { replayed } from './replayed.ts';

/** The same 60 orders in each platform's layout; made for this project from public descriptions of the formats. */
const folder = path.join(import.meta.dirname, 'exports');
const of = (name: string): string => path.join(folder, name);

/** Orders, revenue in hundredths and customers of what was replayed; and that it came in the order of time. */
async function sums(options: ReplayOptions): Promise<{ orders: number; cents: number; customers: number }> {
  const { orders, replay } = await replayed(options);
  const times = orders.map(({ eventTimeMs }) => eventTimeMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const found = {
    orders: orders.length,
    cents: orders.reduce((sum, { totalCents }) => sum + totalCents, 0),
    customers: new Set(orders.map(({ order }) => order.customer_id)).size,
  };
  expect(replay.findings).toMatchObject({
    orders: found.orders,
    revenue: found.cents / 100,
    customers: found.customers,
  });
  replay.close();
  return found;
}

/** What a query that shares nothing with the replay says of a file. */
async function truth(
  name: string,
  select: string,
): Promise<{ orders: number; cents: number; customers: number }> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(
    `SELECT count(DISTINCT id)::DOUBLE, round(sum(amount) * 100)::DOUBLE, count(DISTINCT customer)::DOUBLE FROM (${select.replace('FILE', `read_csv('${of(name)}', all_varchar = true, header = true)`)})`,
  );
  connection.closeSync();
  const [[orders, cents, customers] = []] = reader.getRows();
  return { orders: Number(orders), cents: Number(cents), customers: Number(customers) };
}

const all = { orders: 60, cents: 5_191_308, customers: 23 };

describe('an export of a platform is recognized', () => {
  it.each([
    ['shopify.csv', 'Shopify', 'total-in-first'],
    ['shopify-created-every.csv', 'Shopify', 'total-in-first'],
    ['woo-default.csv', 'WooCommerce', 'one'],
    ['paypal.csv', 'PayPal', 'one'],
    ['magento.csv', 'Magento', 'one'],
  ])('%s', async (name, platform, layout) => {
    expect(await sums({ file: of(name) })).toEqual(all);
    const { replay } = await replayed({ file: of(name) });
    replay.close();
    expect(replay.findings).toMatchObject({
      layout: expect.stringContaining(platform),
      items_per_order: layout,
    });
  });

  it('olist, from its files joined', async () => {
    const file = ['orders', 'order_items', 'order_payments'].map((part) => of(`olist_${part}_dataset.csv`));
    expect(await sums({ file })).toEqual(all);
    const sql =
      "SELECT o.order_id, customer_id, order_purchase_timestamp AS timestamp, payment_value AS total_amount FROM 'olist_orders_dataset.csv' o JOIN olist_order_payments_dataset p USING (order_id)";
    expect(await sums({ file, sql })).toEqual(all);
  });

  it('olist, whose further files it names, for their rows are not read', async () => {
    const file = ['olist_orders', 'olist_order_payments', 'olist_order_items'].map((part) =>
      of(`${part}_dataset.csv`),
    );
    const { replay } = await replayed({ file: [...file, of('woo-default.csv'), of('stripe.csv')] });
    expect(replay.notes).toContain(
      'Not used: 2 files that are not part of the orders of Olist: woo-default.csv, stripe.csv.',
    );
    const { replay: alone } = await replayed({ file });
    expect(alone.notes.join('\n')).not.toContain('Not used');
  });

  it('stripe.csv, without the charges that failed', async () => {
    const paid = await truth(
      'stripe.csv',
      `SELECT id, "Amount"::DECIMAL(9, 2) AS amount, "Customer ID" AS customer FROM FILE WHERE "Status" = 'Paid'`,
    );
    expect(await sums({ file: of('stripe.csv') })).toEqual(paid);
    const { replay } = await replayed({ file: of('stripe.csv') });
    replay.close();
    expect(replay.findings.left_out).toEqual([
      { what: 'failed', rows: 6, amount: (all.cents - paid.cents) / 100 },
    ]);
  });

  it.each(['uci-online-retail.csv', 'latin1-isodate.csv'])('%s, with and without guests', async (name) => {
    const items = `SELECT "InvoiceNo" AS id, "Quantity"::INTEGER * "UnitPrice"::DECIMAL(9, 2) AS amount,
      coalesce("CustomerID", "InvoiceNo") AS customer FROM FILE
      WHERE regexp_matches("InvoiceNo", '^[0-9]') AND "UnitPrice"::DECIMAL(9, 2) > 0`;
    const utf8 = await truth('uci-online-retail.csv', items);
    expect(await sums({ file: of(name), guests: 'count' })).toEqual(utf8);
    const known = await truth('uci-online-retail.csv', `${items} AND "CustomerID" IS NOT NULL`);
    expect(await sums({ file: of(name) })).toEqual(known);
    const { replay } = await replayed({ file: of(name) });
    replay.close();
    expect(replay.notes.join('\n')).toMatch(/Refused: 15 rows, first on line 6.*--guests count/);
    expect(replay.findings.refunds).toEqual({ rows: 6, amount: 222 });
  });

  it('square-items.csv, items at the time of their own zone', async () => {
    const items = `SELECT "Transaction ID" AS id, replace(replace("Net Sales", '$', ''), ',', '')::DECIMAL(9, 2) AS amount,
      coalesce("Customer ID", "Transaction ID") AS customer FROM FILE`;
    expect(await sums({ file: of('square-items.csv'), guests: 'count' })).toEqual(
      await truth('square-items.csv', items),
    );
    const { orders, replay } = await replayed({ file: of('square-items.csv'), guests: 'count' });
    replay.close();
    expect(orders[0]?.order.timestamp).toBe('2024-01-05T22:00:16.000Z');
  });

  it('rees46.csv, of whose events only purchases are orders', async () => {
    const bought = `SELECT user_session AS id, price::DECIMAL(9, 2) AS amount, user_id AS customer FROM FILE WHERE event_type = 'purchase'`;
    expect(await sums({ file: of('rees46.csv') })).toEqual(await truth('rees46.csv', bought));
  });

  it('woo-guests.csv, whose customer 0 is not one customer', async () => {
    expect(await sums({ file: of('woo-guests.csv') })).toEqual({ orders: 12, cents: 30_600, customers: 12 });
  });
});

describe('another file', () => {
  it.each([
    ['nulls.csv', all],
    ['refunds.csv', all],
    ['dup-hour.csv', { orders: 3, cents: 5000, customers: 2 }],
  ])('%s has our names', async (name, expected) => {
    expect(await sums({ file: of(name) })).toEqual(expected);
  });

  it.each(['semicolon-eu.csv', 't-oneHourDigit.csv', 'pandas-total.csv'])(
    '%s comes out right by the command that the first one prints',
    async (name) => {
      const file = of(name);
      const message = await replayed({ file }).catch((error: unknown) => String(error));
      const map = /--map (\S+)\n/.exec(String(message))?.[1] ?? '';
      const expected =
        name === 'pandas-total.csv'
          ? await truth(
              name,
              'SELECT "Invoice" AS id, "Total"::DOUBLE AS amount, "Customer" AS customer FROM FILE',
            )
          : all;
      expect(await sums({ file, map })).toEqual(expected);
    },
  );

  it('of several currencies is refused until one is picked', async () => {
    const file = of('currency-col.csv');
    await expect(replayed({ file })).rejects.toMatchObject({
      code: 'ECOM_REPLAY_CURRENCY',
      message: expect.stringMatching(/EUR \(30 rows\), JPY \(30 rows\).*--currency EUR/),
    });
    const { replay } = await replayed({ file, currency: 'JPY' });
    replay.close();
    expect(replay.findings).toMatchObject({
      orders: 30,
      currency: 'JPY',
      left_out: [{ what: 'in EUR', rows: 30 }],
    });
  });
});
