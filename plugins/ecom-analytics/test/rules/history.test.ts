import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { OrderReader, type ParsedOrder } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { isStateful, type Rule, type StatefulRule, type ThresholdRule, trips } from '../../core/rule.ts';
import { windowStarts } from '../../core/window.ts';
import { History, type HistoryOutcome } from '../../rules/history.ts';
import type { LimitOutcome, RuleOutcome, ValueOutcome } from '../../rules/trial.ts';
import { ValueCounts } from '../../rules/value-counts.ts';
import { anOrder, kit } from '../core/kit.ts';

const noon = Date.parse('2026-01-02T12:00:00Z');

function sale(
  id: string,
  customer: string,
  atMs: number,
  total: number,
  region = 'US-East',
  quantity = 1,
): ParsedOrder {
  const order = anOrder({
    order_id: id,
    customer_id: customer,
    quantity,
    price: total,
    total_amount: total,
    timestamp: new Date(atMs).toISOString(),
    region,
  });
  const parsed = new OrderReader(pipeline).check(order, Number.MAX_SAFE_INTEGER);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function tried(
  sales: readonly ParsedOrder[],
  definition: PipelineDefinition = kit,
  batch = 50,
): HistoryOutcome {
  const history = new History(definition);
  for (const [index, one] of sales.entries()) {
    history.add(one);
    if (index % batch === batch - 1) history.advance();
  }
  return history.outcome();
}

function limitsOf(outcome: RuleOutcome | undefined): readonly LimitOutcome[] {
  return outcome !== undefined && 'limits' in outcome ? outcome.limits : [];
}

function valuesOf(outcome: RuleOutcome | undefined): readonly ValueOutcome[] {
  return outcome !== undefined && 'values' in outcome ? outcome.values : [];
}

/** A seeded history, in the order of time: customers in bursts, regions that change, amounts of all sizes. */
function believable(): ParsedOrder[] {
  let seed = 11;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const regions = ['US-East', 'US-West', 'EU-West', 'Tor-Exit', 'Anonymous-Proxy'];
  const times = Array.from({ length: 4000 }, () => noon + random(3_600_000)).sort((a, b) => a - b);
  return times.map((atMs, index) =>
    sale(
      `o${index}`,
      `c${random(4) === 0 ? random(6) : random(400)}`,
      atMs,
      (1 + random(random(10) === 0 ? 300_000 : 9000)) / 100,
      regions[random(20)] ?? 'US-East',
      1 + random(9),
    ),
  );
}

interface Raised {
  alerts: number;
  orders: number;
  customers: number;
}

function raisedByOrders(rule: ThresholdRule, sales: readonly ParsedOrder[]): Raised {
  const found = sales.filter(({ order }) => trips(rule, order));
  const customers = new Set(found.map(({ order }) => order.customer_id)).size;
  return { alerts: found.length, orders: found.length, customers };
}

function raisedByCustomers(rule: StatefulRule, sales: readonly ParsedOrder[]): Raised {
  const groups = new Map<string, ParsedOrder[]>();
  for (const one of sales) {
    for (const start of windowStarts(one.eventTimeMs, rule.windows)) {
      const key = `${start} ${one.order.customer_id}`;
      groups.set(key, [...(groups.get(key) ?? []), one]);
    }
  }
  const found = [...groups.values()].filter((group) => {
    const field = rule.kind === 'distinct-orders' ? 'order_id' : rule.field;
    return new Set(group.map(({ order }) => order[field])).size > rule.moreThan;
  });
  const customers = new Set(found.map(([first]) => first?.order.customer_id)).size;
  return { alerts: found.length, orders: found.flat().length, customers };
}

describe('the rules on a history', () => {
  const sales = believable();
  const quantities: Rule = {
    id: 'bulk',
    kind: 'threshold',
    severity: 'low',
    field: 'quantity',
    moreThan: 4,
    reason: 'x',
  };
  const sliding: Rule = {
    id: 'sliding',
    kind: 'distinct-orders',
    severity: 'low',
    key: 'customer_id',
    moreThan: 3,
    windows: { sizeMs: 120_000, slideMs: 40_000 },
    reason: 'x',
  };
  const definition = { ...kit, rules: [...kit.rules, quantities, sliding] };
  const outcome = tried(sales, definition);

  it('are reported in their order, with what they were tried on', () => {
    expect(outcome.rules.map(({ rule }) => rule.id)).toEqual(definition.rules.map(({ id }) => id));
    expect(outcome).toMatchObject({
      orders: 4000,
      duplicates: 0,
      late: 0,
      daysAlone: false,
      customers: new Set(sales.map(({ order }) => order.customer_id)).size,
      revenueCents: sales.reduce((sum, { totalCents }) => sum + totalCents, 0),
      span: { fromMs: sales[0]?.eventTimeMs, toMs: sales.at(-1)?.eventTimeMs },
    });
  });

  it.each(definition.rules.map((rule, place) => [rule.id, place] as const))(
    '%s raises at each limit what it would raise with that limit',
    (_, place) => {
      const rule = definition.rules[place];
      if (rule === undefined || rule.kind === 'one-of') {
        const onList = sales.filter(({ order }) => rule?.kind === 'one-of' && trips(rule, order));
        expect(outcome.rules[place]).toMatchObject({ alerts: onList.length });
        return;
      }
      const limits = limitsOf(outcome.rules[place]);
      expect(limits.length).toBeGreaterThan(4);
      expect(limits.some(({ alerts }) => alerts > 0)).toBe(true);
      expect(limits.find(({ labels }) => labels.includes('limit now'))?.moreThan).toBe(rule.moreThan);
      for (const { moreThan, alerts, orders, customers, closest, furthest } of limits) {
        const raised = isStateful(rule)
          ? raisedByCustomers({ ...rule, moreThan }, sales)
          : raisedByOrders({ ...rule, moreThan }, sales);
        expect({ moreThan, alerts, orders, customers }).toEqual({ moreThan, ...raised });
        expect([closest === null, furthest === null]).toEqual([alerts === 0, alerts === 0]);
        if (closest !== null) expect(closest.value).toBeGreaterThan(moreThan);
        if (furthest !== null) expect(furthest.value).toBeGreaterThanOrEqual(closest?.value ?? 0);
      }
    },
  );

  it('try the limits at which the shop’s own orders thin out', () => {
    const amounts = sales.map(({ order }) => order.total_amount).sort((a, b) => a - b);
    const p99 = limitsOf(outcome.rules[0]).find(({ labels }) => labels.includes('p99'));
    expect(p99?.moreThan).toBe(amounts[Math.ceil(0.99 * 4000) - 1]);
    expect(p99?.alerts).toBeLessThanOrEqual(40);
  });

  it('show the values of a list and the shop’s own beside them', () => {
    const counted = (value: string): number => sales.filter(({ order }) => order.region === value).length;
    expect(valuesOf(outcome.rules[1]).map(({ value, onList, orders }) => [value, onList, orders])).toEqual([
      ['Anonymous-Proxy', true, counted('Anonymous-Proxy')],
      ['Tor-Exit', true, counted('Tor-Exit')],
      ['Unknown-Location', true, 0],
      ['US-East', false, counted('US-East')],
      ...['US-West', 'EU-West']
        .map((value): [string, boolean, number] => [value, false, counted(value)])
        .sort((a, b) => b[2] - a[2]),
    ]);
  });

  it('count an order once, however many rows it has', () => {
    const rows = [
      sale('o1', 'c1', noon, 600),
      sale('o1', 'c1', noon, 2500),
      sale('o1', 'c1', noon + 1000, 50, 'Tor-Exit'),
      sale('o2', 'c1', noon + 2000, 10),
    ];
    const { orders, duplicates, rules } = tried(rows, kit, 1);
    expect({ orders, duplicates }).toEqual({ orders: 2, duplicates: 2 });
    expect(limitsOf(rules[0]).map(({ moreThan, alerts }) => [moreThan, alerts])).toEqual([
      [250, 1],
      [500, 1],
      [1000, 1],
      [2000, 1],
      [2500, 0],
      [4000, 0],
    ]);
    expect(rules[1]).toMatchObject({ alerts: 1 });
    expect(limitsOf(rules[3]).every(({ alerts }) => alerts === 0)).toBe(true);
  });

  it('say how many orders are out of the order of time', () => {
    const rows = [sale('o1', 'c1', noon, 1), sale('o2', 'c1', noon + 600_000, 1), sale('o3', 'c1', noon, 1)];
    expect(tried(rows, kit, 1).late).toBe(1);
  });

  it('say when the file knows days alone', () => {
    const midnight = Date.parse('1997-01-01');
    expect(tried([sale('o1', 'c1', midnight, 1), sale('o2', 'c1', midnight + 86_400_000, 1)]).daysAlone).toBe(
      true,
    );
  });
});

describe('percentiles', () => {
  it('are the smallest value that the share does not exceed', () => {
    const counts = new ValueCounts();
    for (const value of [5, 1, 3, 3, 9, 7, 2, 8, 4, 6]) counts.add(value);
    expect([0, 0.1, 0.5, 0.9, 0.91, 1].map((share) => counts.percentile(share))).toEqual([1, 1, 4, 8, 9, 9]);
    expect(new ValueCounts().percentile(0.5)).toBeUndefined();
  });
});
