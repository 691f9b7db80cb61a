import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import pipeline from '../pipeline/definition.ts';
import type { ViewName } from '../plugins/ecom-analytics/dashboard/page/address.ts';
import { startDashboard } from '../plugins/ecom-analytics/dashboard/server.ts';
import { launch, open } from '../plugins/ecom-analytics/test/dashboard/browser.ts';
import { GeneratedRun } from '../plugins/ecom-analytics/test/dashboard/generated-run.ts';
import { startRun } from '../plugins/ecom-analytics/test/dashboard/started-run.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';

const ordersPerMinute = 100_000;
/** Leads to some fifty alerts a second. */
const fraudRate = 0.04;
/** Watched for this long, after as much history as the page shows. */
const watchedMs = 20_000;
const historyMs = 5 * 60_000;
const startRuns = 5;

/** What a page's main thread did while it was watched. */
interface Watched {
  /** Between two frames, milliseconds. */
  readonly frameP99: number;
  /** Tasks over 50 ms, as the Long Tasks API counts them. */
  readonly longTasks: number;
  /** Share of the time that the main thread was at work. */
  readonly busy: number;
}

async function mainThreadSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
}

async function watch(page: Page): Promise<Watched> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await mainThreadSeconds(session);
  const { frames, longTasks } = await page.evaluate<{ frames: number[]; longTasks: number }>(`
    new Promise((resolve) => {
      const frames = [];
      let longTasks = 0;
      new PerformanceObserver((list) => { longTasks += list.getEntries().length; }).observe({ type: 'longtask' });
      const began = performance.now();
      let last = began;
      requestAnimationFrame(function frame(now) {
        frames.push(now - last);
        last = now;
        if (now - began < ${watchedMs}) requestAnimationFrame(frame);
        else resolve({ frames, longTasks });
      });
    })`);
  const busy = (await mainThreadSeconds(session)) - before;
  const sorted = frames.toSorted((a, b) => a - b);
  return {
    frameP99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    longTasks,
    busy: busy / (watchedMs / 1000),
  };
}

/** Watches a view of a run at full rate, or of a server where nothing runs. */
async function watchRun(browser: Browser, view: ViewName, running: boolean): Promise<Watched> {
  const dashboard = await startDashboard({ definition: pipeline, port: 0 });
  const run = new GeneratedRun(dashboard, { startMs: Date.now() - historyMs, ordersPerMinute, fraudRate });
  if (running) run.advanceTo(Date.now());
  const timer = running ? setInterval(() => run.advanceTo(Date.now()), 100) : undefined;
  try {
    const { page } = await open(browser, `${dashboard.url}#/${view}`);
    const content = { orders: '#category-chart canvas', alerts: '#alerts-list li', operations: '#phase' };
    if (running) await page.locator(content[view]).first().waitFor();
    await delay(1000);
    return await watch(page);
  } finally {
    clearInterval(timer);
    await dashboard.close();
  }
}

/** Of the busier of the two views that follow every order and alert. */
async function smoothness(): Promise<Figure[]> {
  const browser = await launch();
  try {
    const idle = await watchRun(browser, 'orders', false);
    const orders = await watchRun(browser, 'orders', true);
    const alerts = await watchRun(browser, 'alerts', true);
    const busy: Watched = {
      frameP99: Math.max(orders.frameP99, alerts.frameP99),
      longTasks: Math.max(orders.longTasks, alerts.longTasks),
      busy: Math.max(orders.busy, alerts.busy),
    };
    const against = (value: number) => ({ what: 'the same page where nothing runs', value: rounded(value) });
    return [
      {
        figure: 'dashboard-frame-p99',
        value: rounded(busy.frameP99),
        unit: 'ms',
        against: against(idle.frameP99),
        ratio: rounded(busy.frameP99 / idle.frameP99),
        aim: '≤ 34 ms (two frames at 60 Hz)',
      },
      {
        figure: 'dashboard-long-tasks',
        value: busy.longTasks,
        unit: 'tasks over 50 ms in 20 s',
        against: against(idle.longTasks),
        ratio: null,
        aim: '0',
      },
      {
        figure: 'dashboard-main-thread-busy',
        value: rounded(busy.busy),
        unit: 'share of the time',
        against: against(idle.busy),
        ratio: null,
        aim: '≤ 0.2',
      },
    ];
  } finally {
    await browser.close();
  }
}

/** From `npm start`, already installed, to the first order that a person can read. */
async function firstOrder(): Promise<Figure> {
  const browser = await launch();
  const times: number[] = [];
  try {
    for (let number = 0; number < startRuns; number++) {
      const started = performance.now();
      const run = await startRun(['--port', '0']);
      try {
        const { page } = await open(browser, run.url);
        await page
          .locator('#orders')
          .filter({ hasText: /^[1-9]/ })
          .waitFor();
        times.push(performance.now() - started);
        await page.context().close();
      } finally {
        await run.stop();
      }
    }
  } finally {
    await browser.close();
  }
  return {
    figure: 'start-to-first-order',
    value: rounded(median(times) / 1000),
    unit: 's',
    against: null,
    ratio: null,
    aim: '≤ 2 s',
  };
}

export const benches: readonly Bench[] = [
  { name: 'dashboard-smoothness', run: smoothness },
  { name: 'start-to-first-order', run: async () => [await firstOrder()] },
];
