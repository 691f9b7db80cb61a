import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { RunHistory } from '../../dashboard/run-history.ts';
import { aRow, aSentOrder, aSnapshot, noonMs } from './samples.ts';

function history(): RunHistory {
  return new RunHistory({ definition: pipeline });
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
    const at = run.state().rate?.map(([atMs]) => atMs) ?? [];
    expect(at).toHaveLength(3600);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(1000);
    expect(at.at(-1)).toBeGreaterThanOrEqual(noonMs + 9998 * 500);
  });

  it('does not draw the rate down when the run has finished', () => {
    const run = history();
    run.snapshot(aSnapshot());
    run.snapshot(aSnapshot({ finished: true, nowMs: noonMs + 30_000, ordersPerMinute: 0 }));
    expect(run.state().rate).toEqual([[noonMs, 1000, 1000]]);
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
