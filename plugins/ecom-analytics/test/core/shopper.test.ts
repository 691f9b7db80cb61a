import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/generator/random.ts';
import { regionActivity, Shoppers } from '../../core/generator/shopper.ts';
import { kit } from './kit.ts';

const noonMs = Date.parse('2026-11-23T12:00:00Z');
const hourMs = 3_600_000;
const region = (utcOffsetHours: number, weight = 1) => ({ name: 'Here', utcOffsetHours, weight });

/** Draws many. */
const many = <T>(draw: () => T, count = 5000): T[] => Array.from({ length: count }, draw);
const share = <T>(all: readonly T[], is: (one: T) => boolean): number => all.filter(is).length / all.length;

describe('how much of a region is shopping', () => {
  it('goes by its weight and by the hour of its own clock, over the day line in both directions', () => {
    expect(regionActivity(region(0), 19)).toBe(1);
    expect(regionActivity(region(0), 3)).toBe(0.08);
    expect(regionActivity(region(0, 20), 3)).toBeCloseTo(1.6, 12);
    // It is 19 o'clock there.
    for (const [offset, hourUtc] of [
      [-5, 0],
      [-8, 3],
      [9, 10],
      [1, 18],
    ] as const)
      expect(regionActivity(region(offset), hourUtc)).toBe(1);
    expect(regionActivity(region(-5), 4)).toBe(0.4);
    expect(regionActivity(region(9), 15)).toBe(0.22);
  });
});

describe('shoppers', () => {
  const regions = ['North', 'South', 'West'].map((name, index) => ({
    name,
    utcOffsetHours: 0,
    weight: index,
  }));
  const catalog = { products: kit.catalog.products, regions };
  const shop = { catalog, orderFields: {} };

  it('are as many as asked for, spread over the regions, and a few order most often', () => {
    const shoppers = new Shoppers(seededRandom(1), 301, shop);
    const picked = many(() => shoppers.pick(noonMs), 20_000);
    for (const { customerId, home } of picked) {
      const number = Number(customerId.replace('CUST_', '')) - 1000;
      expect(regions[number % 3]?.name).toBe(home.name);
      // A hundred in each region.
      expect(Math.floor(number / 3)).toBeGreaterThanOrEqual(0);
      expect(Math.floor(number / 3)).toBeLessThan(100);
    }
    expect(share(picked, ({ home }) => home.name === 'North')).toBe(0);
    expect(share(picked, ({ home }) => home.name === 'West')).toBeCloseTo(2 / 3, 1);
    expect(new Set(picked.map(({ customerId }) => customerId)).size).toBe(200);
    const rank = (customerId: string): number =>
      Math.floor((Number(customerId.replace('CUST_', '')) - 1000) / 3);
    // Half of the orders come from the first 0.5 ** 1.25 of the customers, which is 42 of a hundred.
    expect(share(picked, ({ customerId }) => rank(customerId) < 42)).toBeCloseTo(0.5, 1);
  });

  it('are one in each region at least', () => {
    const shoppers = new Shoppers(seededRandom(1), 2, shop);
    const ids = new Set(many(() => shoppers.pick(noonMs).customerId, 200));
    expect([...ids].sort()).toEqual(['CUST_1001', 'CUST_1002']);
  });

  it('come from where it is day', () => {
    const day = { name: 'Day', utcOffsetHours: 0, weight: 1 };
    const night = { name: 'Night', utcOffsetHours: 12, weight: 1 };
    const shoppers = new Shoppers(seededRandom(1), 1000, {
      ...shop,
      catalog: { ...catalog, regions: [day, night] },
    });
    const fromDay = (atMs: number): number =>
      share(
        many(() => shoppers.pick(atMs)),
        ({ home }) => home === day,
      );
    // At noon 0.95 of the one and 0.22 of the other.
    expect(fromDay(noonMs)).toBeCloseTo(0.95 / 1.17, 1);
    expect(fromDay(noonMs + 12 * hourMs)).toBeCloseTo(0.22 / 1.17, 1);
    expect(fromDay(noonMs + 24 * hourMs + hourMs - 1)).toBeCloseTo(0.95 / 1.17, 1);
  });
});

describe('an everyday order', () => {
  const [home] = kit.catalog.regions;
  if (home === undefined) throw new Error('There is no region');
  const drawn = () => {
    const shoppers = new Shoppers(seededRandom(3), 1000, kit);
    return many(() => shoppers.order({ customerId: 'CUST_7', home }, noonMs), 20_000);
  };

  it('is of a product of the catalog at its price, in exact cents', () => {
    for (const order of drawn()) {
      const product = kit.catalog.products.find(({ product_id }) => product_id === order.product_id);
      const { product_name, category, price } = product ?? {};
      expect(order).toMatchObject({ product_name, category, price, customer_id: 'CUST_7' });
      expect(order.timestamp).toBe('2026-11-23T12:00:00.000Z');
      expect(order.total_amount).toBe(Math.round((price ?? 0) * order.quantity * 100) / 100);
    }
  });

  it('is mostly of one piece, now and then of a few', () => {
    const orders = drawn();
    for (const [quantity, expected] of [
      [1, 0.7],
      [2, 0.18],
      [3, 0.07],
      [4, 0.03],
      [6, 0.015],
      [10, 0.005],
    ] as const)
      expect(Math.abs(share(orders, (order) => order.quantity === quantity) - expected)).toBeLessThan(0.012);
    expect(new Set(orders.map(({ quantity }) => quantity)).size).toBe(6);
  });

  it('comes from home, but for one in a hundred, which may come from anywhere', () => {
    const orders = drawn();
    const away = orders.filter(({ region: from }) => from !== home.name);
    expect(away.length / orders.length).toBeCloseTo(0.01 * (5 / 6), 2);
    expect(away.length).toBeGreaterThan(100);
    expect(new Set(away.map(({ region: from }) => from)).size).toBe(kit.catalog.regions.length - 1);
  });

  it('has the shop’s own fields, each value as often, and without them is the same', () => {
    const make = (orderFields: typeof kit.orderFields) => {
      const maker = new Shoppers(seededRandom(3), 1000, { catalog: kit.catalog, orderFields });
      return many(() => maker.order({ customerId: 'CUST_7', home }, noonMs), 3000);
    };
    const gift = { gift: { type: 'quantity', simulated: [0, 1, 5] } } as const;
    const withGift = make(gift);
    for (const value of gift.gift.simulated)
      expect(share(withGift, (order) => order.gift === value)).toBeCloseTo(1 / 3, 1);
    expect(withGift.map(({ gift: _gift, ...rest }) => rest)).toEqual(make({}));
  });

  it('cannot be made for a shop without regions', () => {
    const nowhere = new Shoppers(seededRandom(1), 10, { ...kit, catalog: { ...kit.catalog, regions: [] } });
    expect(() => nowhere.region(seededRandom(1))).toThrow('the catalog has no regions');
  });
});
