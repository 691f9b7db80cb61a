import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../core/catalog-types.ts';
import { fraudPatterns, type PlannedOrder, planCase } from '../../core/generator/fraud.ts';
import { seededRandom } from '../../core/generator/random.ts';
import { Shoppers } from '../../core/generator/shopper.ts';
import type { Rule } from '../../core/rule.ts';
import { kit, kitRules } from './kit.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');
const products = [
  { product_id: 'A', product_name: 'Book', category: 'Books', price: 12.5, weight: 3 },
  { product_id: 'B', product_name: 'Tent', category: 'Outdoor', price: 1000, weight: 1 },
  { product_id: 'C', product_name: 'Boat', category: 'Outdoor', price: 1000.01, weight: 1 },
];
const regions = ['North', 'East', 'South', 'West', 'Center'].map((name) => ({
  name,
  utcOffsetHours: 0,
  weight: 1,
}));
const catalog: Catalog = { products, regions };

/** 400 cases of a pattern, each by another shopper. */
function cases(
  id: string,
  intent: 'fraud' | 'near-miss',
  rules: readonly Rule[] = kitRules,
  from: Catalog = catalog,
): PlannedOrder[][] {
  const random = seededRandom(7);
  const shoppers = new Shoppers(random, 5000, { catalog: from, orderFields: kit.orderFields });
  const pattern = fraudPatterns(rules, from).find((one) => one.id === id);
  if (pattern === undefined) throw new Error(`There is no pattern ${id}`);
  return Array.from({ length: 400 }, (_, index) =>
    planCase(pattern, intent, `case-${index}`, shoppers.pick(startMs), startMs, random, shoppers),
  );
}

const delaysOf = (orders: readonly PlannedOrder[]): number[] => orders.map(({ atMs }) => atMs - startMs);
const regionsOf = (orders: readonly PlannedOrder[]): string[] => orders.map(({ order }) => order.region);
const counts = (all: readonly (readonly unknown[])[]): number[] =>
  [...new Set(all.map(({ length }) => length))].sort((a, b) => a - b);
/** The least and the most. */
const range = (numbers: readonly number[]): [number, number] => [Math.min(...numbers), Math.max(...numbers)];
const homeOf = ([first]: readonly PlannedOrder[]): number =>
  (Number(first?.order.customer_id.replace('CUST_', '')) - 1000) % regions.length;

describe('a case', () => {
  it.each(['high-value', 'suspicious-location', 'order-burst', 'region-hop'])(
    'of %s is orders of one customer in the order of time, each labeled with what was meant',
    (id) => {
      for (const intent of ['fraud', 'near-miss'] as const) {
        for (const [index, orders] of cases(id, intent).entries()) {
          expect(new Set(orders.map(({ order }) => order.customer_id)).size).toBe(1);
          expect(new Set(orders.map(({ order }) => order.order_id)).size).toBe(orders.length);
          const delays = delaysOf(orders);
          expect(delays[0]).toBe(0);
          expect(delays).toEqual(delays.toSorted((a, b) => a - b));
          for (const { atMs, order, label } of orders) {
            expect(Date.parse(order.timestamp)).toBe(atMs);
            expect(label).toEqual({ pattern: id, case: `case-${index}`, orders: orders.length, intent });
          }
        }
      }
    },
  );

  it('of high value is one order over the limit of a dear product, or two below it close together', () => {
    const fraud = cases('high-value', 'fraud');
    const single = fraud.filter(({ length }) => length === 1).flat();
    const split = fraud.filter(({ length }) => length === 2);
    expect(single.length + split.length).toBe(fraud.length);
    expect(split.length).toBeGreaterThan(0.05 * fraud.length);
    expect(split.length).toBeLessThan(0.15 * fraud.length);

    const [lowest, highest] = range(single.map(({ order }) => order.total_amount));
    expect(lowest).toBeGreaterThanOrEqual(1001);
    expect(lowest).toBeLessThan(1100);
    expect(highest).toBeGreaterThan(3900);
    expect(highest).toBeLessThanOrEqual(4000);
    expect(range(single.map(({ order }) => order.quantity))).toEqual([1, 3]);
    for (const { order } of single) expect(order).toMatchObject({ product_id: 'C', product_name: 'Boat' });

    const [least, most] = range(split.flat().map(({ order }) => order.total_amount));
    expect(least).toBeGreaterThanOrEqual(800);
    expect(least).toBeLessThan(830);
    expect(most).toBeGreaterThan(970);
    expect(most).toBeLessThanOrEqual(999);
    for (const orders of split) expect(delaysOf(orders)).toEqual([0, 45_000]);
    for (const { order } of fraud.flat())
      expect(Math.round(order.total_amount * 100) / 100).toBe(order.total_amount);
  });

  it('of high value takes the first product where none is dear', () => {
    const cheap = { ...catalog, products: products.slice(0, 2) };
    const [first] = cases('high-value', 'fraud', kitRules, cheap).filter(({ length }) => length === 1);
    expect(first?.[0]?.order).toMatchObject({ product_id: 'A', product_name: 'Book' });
  });

  it('of a suspicious location comes from one on the list, now and then from one that is not yet', () => {
    const found = cases('suspicious-location', 'fraud').map(regionsOf);
    expect(counts(found)).toEqual([1]);
    const times = new Map<string, number>();
    for (const region of found.flat()) times.set(region, (times.get(region) ?? 0) + 1);
    expect([...times.keys()].sort()).toEqual([
      'Anonymous-Proxy',
      'Tor-Exit',
      'Unknown-Location',
      'Unlisted-Proxy',
    ]);
    expect(times.get('Unlisted-Proxy')).toBeGreaterThan(20);
    expect(times.get('Unlisted-Proxy')).toBeLessThan(60);
    for (const listed of ['Anonymous-Proxy', 'Tor-Exit', 'Unknown-Location'])
      expect(times.get(listed)).toBeGreaterThan(90);
    expect(new Set(cases('suspicious-location', 'near-miss').flatMap(regionsOf))).toEqual(
      new Set(['Satellite-Link']),
    );
  });

  it('of a burst is one to four orders over the limit within forty seconds, from home', () => {
    const fraud = cases('order-burst', 'fraud');
    expect(counts(fraud)).toEqual([6, 7, 8, 9]);
    for (const all of [fraud, cases('order-burst', 'near-miss')]) {
      const [shortest, longest] = range(all.map((orders) => delaysOf(orders).at(-1) ?? 0));
      expect(shortest).toBeGreaterThanOrEqual(5000);
      expect(shortest).toBeLessThan(6000);
      expect(longest).toBeGreaterThan(39_000);
      expect(longest).toBeLessThanOrEqual(40_000);
      for (const orders of all)
        expect(new Set(regionsOf(orders))).toEqual(new Set([regions[homeOf(orders)]?.name]));
    }
    // Spread, and not at one moment.
    const second = fraud.map((orders) => delaysOf(orders)[1] ?? 0);
    expect(new Set(second).size).toBeGreaterThan(350);
    expect(counts(cases('order-burst', 'near-miss'))).toEqual([5]);
  });

  it('of hopping is orders from one or two more regions than the limit, the first at home', () => {
    const fraud = cases('region-hop', 'fraud');
    expect(counts(fraud)).toEqual([3, 4]);
    for (const orders of fraud) {
      const visited = regionsOf(orders);
      expect(new Set(visited).size).toBe(visited.length);
      expect(visited[0]).toBe(regions[homeOf(orders)]?.name);
    }
    expect(new Set(fraud.flatMap(regionsOf)).size).toBe(regions.length);
    const near = cases('region-hop', 'near-miss');
    expect(counts(near)).toEqual([3]);
    const visited = near.map((orders) => new Set(regionsOf(orders)).size);
    const staying = visited.filter((number) => number === 1).length;
    expect(visited.every((number) => number === 1 || number === 2)).toBe(true);
    expect(staying).toBeGreaterThan(150);
    expect(staying).toBeLessThan(250);
    for (const all of [fraud, near]) {
      const [shortest, longest] = range(all.map((orders) => delaysOf(orders).at(-1) ?? 0));
      expect(shortest).toBeGreaterThanOrEqual(20_000);
      expect(shortest).toBeLessThan(22_000);
      expect(longest).toBeGreaterThan(147_000);
      expect(longest).toBeLessThanOrEqual(150_000);
    }
  });

  it('of hopping in a shop of fewer regions visits those there are', () => {
    const small = { ...catalog, regions: regions.slice(0, 2) };
    for (const orders of cases('region-hop', 'fraud', kitRules, small))
      expect(regionsOf(orders).toSorted()).toEqual(['East', 'North']);
  });

  it('of hopping in a shop of one region is one order', () => {
    const alone = { ...catalog, regions: regions.slice(0, 1) };
    expect(counts(cases('region-hop', 'fraud', kitRules, alone))).toEqual([1]);
  });

  it('is placed at the limits of the shop’s own rules', () => {
    const own = kitRules.map((rule) =>
      'moreThan' in rule ? { ...rule, moreThan: 3 * rule.moreThan } : { ...rule, values: ['Moon'] },
    );
    for (const [{ order } = { order: { total_amount: 0 } }] of cases('high-value', 'near-miss', own))
      expect(order.total_amount).toBe(3000);
    expect(counts(cases('order-burst', 'near-miss', own))).toEqual([15]);
    expect(counts(cases('order-burst', 'fraud', own))).toEqual([16, 17, 18, 19]);
    expect(counts(cases('region-hop', 'near-miss', own))).toEqual([7]);
    expect(new Set(cases('suspicious-location', 'fraud', own).flatMap(regionsOf))).toEqual(
      new Set(['Moon', 'Unlisted-Proxy']),
    );
  });

  it('is placed at the kit’s limits where the shop has no such rule', () => {
    const none = kitRules.flatMap((rule) => ('values' in rule ? [{ ...rule, values: [] }] : []));
    for (const [{ order } = { order: { total_amount: 0 } }] of cases('high-value', 'near-miss', none))
      expect(order.total_amount).toBe(1000);
    expect(counts(cases('order-burst', 'near-miss', none))).toEqual([5]);
    expect(counts(cases('region-hop', 'near-miss', none))).toEqual([3]);
    expect(new Set(cases('suspicious-location', 'fraud', none).flatMap(regionsOf))).toEqual(
      new Set(['Anonymous-Proxy', 'Unlisted-Proxy']),
    );
  });
});

it('a pattern has on average as many orders in a case as it says', () => {
  for (const { id, meanOrders } of fraudPatterns(kitRules, catalog)) {
    const fraud = cases(id, 'fraud');
    expect(Math.abs(fraud.flat().length / fraud.length - meanOrders)).toBeLessThan(0.05 * meanOrders);
  }
});
