import { describe, expect, it } from 'vitest';
import type { StateMessage } from '../../../../local/dashboard/message.ts';
import { RunModel } from '../../../../local/dashboard/page/model.ts';
import { status } from '../../../../local/dashboard/page/status.ts';
import { anAlert, aSnapshot, noonMs } from '../samples.ts';

function aState(change: Partial<StateMessage> = {}): StateMessage {
  return {
    page: 'v1',
    run: { source: 'a file', rules: [], windowMs: 60_000, slideMs: 30_000, watermarkMs: 30_000 },
    snapshot: aSnapshot(),
    rate: { at: [noonMs], ordersPerMinute: [5] },
    revenue: { bucketMs: 60_000, starts: [], orders: [], byCategory: [], byLocation: [] },
    alerts: [anAlert(1)],
    ...change,
  };
}

describe("the page's model", () => {
  it('takes in a frame that tells again what the state told', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    model.frame(
      {
        rate: { at: [noonMs, noonMs + 1000], ordersPerMinute: [5, 6] },
        alerts: [anAlert(1), anAlert(2)],
      },
      1,
    );
    expect(model.ordersPerMinute).toEqual([5, 6]);
    expect(model.alerts.map((alert) => alert.order_id)).toEqual(['order-1', 'order-2']);
  });

  it('forgets one run when another begins', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    model.state(aState({ snapshot: null, alerts: [], rate: { at: [], ordersPerMinute: [] } }), 1);
    expect(model.snapshot).toBeNull();
    expect(model.alerts).toEqual([]);
    expect(model.at).toEqual([]);
  });

  it('stays bounded', () => {
    const model = new RunModel();
    model.state(aState(), 0);
    for (let n = 0; n < 5000; n++) {
      const at = noonMs + n * 1000;
      model.frame({ rate: { at: [at], ordersPerMinute: [n] }, alerts: [anAlert(n)] }, n);
    }
    expect(model.at).toHaveLength(3600);
    expect(model.alerts).toHaveLength(60);
    expect(model.alerts.at(-1)?.order_id).toBe('order-4999');
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
    expect(model.replaysOldOrders).toBe(false);
    model.frame({ snapshot: aSnapshot({ watermarkMs: Date.UTC(1997, 0, 1) }) }, 0);
    expect(model.replaysOldOrders).toBe(true);
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
    expect(status(told({ snapshot: null }), link, 0)).toMatchObject({ link: state, linkText: text });
  });

  it('says when the run has gone quiet', () => {
    expect(status(told({}), true, 12_000)).toMatchObject({ link: 'quiet', linkText: 'No news for 12 s' });
  });

  it('has nothing to retry for once the run has finished', () => {
    const finished = told({ snapshot: aSnapshot({ finished: true }) });
    expect(status(finished, false, 60_000)).toMatchObject({ run: 'finished', link: 'ended' });
  });
});
