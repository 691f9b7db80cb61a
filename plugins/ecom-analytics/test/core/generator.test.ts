import { describe, expect, it } from 'vitest';
import { catalog } from '../../../../pipeline/catalog.ts';
import {
  customerBase,
  type GeneratedOrder,
  type GeneratorOptions,
  generateOrders,
} from '../../core/generator/order-generator.ts';
import { OrderReader } from '../../core/order.ts';
import { withoutRules } from '../../core/pipeline.ts';
import { kit } from './kit.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');
const defaults: GeneratorOptions = {
  seed: 1,
  ordersPerMinute: 1000,
  fraudRate: 0.02,
  startMs,
  definition: kit,
};

function take(count: number, options: Partial<GeneratorOptions> = {}): GeneratedOrder[] {
  const orders: GeneratedOrder[] = [];
  for (const order of generateOrders({ ...defaults, ...options })) {
    orders.push(order);
    if (orders.length === count) break;
  }
  return orders;
}

const many = take(50_000);
const share = (orders: GeneratedOrder[], of: (order: GeneratedOrder) => boolean) =>
  orders.filter(of).length / orders.length;

/** The orders of each case, by case id. */
function cases(pattern: string, intent: 'fraud' | 'near-miss'): GeneratedOrder[][] {
  const found = new Map<string, GeneratedOrder[]>();
  for (const order of many) {
    if (order.label?.pattern !== pattern || order.label.intent !== intent) continue;
    found.set(order.label.case, [...(found.get(order.label.case) ?? []), order]);
  }
  return [...found.values()];
}

describe('the order generator', () => {
  it('gives the same orders for the same seed, and others for another', () => {
    expect(take(500)).toEqual(take(500));
    expect(take(500, { seed: 2 })).not.toEqual(take(500));
  });

  it('makes only orders that the pipeline accepts, with ids of their own', () => {
    expect(
      many.filter(({ order, atMs }) => typeof new OrderReader(kit).check({ ...order }, atMs) === 'string'),
    ).toEqual([]);
    expect(new Set(many.map(({ order }) => order.order_id)).size).toBe(many.length);
  });

  it('keeps the asked rate, and time never runs backwards', () => {
    const minutes = ((many.at(-1)?.atMs ?? 0) - startMs) / 60_000;
    expect(minutes).toBeCloseTo(50, 1);
    expect(many.every((order, index) => order.atMs >= (many[index - 1]?.atMs ?? 0))).toBe(true);
    const slow = take(60, { ordersPerMinute: 6 });
    expect(((slow.at(-1)?.atMs ?? 0) - startMs) / 60_000).toBeCloseTo(10, 0);
  });

  it.each([0, 0.2])(
    'keeps the asked rate whatever cases place between two orders: fraud rate %d',
    (fraudRate) => {
      const minute = 60_000;
      const counts = new Map<number, number>();
      for (const { atMs } of take(20_000, { fraudRate })) {
        const at = Math.floor((atMs - startMs) / minute);
        counts.set(at, (counts.get(at) ?? 0) + 1);
      }
      // A case may place a few orders of the end of a minute that everyday ones make room for in the next.
      for (let at = 0; at < 19; at++) expect(Math.abs((counts.get(at) ?? 0) - 1000)).toBeLessThanOrEqual(10);
      expect([...counts.keys()]).toEqual(Array.from({ length: counts.size }, (_, at) => at));
    },
  );

  it('draws from as many customers as asked for, and by default from a base that grows with the rate', () => {
    const idsOf = (orders: readonly GeneratedOrder[]): Set<string> =>
      new Set(orders.map(({ order }) => order.customer_id));
    expect(idsOf(take(5000, { customers: 60 })).size).toBe(60);
    expect([1, 100, 100.01, 1000].map(customerBase)).toEqual([2000, 2000, 2001, 20_000]);
    const numbers = [...idsOf(many)].map((id) => Number(id.replace('CUST_', '')) - 1000);
    expect(Math.max(...numbers)).toBeGreaterThan(19_000);
    expect(Math.max(...numbers)).toBeLessThan(20_000);
  });

  it('gives each case an id of its own, with the pattern’s name, and all of its orders', () => {
    const byCase = new Map<string, GeneratedOrder[]>();
    for (const order of many)
      if (order.label !== null)
        byCase.set(order.label.case, [...(byCase.get(order.label.case) ?? []), order]);
    const labels = [...byCase.values()].flatMap(([first]) => first?.label ?? []);
    const numbers = labels.map(({ case: id, pattern }) => Number(id.replace(`${pattern}-`, '')));
    // They are counted over all patterns.
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, index) => index + 1));
    const begun = [...byCase.values()].filter(
      ([first]) => (first?.atMs ?? 0) < (many.at(-1)?.atMs ?? 0) - 150_000,
    );
    for (const orders of begun) {
      expect(new Set(orders.map(({ label }) => label?.orders))).toEqual(new Set([orders.length]));
      expect(new Set(orders.map(({ order }) => order.customer_id)).size).toBe(1);
    }
  });

  it('sells at least 24 products in 6 categories to 6 regions', () => {
    expect(catalog.products.length).toBeGreaterThanOrEqual(24);
    expect(new Set(catalog.products.map((product) => product.category)).size).toBe(6);
    expect(catalog.regions).toHaveLength(6);
    const everyday = many.filter((order) => order.label === null);
    expect(new Set(everyday.map(({ order }) => order.product_id)).size).toBe(catalog.products.length);
    expect(new Set(everyday.map(({ order }) => order.region)).size).toBe(catalog.regions.length);
  });

  it('has customers who order much more often than others', () => {
    const counts = new Map<string, number>();
    for (const { order } of many) counts.set(order.customer_id, (counts.get(order.customer_id) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const topTenth = sorted.slice(0, sorted.length / 10).reduce((sum, n) => sum + n, 0) / many.length;
    expect(topTenth).toBeGreaterThan(0.2);
    expect(sorted.at(-1)).toBe(1);
  });

  it('follows the sun: a region sells more in its evening than in its night', () => {
    const [region] = catalog.regions;
    if (region === undefined) throw new Error('There is no region');
    const { name, utcOffsetHours } = region;
    const at = (localHour: number) =>
      share(
        take(5000, {
          startMs: Date.parse('2026-11-23T00:00:00Z') + (localHour - utcOffsetHours) * 3_600_000,
        }),
        ({ order }) => order.region === name,
      );
    expect(at(19)).toBeGreaterThan(2 * at(3));
  });

  it.each([0, 0.02, 0.2])('plants fraud at the rate %d, every pattern of it', (fraudRate) => {
    const orders = take(50_000, { fraudRate });
    const planted = (of: GeneratedOrder) => of.label?.intent === 'fraud';
    expect(Math.abs(share(orders, planted) - fraudRate)).toBeLessThanOrEqual(0.15 * fraudRate);
    const near = share(orders, (of) => of.label?.intent === 'near-miss');
    expect(Math.abs(near - fraudRate / 2)).toBeLessThanOrEqual(0.1 * fraudRate);
    const patterns = new Set(orders.filter(planted).map((order) => order.label?.pattern));
    expect(patterns.size).toBe(fraudRate === 0 ? 0 : 4);
  });

  it('plants near-misses right at the limits', () => {
    expect(
      cases('high-value', 'near-miss')
        .flat()
        .every(({ order }) => order.total_amount === 1000),
    ).toBe(true);
    expect(cases('order-burst', 'near-miss').every((orders) => orders.length === 5)).toBe(true);
    const regionCounts = cases('region-hop', 'near-miss').map(
      (c) => new Set(c.map(({ order }) => order.region)).size,
    );
    expect(new Set(regionCounts)).toEqual(new Set([1, 2]));
    expect(cases('high-value', 'near-miss').length).toBeGreaterThan(10);
    expect(cases('order-burst', 'near-miss').length).toBeGreaterThan(5);
  });

  it('labels the intent, which the rules do not always see', () => {
    const highValue = cases('high-value', 'fraud');
    const split = highValue.filter((orders) => orders.every(({ order }) => order.total_amount <= 1000));
    expect(split.length).toBeGreaterThan(0);
    expect(split.length).toBeLessThan(highValue.length / 2);
    const unlabelled = many.filter(({ order, label }) => label === null && order.total_amount > 1000);
    expect(unlabelled.length).toBeGreaterThan(0);
  });

  it('plays a pattern whose rule is switched off', () => {
    const orders = take(20_000, { definition: withoutRules(kit, ['order-burst']) });
    expect(orders.some((order) => order.label?.pattern === 'order-burst')).toBe(true);
  });

  it('keeps the label out of the order', () => {
    expect(many.filter(({ order }) => 'label' in order || 'intent' in order)).toEqual([]);
  });
});
