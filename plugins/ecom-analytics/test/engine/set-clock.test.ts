import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runEmbedded } from '../../engine/embedded-run.ts';
import { openOutputFolder } from '../../files/output-folder.ts';
import { type Clock, forwardClock } from '../../functions/clock.ts';
import { readWindows } from '../../parquet/read-windows.ts';
import type { RunSnapshot } from '../../run/feed.ts';
import { generatorSource } from '../../run/generator-source.ts';
import { kit } from '../core/kit.ts';
import { VirtualClock } from '../functions/virtual-clock.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'ecom-set-clock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const startMs = Date.parse('2026-11-23T12:00:00Z');
const hourMs = 3_600_000;
const ordersPerMinute = 600;
const durationMs = 120_000;

/** When somebody sets the clock, and by how much. */
type Setting = readonly [afterMs: number, byMs: number];

function clockThatIsSet(settings: readonly Setting[]): Clock {
  const { now, elapsed, sleep } = new VirtualClock(startMs);
  const setMs = (): number =>
    settings.reduce((sum, [afterMs, byMs]) => sum + (now() >= startMs + afterMs ? byMs : 0), 0);
  return { now: () => now() + setMs(), elapsed, sleep };
}

/** Two minutes of orders. */
async function run(name: string, settings: readonly Setting[]) {
  const clock = forwardClock(clockThatIsSet(settings));
  const out = await openOutputFolder(path.join(folder, name), { engine: 'embedded', options: {} }, startMs);
  const choice = { kind: 'generator', ordersPerMinute, seed: 7, fraudRate: 0.02 } as const;
  const source = generatorSource(choice, kit, {
    durationMs,
    stop: new AbortController().signal,
    clock,
  });
  const snapshots: RunSnapshot[] = [];
  const feed = {
    snapshot: (snapshot: RunSnapshot) => snapshots.push(snapshot),
    phase: () => undefined,
    orders: () => undefined,
    windows: () => undefined,
    alerts: () => undefined,
    operations: () => undefined,
  };
  const summary = await runEmbedded({ definition: kit, source, out, clock }, feed);
  await out.close(summary);
  let inWindows = 0;
  for await (const { rows } of readWindows(out.path)) for (const row of rows) inWindows += row.order_count;
  return { summary, inWindows, last: snapshots.at(-1) };
}

describe('an embedded run during which the clock is set', () => {
  it.each<[string, Setting[]]>([
    ['back an hour', [[50_000, -hourMs]]],
    ['forward an hour', [[50_000, hourMs]]],
    [
      'back an hour, and right again',
      [
        [40_000, -hourMs],
        [80_000, hourMs],
      ],
    ],
    [
      'forward an hour, and right again',
      [
        [40_000, hourMs],
        [80_000, -hourMs],
      ],
    ],
  ])('%s: lasts as long as asked and loses no order', async (name, settings) => {
    const { summary, inWindows, last } = await run(name, settings);
    expect(summary.orders).toBeGreaterThan((0.9 * ordersPerMinute * durationMs) / 60_000);
    expect(summary).toMatchObject({ dead_letters: 0, late: 0 });
    // Each order is in two windows.
    expect(inWindows).toBe(2 * summary.orders);
    expect(last?.runMs).toBeGreaterThanOrEqual(durationMs);
    expect(last?.runMs).toBeLessThan(durationMs + 60_000);
    expect(summary.seconds).toBe((last?.runMs ?? 0) / 1000);
  });
});
