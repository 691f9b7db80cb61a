import path from 'node:path';
import axeCore from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../requirement.ts';

/** Where what the tests saw can be looked at afterwards. */
const pictures = path.resolve(import.meta.dirname, '../../../../test-results/screenshots');

/** How long `expect.poll` waits for a page: a busy machine may take a while. */
export const soon = { timeout: 15_000 };

/** The system's Chromium, told to ask nobody for anything. */
export function launch(): Promise<Browser> {
  if (chromiumPath === undefined) {
    throw new Error(
      'Chromium is not installed. Install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to its program.',
    );
  }
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of the dashboard, and what went wrong on it. */
export interface OpenPage {
  readonly page: Page;
  /** Uncaught errors, console errors and warnings, policy violations. */
  readonly troubles: string[];
  /** Every request it made. */
  readonly requests: string[];
  /** Keeps a picture of it in test-results/screenshots. */
  picture(name: string, fullPage?: boolean): Promise<void>;
}

/** Opens a page in a browser of its own, as far as cookies and storage go. */
export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 980 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => troubles.push(String(error)));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // A server that is away is part of some tests, and Chromium logs each try.
    if (
      !message.text().includes('ERR_CONNECTION_REFUSED') &&
      !message.text().includes('ERR_INCOMPLETE_CHUNKED')
    ) {
      troubles.push(message.text());
    }
  });
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return {
    page,
    troubles,
    requests,
    picture: async (name, fullPage = false) => {
      await page.screenshot({ path: path.join(pictures, `dashboard-${name}.png`), fullPage });
    },
  };
}

/** The text of an element, once `wanted` matches it. */
export async function textOf(page: Page, selector: string, wanted: RegExp): Promise<string> {
  const found = page.locator(selector).filter({ hasText: wanted }).first();
  await found.waitFor({ state: 'attached' });
  return (await found.textContent()) ?? '';
}

/** What axe-core finds wrong, a line each. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source);
  return page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))',
  );
}
