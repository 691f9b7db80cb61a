import { describe, expect, it } from 'vitest';
import type { RatePoint, StateMessage } from '../../../dashboard/message.ts';
import { RunModel } from '../../../dashboard/page/model.ts';
import { status } from '../../../dashboard/page/status.ts';
import { kitRules } from '../../core/kit.ts';
import { aGroup, aSnapshot, noonMs } from '../samples.ts';

function aState(change: Partial<StateMessage> = {}): StateMessage {
  return {
    page: 'v1',
    run: {
      kind: 'live',
      source: 'a file',
      rules: [],
      hasDefinition: true,
      windowMs: 60_000,
      slideMs: 30_000,
      currency: 'USD',
      watermarkMs: 30_000,
    },
    phase: { name: 'running' },
    snapshot: aSnapshot(),
    rate: [[noonMs, 5, 1]],
    revenue: { bucketMs: 60_000, starts: [], orders: [], byCategory: [], byLocation: [], openFromMs: null },
    sales: { last: { lengthMs: 0, orders: 0, revenue: 0 }, before: null, products: [], customers: [] },
    alerts: [aGroup(1)],
    rates: [],
    acknowledges: true,
    ...change,
  };
}

/** What is told of a run that has not begun. */
function beforeOrders(change: Partial<StateMessage> = {}): StateMessage {
  const { snapshot: _snapshot, sales: _sales, revenue: _revenue, ...state } = aState(change);
  return state;
}

describe("the page's model", () => {
  it('lists the rules of the definition, and of a finished run those that it had', () => {
    const run = aState().run;
    if (run === null) throw new Error('There is no run');
    const rules = kitRules.filter(({ id }) => id === 'order-burst');
    const rates = [{ rule: 'gone-since', lastMinute: 0, lastHour: 0 }];
    const model = new RunModel();
    model.state(aState({ run: { ...run, rules }, rates }), 0);
    expect(model.ruleIds).toEqual(['order-burst', 'high-value', 'gone-since']);
    model.state(aState({ run: { ...run, rules, kind: 'finished' }, rates }), 0);
    expect(model.ruleIds).toEqual(['high-value', 'gone-since']);
  });

  it('takes in a frame that tells again what the state told', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    model.frame(
      {
        rate: [
          [noonMs, 5, 1],
          [noonMs + 1000, 6, 2],
        ],
        alerts: [aGroup(1), aGroup(2)],
      },
      1,
    );
    expect(model.rate.map(([, ordersPerMinute]) => ordersPerMinute)).toEqual([5, 6]);
    expect(model.alerts.map(({ alert }) => alert.order_id)).toEqual(['order-1', 'order-2']);
  });

  it('forgets one run when another begins', () => {
    const model = new RunModel();
    const sold = { lengthMs: 60_000, orders: 3, revenue: 30 };
    model.state(aState({ sales: { last: sold, before: null, products: [], customers: [] } }), 0);
    model.state(beforeOrders({ alerts: [], rate: [] }), 1);
    expect(model.snapshot).toBeNull();
    expect(model.sales.last.orders).toBe(0);
    expect(model.alerts).toEqual([]);
    expect(model.rate).toEqual([]);
  });

  it('stays bounded', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    for (let n = 0; n < 5000; n++) {
      const at = noonMs + n * 1000;
      model.frame({ rate: [[at, n, n]], alerts: [aGroup(n)] }, n);
    }
    expect(model.rate).toHaveLength(3600);
    expect(model.alerts).toHaveLength(60);
    expect(model.alerts.at(-1)?.alert.order_id).toBe('order-4999');
  });

  it('puts a group that rings again last, and leaves one that was acknowledged where it is', () => {
    const model = new RunModel();
    const again = aGroup(5, { customer_id: 'CUST_1' }, { count: 2 });
    model.state(aState({ alerts: [aGroup(1), aGroup(2), aGroup(3)] }), 0);
    model.frame({ alerts: [aGroup(2, {}, { acknowledged: '2026-03-04T12:00:00.000Z' }), again] }, 1);
    expect(model.alerts.map(({ alert }) => alert.customer_id)).toEqual(['CUST_2', 'CUST_3', 'CUST_1']);
    expect(model.alerts.map(({ count }) => count)).toEqual([1, 1, 2]);
    expect(model.alerts[0]?.acknowledged).toBe('2026-03-04T12:00:00.000Z');
  });

  it('counts how often a rule rings by the clock, and in all once the run is over', () => {
    const model = new RunModel();
    model.state(aState({ rates: [{ rule: 'high-value', lastMinute: 90, lastHour: 1000 }] }), 0);
    expect(model.ringing).toEqual([{ rule: 'high-value', times: 90, within: 'minute' }]);
    const before = model.alertsVersion;
    model.frame({ snapshot: aSnapshot({ finished: true, alerts: { 'high-value': 5000 } }) }, 1);
    expect(model.ringing).toEqual([{ rule: 'high-value', times: 5000, within: 'run' }]);
    expect(model.alertsVersion).toBeGreaterThan(before);
  });

  it('draws the alerts again when a storm is over and none follows', () => {
    const model = new RunModel();
    const rates = [{ rule: 'high-value', lastMinute: 90, lastHour: 1000 }];
    model.state(aState({ rates }), 0);
    const before = model.alertsVersion;
    model.frame({ rates: [...rates] }, 1);
    expect(model.alertsVersion).toBe(before);
    model.frame({ rates: [{ rule: 'high-value', lastMinute: 0, lastHour: 1000 }] }, 2);
    expect(model.alertsVersion).toBeGreaterThan(before);
  });

  it('counts the orders of each minute, those that came last included', () => {
    const model = new RunModel();
    const atMs = noonMs + 30_000;
    const rate: RatePoint[] = [
      [atMs, 2779, 100],
      [atMs + 20_000, 2000, 300],
      [atMs + 40_000, 1500, 450],
      [atMs + 60_000, 900, 600],
    ];
    const finished = aSnapshot({ finished: true, orders: 700, nowMs: atMs + 100_000 });
    model.state(aState({ rate, snapshot: finished }), 0);
    expect(model.ordersByMinute()).toEqual([
      [noonMs, 300],
      [noonMs + 60_000, 300],
      [noonMs + 120_000, 100],
    ]);
  });

  it('says what a run is at, and how long the run itself has taken', () => {
    const model = new RunModel();
    const said = (): unknown[] => {
      const { run, detail } = status(model, true, 0);
      return [run, detail];
    };
    expect(said()).toEqual(['waiting', '']);
    model.state(beforeOrders({ phase: { name: 'starting-kafka' } }), 0);
    expect(said()).toEqual(['starting', 'Starting Kafka · a file']);
    model.frame({ phase: { name: 'starting-spark' } }, 0);
    expect(said()).toEqual(['starting', 'Starting Spark · a file']);
    model.frame({ phase: { name: 'running' }, snapshot: aSnapshot({ engine: 'spark', runMs: 3000 }) }, 0);
    expect(said()).toEqual(['running', '00:00:03 · spark engine · a file']);
    model.frame({ phase: { name: 'draining', written: 2, windows: 5 } }, 0);
    expect(said()).toEqual(['draining', 'Draining 2 of 5 windows · 00:00:03 · spark engine · a file']);
    model.frame({ snapshot: aSnapshot({ finished: true, engine: 'spark', runMs: 9000 }) }, 0);
    expect(said()).toEqual(['finished', '00:00:09 · spark engine · a file']);
  });

  it('lets the clock of the run go on between snapshots, and stops it with the run', () => {
    const model = new RunModel();
    model.state(aState(), 100);
    expect(model.nowMs(2100)).toBe(noonMs + 2000);
    model.frame({ snapshot: aSnapshot({ finished: true }) }, 3000);
    expect(model.nowMs(9000)).toBe(noonMs);
  });

  it('knows old orders by how far event time is behind', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    expect(model.byEventTime).toBe(false);
    model.frame({ snapshot: aSnapshot({ watermarkMs: Date.UTC(1997, 0, 1) }) }, 0);
    expect(model.byEventTime).toBe(true);
  });
});

describe("the page's head", () => {
  const told = (change: Partial<StateMessage>): RunModel => {
    const model = new RunModel();
    model.state(aState(change), 0);
    return model;
  };

  it('says what is run, by which engine, for how long', () => {
    expect(status(told({}), true, 2000)).toMatchObject({
      run: 'running',
      detail: '00:01:02 · embedded engine · a file',
      link: 'live',
    });
  });

  it.each([
    [null, 'connecting', 'Connecting'],
    [false, 'lost', 'Disconnected, retrying'],
    [true, 'live', 'Connected, waiting for the run'],
  ] as const)('before a run, with the link %s', (link, state, text) => {
    const waiting = new RunModel();
    waiting.state(beforeOrders(), 0);
    expect(status(waiting, link, 0)).toMatchObject({ link: state, linkText: text });
  });

  it('says when the run has gone quiet', () => {
    expect(status(told({}), true, 12_000)).toMatchObject({ link: 'quiet', linkText: 'No update for 12 s' });
  });

  it('has nothing to retry for once the run has finished', () => {
    const finished = told({ snapshot: aSnapshot({ finished: true }) });
    expect(status(finished, false, 60_000)).toMatchObject({ run: 'finished', link: 'ended' });
  });
});
