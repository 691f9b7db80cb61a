import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { RunHistory } from '../../dashboard/run-history.ts';
import { anAlert, aRow, aSentOrder, aSnapshot, noonMs } from './samples.ts';

function history(): RunHistory {
  return new RunHistory(pipeline, null);
}

describe('the history of a run', () => {
  it('has no frame where nothing has changed', () => {
    const run = history();
    expect(run.takeFrame()).toBeNull();
    run.snapshot(aSnapshot());
    expect(run.takeFrame()?.snapshot?.orders).toBe(1000);
    expect(run.takeFrame()).toBeNull();
  });

  it('keeps an hour of the rate, a point a second', () => {
    const run = history();
    for (let half = 0; half < 10_000; half++) {
      run.snapshot(aSnapshot({ nowMs: noonMs + half * 500, ordersPerMinute: half }));
    }
    const { at, ordersPerMinute } = run.state().rate;
    expect(at).toHaveLength(3600);
    expect(ordersPerMinute).toHaveLength(3600);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(1000);
    expect(at.at(-1)).toBeGreaterThanOrEqual(noonMs + 9998 * 500);
  });

  it('does not draw the rate down when the run has finished', () => {
    const run = history();
    run.snapshot(aSnapshot());
    run.snapshot(aSnapshot({ finished: true, nowMs: noonMs + 30_000, ordersPerMinute: 0 }));
    expect(run.state().rate.ordersPerMinute).toEqual([1000]);
  });

  it('keeps alerts of a rare rule while a busy one goes on', () => {
    const run = history();
    run.rang([anAlert(0, { rule_id: 'region-hop', alert_id: 'region-hop:0:C' })]);
    for (let n = 1; n <= 10_000; n++) run.rang([anAlert(n)]);
    const { alerts } = run.state();
    expect(alerts).toHaveLength(61);
    expect(alerts[0]?.alert.rule_id).toBe('region-hop');
    expect(alerts.at(-1)?.alert.order_id).toBe('order-10000');
  });

  it('sends only the newest of a burst of alerts', () => {
    const run = history();
    run.rang(Array.from({ length: 5000 }, (_, n) => anAlert(n)));
    const frame = run.takeFrame();
    expect(frame?.alerts).toHaveLength(20);
    expect(frame?.alerts?.at(-1)?.alert.order_id).toBe('order-4999');
  });

  it('stays bounded when alerts name ever new rules', () => {
    const run = history();
    for (let n = 0; n < 1000; n++) run.rang([anAlert(n, { rule_id: `rule-${n}` })]);
    expect(run.state().alerts.length).toBeLessThanOrEqual(64);
  });

  it('sends revenue only when a window counted', () => {
    const run = history();
    run.windows([aRow(noonMs + 30_000)], noonMs);
    expect(run.takeFrame()).toBeNull();
    run.windows([aRow(noonMs)], noonMs);
    expect(run.takeFrame()?.revenue?.starts).toEqual([noonMs]);
  });

  it('sends what an open window has grown by every two seconds, and not with every order', () => {
    const run = history();
    run.sent([aSentOrder(0)]);
    run.snapshot(aSnapshot());
    expect(run.takeFrame()?.revenue).toMatchObject({ orders: [1], openFromMs: noonMs });
    for (const ms of [500, 1000, 1500]) {
      run.sent([aSentOrder(1)]);
      run.snapshot(aSnapshot({ nowMs: noonMs + ms }));
      const frame = run.takeFrame();
      expect(frame?.snapshot).toBeDefined();
      expect(frame).not.toHaveProperty('revenue');
      expect(frame).not.toHaveProperty('sales');
    }
    run.snapshot(aSnapshot({ nowMs: noonMs + 2000 }));
    expect(run.takeFrame()).toMatchObject({ revenue: { orders: [4] }, sales: { before: null } });
  });

  it('has no open window once the run has finished', () => {
    const run = history();
    run.sent([aSentOrder(0)]);
    run.snapshot(aSnapshot({ finished: true }));
    expect(run.takeFrame()?.revenue).toMatchObject({ starts: [], openFromMs: null });
  });
});
