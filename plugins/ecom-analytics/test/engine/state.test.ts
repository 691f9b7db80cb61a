import { describe, expect, it } from 'vitest';
import { OrderReader, type ParsedOrder } from '../../core/order.ts';
import { isStateful, type StatefulRule } from '../../core/rule.ts';
import { Customers } from '../../engine/customer.ts';
import { CustomerRules } from '../../engine/customer-rules.ts';
import { Deduplication } from '../../engine/deduplication.ts';
import { WindowState } from '../../engine/window-state.ts';
import { kit } from '../core/kit.ts';
import { appendedMs, orderAt, startMs } from './order-stream.ts';

const reader = new OrderReader(kit);

function parsed(seconds: number, change: Parameters<typeof orderAt>[1] = {}): ParsedOrder {
  const order = reader.check(orderAt(seconds, change), appendedMs);
  if (typeof order === 'string') throw new Error(order);
  return order;
}

describe('the ids of orders that were counted', () => {
  it('are forgotten once the watermark is past them, however many there were', () => {
    const deduplication = new Deduplication(30_000);
    let most = 0;
    for (let second = 0; second < 600; second++) {
      for (let order = 0; order < 10; order++)
        expect(deduplication.isDuplicate(`order-${second}-${order}`, second * 1000)).toBe(false);
      deduplication.advance(second * 1000 - 30_000);
      most = Math.max(most, deduplication.size);
    }
    // An id is kept for a minute at least, and in two generations for twice that.
    expect(most).toBeGreaterThanOrEqual(600);
    expect(most).toBeLessThanOrEqual(1210);
  });

  it('are known to the end of their time, and no longer', () => {
    const deduplication = new Deduplication(30_000);
    expect(deduplication.isDuplicate('a', 1000)).toBe(false);
    // Of the same generation, so that both are still kept when the first counts no more.
    expect(deduplication.isDuplicate('b', 5000)).toBe(false);
    deduplication.advance(30_999);
    expect(deduplication.isDuplicate('a', 40_000)).toBe(true);
    deduplication.advance(31_000);
    expect(deduplication.isDuplicate('a', 40_000)).toBe(false);
    expect(deduplication.isDuplicate('a', 40_000)).toBe(true);
    expect(deduplication.isDuplicate('b', 40_000)).toBe(true);
  });

  it('are kept until the newest of them counts no more, in whatever order they come', () => {
    const deduplication = new Deduplication(30_000);
    for (const [id, second] of [
      ['newest', 50],
      ['older', 10],
    ] as const)
      expect(deduplication.isDuplicate(id, second * 1000)).toBe(false);
    deduplication.advance(0);
    deduplication.advance(79_999);
    expect(deduplication.isDuplicate('older', 80_000)).toBe(false);
    expect(deduplication.isDuplicate('newest', 80_000)).toBe(true);
    expect(deduplication.size).toBe(3);
    deduplication.advance(80_000);
    expect(deduplication.size).toBe(1);
  });

  it('are not kept of an order behind the watermark', () => {
    const deduplication = new Deduplication(30_000);
    deduplication.advance(5000);
    expect(deduplication.isDuplicate('a', 5000)).toBe(false);
    expect(deduplication.isDuplicate('a', 5000)).toBe(false);
    expect(deduplication.size).toBe(0);
    expect(deduplication.isDuplicate('a', 5001)).toBe(false);
    expect(deduplication.size).toBe(1);
  });
});

describe('what the rules know of a customer', () => {
  const stateful = kit.rules.filter(isStateful);
  const longestMs = Math.max(...stateful.map(({ windows }) => windows.sizeMs));

  it('is nothing but the orders while they are few', () => {
    const rules = new CustomerRules(stateful);
    const customer = new Customers().get('CUST_1');
    for (let order = 0; order < 2; order++) rules.add(parsed(order), customer, appendedMs);
    expect(customer.watched).toBeNull();
    expect(customer.quiet?.before?.before).toBeNull();
  });

  it('is dropped once the watermark has passed every window that it could be in', () => {
    const rules = new CustomerRules(stateful);
    const customers = new Customers();
    const quiet = customers.get('CUST_1');
    const watched = customers.get('CUST_2');
    rules.add(parsed(0), quiet, appendedMs);
    for (let order = 0; order < 6; order++) rules.add(parsed(order), watched, appendedMs);
    expect(watched.watched).not.toBeNull();
    expect(watched.quiet).toBeNull();
    rules.advance(startMs + longestMs - 1);
    expect(watched.watched).not.toBeNull();
    expect(quiet.quiet).not.toBeNull();
    // Quiet orders are forgotten a generation at a time.
    for (let round = 0; round < 3; round++) rules.advance(startMs + 2 * longestMs + round);
    expect(watched.watched).toBeNull();
    expect(quiet.quiet).toBeNull();
  });

  it('is one window of a rule less when that window has closed, and the others stay', () => {
    const rules = new CustomerRules(stateful);
    const customer = new Customers().get('CUST_1');
    for (let order = 0; order < 6; order++) rules.add(parsed(order * 20), customer, appendedMs);
    const windows = (): string[] => {
      const found: string[] = [];
      for (let window = customer.watched; window !== null; window = window.next)
        found.push(`${stateful[window.rule]?.id} ${window.slot}`);
      return found.sort();
    };
    const minute = startMs / 60_000;
    const long = startMs / 300_000;
    expect(windows()).toEqual([`order-burst ${minute}`, `order-burst ${minute + 1}`, `region-hop ${long}`]);
    rules.advance(startMs + 60_000);
    expect(windows()).toEqual([`order-burst ${minute + 1}`, `region-hop ${long}`]);
    rules.advance(startMs + 120_000);
    expect(windows()).toEqual([`region-hop ${long}`]);
  });

  it('is reduced to one fact once a rule has tripped: that it has', () => {
    const rules = new CustomerRules(stateful);
    const customer = new Customers().get('CUST_1');
    const regions = ['US-East', 'EU-West', 'Asia-Pacific'];
    const tripped = Array.from({ length: 20 }, (_, order) =>
      rules
        .add(parsed(order, { region: regions[order % 3] ?? '' }), customer, appendedMs)
        .map(({ rule_id }) => `${order}: ${rule_id}`),
    );
    expect(tripped.flat()).toEqual(['2: region-hop', '5: order-burst']);
    const kept: [orderIds: unknown, values: unknown][] = [];
    for (let window = customer.watched; window !== null; window = window.next)
      kept.push([window.orderIds, window.values]);
    expect(kept).toEqual([
      ['', ''],
      ['', ''],
    ]);
  });

  it('is counted again where few orders become many, as long as their window is open', () => {
    const hopping = (watermarkMs: number): number => {
      const rules = new CustomerRules(stateful);
      const customer = new Customers().get('CUST_1');
      for (const [second, region] of [
        [0, 'US-East'],
        [1, 'EU-West'],
      ] as const)
        rules.add(parsed(second, { region }), customer, appendedMs);
      // Quiet orders are forgotten a generation at a time.
      for (let round = 0; round < 3; round++) rules.advance(watermarkMs + round);
      return rules.add(parsed(299, { region: 'Asia-Pacific' }), customer, appendedMs).length;
    };
    expect(hopping(startMs + longestMs - 3)).toBe(1);
    expect(hopping(startMs + longestMs)).toBe(0);
  });

  it('is one order less where it has passed out of every window, and the others stay', () => {
    const rules = new CustomerRules(stateful);
    const customer = new Customers().get('CUST_1');
    const kept = (): number[] => {
      const seconds: number[] = [];
      for (let order = customer.quiet; order !== null; order = order.before)
        seconds.push((order.eventTimeMs - startMs) / 1000);
      return seconds;
    };
    rules.add(parsed(0), customer, appendedMs);
    // Quiet orders are forgotten a generation at a time: this ends the first one's.
    rules.advance(startMs);
    rules.add(parsed(200), customer, appendedMs);
    rules.advance(startMs + longestMs - 1);
    expect(kept()).toEqual([200, 0]);
    rules.advance(startMs + longestMs);
    expect(kept()).toEqual([200]);
    rules.advance(startMs + longestMs + 200_000);
    expect(kept()).toEqual([]);
  });

  it('is forgotten by the newest order, in whatever order they come', () => {
    const rules = new CustomerRules(stateful);
    const customers = new Customers();
    const [newer, older] = [customers.get('CUST_1'), customers.get('CUST_2')];
    rules.add(parsed(100), newer, appendedMs);
    rules.add(parsed(0), older, appendedMs);
    for (let second = 0; second <= 100; second += 50) rules.advance(startMs + second * 1000 + longestMs);
    expect([newer.quiet, older.quiet]).toEqual([null, null]);
  });

  it('costs a run without such rules nothing', () => {
    const rules = new CustomerRules([]);
    const customer = new Customers().get('CUST_1');
    expect(rules.add(parsed(0), customer, appendedMs)).toEqual([]);
    rules.advance(startMs + 1_000_000);
    expect(customer).toMatchObject({ quiet: null, watched: null });
  });
});

describe('a rule over customers', () => {
  const burst: StatefulRule = {
    id: 'order-burst',
    kind: 'distinct-orders',
    severity: 'medium',
    key: 'customer_id',
    moreThan: 5,
    windows: { sizeMs: 60_000, slideMs: 60_000 },
    reason: '',
  };
  /** The alerts that orders of one customer lead to, each with its region. */
  function alertsOf(
    orders: readonly (readonly [seconds: number, region?: string])[],
    watermarkMs = Number.NEGATIVE_INFINITY,
    rule = burst,
  ) {
    const rules = new CustomerRules([rule]);
    const customer = new Customers().get('CUST_1');
    rules.advance(watermarkMs);
    return orders.flatMap(([seconds, region = 'US-East']) =>
      rules.add(parsed(seconds, { customer_id: 'CUST_1', region }), customer, appendedMs),
    );
  }
  const six = [10, 11, 12, 13, 14, 15].map((second) => [second] as const);

  it('counts an order as long as the watermark is before the end of its window', () => {
    expect(alertsOf(six, startMs + 59_999)).toHaveLength(1);
    expect(alertsOf(six, startMs + 60_000)).toEqual([]);
  });

  it('counts in a window what is from its first moment to before its end', () => {
    const between = [10, 11, 12, 13].map((second) => [second] as const);
    expect(alertsOf([[0], ...between, [59.999]])).toHaveLength(1);
    expect(alertsOf([[-0.001], ...between, [59.999]])).toEqual([]);
    expect(alertsOf([[0], ...between, [60]])).toEqual([]);
  });

  it('trips once in a window, also where one order is enough', () => {
    expect(alertsOf(six, undefined, { ...burst, moreThan: 0 })).toHaveLength(1);
  });

  it('of values counts each value once', () => {
    const rule = { ...burst, kind: 'distinct-values', field: 'region', moreThan: 1 } as const;
    const from = (...regions: string[]) =>
      alertsOf(
        regions.map((region, second) => [second, region] as const),
        undefined,
        rule,
      ).map(({ order_timestamp }) => order_timestamp);
    expect(from('US-East', 'US-East', 'US-East')).toEqual([]);
    expect(from('US-East', 'US-East', 'EU-West')).toEqual([new Date(startMs + 2000).toISOString()]);
  });

  it('is told from another that has the same windows', () => {
    const hop = { ...burst, id: 'hop', kind: 'distinct-values', field: 'region', moreThan: 2 } as const;
    const rules = new CustomerRules([burst, hop]);
    const customer = new Customers().get('CUST_1');
    const regions = ['US-East', 'EU-West', 'Asia-Pacific'];
    const tripped = [0, 1, 2, 3, 4, 5].map((second) =>
      rules
        .add(parsed(second, { region: regions[second % 3] ?? '' }), customer, appendedMs)
        .map(({ rule_id }) => rule_id),
    );
    expect(tripped).toEqual([[], [], ['hop'], [], [], ['order-burst']]);
    rules.advance(startMs + 60_000);
    expect(customer.watched).toBeNull();
  });

  it('is told from one whose windows begin with its own and end later', () => {
    const longer = { ...burst, id: 'longer', moreThan: 6, windows: { sizeMs: 120_000, slideMs: 60_000 } };
    const rules = new CustomerRules([burst, longer]);
    const customer = new Customers().get('CUST_1');
    const add = (second: number): string[] =>
      rules.add(parsed(second), customer, appendedMs).map(({ alert_id }) => alert_id);
    for (let second = 0; second < 6; second++) add(second);
    rules.advance(startMs + 60_000);
    expect(add(61)).toEqual([`longer:${startMs}:CUST_1`]);
  });

  it('forgets every customer of a window that has closed', () => {
    const rules = new CustomerRules([burst]);
    const customers = new Customers();
    const watched = ['CUST_1', 'CUST_2', 'CUST_3'].map((id) => customers.get(id));
    for (const customer of watched)
      for (let second = 0; second < 5; second++) rules.add(parsed(second), customer, appendedMs);
    // A rule that counts orders keeps nothing else of them.
    expect(watched.map((customer) => customer.watched?.values)).toEqual(['', '', '']);
    rules.advance(startMs + 60_000);
    expect(watched.map((customer) => customer.watched)).toEqual([null, null, null]);
  });

  it('trips in each of the windows that overlap', () => {
    const sliding = { ...burst, windows: { sizeMs: 60_000, slideMs: 20_000 } };
    const ids = (orders: typeof six): string[] =>
      alertsOf(orders, undefined, sliding).map(({ alert_id }) => alert_id);
    const idAt = (second: number): string => `order-burst:${startMs + second * 1000}:CUST_1`;
    expect(ids(six)).toEqual([idAt(0), idAt(-20), idAt(-40)]);
    expect(ids([...six.slice(0, 5), [20]])).toEqual([idAt(0), idAt(-20)]);
  });

  it('names the newest order, and of those at one moment the last to come', () => {
    const orders = [
      [1, 'US-East'],
      [9, 'EU-West'],
      [9, 'Asia-Pacific'],
      [3, 'US-East'],
      [8.999, 'EU-West'],
      [4, 'US-East'],
    ] as const;
    expect(alertsOf(orders)).toMatchObject([
      {
        region: 'Asia-Pacific',
        order_timestamp: new Date(startMs + 9000).toISOString(),
        total_amount: 539.94,
      },
    ]);
  });
});

describe('a window', () => {
  it('counts each of thousands of customers once', () => {
    const state = new WindowState(kit.windows);
    const customers = 5000;
    for (let round = 0; round < 2; round++)
      for (let customer = 0; customer < customers; customer++)
        state.add(startMs, 'Books', 'EU-West', 100, customer);
    state.add(startMs, 'Books', 'US-East', 100, customers - 1);
    const rows = state.advance(startMs + 60_000);
    expect(
      rows.map(({ window_start, location, order_count, unique_customers }) => [
        (window_start - startMs) / 1000,
        location,
        order_count,
        unique_customers,
      ]),
    ).toEqual([
      [-30, 'EU-West', 2 * customers, customers],
      [-30, 'US-East', 1, 1],
      [0, 'EU-West', 2 * customers, customers],
      [0, 'US-East', 1, 1],
    ]);
  });

  it('sums up each category and location by itself, over all of its panes', () => {
    const state = new WindowState(kit.windows);
    for (const [second, category, location, cents, customer] of [
      [0, 'Books', 'EU-West', 500, 1],
      [0, 'Books', 'EU-West', 900, 2],
      [0, 'Books', 'EU-West', 200, 1],
      [0, 'Toys', 'EU-West', 70, 1],
      [30, 'Books', 'EU-West', 800, 2],
      [30, 'Books', 'EU-West', 400, 3],
      [30, 'Books', 'US-East', 60, 3],
      [60, 'Books', 'EU-West', 1, 4],
    ] as const)
      state.add(startMs + second * 1000, category, location, cents, customer);
    const rows = state.advance(startMs + 60_000).filter(({ window_start }) => window_start === startMs);
    expect(
      rows.map((row) => [
        `${row.category} ${row.location}`,
        row.order_count,
        row.total_revenue,
        row.min_order_value,
        row.max_order_value,
        row.unique_customers,
      ]),
    ).toEqual([
      ['Books EU-West', 5, 28, 2, 9, 3],
      ['Books US-East', 1, 0.6, 0.6, 0.6, 1],
      ['Toys EU-West', 1, 0.7, 0.7, 0.7, 1],
    ]);
    // The least and the most may be in the later pane, too.
    expect(state.advance(startMs + 90_000)).toMatchObject([
      { location: 'EU-West', order_count: 3, min_order_value: 0.01, max_order_value: 8 },
      { location: 'US-East' },
    ]);
  });

  it('has a row for each of more categories than a call takes arguments', () => {
    const state = new WindowState(kit.windows);
    const categories = 130_000;
    for (let number = 0; number < categories; number++)
      state.add(startMs + 30_000, `category-${number}`, 'EU-West', 100, 0);
    expect(state.advance(startMs + 60_000)).toHaveLength(categories);
  });

  it('counts a customer once whose number is far beyond all before', () => {
    const state = new WindowState(kit.windows);
    for (const customer of [0, 50_000, 50_000, 0]) state.add(startMs, 'Books', 'EU-West', 100, customer);
    expect(state.advance(startMs + 60_000).map(({ unique_customers }) => unique_customers)).toEqual([2, 2]);
  });

  it('is forgotten once it is closed', () => {
    const state = new WindowState(kit.windows);
    let most = 0;
    for (let second = 0; second < 1000; second += 10) {
      state.add(startMs + second * 1000, 'Books', 'EU-West', 100, 0);
      state.advance(startMs + second * 1000 - 30_000);
      most = Math.max(most, state.panes);
    }
    // The panes of a minute, and those of the watermark's half.
    expect(most).toBeLessThanOrEqual(4);
    state.advance(startMs + 1_050_000 - 1);
    expect(state.panes).toBe(1);
    state.advance(startMs + 1_050_000);
    expect(state.panes).toBe(0);
  });

  it('is not opened again by an order that comes too late for all of its windows', () => {
    const state = new WindowState(kit.windows);
    state.advance(startMs + 60_000);
    expect(state.add(startMs, 'Books', 'EU-West', 100, 0)).toBe(false);
    expect(state.lastEndMs).toBeNull();
    expect(state.panes).toBe(0);
  });

  it('is closed once, by the watermark at its end, and the earliest comes first', () => {
    const state = new WindowState(kit.windows);
    expect(state.lastEndMs).toBeNull();
    expect(state.add(startMs + 100_000, 'Books', 'EU-West', 100, 0)).toBe(true);
    expect(state.add(startMs, 'Books', 'EU-West', 100, 0)).toBe(true);
    expect(state.lastEndMs).toBe(startMs + 150_000);
    expect(state.advance(startMs + 29_999)).toEqual([]);
    const starts = (watermarkMs: number): number[] =>
      state.advance(watermarkMs).map(({ window_start }) => window_start - startMs);
    expect(starts(startMs + 30_000)).toEqual([-30_000]);
    expect(starts(startMs + 30_000)).toEqual([]);
    expect(starts(startMs)).toEqual([]);
    expect(starts(startMs + 150_000)).toEqual([0, 60_000, 90_000]);
    expect(starts(startMs + 1_000_000)).toEqual([]);
  });

  it('takes an order as long as it is open, and says whether all of the order’s windows were', () => {
    const state = new WindowState(kit.windows);
    state.advance(startMs + 30_000);
    expect(state.add(startMs, 'Books', 'EU-West', 100, 0)).toBe(false);
    expect(state.add(startMs + 30_000, 'Books', 'EU-West', 100, 0)).toBe(true);
    expect(state.advance(startMs + 60_000).map(({ order_count }) => order_count)).toEqual([2]);
    expect(state.add(startMs + 29_999, 'Books', 'EU-West', 100, 0)).toBe(false);
    expect(state.lastEndMs).toBe(startMs + 90_000);
  });
});
