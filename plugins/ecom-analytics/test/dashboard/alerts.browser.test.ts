import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { axe, launch, open, soon, textOf } from './browser.ts';
import { anAlert, aSentOrder, aSnapshot } from './samples.ts';

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
    await textOf(page, '#alerts-note', /Updates paused/);
    send(2);
    expect(await textOf(page, '#alerts-note', /2 new/)).toBe('Updates paused while you read, 2 new');
    expect(await first()).toContain('order-3');
    await page.mouse.move(5, 5);
    await textOf(page, '#alerts-list li:first-child', /order-5/);
    expect(await page.textContent('#alerts-note')).toBe('newest first');
  });

  it("stands still while it has the keyboard's focus", async () => {
    await page.focus('#alerts-scroll');
    await textOf(page, '#alerts-note', /Updates paused/);
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

  it('can be narrowed, which the address then says, and a step back takes back', async () => {
    const count = (): Promise<number> => page.locator('#alerts-list li').count();
    send(1, 'order-burst');
    await textOf(page, '#alerts-list li:first-child', /order-burst/);
    await page.focus('#search-rule');
    await page.keyboard.type('order');
    await expect.poll(count, soon).toBe(1);
    expect(await page.evaluate('location.hash')).toBe('#/alerts?rule=order-burst');
    await page.goBack();
    await expect.poll(count, soon).toBe(4);
    await page.fill('#search-q', 'ORDER-2');
    await expect.poll(count, soon).toBe(1);
    expect(await first()).toContain('CUST_2');
    expect(await page.evaluate('location.hash')).toBe('#/alerts?q=ORDER-2');
    await page.fill('#search-customer', 'CUST_1');
    await textOf(page, '#alerts-empty', /No alert matches/);
    await page.click('#search-clear');
    await expect.poll(count, soon).toBe(4);
    expect(await page.inputValue('#search-q')).toBe('');
  });

  it('is one line for a rule and customer, and one for a rule in a storm', async () => {
    const of = { customer_id: 'CUST_A', detected_at: new Date().toISOString() };
    dashboard.alerts([4, 5, 6].map((n) => anAlert(n, of)));
    expect(await textOf(page, '#alerts-list li:first-child', /CUST_A/)).toContain('3 times');
    expect(await page.locator('#alerts-list li').count()).toBe(4);
    dashboard.alerts(
      Array.from({ length: 200 }, (_, n) => anAlert(100 + n, { detected_at: new Date().toISOString() })),
    );
    dashboard.snapshot(aSnapshot({ nowMs: Date.now() }));
    expect(await textOf(page, '#alerts-list li:first-child', /per second/)).toMatch(
      /203 alerts in the last minute, summed up here/,
    );
    expect(await page.locator('#alerts-list li').count()).toBe(1);
    dashboard.alerts([anAlert(7, { rule_id: 'region-hop' })]);
    dashboard.snapshot(aSnapshot({ alerts: { 'high-value': 206, 'region-hop': 1 }, finished: true }));
    // Told of a burst in part, and of the whole of it from the start.
    await page.reload();
    await textOf(page, '#alerts-list li:first-child', /206 times.*206 alerts in the run, summed up here/);
    await page.click('#alerts-list li a');
    expect(await page.inputValue('#search-rule')).toBe('high-value');
    await expect.poll(() => page.locator('#alerts-list li').count(), soon).toBeGreaterThan(10);
  });

  it('opens an alert by keyboard, tries another limit, acknowledges it and undoes that, and has nothing that axe-core objects to', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ecom run '));
    await dashboard.runFolder(folder);
    dashboard.orders([aSentOrder(3, { total_amount: 1299.95 }), aSentOrder(4, { customer_id: 'CUST_3' })]);
    await page.locator('#alerts-list a').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('#alert dl').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('alert-heading');
    const detail = await page.textContent('#alert');
    expect(detail).toContain('The order total is over $1,000.00');
    expect(detail).toContain('The customer’s other orders in the run');
    expect(await page.locator('#alert .orders-table').count()).toBe(2);
    await page.fill('#limit-asked', '5');
    await page.keyboard.press('Enter');
    await textOf(page, '#alert', /At \$5\.00: 2 alerts about 1 customer\./);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await textOf(page, '#alert [role=status]', /Acknowledged/);
    await page.locator('#alerts-list li.acknowledged').waitFor();
    expect(await readFile(path.join(folder, 'acknowledged.jsonl'), 'utf8')).toContain('high-value:3');
    await page.reload();
    await textOf(page, '#alert [role=status]', /Acknowledged/);
    await page.getByRole('button', { name: 'Undo acknowledgment' }).press('Enter');
    await textOf(page, '#alert [role=status]', /No longer acknowledged/);
    await page.locator('#alerts-list li.acknowledged').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Acknowledge');
    await page.locator('#alert-heading').press('Escape');
    await page.locator('#alert').waitFor({ state: 'hidden' });
    expect(await page.evaluate('location.hash')).toBe('#/alerts');
    await rm(folder, { recursive: true });
  });

  it('stands beside how often each rule rang: by the clock while the run lasts, then in all', async () => {
    const head = (): Promise<string[]> => page.locator('#rules-table thead th').allTextContents();
    expect(await head()).toEqual(['Rule', 'Last minute', 'Last hour', 'Run']);
    dashboard.snapshot(aSnapshot({ alerts: { 'high-value': 3 }, finished: true }));
    await expect.poll(head, soon).toEqual(['Rule', 'Alerts']);
    expect(await page.locator('#alerts-pause').isVisible()).toBe(false);
    expect(await page.locator('#rules-table tbody tr:first-child td').allTextContents()).toEqual(['3']);
    await page.locator('#alerts-list a').first().click();
    await textOf(page, '#alert dl', /Raised3 times in the run/);
    expect(await page.textContent('#alert')).toContain('not its orders');
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
