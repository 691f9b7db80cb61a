import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server.ts';
import { describeWithChromium } from '../requirement.ts';
import { axe, launch, open, textOf } from './browser.ts';
import { GeneratedRun } from './generated-run.ts';
import { aQuery, aStream, operationsOf } from './samples.ts';

/** A stage with something to look at in every place. */
function trouble(nowMs: number) {
  const query = (name: string, change: object) =>
    aQuery({ name, saidMs: nowMs - 3000, watermarkMs: nowMs - 32_000, ...change });
  return operationsOf({
    streams: [
      aStream({
        heartbeatMs: nowMs - 2000,
        sparkUi: 'http://127.0.0.1:4040',
        queries: [
          query('records', { triggerMs: 0, behind: { '0': 120_000, '1': 12, '2': 3 } }),
          query('customers', { batchMs: 6200, closesWindows: false }),
          query('windows', {}),
        ],
      }),
    ],
    refused: [
      {
        reason: 'not-json',
        meaning: 'the value is not JSON',
        records: 1204,
        sample: {
          topic: 'ecommerce-orders',
          partition: 1,
          offset: '421337',
          isLine: false,
          text: `{"order_id": "<b>${'x'.repeat(160)}`,
        },
      },
      { reason: 'price', meaning: 'price is not a valid amount', records: 3, sample: null },
    ],
    links: [{ name: 'CloudWatch dashboard', url: 'https://console.aws.amazon.com/cloudwatch' }],
  });
}

const overflow = 'document.documentElement.scrollWidth - window.innerWidth';

describeWithChromium("the on-call engineer's view", () => {
  let browser: Browser;
  let stage: Dashboard;
  beforeAll(async () => {
    browser = await launch();
    stage = await startDashboard({
      definition: pipeline,
      port: 0,
      kind: 'stage',
      source: 'dev, eu-west-1',
    });
    stage.operations(trouble(Date.now()));
  });
  afterAll(async () => {
    await stage.close();
    await browser.close();
  });

  it.each([
    [1440, 'light'],
    [1440, 'dark'],
    [768, 'light'],
    [375, 'dark'],
  ] as const)(
    'of a stage fits %d pixels and has nothing that axe objects to, in the %s',
    async (width, colorScheme) => {
      const { page, picture, troubles } = await open(browser, stage.url, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      await textOf(page, '#verdict', /Needs attention: lag of records is over its limit of 100,000 records/);
      expect(await page.locator('#orders-link').isVisible()).toBe(false);
      expect(new URL(page.url()).hash).toBe('#/operations');
      expect(await page.evaluate<number>(overflow)).toBeLessThanOrEqual(0);
      expect(await axe(page)).toEqual([]);
      expect(troubles).toEqual([]);
      await picture(`operations-${width}-${colorScheme}`, true);
    },
  );

  it('of a stage is reached by keyboard, every part of it', async () => {
    const { page } = await open(browser, stage.url);
    await textOf(page, '#verdict', /Needs attention/);
    const stops: string[] = [];
    for (let stop = 0; stop < 6; stop++) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate<string>(
          'document.activeElement.id || document.activeElement.textContent || document.activeElement.ariaLabel',
        ),
      );
    }
    expect(stops).toEqual(
      expect.arrayContaining(['skip', 'operations-link', 'theme', 'CloudWatch dashboard', 'Spark UI']),
    );
  });

  it('of a run stands beside its orders, whose charts can be taken away', async () => {
    const dashboard = await startDashboard({ definition: pipeline, port: 0 });
    const run = new GeneratedRun(dashboard, { startMs: Date.now() - 600_000, ordersPerMinute: 1000 });
    run.advanceTo(Date.now());
    const { page } = await open(browser, dashboard.url, { acceptDownloads: true });
    await page.locator('#category-chart canvas').waitFor();
    const taken = async (head: string, name: string): Promise<Buffer> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator(head).getByRole('button', { name }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^[a-z0-9-]+T[0-9-]+\.(csv|png)$/);
      return readFile(await download.path());
    };
    const [columns = [], ...rows]: string[][] = parse(await taken('#category-head', 'CSV'), { bom: true });
    expect(columns.slice(0, 2)).toEqual(['start_utc', expect.any(String)]);
    expect(rows.length).toBeGreaterThan(5);
    for (const head of ['#rate-head', '#location-head']) {
      const png = await taken(head, 'PNG');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16)).toBeGreaterThan(300);
    }
    await dashboard.close();
  });
});
