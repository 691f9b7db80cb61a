import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlertAnswer, AlertGroup, LimitAnswer } from '../../dashboard/message.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { kit } from '../core/kit.ts';
import { EventReader } from './event-reader.ts';
import { anAlert, aSentOrder, aSnapshot } from './samples.ts';

let folder: string;
let dashboard: Dashboard;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ecom run '));
  dashboard = await startDashboard({ definition: kit, port: 0 });
});
afterEach(async () => {
  await dashboard.close();
  await rm(folder, { recursive: true });
});

async function ask<T>(query: string): Promise<T> {
  const response = await fetch(new URL(query, dashboard.url));
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

function acknowledge(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL('/acknowledge', dashboard.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: new URL(dashboard.url).origin, ...headers },
    body,
  });
}

describe('an alert that is opened', () => {
  it('comes with its order, the other orders of its customer, and its rule', async () => {
    const customer_id = 'CUST_A';
    dashboard.orders([1, 2, 3].map((n) => aSentOrder(n, { customer_id, total_amount: 500 * n })));
    dashboard.orders([aSentOrder(4)]);
    dashboard.alerts([anAlert(3, { customer_id })]);
    const answer = await ask<AlertAnswer>('/alert?id=high-value%3Aorder-3');
    expect(answer.group.alert).toEqual(anAlert(3, { customer_id }));
    expect(answer.order).toEqual(aSentOrder(3, { customer_id, total_amount: 1500 }).order);
    expect(answer.others.count).toBe(2);
    expect(answer.others.newest.map(({ order_id }) => order_id)).toEqual(['order-2', 'order-1']);
    expect(answer.atHand).toMatchObject({ orders: 4, all: true });
    expect(answer.rule).toEqual(kit.rules.find(({ id }) => id === 'high-value'));
    expect(answer.rate).toEqual({ rule: 'high-value', lastMinute: 1, lastHour: 1 });
  });

  it("is found in the run's file once the page no longer holds it", async () => {
    await writeFile(path.join(folder, 'alerts.jsonl'), `${JSON.stringify(anAlert(1))}\n`);
    const url = new URL('/alert?id=high-value:order-1', dashboard.url);
    expect((await fetch(url)).status).toBe(404);
    await dashboard.runFolder(folder);
    const answer = await ask<AlertAnswer>('/alert?id=high-value:order-1');
    expect(answer.group).toEqual({ alert: anAlert(1), count: 1, since: anAlert(1).detected_at });
    expect(answer.order).toBeNull();
  });

  it('is not asked for by another site', async () => {
    const response = await fetch(new URL('/alert?id=x', dashboard.url), {
      headers: { Origin: 'https://evil.example' },
    });
    expect(response.status).toBe(403);
  });
});

describe('a search', () => {
  it("goes through the run's file, a line for each rule and customer", async () => {
    const alerts = [
      anAlert(1, { customer_id: 'A' }),
      anAlert(2),
      anAlert(3, { customer_id: 'A', severity: 'low' }),
    ];
    await writeFile(
      path.join(folder, 'alerts.jsonl'),
      alerts.map((one) => `${JSON.stringify(one)}\n`).join(''),
    );
    await dashboard.runFolder(folder);
    const found = async (query: string) =>
      (await ask<AlertGroup[]>(`/alerts?${query}`)).map(({ alert, count }) => [alert.order_id, count]);
    expect(await found('customer=A')).toEqual([['order-3', 2]]);
    expect(await found('q=US-EAST+order-2')).toEqual([['order-2', 1]]);
    expect(await found('rule=order-burst')).toEqual([]);
    expect(await found('severity=low')).toEqual([['order-3', 1]]);
  });
});

describe('another limit', () => {
  it('is tried on the orders at hand', async () => {
    dashboard.orders([10, 20, 30].map((total_amount, n) => aSentOrder(n, { total_amount })));
    const answer = await ask<LimitAnswer>('/limit?rule=high-value&more-than=15');
    expect(answer).toMatchObject({ orders: 3, asked: { moreThan: 15, alerts: 2 }, now: { alerts: 0 } });
    expect(answer.atHand.all).toBe(true);
  });

  it.each([
    ['rule=nowhere&more-than=1', 404, 'no rule nowhere'],
    ['rule=suspicious-location&more-than=1', 400, 'a list'],
    ['rule=high-value&more-than=many', 400, 'is not a limit'],
  ])('is refused for %s', async (query, status, why) => {
    const response = await fetch(new URL(`/limit?${query}`, dashboard.url));
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(why);
  });
});

describe('acknowledging', () => {
  const bodyOf = (acknowledged: boolean): string =>
    JSON.stringify({ alert: 'high-value:order-1', acknowledged });
  const body = bodyOf(true);

  it('is told to every page, and survives a restart', async () => {
    await dashboard.runFolder(folder);
    dashboard.alerts([anAlert(1)]);
    const reader = await EventReader.open(dashboard.url);
    expect((await reader.expectNext()).data.acknowledges).toBe(true);
    const group = (await (await acknowledge(body)).json()) as AlertGroup;
    expect(Date.parse(group.acknowledged ?? '')).toBeGreaterThan(Date.now() - 60_000);
    let told: string | undefined;
    while (told === undefined) told = (await reader.expectNext()).data.alerts?.[0]?.acknowledged;
    expect(told).toBe(group.acknowledged);
    await reader.close();
    await dashboard.close();

    dashboard = await startDashboard({ definition: kit, port: 0 });
    await dashboard.runFolder(folder);
    dashboard.alerts([anAlert(1)]);
    const { group: again } = await ask<AlertAnswer>('/alert?id=high-value:order-1');
    expect(again.acknowledged).toBe(group.acknowledged);
  });

  it('can be undone, which every page is told and a restart keeps', async () => {
    await dashboard.runFolder(folder);
    dashboard.alerts([anAlert(1)]);
    await acknowledge(body);
    const reader = await EventReader.open(dashboard.url);
    expect((await reader.expectNext()).data.alerts?.[0]).toHaveProperty('acknowledged');
    const undone = await acknowledge(bodyOf(false));
    expect(undone.status).toBe(200);
    expect(await undone.json()).not.toHaveProperty('acknowledged');
    let told: readonly AlertGroup[] | undefined;
    while (told === undefined || 'acknowledged' in (told[0] ?? {})) {
      told = (await reader.expectNext()).data.alerts;
    }
    expect(told).toEqual([{ alert: anAlert(1), count: 1, since: anAlert(1).detected_at }]);
    await reader.close();
    await dashboard.close();

    dashboard = await startDashboard({ definition: kit, port: 0 });
    await dashboard.runFolder(folder);
    dashboard.alerts([anAlert(1)]);
    const { group } = await ask<AlertAnswer>('/alert?id=high-value:order-1');
    expect(group).not.toHaveProperty('acknowledged');
  });

  it('is refused where the run is read-only, or has no folder', async () => {
    dashboard.alerts([anAlert(1)]);
    dashboard.snapshot(aSnapshot());
    expect((await acknowledge(body)).status).toBe(409);
    await dashboard.runFolder(folder, 'read');
    const response = await acknowledge(body);
    expect(response.status).toBe(409);
    expect(await response.text()).toContain('read-only');
  });

  it.each([
    ['another site', body, { Origin: 'https://evil.example' }, 403],
    ['a form', body, { 'Content-Type': 'text/plain' }, 403],
    ['what is not JSON', '{', {}, 400],
    ['what names no alert', '{"alert":1,"acknowledged":true}', {}, 400],
    ['what does not say whether it is', '{"alert":"high-value:order-1"}', {}, 400],
    ['an alert that is not there', '{"alert":"nowhere","acknowledged":true}', {}, 404],
    ['too much', `"${'x'.repeat(10_000)}"`, {}, 413],
  ])('is refused for %s', async (_, sent, headers, status) => {
    await dashboard.runFolder(folder);
    dashboard.alerts([anAlert(1)]);
    expect((await acknowledge(sent, headers)).status).toBe(status);
    expect((await ask<AlertAnswer>('/alert?id=high-value:order-1')).group).not.toHaveProperty('acknowledged');
  });

  it('takes POST alone', async () => {
    const response = await fetch(new URL('/acknowledge', dashboard.url));
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('is not reported as a failure where the page is closed in the middle of the request', async () => {
    const said = vi.spyOn(process.stderr, 'write');
    const { host, port, origin } = new URL(dashboard.url);
    const head = `POST /acknowledge HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nContent-Type: application/json`;
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`${head}\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n{"alert"`);
    dashboard.alerts([anAlert(1)]);
    // The server has begun to read the body.
    await once(socket, 'data');
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await acknowledge(body)).status).toBe(409);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  it('says so where the folder is gone', async () => {
    await dashboard.runFolder(path.join(folder, 'gone'));
    dashboard.alerts([anAlert(1)]);
    const response = await acknowledge(body);
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('The output folder cannot be written');
  });
});
