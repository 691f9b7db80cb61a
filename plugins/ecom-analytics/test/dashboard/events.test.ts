import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { kit } from '../core/kit.ts';
import { EventReader } from './event-reader.ts';
import { anAlert, aRow, aSnapshot, noonMs } from './samples.ts';

let dashboard: Dashboard;
beforeEach(async () => {
  dashboard = await startDashboard({ definition: kit, port: 0, source: 'a test' });
});
afterEach(() => dashboard.close());

describe("the dashboard's events", () => {
  it('begin with all that has happened so far', async () => {
    dashboard.snapshot(aSnapshot());
    dashboard.windows([aRow(noonMs)]);
    dashboard.alerts([anAlert(1), anAlert(2)]);
    const reader = await EventReader.open(dashboard.url);
    const { name, data } = await reader.expectNext();
    expect(name).toBe('state');
    expect(data.run?.source).toBe('a test');
    expect(data.run?.rules?.map((rule) => rule.id)).toContain('region-hop');
    expect(data.snapshot?.orders).toBe(1000);
    expect(data.revenue?.byCategory).toEqual([{ name: 'Books', revenue: [10.5] }]);
    expect(data.alerts?.map(({ alert }) => alert.order_id)).toEqual(['order-1', 'order-2']);
    await reader.close();
  });

  it('go on with what has changed, gathered into one frame', async () => {
    const reader = await EventReader.open(dashboard.url);
    await reader.expectNext();
    dashboard.snapshot(aSnapshot({ orders: 1 }));
    dashboard.snapshot(aSnapshot({ orders: 2 }));
    dashboard.alerts([anAlert(1)]);
    dashboard.alerts([anAlert(2)]);
    const { name, data } = await reader.expectNext();
    expect(name).toBe('frame');
    expect(data.snapshot?.orders).toBe(2);
    expect(data.alerts).toHaveLength(2);
    expect(data).not.toHaveProperty('revenue');
    await reader.close();
  });

  it('reach every page that is open', async () => {
    const readers = await Promise.all([EventReader.open(dashboard.url), EventReader.open(dashboard.url)]);
    for (const reader of readers) await reader.expectNext();
    dashboard.snapshot(aSnapshot({ orders: 77 }));
    for (const reader of readers) {
      expect((await reader.expectNext()).data.snapshot?.orders).toBe(77);
      await reader.close();
    }
  });

  it('tell a page that was away for a moment only what it has missed', async () => {
    const before = await EventReader.open(dashboard.url);
    const { id } = await before.expectNext();
    dashboard.alerts([anAlert(1)]);
    const seen = await before.expectNext();
    await before.close();
    const after = await EventReader.open(dashboard.url, id);
    expect(await after.next()).toEqual(seen);
    await after.close();
  });

  it("tell a page everything when its last event was another server's", async () => {
    dashboard.snapshot(aSnapshot({ finished: true }));
    for (const id of ['deadbeef.1', 'x', '.', `${'9'.repeat(50)}.9`]) {
      const reader = await EventReader.open(dashboard.url, id);
      expect((await reader.expectNext()).name).toBe('state');
      await reader.close();
    }
  });

  it('end with the final numbers when the dashboard is closed', async () => {
    const reader = await EventReader.open(dashboard.url);
    await reader.expectNext();
    dashboard.alerts([anAlert(9)]);
    dashboard.snapshot(aSnapshot({ finished: true, orders: 4321 }));
    await dashboard.close();
    const last = await reader.expectNext();
    expect(last.data.snapshot).toMatchObject({ finished: true, orders: 4321 });
    expect(last.data.alerts).toHaveLength(1);
    expect(await reader.next()).toBeNull();
  });

  it('carry text that is no JSON by itself and line breaks unharmed', async () => {
    const odd = '"};\n\nevent: frame\ndata: {}\u2028<script>';
    dashboard.alerts([anAlert(1, { customer_id: odd })]);
    const reader = await EventReader.open(dashboard.url);
    expect((await reader.expectNext()).data.alerts?.[0]?.alert.customer_id).toBe(odd);
    await reader.close();
  });
});
