import { afterEach, describe, expect, it, vi } from 'vitest';
import type { AlertAnswer, AlertGroup } from '../../dashboard/message.ts';
import { EventReader } from './event-reader.ts';
import { type StartedRun, startRun } from './started-run.ts';

// The run is a process of its own.
vi.setConfig({ testTimeout: 60_000 });

let run: StartedRun | undefined;
afterEach(() => run?.stop());

/** The first alert about an order that a page of the run is told of. */
async function firstAlert(url: string): Promise<AlertGroup> {
  const reader = await EventReader.open(url);
  for (;;) {
    const { data } = await reader.expectNext();
    const found = data.alerts?.find(({ alert }) => alert.order_id !== null);
    if (found === undefined) continue;
    await reader.close();
    return found;
  }
}

describe('the dashboard of a run', () => {
  it('explains an alert with the order that the run sent, and keeps that it was acknowledged', async () => {
    run = await startRun(['--rate', '6000', '--fraud-rate', '0.3', '--seed', '7', '--port', '0']);
    const { alert } = await firstAlert(run.url);
    const asked = new URL(`/alert?${new URLSearchParams({ id: alert.alert_id })}`, run.url);
    const answer = async () => (await (await fetch(asked)).json()) as AlertAnswer;
    expect((await answer()).order).toMatchObject({
      order_id: alert.order_id,
      customer_id: alert.customer_id,
      total_amount: alert.total_amount,
    });
    const response = await fetch(new URL('/acknowledge', run.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: new URL(run.url).origin },
      body: JSON.stringify({ alert: alert.alert_id, acknowledged: true }),
    });
    expect(response.status).toBe(200);
    const group = (await response.json()) as AlertGroup;
    expect(group.acknowledged).toBeDefined();
    expect((await answer()).group.acknowledged).toBe(group.acknowledged);
  });
});
