import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { launch, open, soon, textOf } from './browser.ts';
import { GeneratedRun } from './generated-run.ts';
import { anAlert, aRow, aSnapshot } from './samples.ts';

describeWithChromium('a page that watches a run', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    dashboard = await startDashboard({ definition: pipeline, port: 0, source: 'generated orders' });
  });
  afterEach(() => dashboard.close());

  /** Half an hour of generated orders, up to now. */
  function aRun(): GeneratedRun {
    const run = new GeneratedRun(dashboard, { startMs: Date.now() - 30 * 60_000, ordersPerMinute: 1000 });
    run.advanceTo(Date.now());
    return run;
  }

  it('shows what has happened, and goes on as it happens', async () => {
    const run = aRun();
    const { page, troubles, picture } = await open(browser, dashboard.url);
    const orders = async (): Promise<number> =>
      Number((await page.textContent('#orders'))?.replaceAll(',', ''));
    await textOf(page, '#orders', /^3\d,\d{3}$/);
    const before = await orders();
    run.advanceTo(Date.now() + 60_000);
    await expect.poll(orders, soon).toBeGreaterThan(before + 900);
    expect(await page.textContent('#connection')).toBe('Live');
    expect(await page.textContent('#run-detail')).toContain('embedded engine · generated orders');
    expect(await page.locator('.chart canvas').count()).toBe(3);
    expect(await page.locator('#category-table tbody th').allTextContents()).toContain('Electronics');
    await picture('light');
    await page.click('#alerts-link');
    await page.locator('#alerts-list li').first().waitFor();
    expect(await page.locator('#planted-table tbody th').allTextContents()).toContain('order-burst');
    expect(await page.locator('#alerts-list li').count()).toBe(60);
    await page.click('#operations-link');
    await textOf(page, '#late', /^0$/);
    const latency = page.locator('#latency-table tbody tr');
    expect(await latency.nth(0).locator('td').nth(0).textContent()).toMatch(/^\d+(\.\d)? ms$/);
    expect(await latency.nth(1).locator('td').nth(1).textContent()).toMatch(/ms$|s$/);
    expect(troubles).toEqual([]);
  });

  it('counts in its table of minutes the orders of the run, every one once', async () => {
    const run = aRun();
    run.finish();
    const { page } = await open(browser, dashboard.url);
    await textOf(page, '#run-state', /Finished/);
    await page.click('button[aria-controls="rate-table"]');
    const table = page.locator('#rate-table');
    expect(await table.locator('thead th').allTextContents()).toEqual(['Minute', 'Orders']);
    const number = (text: string): number => Number(text.replaceAll(',', ''));
    const minutes = (await table.locator('tbody td').allTextContents()).map(number);
    const total = number((await page.textContent('#orders')) ?? '');
    // The table has the last thirty minutes, and the run has begun before.
    const sum = minutes.reduce((a, b) => a + b, 0);
    expect(sum).toBeLessThanOrEqual(total);
    expect(total - sum).toBeLessThan(1500);
    for (const orders of minutes.slice(1, -1)) expect(Math.abs(orders - 1000)).toBeLessThan(200);
  });

  it('says what a run is at before it takes orders, and while it drains', async () => {
    const { page } = await open(browser, dashboard.url);
    dashboard.phase({ name: 'starting-spark' });
    await textOf(page, '#run-state', /Starting/);
    expect(await page.textContent('#run-detail')).toBe('Starting Spark · generated orders');
    dashboard.phase({ name: 'running' });
    dashboard.snapshot(aSnapshot({ nowMs: Date.now() }));
    await textOf(page, '#run-state', /Running/);
    dashboard.phase({ name: 'draining', written: 1, windows: 4 });
    await textOf(page, '#run-state', /Draining/);
    expect(await page.textContent('#run-detail')).toMatch(/^Draining 1 of 4 windows · 00:01:0\d · embedded/);
  });

  it("adds up each table to its window's revenue", async () => {
    aRun();
    const { page } = await open(browser, dashboard.url);
    await page.locator('#category-table tfoot td').first().waitFor();
    const cents = async (selector: string): Promise<number[]> =>
      (await page.locator(selector).allTextContents()).map((text) =>
        Math.round(Number(text.replace(/[$,]/g, '')) * 100),
      );
    for (const kind of ['category', 'location']) {
      const parts = await cents(`#${kind}-table tbody td:nth-child(2)`);
      const [total] = await cents(`#${kind}-table tfoot td:nth-child(2)`);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(total);
    }
  });

  it('shows the figures of the window that is pointed at, or chosen with the keyboard', async () => {
    aRun();
    const { page } = await open(browser, dashboard.url);
    const name = page.locator('#bucket-name');
    await page.locator('#category-chart canvas').waitFor();
    expect(await name.textContent()).toContain('(latest)');
    const latest = await page.textContent('#category-table tfoot td');
    const chart = await page.locator('#category-chart .u-over').boundingBox();
    await page.mouse.move((chart?.x ?? 0) + 40, (chart?.y ?? 0) + 40);
    await expect.poll(() => name.textContent(), soon).not.toContain('(latest)');
    expect(await page.textContent('#category-table tfoot td')).not.toBe(latest);
    await page.mouse.move(5, 5);
    await expect.poll(() => name.textContent(), soon).toContain('(latest)');
    await page.focus('#bucket-pick');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => name.textContent(), soon).not.toContain('(latest)');
    expect(await page.getAttribute('#bucket-pick', 'aria-valuetext')).toBe(await name.textContent());
  });

  it('shows whatever an order says as text', async () => {
    const nasty = `<img src=x onerror="document.title='owned'"> "O'Neil" 🛒 <script>document.title='owned'</script>`;
    dashboard.snapshot(aSnapshot({ alerts: { 'high-value': 1 }, nowMs: Date.now() }));
    dashboard.windows([aRow(Math.floor(Date.now() / 60_000) * 60_000, { category: nasty, location: nasty })]);
    dashboard.alerts([
      anAlert(1, { customer_id: nasty, region: nasty, reason: nasty, rule_id: nasty, order_id: nasty }),
    ]);
    const { page, troubles } = await open(browser, dashboard.url);
    await textOf(page, '#category-table .name', /O'Neil/);
    expect(await page.locator('#category-table .name').textContent()).toBe(nasty);
    expect(await page.locator('#newest-list .reason').textContent()).toBe(nasty);
    await page.click('button[aria-controls="revenue-table"]');
    expect(await page.locator('#revenue-table thead th').allTextContents()).toContain(nasty);
    await page.click('#alerts-link');
    await page.locator('#alerts-list li').first().waitFor();
    expect(await page.locator('#alerts-list .reason').textContent()).toBe(nasty);
    expect(await page.locator('img[src="x"], main script').count()).toBe(0);
    expect(await page.title()).not.toBe('owned');
    expect(troubles).toEqual([]);
  });

  it('shows a year and a half of old orders on their own axis, in bars as wide as their buckets', async () => {
    const { page, picture, troubles } = await open(browser, dashboard.url);
    const firstDay = Date.UTC(1997, 0, 1);
    for (let day = 0; day < 546; day++) {
      const startMs = firstDay + day * 86_400_000;
      dashboard.windows([aRow(startMs, { order_count: 10 })]);
      if (day % 60 !== 0 && day !== 545) continue;
      dashboard.snapshot(aSnapshot({ nowMs: Date.now(), watermarkMs: startMs, orderToAlert: null }));
      await page.waitForTimeout(450);
    }
    expect(await textOf(page, '#rate-heading', /week/)).toBe('Orders per week');
    expect(await page.textContent('#revenue-heading')).toBe('Revenue per week');
    expect(await page.textContent('#bucket-name')).toContain('1998-06-29 to 1998-07-05');
    // Of the pixels along the foot of the bars, far more are bar than gap.
    const inkShare = (id: string): Promise<number> =>
      page.evaluate(`(() => {
        const canvas = document.querySelector('#${id} canvas');
        const plot = document.querySelector('#${id} .u-over');
        const top = plot.offsetTop + plot.offsetHeight - 6;
        const { data } = canvas.getContext('2d').getImageData(plot.offsetLeft, top, plot.offsetWidth, 1);
        let ink = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 128 && data[at] < 100) ink++;
        return ink / plot.offsetWidth;
      })()`);
    for (const id of ['rate-chart', 'category-chart', 'location-chart']) {
      expect(await inkShare(id), id).toBeGreaterThan(0.6);
    }
    await picture('old-orders');
    await page.click('#operations-link');
    await textOf(page, '#latency-note', /no latency/);
    expect(troubles).toEqual([]);
  });

  it('asks nobody but its own server', async () => {
    aRun();
    const { page, requests } = await open(browser, `${dashboard.url}#/alerts`);
    await page.locator('#alerts-list li').first().waitFor();
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.filter((url) => !url.startsWith(dashboard.url))).toEqual([]);
  });

  it('cannot be made to ask anybody else, even by a script in it', async () => {
    const { page } = await open(browser, dashboard.url);
    const outcome = await page.evaluate(
      'fetch("https://example.com/").then(() => "sent", (error) => String(error))',
    );
    expect(outcome).toContain('Failed to fetch');
  });

  it('keeps its document bounded at a hundred thousand orders a minute', async () => {
    // A quarter of a minute before a window ends, so that its rows are written within the first minute.
    const startMs = Math.floor(Date.now() / 60_000) * 60_000 - 2 * 60_000 - 15_000;
    const run = new GeneratedRun(dashboard, { startMs, ordersPerMinute: 100_000 });
    run.advanceTo(startMs + 15_000);
    const { page, troubles } = await open(browser, dashboard.url);
    const size = () => page.evaluate<number>('document.querySelectorAll("*").length');
    run.advanceTo(startMs + 60_000);
    await textOf(page, '#orders', /^(99|100),/);
    await page.locator('#category-chart canvas').waitFor();
    const before = await size();
    run.advanceTo(startMs + 75_000);
    await textOf(page, '#orders', /^(124|125),/);
    expect(await size()).toBeLessThan(before * 1.1);
    await page.click('#alerts-link');
    await page.locator('#alerts-list li').first().waitFor();
    expect(await page.locator('#alerts-list li').count()).toBeLessThanOrEqual(60);
    expect(troubles).toEqual([]);
  });
});
