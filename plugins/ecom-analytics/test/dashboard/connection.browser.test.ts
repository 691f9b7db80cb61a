import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { launch, open, soon, textOf } from './browser.ts';
import { anAlert, aSnapshot } from './samples.ts';

describeWithChromium("a page's link to its run", () => {
  let browser: Browser;
  const started: Dashboard[] = [];
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    for (const dashboard of started.splice(0)) await dashboard.close();
  });

  async function start(port = 0): Promise<Dashboard> {
    const dashboard = await startDashboard({ definition: pipeline, port });
    started.push(dashboard);
    return dashboard;
  }

  it('says that it waits before the run has begun', async () => {
    const { page, picture } = await open(browser, (await start()).url);
    expect(await textOf(page, '#connection', /waiting/)).toBe('Connected, waiting for the run');
    expect(await page.textContent('#run-state')).toBe('Waiting');
    await picture('waiting');
  });

  it('says so when the server is gone, and is back by itself with the next run', async () => {
    const first = await start();
    first.snapshot(aSnapshot({ orders: 1111, nowMs: Date.now() }));
    first.alerts([anAlert(1)]);
    const { page, picture, troubles } = await open(browser, first.url);
    await textOf(page, '#orders', /1,111/);
    await first.close();
    expect(await textOf(page, '#connection', /Disconnected/)).toBe('Disconnected, retrying');
    expect(await page.textContent('#orders')).toBe('1,111');
    await picture('disconnected');

    const second = await start(Number(new URL(first.url).port));
    second.snapshot(aSnapshot({ orders: 2222, nowMs: Date.now() }));
    await textOf(page, '#orders', /2,222/);
    expect(await page.textContent('#connection')).toBe('Live');
    // The first run's alerts are not the second's.
    expect(await page.locator('#newest-list li').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('keeps the final numbers when the run has ended and its server with it', async () => {
    const dashboard = await start();
    dashboard.snapshot(aSnapshot({ nowMs: Date.now() }));
    const { page, picture } = await open(browser, dashboard.url);
    await textOf(page, '#run-state', /Running/);
    dashboard.snapshot(aSnapshot({ finished: true, orders: 98_765, nowMs: Date.now() }));
    await dashboard.close();
    await textOf(page, '#run-state', /Finished/);
    expect(await page.textContent('#orders')).toBe('98,765');
    expect(await textOf(page, '#connection', /final/)).toBe('These are the final numbers');
    expect(await page.title()).toBe('Finished · ecom-analytics');
    await picture('finished');
  });

  it('is told what it missed while the connection was broken, without starting over', async () => {
    const dashboard = await start();
    dashboard.snapshot(aSnapshot({ nowMs: Date.now() }));
    dashboard.alerts([anAlert(1)]);
    const { page } = await open(browser, `${dashboard.url}#/alerts`);
    await page.locator('#alerts-list li').first().waitFor();
    await page.evaluate('document.querySelector("#alerts-list li").setAttribute("data-seen", "")');
    await page.context().setOffline(true);
    dashboard.alerts([anAlert(2)]);
    await page.context().setOffline(false);
    await expect.poll(() => page.locator('#alerts-list li').count(), soon).toBe(2);
    expect(await page.locator('#alerts-list li[data-seen]').count()).toBe(1);
  });

  it('loads anew when the server comes back with another version of the page', async () => {
    const dashboard = await start();
    const { page, requests } = await open(browser, dashboard.url);
    await textOf(page, '#connection', /waiting/);
    // What a page of an older version has been told, before it is told by this server.
    const event = `retry: 10\nevent: state\ndata: ${JSON.stringify({
      page: 'an older version',
      run: { source: null, rules: [], windowMs: 60_000, slideMs: 30_000, watermarkMs: 30_000 },
      snapshot: null,
      rate: [],
      revenue: { bucketMs: 60_000, starts: [], orders: [], byCategory: [], byLocation: [] },
      alerts: [],
    })}\n\n`;
    let told = 0;
    await page.route('**/events*', (route) =>
      told++ === 0 ? route.fulfill({ contentType: 'text/event-stream', body: event }) : route.continue(),
    );
    await page.reload();
    const loads = (): number => requests.filter((url) => url === dashboard.url).length;
    await expect.poll(loads, soon).toBe(3);
    dashboard.snapshot(aSnapshot({ orders: 31_337, nowMs: Date.now() }));
    expect(await textOf(page, '#orders', /31,337/)).toBe('31,337');
    expect(loads()).toBe(3);
  });
});
