import type { Order } from '../order.ts';
import type { Rule } from '../rule.ts';
import { fraudPatterns, type PlannedOrder, planCase } from './fraud.ts';
import type { Label } from './label.ts';
import { seededRandom } from './random.ts';
import { Shoppers, type SimulatedShop } from './shopper.ts';

/** What decides every order that is generated. */
export interface GeneratorOptions {
  readonly seed: number;
  readonly ordersPerMinute: number;
  /** Share of all orders that belong to a planted fraud case, 0 to 1, spread evenly over the patterns. */
  readonly fraudRate: number;
  /** Event time of the first order, in epoch milliseconds. */
  readonly startMs: number;
  /** What orders are made of; near-misses are placed at the limits of its rules. */
  readonly definition: SimulatedShop & { readonly rules: readonly Rule[] };
  /** Size of the customer base; by default it grows with the rate, so that a busy shop is not a shop of bursts. */
  readonly customers?: number;
}

export interface GeneratedOrder {
  readonly order: Order;
  /** When it is placed: its event time, in epoch milliseconds. Never falls. */
  readonly atMs: number;
  /** What was meant by it; null for an everyday order. */
  readonly label: Label | null;
}

/** Near-miss orders beside each planted one. */
const nearMissShare = 0.5;

/** The default size of the customer base. */
export function customerBase(ordersPerMinute: number): number {
  return Math.max(2000, Math.ceil(ordersPerMinute * 20));
}

/**
 * Generates orders without end, in event-time order: the same options give the same orders. The rate is kept exactly:
 * an order that a case places between two others takes the place of an everyday one.
 */
export function* generateOrders(options: GeneratorOptions): Generator<GeneratedOrder, never, void> {
  const random = seededRandom(options.seed);
  const shoppers = new Shoppers(
    random,
    options.customers ?? customerBase(options.ordersPerMinute),
    options.definition,
  );
  const patterns = fraudPatterns(options.definition.rules, options.definition.catalog);
  const intervalMs = 60_000 / options.ordersPerMinute;

  /** Orders of running cases, soonest first. */
  const planned: PlannedOrder[] = [];
  let cases = 0;
  /** Everyday orders to leave out for those that cases placed in between. */
  let owed = 0;

  const startCase = (atMs: number): void => {
    for (const pattern of patterns) {
      const fraud = options.fraudRate / patterns.length / pattern.meanOrders;
      const draw = random();
      if (draw >= fraud * (1 + nearMissShare)) continue;
      const intent = draw < fraud ? 'fraud' : 'near-miss';
      const caseId = `${pattern.id}-${++cases}`;
      planned.push(...planCase(pattern, intent, caseId, shoppers.pick(atMs), atMs, random, shoppers));
      planned.sort((a, b) => a.atMs - b.atMs);
    }
  };

  for (let slot = 0; ; slot++) {
    const atMs = Math.floor(options.startMs + (slot + random()) * intervalMs);
    startCase(atMs);
    for (let next = planned[0]; next !== undefined && next.atMs <= atMs; next = planned[0]) {
      planned.shift();
      owed++;
      yield next;
    }
    if (owed > 0) {
      owed--;
      continue;
    }
    yield { order: shoppers.order(shoppers.pick(atMs), atMs), atMs, label: null };
  }
}
