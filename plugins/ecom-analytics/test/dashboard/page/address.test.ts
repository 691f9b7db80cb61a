import { describe, expect, it } from 'vitest';
import { addressHash, parseAddress } from '../../../dashboard/page/address.ts';

describe("the page's address", () => {
  it.each(['', '#', '#/', '#main', '#/nowhere?rule=x', '#/__proto__'])('%j shows the orders', (hash) => {
    expect(parseAddress(hash)).toEqual({ view: 'orders', params: {} });
  });

  it('names a view and what it is narrowed to', () => {
    expect(parseAddress('#/alerts?severity=high&customer=CUST_12&q=tor+exit&rule=')).toEqual({
      view: 'alerts',
      params: { severity: 'high', customer: 'CUST_12', q: 'tor exit' },
    });
  });

  it.each([
    { view: 'operations', params: {} },
    { view: 'alerts', params: { alert: 'order-burst:1764288000000:A&B=?#/% ü🛒', q: ' "x" ' } },
  ] as const)('reads back what it writes: $view', (address) => {
    expect(parseAddress(addressHash(address))).toEqual(address);
  });

  it('leaves out what is empty', () => {
    expect(addressHash({ view: 'alerts', params: { rule: '', q: 'x' } })).toBe('#/alerts?q=x');
  });
});
