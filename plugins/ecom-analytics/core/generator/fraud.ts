import type { Catalog, Region } from '../catalog-types.ts';
import type { Order } from '../order.ts';
import type { Rule } from '../rule.ts';
import type { Label } from './label.ts';
import { between, type Random } from './random.ts';
import type { Shopper, Shoppers } from './shopper.ts';

/** An order of a case: how long after the case began, and what to change in an everyday order. */
interface CaseOrder {
  readonly delayMs: number;
  readonly change: Partial<Order>;
}

/** One fraud pattern as the generator plays it. Cases are what a fraudster would do, not what the rules can see. */
interface Pattern {
  /** The rule that is to catch it. */
  readonly id: string;
  /** Orders in a case, on average: keeps the asked share of orders. */
  readonly meanOrders: number;
  fraud(random: Random, shopper: Shopper): CaseOrder[];
  nearMiss(random: Random, shopper: Shopper): CaseOrder[];
}

const cents = (random: Random, low: number, high: number): number =>
  between(random, low * 100, high * 100) / 100;

/** `count` orders spread over `spanMs`, the first at 0 and the last at the end. */
function spread(
  random: Random,
  count: number,
  spanMs: number,
  change: (index: number) => Partial<Order>,
): CaseOrder[] {
  const inner = Array.from({ length: count - 2 }, () => Math.floor(random() * spanMs));
  const delays = [0, ...inner.sort((a, b) => a - b), spanMs].slice(0, count);
  return delays.map((delayMs, index) => ({ delayMs, change: change(index) }));
}

/** Different regions, the shopper's own first. */
function itinerary(random: Random, regions: readonly Region[], shopper: Shopper, count: number): string[] {
  const others = regions.map((region) => region.name).filter((name) => name !== shopper.home.name);
  const route = [shopper.home.name];
  while (route.length < count && others.length > 0) {
    route.push(...others.splice(between(random, 0, others.length - 1), 1));
  }
  return route;
}

function limitOf(rules: readonly Rule[], id: string, otherwise: number): number {
  const rule = rules.find((candidate) => candidate.id === id);
  return rule && 'moreThan' in rule ? rule.moreThan : otherwise;
}

function listOf(rules: readonly Rule[], id: string, otherwise: readonly string[]): readonly string[] {
  const rule = rules.find((candidate) => candidate.id === id);
  return rule && 'values' in rule && rule.values.length > 0 ? rule.values : otherwise;
}

/**
 * The patterns. The rules are read only to place near-misses right at their limits; with a rule switched off its pattern
 * is still played.
 */
export function fraudPatterns(rules: readonly Rule[], catalog: Catalog): readonly Pattern[] {
  const amount = limitOf(rules, 'high-value', 1000);
  const burst = limitOf(rules, 'order-burst', 5);
  const hop = limitOf(rules, 'region-hop', 2);
  const locations = listOf(rules, 'suspicious-location', ['Anonymous-Proxy']);
  const electronics = catalog.products.find((product) => product.price > 1000) ?? catalog.products[0];

  return [
    {
      id: 'high-value',
      meanOrders: 1.1,
      // One in ten splits the sum into two orders below the limit, as a careful thief does.
      fraud: (random) =>
        random() < 0.1
          ? spread(random, 2, 45_000, () => ({ total_amount: cents(random, amount * 0.8, amount - 1) }))
          : [
              {
                delayMs: 0,
                change: {
                  product_id: electronics?.product_id ?? 'P001',
                  product_name: electronics?.product_name ?? 'Laptop',
                  quantity: between(random, 1, 3),
                  total_amount: cents(random, amount + 1, amount * 4),
                },
              },
            ],
      nearMiss: () => [{ delayMs: 0, change: { total_amount: amount } }],
    },
    {
      id: 'suspicious-location',
      meanOrders: 1,
      // One in ten comes through an exit that is not on the list yet.
      fraud: (random) => [
        {
          delayMs: 0,
          change: {
            region:
              random() < 0.1
                ? 'Unlisted-Proxy'
                : (locations[between(random, 0, locations.length - 1)] ?? 'Anonymous-Proxy'),
          },
        },
      ],
      nearMiss: () => [{ delayMs: 0, change: { region: 'Satellite-Link' } }],
    },
    {
      id: 'order-burst',
      meanOrders: burst + 2.5,
      fraud: (random) =>
        spread(random, between(random, burst + 1, burst + 4), between(random, 5_000, 40_000), () => ({})),
      nearMiss: (random) => spread(random, burst, between(random, 5_000, 40_000), () => ({})),
    },
    {
      id: 'region-hop',
      meanOrders: hop + 1.5,
      fraud: (random, shopper) => {
        const route = itinerary(random, catalog.regions, shopper, between(random, hop + 1, hop + 2));
        return spread(random, route.length, between(random, 20_000, 150_000), (index) => ({
          region: route[index] ?? shopper.home.name,
        }));
      },
      // A lively customer who stays where they are, or moves as often as is allowed.
      nearMiss: (random, shopper) => {
        const route = itinerary(random, catalog.regions, shopper, random() < 0.5 ? 1 : hop);
        return spread(random, hop + 1, between(random, 20_000, 150_000), (index) => ({
          region: route[index % route.length] ?? shopper.home.name,
        }));
      },
    },
  ];
}

/** An order that a case will place, and when. */
export interface PlannedOrder {
  readonly atMs: number;
  readonly order: Order;
  readonly label: Label;
}

/** Plans one case: all its orders, by one shopper, each labelled with the intent. */
export function planCase(
  pattern: Pattern,
  intent: Label['intent'],
  caseId: string,
  shopper: Shopper,
  startMs: number,
  random: Random,
  shoppers: Shoppers,
): PlannedOrder[] {
  const steps = intent === 'fraud' ? pattern.fraud(random, shopper) : pattern.nearMiss(random, shopper);
  return steps.map(({ delayMs, change }) => {
    const atMs = startMs + delayMs;
    const everyday = { ...shoppers.order(shopper, atMs), region: shopper.home.name };
    return {
      atMs,
      order: { ...everyday, ...change },
      label: { pattern: pattern.id, case: caseId, orders: steps.length, intent },
    };
  });
}
