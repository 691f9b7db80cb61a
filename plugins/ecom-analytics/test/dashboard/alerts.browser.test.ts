import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { launch, open, soon, textOf } from './browser.ts';
import { anAlert, aSnapshot } from './samples.ts';

describeWithChromium('the list of alerts', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  let page: Page;
  let sent = 0;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    sent = 0;
    dashboard = await startDashboard({ definition: pipeline, port: 0 });
    send(3);
    ({ page } = await open(browser, `${dashboard.url}#/alerts`));
    await textOf(page, '#alerts-list li:first-child', /order-3/);
  });
  afterEach(() => dashboard.close());

  /** Sends alerts with rising numbers. */
  function send(count: number, rule = 'high-value'): void {
    const alerts = Array.from({ length: count }, () =>
      anAlert(++sent, { rule_id: rule, alert_id: `${rule}:${sent}` }),
    );
    dashboard.alerts(alerts);
    dashboard.snapshot(aSnapshot({ alerts: { 'high-value': sent, 'order-burst': 0 }, nowMs: Date.now() }));
  }

  const first = (): Promise<string | null> => page.textContent('#alerts-list li:first-child');

  it('shows severity, rule, reason, customer and order, the newest on top', async () => {
    expect(await first()).toMatch(
      /^highhigh-value.*The order total of 1299.95 USD is over 1000.00 USD\$1,299.95CUST_3US-Eastorder order-3$/,
    );
    send(1);
    await textOf(page, '#alerts-list li:first-child', /order-4/);
    expect(await page.locator('#alerts-list li').count()).toBe(4);
  });

  it('shows a time without a zone as UTC, wherever the page is looked at', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Kolkata' });
    const there = await context.newPage();
    await there.goto(`${dashboard.url}#/alerts`);
    dashboard.alerts([
      anAlert(++sent, { order_timestamp: '2026-11-23T22:42:37.123', alert_id: 'zoneless' }),
      anAlert(++sent, { order_timestamp: '2026-11-23T22:42:37.123Z', alert_id: 'utc' }),
    ]);
    await textOf(there, '#alerts-list li:first-child', new RegExp(`order-${sent}`));
    const times = await there.locator('#alerts-list li time').allTextContents();
    expect(times[0]).toContain('22:42');
    expect(times[1]).toBe(times[0]);
    await context.close();
  });

  it('stands still while it is pointed at, and says how many are waiting', async () => {
    await page.hover('#alerts-list li');
    await textOf(page, '#alerts-note', /Holding/);
    send(2);
    expect(await textOf(page, '#alerts-note', /2 new/)).toBe('Holding still while you read, 2 new');
    expect(await first()).toContain('order-3');
    await page.mouse.move(5, 5);
    await textOf(page, '#alerts-list li:first-child', /order-5/);
    expect(await page.textContent('#alerts-note')).toBe('newest first');
  });

  it("stands still while it has the keyboard's focus", async () => {
    await page.focus('#alerts-scroll');
    await textOf(page, '#alerts-note', /Holding/);
    send(1);
    await textOf(page, '#alerts-note', /1 new/);
    expect(await first()).toContain('order-3');
    await page.keyboard.press('Shift+Tab');
    await textOf(page, '#alerts-list li:first-child', /order-4/);
  });

  it('stays paused until it is told to go on', async () => {
    await page.focus('#alerts-pause');
    await page.keyboard.press('Space');
    expect(await page.getAttribute('#alerts-pause', 'aria-pressed')).toBe('true');
    send(1);
    await textOf(page, '#alerts-note', /Paused, 1 new/);
    expect(await first()).toContain('order-3');
    await page.keyboard.press('Space');
    await textOf(page, '#alerts-list li:first-child', /order-4/);
  });

  it('can be narrowed to one rule, with the keyboard too', async () => {
    send(1, 'order-burst');
    await textOf(page, '#alerts-list li:first-child', /order-burst/);
    await page.getByRole('radio', { name: /^order-burst/ }).check();
    await expect.poll(() => page.locator('#alerts-list li').count(), soon).toBe(1);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('#alerts-list li').count(), soon).toBe(3);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('#alerts-list li').count(), soon).toBe(4);
    await page.getByRole('radio', { name: /^region-hop/ }).check();
    await page.locator('#alerts-empty').waitFor({ state: 'visible' });
  });

  it('never grows beyond what can be read', async () => {
    for (let burst = 0; burst < 6; burst++) {
      send(50);
      await textOf(page, '#alerts-list li:first-child', new RegExp(`order-${sent}$`));
    }
    expect(await page.locator('#alerts-list li').count()).toBe(60);
  });

  it('is told to screen readers now and then, not alert by alert', async () => {
    const announced = (): Promise<string | null> => page.textContent('#alerts-announcer');
    expect(await page.locator('[aria-live] #alerts-list, #alerts-list[aria-live]').count()).toBe(0);
    await page.clock.install();
    await page.reload();
    await textOf(page, '#alerts-list li:first-child', /order-3/);
    for (let burst = 0; burst < 3; burst++) {
      send(4);
      await textOf(page, '#alerts-list li:first-child', new RegExp(`order-${sent}$`));
    }
    expect(await announced()).toBe('');
    await page.clock.fastForward(15_000);
    await expect
      .poll(announced, soon)
      .toBe('12 new alerts. The last one, high: The order total of 1299.95 USD is over 1000.00 USD.');
  });
});
