import type { Alert } from '../../core/alert.ts';
import type { WindowRow } from '../../core/window.ts';
import type { AlertGroup } from '../../dashboard/message.ts';
import type { Operations, QueryHealth, StreamHealth } from '../../job/stream-health.ts';
import type { RunSnapshot, SentOrder } from '../../run/feed.ts';

/** Noon of an ordinary day, so that no test straddles midnight. */
export const noonMs = Date.UTC(2026, 2, 4, 12);

/** A snapshot of a live run, changed where the test cares. */
export function aSnapshot(change: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    engine: 'embedded',
    runMs: 60_000,
    nowMs: noonMs,
    finished: false,
    orders: 1000,
    duplicates: 0,
    currency: 'USD',
    revenue: 87_654.32,
    customers: 900,
    windows: 36,
    alerts: { 'high-value': 2 },
    deadLetters: 0,
    late: 0,
    ordersPerMinute: 1000,
    watermarkMs: noonMs - 30_000,
    orderToAlert: { p50: 4, p99: 26, count: 2 },
    orderToWindow: null,
    planted: {},
    ...change,
  };
}

export function aRow(startMs: number, change: Partial<WindowRow> = {}): WindowRow {
  return {
    window_start: startMs,
    window_end: startMs + 60_000,
    category: 'Books',
    location: 'US-East',
    order_count: 2,
    total_revenue: 10.5,
    avg_order_value: 5.25,
    unique_customers: 2,
    max_order_value: 6,
    min_order_value: 4.5,
    ...change,
  };
}

export function anAlert(number: number, change: Partial<Alert> = {}): Alert {
  const at = new Date(noonMs + number * 1000).toISOString();
  return {
    alert_id: `high-value:order-${number}`,
    rule_id: 'high-value',
    severity: 'high',
    order_id: `order-${number}`,
    customer_id: `CUST_${number}`,
    total_amount: 1299.95,
    region: 'US-East',
    reason: 'The order total of 1299.95 USD is over 1000.00 USD',
    order_timestamp: at,
    detected_at: at,
    source: 'stream',
    ...change,
  };
}

/** An alert by itself, as the page is told of it. */
export function aGroup(
  number: number,
  change: Partial<Alert> = {},
  of: Partial<AlertGroup> = {},
): AlertGroup {
  const alert = anAlert(number, change);
  return { alert, count: 1, since: alert.detected_at, ...of };
}

/** An order of a book in US-East for 10 USD, a second after the one before. */
export function aSentOrder(number: number, change: Partial<SentOrder['order']> = {}): SentOrder {
  const atMs = noonMs + number * 1000;
  const order = {
    order_id: `order-${number}`,
    customer_id: `CUST_${number}`,
    product_id: 'P016',
    product_name: 'Mystery Novel',
    category: 'Books',
    quantity: 1,
    price: 10,
    total_amount: 10,
    timestamp: new Date(atMs).toISOString(),
    region: 'US-East',
    ...change,
  };
  return { order, atMs };
}

/** A query that is well, changed where the test cares. */
export function aQuery(change: Partial<QueryHealth> = {}): QueryHealth {
  return {
    name: 'windows',
    behind: { '0': 0, '1': 12, '2': 3 },
    batchMs: 410,
    triggerMs: 10_000,
    rowsPerSecond: 98.5,
    mostRowsPerSecond: 2400,
    watermarkMs: noonMs - 32_000,
    saidMs: noonMs - 3000,
    isIdle: false,
    closesWindows: true,
    ...change,
  };
}

export function aStream(change: Partial<StreamHealth> = {}): StreamHealth {
  return {
    name: 'pipeline',
    state: 'running',
    detail: 'step s-1 RUNNING, generation 2',
    isHealthy: true,
    problem: null,
    heartbeatMs: noonMs - 2000,
    sparkUi: null,
    silentMs: 600_000,
    queries: [aQuery()],
    ...change,
  };
}

export function operationsOf(change: Partial<Operations> = {}): Operations {
  return {
    streams: [aStream()],
    refused: [],
    refusedCommand: 'npx sls ecom dead-letters list --stage dev',
    limits: { behind: 100_000, watermarkMs: 600_000, heartbeatMs: 60_000 },
    links: [],
    problem: null,
    ...change,
  };
}
