import { describe, expect, it } from 'vitest';
import { orderFiller } from '../../../local/replay/fill.ts';
import { readTime } from '../../../local/replay/time-form.ts';
import { checkOrder, type OrderField, orderFields } from '../../../pipeline/order.ts';

const appendedAt = Date.parse('2026-11-23T00:00:00Z');
const least = { customer_id: 'c', timestamp: '2026-01-02', total_amount: '1.00' };

function filled(row: Partial<Record<OrderField, unknown>>, file = 'orders.csv', line = 2) {
  const fields = Object.keys(orderFields).filter((field): field is OrderField => field in row);
  const order = orderFiller(file, fields)(
    fields.map((field) => row[field]),
    line,
  );
  const checked = checkOrder(order, appendedAt);
  return typeof checked === 'string' ? checked : checked.order;
}

describe('an order from a row', () => {
  it.each([
    [
      { total_amount: '29.33', quantity: '2' },
      { price: 14.67, total_amount: 29.33 },
    ],
    [
      { total_amount: '0.01', quantity: '2' },
      { price: 0.01, total_amount: 0.01 },
    ],
    [
      { total_amount: '0.01', quantity: '3' },
      { price: 0, total_amount: 0.01 },
    ],
    [
      { total_amount: '0', quantity: '1' },
      { price: 0, total_amount: 0 },
    ],
    [
      { total_amount: undefined, price: '1.15', quantity: '3' },
      { price: 1.15, total_amount: 3.45 },
    ],
    [
      { total_amount: '', price: '19.99' },
      { price: 19.99, total_amount: 19.99, quantity: 1 },
    ],
    [
      { price: '5', quantity: '2', total_amount: '9' },
      { price: 5, total_amount: 9 },
    ],
    [{ quantity: '' }, { quantity: 1 }],
    [{ quantity: '3.0' }, { quantity: 3 }],
    [{ quantity: 4n }, { quantity: 4 }],
  ])('%o has the amounts %o', (row, amounts) => {
    expect(filled({ ...least, ...row })).toMatchObject(amounts);
  });

  it.each([
    ['$1,299.95', 1299.95],
    ['$ 12', 12],
    ['12 USD', 12],
    ['USD 12.5', 12.5],
    [' 7.00 ', 7],
    ['1,234,567', 1_234_567],
    ['.5', 0.5],
    ['29.3300', 29.33],
  ])('reads %j as %d', (text, amount) => {
    expect(filled({ ...least, total_amount: text })).toMatchObject({ total_amount: amount });
  });

  it.each(['29,33', '12,34,567', '€12', 'free', '12.345', '-1', '1e3', '(5.00)', '$', '.', 'NaN', '1 2'])(
    'refuses %j as an amount',
    (text) => {
      expect(filled({ ...least, total_amount: text })).toBe('total-amount');
      expect(filled({ ...least, total_amount: '', price: text })).toBe('price');
    },
  );

  it('names the column that was wrong, not the one derived from it', () => {
    expect(filled({ ...least, total_amount: '' })).toBe('total-amount');
    expect(filled({ ...least, quantity: '2.5' })).toBe('quantity');
    expect(filled({ ...least, quantity: '0' })).toBe('quantity');
    expect(filled({ ...least, total_amount: '', price: '35184372088831.99', quantity: '2' })).toBe(
      'total-amount',
    );
  });

  it('has defaults for the rest', () => {
    expect(filled(least)).toMatchObject({
      product_id: 'Unknown',
      product_name: 'Unknown',
      category: 'Unknown',
      region: 'Unknown',
      quantity: 1,
    });
    expect(filled({ ...least, product_id: 'P001' })).toMatchObject({
      product_name: 'Laptop Pro 15',
      category: 'Electronics',
    });
    expect(filled({ ...least, product_id: 'Z1' })).toMatchObject({ product_name: 'Z1', category: 'Unknown' });
    expect(filled({ ...least, product_name: 'Blue Mug' })).toMatchObject({ product_id: 'Blue Mug' });
  });

  it('has the same id in every run, within the limit whatever the name of the file', () => {
    expect(filled(least, '/some/where/orders.csv', 17)).toMatchObject({ order_id: 'orders.csv:17' });
    const long = `${'🦊'.repeat(60)}${'x'.repeat(200)}.csv`;
    expect(filled(least, long, 9_007_199_254_740_991)).toMatchObject({
      order_id: expect.stringMatching(/^🦊{60}x+:9007199254740991$/u),
    });
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-02T03:04:05.678+02:00', '2026-01-02T03:04:05.678+02:00'],
    ['2026-01-02', '2026-01-02T00:00:00Z'],
    [' 2026/01/02 ', '2026-01-02T00:00:00Z'],
    ['19970101', '1997-01-01T00:00:00Z'],
    ['2026-01-02 03:04:05', '2026-01-02T03:04:05Z'],
    ['2026-01-02 03:04', '2026-01-02T03:04:00Z'],
    ['2026-01-02 03:04:05.123456 UTC', '2026-01-02T03:04:05.123456Z'],
    ['2026-01-02 03:04:05+00', '2026-01-02T03:04:05+00:00'],
    ['2026-01-02T03:04:05-0830', '2026-01-02T03:04:05-08:30'],
    ['1700000000', '2023-11-14T22:13:20.000Z'],
    ['1700000000.25', '2023-11-14T22:13:20.250Z'],
    ['1700000000123', '2023-11-14T22:13:20.123Z'],
    ['1700000000123456', '2023-11-14T22:13:20.123Z'],
    [1_700_000_000_123, '2023-11-14T22:13:20.123Z'],
    [1_700_000_000_123n, '2023-11-14T22:13:20.123Z'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%o is read as %s', (value, expected) => {
    expect(readTime(value)).toBe(expected);
  });

  it.each(['12:00', '12/01/2010', '01.12.2010', '2026-1-2', '2026-01/02', 'yesterday', '20261', ''])(
    '%j is refused',
    (text) => {
      expect(filled({ ...least, timestamp: text })).toBe('timestamp');
    },
  );

  it('that no calendar has is refused', () => {
    expect(filled({ ...least, timestamp: '2026-02-30' })).toBe('timestamp');
    expect(filled({ ...least, timestamp: '20261301' })).toBe('timestamp');
    expect(filled({ ...least, timestamp: new Date(Number.NaN) })).toBe('timestamp');
  });
});
