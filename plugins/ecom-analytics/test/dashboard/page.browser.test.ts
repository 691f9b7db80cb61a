import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type ViewName, views } from '../../dashboard/page/address.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { axe, launch, open, soon, textOf } from './browser.ts';
import { GeneratedRun } from './generated-run.ts';
import { anAlert, aRow, aSnapshot } from './samples.ts';

/** Pixels by which the page is wider than its window. */
const sidewaysOverflow = 'document.documentElement.scrollWidth - window.innerWidth';

/** What is cut off, or broken over lines, of the figures that a run of half an hour has. */
const cutFigures = `[
  ...[...document.querySelectorAll('.pair > *')].filter((part) => part.scrollWidth > part.clientWidth),
  ...[...document.querySelectorAll('.totals dd')].filter((figure) => {
    const text = document.createRange();
    text.selectNodeContents(figure);
    return text.getClientRects().length > 1;
  }),
].map((part) => part.textContent)`;

describeWithChromium('the page', () => {
  let browser: Browser;
  let dashboard: Dashboard;
  let run: GeneratedRun;
  beforeAll(async () => {
    browser = await launch();
    dashboard = await startDashboard({ definition: pipeline, port: 0, source: 'generated orders' });
    run = new GeneratedRun(dashboard, { startMs: Date.now() - 30 * 60_000, ordersPerMinute: 1000 });
    run.advanceTo(Date.now());
  });
  afterAll(async () => {
    await dashboard.close();
    await browser.close();
  });

  async function openFull(options: Parameters<typeof open>[2] = {}) {
    const opened = await open(browser, dashboard.url, options);
    await opened.page.locator('#newest-list li').first().waitFor();
    await opened.page.locator('#category-chart canvas').waitFor();
    return opened;
  }

  /** Goes through the navigation, and waits for what the view is about. */
  async function show(page: Page, view: ViewName): Promise<void> {
    await page.click(`#${view}-link`);
    const content = { orders: '#category-chart canvas', alerts: '#alerts-list li', operations: '#phase' };
    await page.locator(content[view]).first().waitFor();
  }

  describe.each([320, 414, 768, 1024, 1280, 1920])('%d pixels wide', (width) => {
    it('never scrolls sideways', async () => {
      const { page, picture } = await openFull({ viewport: { width, height: 900 } });
      const overflow = () => page.evaluate<number>(sidewaysOverflow);
      expect(await overflow()).toBeLessThanOrEqual(0);
      await page.click('button[aria-controls="revenue-table"]');
      await page.click('button[aria-controls="rate-table"]');
      expect(await overflow()).toBeLessThanOrEqual(0);
      await page.click('button[aria-controls="revenue-table"]');
      await page.click('button[aria-controls="rate-table"]');
      await picture(`${width}`, width < 1100);
      for (const view of ['alerts', 'operations'] as const) {
        await show(page, view);
        expect(await overflow(), view).toBeLessThanOrEqual(0);
        await picture(`${view}-${width}`, width < 1100);
      }
    });

    it('shows every figure whole', async () => {
      const { page } = await openFull({ viewport: { width, height: 900 } });
      for (const view of views) {
        await show(page, view);
        expect(await page.evaluate<string[]>(cutFigures), view).toEqual([]);
      }
    });
  });

  it('holds names and amounts of any length at any width', async () => {
    const extreme = await startDashboard({ definition: pipeline, port: 0, source: 'x'.repeat(300) });
    const long = 'W'.repeat(128);
    extreme.snapshot(aSnapshot({ revenue: 9e12, orders: 9e12, nowMs: Date.now() }));
    extreme.windows([
      aRow(Math.floor(Date.now() / 60_000) * 60_000, { category: long, location: long, total_revenue: 9e12 }),
    ]);
    extreme.alerts([anAlert(1, { customer_id: long, reason: long.repeat(5), region: long, order_id: long })]);
    for (const width of [320, 1280]) {
      const { page } = await open(browser, extreme.url, { viewport: { width, height: 900 } });
      await page.locator('#category-chart canvas').waitFor();
      expect(await page.evaluate<number>(sidewaysOverflow)).toBeLessThanOrEqual(0);
    }
    await extreme.close();
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that axe-core objects to, in the %s theme',
    async (colorScheme) => {
      const { page, picture, troubles } = await openFull({ colorScheme });
      await page.click('button[aria-controls="revenue-table"]');
      await page.click('button[aria-controls="rate-table"]');
      expect(await axe(page)).toEqual([]);
      await page.click('button[aria-controls="revenue-table"]');
      await page.click('button[aria-controls="rate-table"]');
      await picture(colorScheme);
      for (const view of ['alerts', 'operations'] as const) {
        await show(page, view);
        expect(await axe(page), view).toEqual([]);
        await picture(`${view}-${colorScheme}`);
      }
      expect(troubles).toEqual([]);
    },
  );

  it('has nothing that axe-core objects to on a phone, nor while it waits', async () => {
    const { page } = await openFull({ viewport: { width: 360, height: 780 } });
    for (const view of views) {
      await show(page, view);
      expect(await axe(page), view).toEqual([]);
    }
    const idle = await startDashboard({ definition: pipeline, port: 0 });
    const waiting = await open(browser, idle.url);
    await textOf(waiting.page, '#connection', /waiting/);
    expect(await axe(waiting.page)).toEqual([]);
    await idle.close();
  });

  it('has a landmark and a heading for each of its parts', async () => {
    const { page } = await openFull();
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of [
      '- banner',
      '- main',
      'heading "ecom-analytics" [level=1]',
      'heading "Revenue per window" [level=2]',
      'navigation "Views"',
      'region "Newest alerts"',
      'table "Revenue per window By category"',
    ]) {
      expect(tree).toContain(part);
    }
    await show(page, 'alerts');
    const alerts = await page.locator('main').ariaSnapshot();
    for (const part of ['region "Alerts"', '- search', 'region "Rules"', 'region "Planted fraud"'])
      expect(alerts).toContain(part);
    expect(alerts).not.toContain('Revenue per window');
    await show(page, 'operations');
    const operations = await page.locator('main').ariaSnapshot();
    for (const part of ['region "Latency"', 'region "Event time and quality"']) {
      expect(operations).toContain(part);
    }
    expect(tree).toMatch(
      /img "Orders per minute Now [\d,]+; in view, the lowest is [\d,]+ and the highest [\d,]+\."/,
    );
  });

  it('follows the theme of the system, unless another one is chosen, and remembers that', async () => {
    const { page } = await openFull({ colorScheme: 'dark' });
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const dark = await ground();
    await page.selectOption('#theme', 'light');
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await page.locator('#category-chart canvas').waitFor();
    expect(await ground()).toBe(light);
    expect(await page.inputValue('#theme')).toBe('light');
    await page.selectOption('#theme', 'system');
    expect(await ground()).toBe(dark);
  });

  it('draws its charts in the colors of the theme in force', async () => {
    const { page } = await openFull({ colorScheme: 'light' });
    const picture = () => page.evaluate<string>('document.querySelector("#rate-chart canvas").toDataURL()');
    const light = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(picture, soon).not.toBe(light);
    // Chosen where the charts are not to be seen.
    await show(page, 'alerts');
    await page.selectOption('#theme', 'light');
    await show(page, 'orders');
    await expect.poll(picture, soon).toBe(light);
  });

  it('can be used with the keyboard alone', async () => {
    const { page, picture } = await openFull();
    const focused = (): Promise<string> =>
      page.evaluate(
        '((at) => at.id || at.name || at.getAttribute("aria-controls") || (at.getAttribute("href") ?? at.textContent).split("=")[0])(document.activeElement)',
      );
    const stops: string[] = [];
    // The top customers lie behind the charts.
    for (let stop = 0; stop < 23; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    const newest = Array.from({ length: 8 }, () => '#/alerts?alert');
    expect(stops).toEqual([
      ...['skip', 'orders-link', 'alerts-link', 'operations-link', 'theme'],
      ...['#/alerts', ...newest, 'rate-table', 'CSV', 'PNG', 'bucket-pick', 'revenue-table'],
      ...['CSV', 'PNG', 'CSV', 'PNG'],
    ]);
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await picture('keyboard');
  });

  it('skips to the content, and leaves the address as it is', async () => {
    const { page } = await openFull();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('#/alerts');
    expect(await page.evaluate('location.hash')).toBe('');
  });

  it('shows what its address says, and follows a step back and forward', async () => {
    const { page, troubles } = await open(browser, `${dashboard.url}#/alerts?rule=high-value`);
    await page.locator('#alerts-list li').first().waitFor();
    expect(await page.inputValue('#search-rule')).toBe('high-value');
    expect(await page.getAttribute('#alerts-link', 'aria-current')).toBe('page');
    await page.focus('#operations-link');
    await page.keyboard.press('Enter');
    await page.locator('#operations-view').waitFor();
    expect(await page.evaluate('location.hash')).toBe('#/operations');
    expect(await page.locator('#alerts-view').isVisible()).toBe(false);
    await page.goBack();
    await page.locator('#alerts-view').waitFor();
    expect(await page.inputValue('#search-rule')).toBe('high-value');
    await page.goForward();
    await page.locator('#operations-view').waitFor();
    expect(await page.locator('[aria-current]').allTextContents()).toEqual(['Operations']);
    expect(troubles).toEqual([]);
  });

  it('tells its charts as tables when asked', async () => {
    const { page } = await openFull();
    expect(await page.locator('#rate-table').isVisible()).toBe(false);
    await page.focus('button[aria-controls="rate-table"]');
    await page.keyboard.press('Enter');
    expect(await page.getAttribute('button[aria-controls="rate-table"]', 'aria-expanded')).toBe('true');
    expect(await page.locator('#rate-table tbody tr').count()).toBeGreaterThan(20);
    await page.click('button[aria-controls="revenue-table"]');
    expect(await page.locator('#revenue-table tbody tr').count()).toBeGreaterThan(20);
  });

  it('marks the alerts that came last, and animates nothing', async () => {
    const { page } = await openFull();
    await show(page, 'alerts');
    expect(await page.locator('#alerts-list li.fresh').count()).toBe(0);
    run.advanceTo(Date.now() + 60_000);
    await page.locator('#alerts-list li.fresh').first().waitFor();
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });
});
