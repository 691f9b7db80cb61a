import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import type { Alert } from '../../core/alert.ts';
import type { WindowRow } from '../../core/window.ts';
import { runFiles } from '../../files/output-folder.ts';
import { writeWindows } from '../../parquet/write-windows.ts';
import type { RunSummary } from '../../run/feed.ts';

/** What a run wrote, as far as a test gives it; the folder is the test's own. */
export interface WrittenRun {
  readonly folder: string;
  remove(): void;
}

export const noon = Date.parse('2026-11-23T12:00:00Z');

/** A window row, a minute long. */
export function row(
  startMs: number,
  category: string,
  location: string,
  orders: number,
  revenue: number,
): WindowRow {
  return {
    window_start: startMs,
    window_end: startMs + 60_000,
    category,
    location,
    order_count: orders,
    total_revenue: revenue,
    avg_order_value: Math.round((revenue / orders) * 100) / 100,
    unique_customers: orders,
    max_order_value: revenue,
    min_order_value: 0.5,
  };
}

export function alert(ruleId: string, customer: string, at: string, change: Partial<Alert> = {}): Alert {
  return {
    alert_id: `${ruleId}:${customer}:${at}`,
    rule_id: ruleId,
    severity: 'high',
    order_id: `order of ${customer}`,
    customer_id: customer,
    total_amount: 1200,
    region: 'US-East',
    reason: `${customer} tripped ${ruleId}`,
    order_timestamp: at,
    detected_at: at,
    source: 'stream',
    ...change,
  };
}

export const summary: RunSummary = {
  orders: 10,
  duplicates: 0,
  revenue: 1234.5,
  currency: 'USD',
  customers: 9,
  windows: 3,
  alerts: { 'high-value': 2, 'order-burst': 0 },
  dead_letters: 4,
  late: 0,
  planted: { 'high-value': { planted: 4, caught: 3, false_alerts: 1 } },
  out: 'elsewhere',
  engine: 'embedded',
  seconds: 3,
};

/** Writes a run as the engine does; each of `batches` is one batch of window rows. */
export async function writeRun(
  batches: readonly (readonly WindowRow[])[],
  { alerts, summary: said }: { alerts?: readonly (Alert | string)[]; summary?: RunSummary } = {},
): Promise<WrittenRun> {
  const folder = mkdtempSync(path.join(tmpdir(), "ecom's rün "));
  const unfinished = path.join(folder, '.unfinished');
  mkdirSync(unfinished);
  for (const [batch, rows] of batches.entries()) {
    await writeWindows({ path: folder, unfinished, checkpointId: 'test' }, batch, rows);
  }
  if (alerts !== undefined) {
    const lines = alerts.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
    writeFileSync(path.join(folder, runFiles.alerts), lines.join('\n'));
  }
  if (said !== undefined) writeFileSync(path.join(folder, runFiles.summary), JSON.stringify(said));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs a command and keeps what it prints. */
export async function printed(
  main: (args: readonly string[]) => Promise<number>,
  args: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  const keep = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((text, ...rest) => {
      texts[name] += String(text);
      for (const done of rest) if (typeof done === 'function') done(null);
      return true;
    });
  const spies = [keep('stdout'), keep('stderr')];
  try {
    const code = await main(args);
    return { code, ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
