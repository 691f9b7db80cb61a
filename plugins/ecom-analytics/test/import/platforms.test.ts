import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseMapping } from '../../import/mapping.ts';
import { platforms, recognize } from '../../import/recognition.ts';
import type { ReplayOptions } from './replayed.ts';
import { ownFolder, replayed } from './replayed.ts';

const { write, remove } = ownFolder();
afterAll(remove);

let files = 0;
async function findings(content: string, options: Partial<ReplayOptions> = {}) {
  const { replay } = await replayed({ file: write(`${files++}.csv`, content), ...options });
  const { layout, orders, revenue, refunds, left_out } = replay.findings;
  return { layout, orders, revenue, refunds: refunds.amount, left_out, notes: replay.notes };
}

type Row = Readonly<Record<string, unknown>>;

/** Rows as CSV, each field in quotes; a field that only some rows have is empty in the others. */
function csv(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (values: readonly unknown[]): string =>
    values.map((value) => `"${String(value ?? '').replaceAll('"', '""')}"`).join(',');
  return [line(names), ...rows.map((row) => line(names.map((name) => row[name])))].join('\r\n');
}

describe('the table of platforms', () => {
  it.each(platforms.map((platform) => [platform.name, platform] as const))(
    'has a mapping that can be read for %s, known by its own columns',
    (_, { name, map, known }) => {
      expect(parseMapping(map, {}).problem).toBeNull();
      for (const columns of [known].flat()) expect(recognize(columns.split('|'))).toMatchObject({ name });
    },
  );
});

describe('Shopify', () => {
  const order = (id: string, more: Row = {}): Row => ({
    id: `gid://shopify/Order/${id}`,
    createdAt: `2024-01-0${id}T10:00:00Z`,
    email: `${id}@x.org`,
    totalPriceSet: { shopMoney: { amount: '10.50', currencyCode: 'USD' } },
    displayFinancialStatus: 'PAID',
    ...more,
  });
  const item = (id: string): Row => ({
    id: `i${id}`,
    title: 'Mug',
    quantity: 2,
    __parentId: `gid://shopify/Order/${id}`,
  });

  it('writes the items of a bulk export below their orders', async () => {
    const lines = [
      order('1'),
      item('1'),
      item('1'),
      order('2', { displayFinancialStatus: 'REFUNDED' }),
      item('2'),
      order('3', { test: true }),
    ];
    expect(await findings(lines.map((line) => JSON.stringify(line)).join('\n'))).toMatchObject({
      layout: 'orders of the Shopify GraphQL API',
      orders: 1,
      revenue: 10.5,
      left_out: [{ what: 'refunded' }, { what: 'tests' }],
    });
  });

  it('answers a query with nodes', async () => {
    const edges = [order('1'), order('2')].map((node) => ({ node }));
    expect(await findings(JSON.stringify({ data: { orders: { edges } } }))).toMatchObject({
      orders: 2,
      revenue: 21,
    });
  });
});

it('adds up all refunds of an order of the WooCommerce API', async () => {
  const order = {
    id: 1,
    status: 'completed',
    currency: 'USD',
    date_created: '2024-01-05T10:00:00',
    total: '20.00',
    customer_id: 7,
    line_items: [{ id: 1, name: 'Mug' }],
    refunds: [
      { id: 1, total: '-3.00' },
      { id: 2, total: '-2.50' },
    ],
  };
  expect(await findings(JSON.stringify([order, { ...order, id: 2, refunds: [] }]))).toMatchObject({
    orders: 2,
    revenue: 40,
    refunds: 5.5,
  });
});

describe('Stripe', () => {
  const charge = {
    amount: 1000,
    currency: 'usd',
    created: 1704782868,
    customer: 'cus_1',
    status: 'succeeded',
  };
  const answer = (...data: Row[]): string =>
    JSON.stringify({ object: 'list', data: data.map((one, id) => ({ id, ...charge, ...one })) });

  it('counts what was captured', async () => {
    const data = answer(
      {},
      { captured: false, amount_captured: 0 },
      { captured: true, amount_captured: 400 },
    );
    expect(await findings(data)).toMatchObject({
      orders: 2,
      revenue: 14,
      left_out: [{ what: 'not captured', rows: 1 }],
    });
  });

  it('counts no cents of a currency without them', async () => {
    expect(await findings(answer({ currency: 'jpy', amount: 1000 }))).toMatchObject({ revenue: 1000 });
  });

  it('has amounts that are converted, but for charges that failed', async () => {
    const row = {
      Amount: '9.00',
      Currency: 'eur',
      'Created (UTC)': '2024-01-05 10:00',
      Status: 'Paid',
      'Customer ID': 'c',
    };
    const rows = [
      { id: 1, ...row, 'Converted Amount': '10.00', 'Converted Currency': 'usd' },
      { id: 2, ...row, Status: 'Failed' },
    ];
    expect(await findings(csv(rows))).toMatchObject({ orders: 1, revenue: 10 });
  });
});

it('keeps a refund in the same transaction of Square apart from the sale', async () => {
  const row = {
    Date: '01/15/24',
    Time: '10:00:00',
    'Time Zone': 'Sydney',
    Item: 'Mug',
    Qty: '1.0',
    'Transaction ID': 't1',
    'Customer ID': 'c',
  };
  const rows = [
    { ...row, 'Net Sales': '$1,010.00', Tax: '$1.00', 'Event Type': 'Payment' },
    { ...row, 'Net Sales': '($10.00)', Tax: '($1.00)', Qty: '-1.0', 'Event Type': 'Refund' },
  ];
  expect(await findings(csv(rows))).toMatchObject({ orders: 1, revenue: 1011, refunds: 11 });
});

it('takes of PayPal what customers paid and what they got back', async () => {
  const row = {
    Date: '01/15/2024',
    Time: '10:00:00',
    TimeZone: 'PST',
    Name: 'Ana',
    Status: 'Completed',
    Currency: 'USD',
  };
  const rows = [
    {
      ...row,
      Type: 'Express Checkout Payment',
      Gross: '1,020.00',
      'Transaction ID': 1,
      'Balance Impact': 'Credit',
    },
    { ...row, Type: 'Shopping Cart Item', Gross: '20.00', 'Transaction ID': 2, 'Balance Impact': 'Memo' },
    {
      ...row,
      Type: 'PreApproved Payment Bill User Payment',
      Gross: '-7.00',
      'Transaction ID': 3,
      'Balance Impact': 'Debit',
    },
    { ...row, Type: 'Payment Refund', Gross: '-5.00', 'Transaction ID': 4, 'Balance Impact': 'Debit' },
    { ...row, Type: 'General Withdrawal', Gross: '-500.00', 'Transaction ID': 5, 'Balance Impact': 'Debit' },
  ];
  expect(await findings(csv(rows))).toMatchObject({
    orders: 1,
    revenue: 1020,
    refunds: 5,
    left_out: [{ rows: 2 }, { what: 'payments to others', rows: 1, amount: -7 }],
  });
});

it('counts the row of eBay that sums up an order, and not its items too', async () => {
  const row = { 'Buyer Username': 'ana', 'Sale Date': 'Jan-15-24' };
  const rows = [
    { 'Sales Record Number': 1, 'Order Number': '1-1', ...row, 'Total Price': '$30.00', Quantity: 3 },
    {
      'Sales Record Number': 1,
      'Order Number': '1-1',
      ...row,
      'Item Number': 7,
      'Total Price': '$10.00',
      Quantity: 1,
    },
    {
      'Sales Record Number': 1,
      'Order Number': '1-1',
      ...row,
      'Item Number': 8,
      'Total Price': '$20.00',
      Quantity: 2,
    },
    {
      'Sales Record Number': 2,
      'Order Number': '1-2',
      ...row,
      'Item Number': 7,
      'Total Price': '$10.00',
      Quantity: 1,
    },
  ];
  expect(await findings(csv(rows))).toMatchObject({ orders: 2, revenue: 40 });
});

it('reports what Etsy adjusted as a refund', async () => {
  const row = { 'Sale Date': '01/15/24', 'Buyer User ID': 'ana', 'Order Total': '20.00', Currency: 'USD' };
  const rows = [
    { 'Order ID': 1, ...row, 'Adjusted Order Total': '15.00' },
    { 'Order ID': 2, ...row },
  ];
  expect(await findings(csv(rows))).toMatchObject({ orders: 2, revenue: 40, refunds: 5 });
});

it('takes money of Shopify’s transactions once, and refunds beside it', async () => {
  const row = { Gateway: 'shopify_payments', Status: 'success', Currency: 'USD' };
  const rows = [
    {
      Order: 1,
      Name: '#1',
      Kind: 'sale',
      ...row,
      'Created At': '2024-01-05 10:00:00 -0500',
      Amount: '10.00',
    },
    {
      Order: 2,
      Name: '#2',
      Kind: 'authorization',
      ...row,
      'Created At': '2024-01-06 10:00',
      Amount: '20.50',
    },
    { Order: 2, Name: '#2', Kind: 'capture', ...row, 'Created At': '2024-01-06 10:01', Amount: '20.50' },
    { Order: 1, Name: '#1', Kind: 'refund', ...row, 'Created At': '2024-01-07 10:00', Amount: '4.00' },
    {
      Order: 3,
      Name: '#3',
      Kind: 'sale',
      ...row,
      'Created At': '2024-01-08',
      Status: 'failure',
      Amount: '7',
    },
  ];
  expect(await findings(csv(rows), { guests: 'count' })).toMatchObject({
    orders: 2,
    revenue: 30.5,
    refunds: 4,
    left_out: [
      { what: 'authorizations and voids', rows: 1 },
      { what: 'failed', rows: 1 },
    ],
  });
});

it('knows the orders of Squarespace, which are as those of Shopify', async () => {
  const row = { 'Financial Status': 'PAID', Currency: 'USD', 'Created at': '2024-01-05 10:00:00 -0500' };
  const item = { 'Lineitem quantity': 1, 'Lineitem name': 'Mug', 'Lineitem price': '10.00' };
  const rows = [
    { 'Order ID': '00001', Email: 'ana@x.org', ...row, Total: '25.00', 'Amount Refunded': '3.00', ...item },
    { 'Order ID': '00001', ...item },
    { 'Order ID': '00002', Email: 'b@x.org', ...row, 'Financial Status': 'CANCELED', Total: '9.00', ...item },
  ];
  expect(await findings(csv(rows))).toMatchObject({ orders: 1, revenue: 25, refunds: 3 });
});

it('leaves payouts and fees out of Stripe’s balance', async () => {
  const row = { created_utc: '2024-01-05 10:00:00', currency: 'usd', customer_id: 'cus_1' };
  const rows = ['charge 10.00', 'refund -4.00', 'fee -2.00', 'payout -4.00'].map((text, at) => {
    const [reporting_category, gross] = text.split(' ');
    return { balance_transaction_id: at, ...row, gross, reporting_category, source_id: `x${at}` };
  });
  expect(await findings(csv(rows))).toMatchObject({
    orders: 1,
    revenue: 10,
    refunds: 4,
    left_out: [{ rows: 2 }],
  });
});

it('reads the activity of PayPal in German, its day first and in its own zone', async () => {
  const row = { Zeitzone: 'Europe/Berlin', Währung: 'EUR', Beschreibung: 'PayPal Express-Zahlung' };
  const from = 'Absender E-Mail-Adresse';
  const rows = [
    {
      Datum: '02.01.2024',
      Uhrzeit: '00:33:14',
      ...row,
      Brutto: '1.020,00',
      Transaktionscode: 1,
      [from]: 'a@x',
    },
    { Datum: '03.01.2024', Uhrzeit: '10:33:14', ...row, Brutto: '20,50', Transaktionscode: 2, [from]: 'b@x' },
    {
      Datum: '04.01.2024',
      Uhrzeit: '10:33:14',
      ...row,
      Beschreibung: 'Bankgutschrift auf PayPal-Konto',
      Brutto: '-500,00',
      Transaktionscode: 3,
    },
  ];
  const { replay, orders } = await replayed({ file: write('paypal-de.csv', `\ufeff${csv(rows)}`) });
  expect(replay.findings).toMatchObject({
    orders: 2,
    revenue: 1040.5,
    currency: 'EUR',
    refunds: { rows: 0 },
  });
  expect(orders[0]?.order.timestamp).toBe('2024-01-01T23:33:14.000Z');
});

it('takes of Amazon’s date ranges what customers paid and what they got back', async () => {
  const at = (time: string): Row => ({ 'date/time': time, 'settlement id': 1 });
  const rows = [
    { ...at('Jan 1, 2024 12:05:30 AM PST'), type: 'Order', 'order id': '1', 'product sales': '1,020.00' },
    { ...at('Jul 1, 2024 1:05:30 PM PDT'), type: 'Order', 'order id': '2', 'product sales': '10.00' },
    { ...at('Jul 2, 2024 1:05:30 PM PDT'), type: 'Refund', 'order id': '2', 'product sales': '-10.00' },
    { ...at('Jul 3, 2024 1:05:30 PM PDT'), type: 'Transfer', 'product sales': '0', total: '-500.00' },
  ].map((row) => ({ ...row, 'shipping credits': row.type === 'Order' ? '5.00' : '0' }));
  const above = '"Includes Amazon Marketplace"\r\n"All amounts in USD, unless specified"\r\n';
  const file = write('amazon.csv', `${above}${csv(rows)}`);
  const { replay, orders } = await replayed({ file, guests: 'count' });
  expect(replay.findings).toMatchObject({ orders: 2, revenue: 1040, refunds: { rows: 1, amount: 10 } });
  expect(orders.map(({ order }) => order.timestamp)).toEqual([
    '2024-01-01T08:05:30.000Z',
    '2024-07-01T20:05:30.000Z',
  ]);
});

describe('a layout that is not known', () => {
  const map = 'order_id=Nr,customer_id=Kunde,timestamp=Datum,total_amount=Summe';
  const row = { Kunde: 'ana', Datum: '2024-01-05', Summe: '10' };
  const rows = [
    { Nr: 1, ...row, Status: 'bezahlt' },
    { Nr: 2, ...row, Status: 'storniert' },
    { Nr: 3, ...row, Status: 'Rückerstattet' },
  ];

  it('is warned of states that are not sales, with the option that leaves them out', async () => {
    const { revenue, notes } = await findings(csv(rows), { map });
    expect(revenue).toBe(30);
    const [warning = ''] = notes.filter((note) => note.startsWith('Warning'));
    expect(warning).toContain('Rückerstattet (1 row), storniert (1 row)');
    const where = /--where '(.*)'$/.exec(warning)?.[1]?.replaceAll(`'\\''`, "'");
    expect(await findings(csv(rows), { map, where })).toMatchObject({ revenue: 10, orders: 1 });
  });

  it('has rows with a negative amount added to their orders, which is said', async () => {
    const items = [rows[0], { ...rows[0], Summe: '-4' }, { ...rows[0], Nr: 9 }].map((one) => ({
      ...one,
      Status: 'ok',
    }));
    const { revenue, notes } = await findings(csv(items), { map });
    expect(revenue).toBe(16);
    expect(notes.join()).toContain('Taken off: 1 row with a negative amount, $4.00, from the orders');
  });
});

it('reads the grouped data of CDNOW as published, its columns parted by blanks', async () => {
  // The first 120 purchases of CDNOW_master.txt of PyPI lifetimes 0.11.3, published by B. Hardie and P. Fader.
  const file = path.join(import.meta.dirname, 'exports/cdnow-grouped.txt');
  const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/));
  const cents = fields.reduce((sum, [, , , value = '']) => sum + Number(value.replace('.', '')), 0);
  const { orders, replay } = await replayed({ file });
  expect(replay.findings).toMatchObject({
    layout: 'CDNOW',
    orders: 120,
    revenue: cents / 100,
    customers: new Set(fields.map(([customer]) => customer)).size,
    refused: [],
  });
  expect(replay.findings.out_of_order).toBeGreaterThan(0);
  const days = orders.map(({ order }) => order.timestamp.slice(0, 10).replaceAll('-', ''));
  expect(days).toEqual(fields.map(([, day = '']) => day).sort());
  expect(orders.reduce((sum, { order }) => sum + order.quantity, 0)).toBe(
    fields.reduce((sum, [, , quantity]) => sum + Number(quantity), 0),
  );
});
