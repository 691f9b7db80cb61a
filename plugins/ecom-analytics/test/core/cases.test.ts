import { describe, expect, it } from 'vitest';
import type { Catalog, Region } from '../../core/catalog-types.ts';
import { fraudPatterns, planCase } from '../../core/generator/fraud.ts';
import { customerBase, generateOrders } from '../../core/generator/order-generator.ts';
import { seededRandom } from '../../core/generator/random.ts';
import { regionActivity, Shoppers } from '../../core/generator/shopper.ts';
import { kit } from './kit.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');
const random = seededRandom(7);
const shoppers = new Shoppers(random, 600, kit);
const homeOf = new Map(kit.catalog.regions.map((region) => [region.name, region]));

/** Many cases of a pattern, each with the shopper who plays it. */
function played(id: string, intent: 'fraud' | 'near-miss', definition = kit) {
  const pattern = fraudPatterns(definition.rules, definition.catalog).find((one) => one.id === id);
  if (pattern === undefined) throw new Error(`no pattern ${id}`);
  return Array.from({ length: 250 }, (_, number) => {
    const shopper = shoppers.pick(startMs);
    const orders = planCase(pattern, intent, `${id}-${number}`, shopper, startMs, random, shoppers);
    return { shopper, orders };
  });
}

const patterns = ['high-value', 'suspicious-location', 'order-burst', 'region-hop'];
const amounts = (id: string, intent: 'fraud' | 'near-miss'): number[] =>
  played(id, intent).flatMap(({ orders }) => orders.map(({ order }) => order.total_amount));
const spanMs = (orders: readonly { readonly atMs: number }[]): number =>
  (orders.at(-1)?.atMs ?? 0) - (orders[0]?.atMs ?? 0);

describe.each(patterns)('a case of %s', (id) => {
  it.each(['fraud', 'near-miss'] as const)(
    'is placed by one customer, in order of time, and each order labelled: %s',
    (intent) => {
      for (const { shopper, orders } of played(id, intent)) {
        expect(orders[0]?.atMs).toBe(startMs);
        expect(orders.map(({ atMs }) => atMs)).toEqual(orders.map(({ atMs }) => atMs).sort((a, b) => a - b));
        expect(new Set(orders.map(({ order }) => order.customer_id))).toEqual(new Set([shopper.customerId]));
        expect(orders.map(({ order }) => Date.parse(order.timestamp))).toEqual(
          orders.map(({ atMs }) => atMs),
        );
        const [{ label } = { label: null }] = orders;
        expect(label).toMatchObject({ pattern: id, orders: orders.length, intent });
        expect(orders.map((one) => one.label)).toEqual(orders.map(() => label));
      }
    },
  );
});

describe('orders of high value', () => {
  it('are over the limit by up to four times, or two below it within a minute', () => {
    const cases = played('high-value', 'fraud');
    const [single, split] = [1, 2].map((count) => cases.filter(({ orders }) => orders.length === count));
    expect((single?.length ?? 0) + (split?.length ?? 0)).toBe(cases.length);
    for (const { orders } of single ?? []) {
      expect(orders[0]?.order.total_amount).toBeGreaterThanOrEqual(1001);
      expect(orders[0]?.order.total_amount).toBeLessThanOrEqual(4000);
      expect(orders[0]?.order.quantity).toBeGreaterThanOrEqual(1);
      expect(orders[0]?.order.quantity).toBeLessThanOrEqual(3);
      const { product_id, product_name } = orders[0]?.order ?? {};
      expect(kit.catalog.products).toContainEqual(expect.objectContaining({ product_id, product_name }));
      expect(kit.catalog.products.find((one) => one.product_id === product_id)?.price).toBeGreaterThan(1000);
    }
    expect(split?.length).toBeGreaterThan(8);
    expect(split?.length).toBeLessThan(55);
    for (const { orders } of split ?? []) {
      expect(spanMs(orders)).toBe(45_000);
      for (const { order } of orders) {
        expect(order.total_amount).toBeGreaterThanOrEqual(800);
        expect(order.total_amount).toBeLessThanOrEqual(999);
      }
    }
  });

  it('nearly so are right at the limit', () => {
    expect(new Set(amounts('high-value', 'near-miss'))).toEqual(new Set([1000]));
  });
});

describe('orders of a suspicious location', () => {
  it('come from every place on the list, and now and then from one that is not on it yet', () => {
    const from = played('suspicious-location', 'fraud').map(({ orders }) => orders[0]?.order.region);
    expect(new Set(from)).toEqual(
      new Set(['Anonymous-Proxy', 'Tor-Exit', 'Unknown-Location', 'Unlisted-Proxy']),
    );
    const unlisted = from.filter((one) => one === 'Unlisted-Proxy').length / from.length;
    expect(unlisted).toBeGreaterThan(0.04);
    expect(unlisted).toBeLessThan(0.2);
  });

  it('nearly so are from another unusual place', () => {
    const from = played('suspicious-location', 'near-miss').map(({ orders }) => orders[0]?.order.region);
    expect(new Set(from)).toEqual(new Set(['Satellite-Link']));
  });
});

describe('a burst of orders', () => {
  it('is more than the limit, from five to forty seconds long', () => {
    const cases = played('order-burst', 'fraud');
    expect(new Set(cases.map(({ orders }) => orders.length))).toEqual(new Set([6, 7, 8, 9]));
    const spans = cases.map(({ orders }) => spanMs(orders));
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(5000);
    expect(Math.max(...spans)).toBeLessThanOrEqual(40_000);
    expect(Math.max(...spans)).toBeGreaterThan(35_000);
    // Not all at the two ends.
    expect(cases.every(({ orders }) => new Set(orders.map(({ atMs }) => atMs)).size > 3)).toBe(true);
  });

  it('nearly so is right at the limit', () => {
    const cases = played('order-burst', 'near-miss');
    expect(new Set(cases.map(({ orders }) => orders.length))).toEqual(new Set([5]));
    expect(Math.max(...cases.map(({ orders }) => spanMs(orders)))).toBeGreaterThan(35_000);
    expect(Math.max(...cases.map(({ orders }) => spanMs(orders)))).toBeLessThanOrEqual(40_000);
  });
});

describe('a hop between regions', () => {
  const regionsOf = ({ orders }: ReturnType<typeof played>[number]): string[] =>
    orders.map(({ order }) => order.region);

  it('begins at home and shows more regions than the limit, each once', () => {
    const cases = played('region-hop', 'fraud');
    expect(new Set(cases.map(({ orders }) => orders.length))).toEqual(new Set([3, 4]));
    for (const one of cases) {
      expect(regionsOf(one)[0]).toBe(one.shopper.home.name);
      expect(new Set(regionsOf(one)).size).toBe(one.orders.length);
      for (const region of regionsOf(one)) expect(homeOf.has(region)).toBe(true);
      expect(spanMs(one.orders)).toBeGreaterThanOrEqual(20_000);
      expect(spanMs(one.orders)).toBeLessThanOrEqual(150_000);
    }
    // Every region is gone to.
    expect(new Set(cases.flatMap(regionsOf)).size).toBe(kit.catalog.regions.length);
  });

  it('nearly so is as many orders, of one region or of two', () => {
    const cases = played('region-hop', 'near-miss');
    expect(new Set(cases.map(({ orders }) => orders.length))).toEqual(new Set([3]));
    const counts = cases.map((one) => new Set(regionsOf(one)).size);
    expect(new Set(counts)).toEqual(new Set([1, 2]));
    const alone = counts.filter((count) => count === 1).length / counts.length;
    expect(Math.abs(alone - 0.5)).toBeLessThan(0.12);
    for (const one of cases) expect(regionsOf(one)[0]).toBe(one.shopper.home.name);
  });

  it('goes no further than there are regions', () => {
    const catalog = { ...kit.catalog, regions: kit.catalog.regions.slice(0, 2) };
    const pattern = fraudPatterns(kit.rules, catalog).find(({ id }) => id === 'region-hop');
    const [home] = catalog.regions;
    if (pattern === undefined || home === undefined) throw new Error('no pattern');
    const orders = pattern.fraud(random, { customerId: 'CUST_1', home });
    expect(orders.map(({ change }) => change.region)).toEqual(catalog.regions.map(({ name }) => name));
  });
});

describe('cases of other limits', () => {
  it('go by the rules of the shop', () => {
    const rules = kit.rules.map((rule) =>
      rule.kind === 'one-of' ? { ...rule, values: ['Moon'] } : { ...rule, moreThan: 3 },
    );
    const definition = { ...kit, rules };
    expect(played('high-value', 'near-miss', definition)[0]?.orders[0]?.order.total_amount).toBe(3);
    expect(played('order-burst', 'near-miss', definition)[0]?.orders).toHaveLength(3);
    expect(played('region-hop', 'near-miss', definition)[0]?.orders).toHaveLength(4);
    const from = played('suspicious-location', 'fraud', definition).map(
      ({ orders }) => orders[0]?.order.region,
    );
    expect(new Set(from)).toEqual(new Set(['Moon', 'Unlisted-Proxy']));
  });

  it('are played without the rules, and at limits of their own', () => {
    for (const rules of [[], kit.rules.map((rule) => ('values' in rule ? { ...rule, values: [] } : rule))]) {
      const definition = { ...kit, rules };
      expect(played('high-value', 'near-miss', definition)[0]?.orders[0]?.order.total_amount).toBe(1000);
      expect(played('order-burst', 'near-miss', definition)[0]?.orders).toHaveLength(5);
      const from = played('suspicious-location', 'fraud', definition).map(
        ({ orders }) => orders[0]?.order.region,
      );
      expect(new Set(from)).toEqual(new Set(['Anonymous-Proxy', 'Unlisted-Proxy']));
    }
  });
});

describe('shoppers', () => {
  it('are as many in each region as the customers allow, and at home in one', () => {
    const base = new Shoppers(seededRandom(1), 60, kit);
    const homes = new Map<string, Set<string>>();
    for (let count = 0; count < 20_000; count++) {
      const { customerId, home } = base.pick(startMs + count * 5000);
      homes.set(customerId, (homes.get(customerId) ?? new Set()).add(home.name));
    }
    const numbers = [...homes.keys()].map((id) => Number(/^CUST_(\d+)$/.exec(id)?.[1])).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, number) => 1000 + number));
    expect([...homes.values()].filter(({ size }) => size > 1)).toEqual([]);
  });

  it('are one in each region at least', () => {
    const base = new Shoppers(seededRandom(1), 1, kit);
    const ids = new Set(Array.from({ length: 1000 }, (_, hour) => base.pick(hour * 3_600_000).customerId));
    expect(ids.size).toBe(kit.catalog.regions.length);
  });

  it('are away from home with one order in a hundred', () => {
    const base = new Shoppers(seededRandom(1), 600, kit);
    const orders = Array.from({ length: 20_000 }, () => {
      const shopper = base.pick(startMs);
      return { home: shopper.home.name, order: base.order(shopper, startMs) };
    });
    const away = orders.filter(({ home, order }) => order.region !== home).length / orders.length;
    // A sixth of those away are drawn to their own region.
    expect(away).toBeGreaterThan(0.005);
    expect(away).toBeLessThan(0.012);
    const pieces = new Map<number, number>();
    for (const { order } of orders) {
      pieces.set(order.quantity, (pieces.get(order.quantity) ?? 0) + 1);
    }
    const wrong = orders.filter(
      ({ order }) => order.total_amount !== Math.round(order.price * 100 * order.quantity) / 100,
    );
    expect(wrong).toEqual([]);
    expect([...pieces.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 6, 10]);
    expect((pieces.get(1) ?? 0) / orders.length).toBeCloseTo(0.7, 1);
  });

  it('buy in the daytime of their region, whichever side of the world it is on', () => {
    const at = (utcOffsetHours: number, hourUtc: number): number =>
      regionActivity({ name: 'R', weight: 2, utcOffsetHours } as Region, hourUtc);
    expect(at(0, 19)).toBe(2);
    expect(at(-5, 0)).toBe(2);
    expect(at(9, 10)).toBe(2);
    expect(at(-5, 2)).toBe(2 * 0.86);
    expect(at(9, 18)).toBe(2 * 0.08);
    expect(Array.from({ length: 24 }, (_, hour) => at(5, hour)).sort()).toEqual(
      Array.from({ length: 24 }, (_, hour) => at(0, hour)).sort(),
    );
  });

  it('are needed', () => {
    const catalog: Catalog = { ...kit.catalog, regions: [] };
    expect(() => new Shoppers(seededRandom(1), 10, { ...kit, catalog }).region(seededRandom(1))).toThrow(
      'the catalog has no regions',
    );
  });
});

describe('the customers of a shop', () => {
  it('grow with its rate, from two thousand on', () => {
    expect([1, 100, 101, 1000.5].map(customerBase)).toEqual([2000, 2000, 2020, 20_010]);
  });

  it('are as many as are asked for', () => {
    const orders = generateOrders({
      seed: 1,
      ordersPerMinute: 6000,
      fraudRate: 0,
      startMs,
      definition: kit,
      customers: 12,
    });
    const ids = new Set(Array.from({ length: 2000 }, () => orders.next().value.order.customer_id));
    expect(ids.size).toBe(12);
  });
});

describe('orders of cases', () => {
  it('take the place of everyday ones, in the order of time', () => {
    const orders = generateOrders({
      seed: 3,
      ordersPerMinute: 600,
      fraudRate: 0.5,
      startMs,
      definition: kit,
    });
    const taken = Array.from({ length: 6000 }, () => orders.next().value);
    expect(taken.every(({ atMs }, index) => atMs >= (taken[index - 1]?.atMs ?? startMs))).toBe(true);
    expect(((taken.at(-1)?.atMs ?? 0) - startMs) / 60_000).toBeCloseTo(10, 0);
    // Each case is placed whole, but for those under way at the end, and its id is its own.
    const cases = new Map<string, { placed: number; orders: number; lastMs: number }>();
    for (const { label, atMs } of taken) {
      if (label === null) continue;
      const { placed = 0 } = cases.get(label.case) ?? {};
      cases.set(label.case, { placed: placed + 1, orders: label.orders, lastMs: atMs });
    }
    const endMs = taken.at(-1)?.atMs ?? 0;
    const cut = [...cases.values()].filter((one) => one.placed !== one.orders);
    expect(cases.size).toBeGreaterThan(500);
    expect(cut.every(({ lastMs }) => endMs - lastMs < 200_000)).toBe(true);
    expect(cut.length).toBeLessThan(cases.size / 4);
    const nearMisses = taken.filter(({ label }) => label?.intent === 'near-miss').length;
    const fraud = taken.filter(({ label }) => label?.intent === 'fraud').length;
    expect(fraud / taken.length).toBeGreaterThan(0.4);
    expect(nearMisses / fraud).toBeGreaterThan(0.35);
    expect(nearMisses / fraud).toBeLessThan(0.65);
  });
});
