import { afterAll, describe, expect, it } from 'vitest';
import { catalog } from '../../../../pipeline/catalog.ts';
import { definePipeline } from '../../core/define.ts';
import type { ShopFields } from '../../core/fields.ts';
import { kitRules } from '../core/kit.ts';
import { ownFolder, replayed } from './replayed.ts';

const own = ownFolder();
afterAll(own.remove);

const day = '2026-11-23T12:00:00Z';

/** Names that the tables of a replay have for something else, and a word of SQL. */
const names = ['total', 'file', 'currency', 'ms', 'time', 'left_out', 'refund', 'place', 'order', 'refunded'];

const shop = (orderFields: ShopFields) => definePipeline({ rules: kitRules, catalog, orderFields });

describe('fields of a shop’s own, in a replay', () => {
  it.each([
    ['one a row', 'o1,c1', 'o2,c2'],
    ['of items', 'o1,c1', 'o1,c1'],
  ])('leave amounts and times as they are, whatever they are called: orders %s', async (_, one, other) => {
    const text = names.filter((name) => name !== 'refunded');
    const fields: ShopFields = {
      ...Object.fromEntries(
        text.map((name) => [name, { type: 'text', simulated: ['x'], ifMissing: 'none' }]),
      ),
      refunded: { type: 'amount', simulated: [0], ifMissing: 0 },
    };
    const cells = text.map((name) => (name === 'currency' ? 'USD' : name === 'file' ? '' : `a ${name}`));
    const rows = [one, other].map((row) => `${row},${day},5.00,${cells.join(',')},1.50`);
    const header = `order_id,customer_id,timestamp,total_amount,${text.join(',')},refunded`;
    const file = own.write('orders.csv', `${header}\n${rows.join('\n')}\n`);
    const { replay, orders, bad } = await replayed({
      file,
      rows: one === other ? 'items' : 'orders',
      definition: shop(fields),
    });
    expect(bad).toEqual([]);
    expect(replay.findings.revenue).toBe(10);
    expect(orders.reduce((sum, { totalCents }) => sum + totalCents, 0)).toBe(1000);
    const expected = Object.fromEntries(text.map((name, index) => [name, cells[index] || 'none']));
    for (const { order, eventTimeMs } of orders) {
      expect(eventTimeMs).toBe(Date.parse(day));
      expect(order).toMatchObject(expected);
      expect(order.refunded).toBeGreaterThan(0);
    }
  });

  it('are mapped by name, and an order without one that has no value for it is refused', async () => {
    const fields: ShopFields = { payment: { type: 'text', simulated: ['card'] } };
    const file = own.write(
      'paid.csv',
      `customer_id,timestamp,total_amount,How\nc1,${day},5.00,card\nc2,${day},6.00,\n`,
    );
    const { orders, bad } = await replayed({ file, map: 'payment=How', definition: shop(fields) });
    expect(orders.map(({ order }) => order.payment)).toEqual(['card']);
    expect(bad.map(({ line, reason }) => [line, reason])).toEqual([[3, 'payment']]);
    await expect(replayed({ file, map: 'payment=How', definition: shop({}) })).rejects.toThrow(
      'The mapping names "payment"',
    );
  });
});
