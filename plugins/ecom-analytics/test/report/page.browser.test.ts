import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { main as reportCommand } from '../../report/command.ts';
import { chromiumPath, describeWithChromium } from '../requirement.ts';
import { alert, noon, printed, row, summary, type WrittenRun, writeRun } from './written-run.ts';

const main = (args: readonly string[]) => reportCommand(args, pipeline);

const shots = path.resolve(import.meta.dirname, '../../../../test-results/report');

const categories = ['Electronics', 'Clothing', 'Home', 'Sports', 'Beauty', 'Books', 'Garden', 'Toys', 'Tea'];
const rows = Array.from({ length: 240 }, (_, minute) =>
  categories.map((category, index) =>
    row(
      noon + minute * 60_000,
      category,
      ['US-East', 'EU-West'][index % 2] ?? '',
      3 + ((minute * 7 + index) % 11),
      90 * (9 - index) + minute,
    ),
  ),
).flat();

describeWithChromium("the report's page", () => {
  let run: WrittenRun;
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    run = await writeRun([rows], {
      summary,
      alerts: [
        alert('high-value', 'c1', '2026-11-23T12:00:01.000Z'),
        alert('order-burst', 'c2', '2026-11-23T12:00:01.000Z'),
      ],
    });
    await printed(main, [run.folder]);
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    run?.remove();
  });

  async function open(
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<{ page: Page; asked: string[]; said: string[] }> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      bypassCSP: false,
    });
    const page = await context.newPage();
    const asked: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(pathToFileURL(path.join(run.folder, 'report.html')).href);
    await page.screenshot({ path: path.join(shots, `${width}-${colorScheme}.png`), fullPage: true });
    return { page, asked, said };
  }

  it.each([
    [1280, 'light'],
    [1280, 'dark'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('asks for nothing, fits and is legible at a width of %d in the %s', async (width, scheme) => {
    const { page, asked, said } = await open(width, scheme);
    expect(asked).toEqual([page.url()]);
    expect(said).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const cutTables =
      '[...document.querySelectorAll("section > .scroll")].filter((one) => one.scrollWidth > one.clientWidth)';
    expect(await page.evaluate(`${cutTables}.map((one) => one.textContent)`)).toEqual([]);
    expect(await page.locator('.chart g').count()).toBe(2 * 48);
    expect(await page.locator('.legend li').allTextContents()).toEqual([
      ...categories.slice(0, 7),
      'All others',
    ]);
    const labels = page.locator('.times').first().locator('span');
    const boxes = await Promise.all((await labels.all()).map((label) => label.boundingBox()));
    for (const [index, box] of boxes.entries()) {
      const next = boxes[index + 1];
      if (box && next) expect(box.x + box.width).toBeLessThan(next.x);
    }
  });

  it.each(['light', 'dark'] as const)('has no accessibility violation in the %s', async (scheme) => {
    const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path.join(run.folder, 'report.html')).href);
    await page.locator('summary').first().click();
    await page.addScriptTag({ content: axe.source });
    const violations = await page.evaluate(
      'axe.run().then((result) => result.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]))',
    );
    expect(violations).toEqual([]);
  });

  it('says in its tables what its plots show', async () => {
    const { page } = await open(1280, 'light');
    await page.getByText('Revenue as a table').click();
    const table = page.getByRole('table', { name: 'Revenue over time' });
    expect(await table.getByRole('row').count()).toBe(49);
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'Time (UTC)',
      ...categories.slice(0, 7),
      'All others',
      'Total',
    ]);
    await page.getByText('Orders as a table').click();
    const orders = await page
      .getByRole('table', { name: 'Orders over time' })
      .getByRole('cell')
      .allTextContents();
    const counted = orders.reduce((sum, text) => sum + Number(text.replace(',', '')), 0);
    expect(counted).toBe(rows.reduce((sum, one) => sum + one.order_count, 0));
  });
});
