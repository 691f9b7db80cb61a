import type { Alert } from '../../core/alert.ts';
import type { Order } from '../../core/order.ts';
import type { StatefulRule } from '../../core/rule.ts';
import type { Windowing, WindowRow } from '../../core/window.ts';

/** The contracts, computed the long way: every order is kept, and every question is answered by looking at all of them. */

export interface ExpectedOutcome {
  readonly rows: WindowRow[];
  readonly orders: number;
  readonly duplicates: number;
  readonly late: number;
}

const timeOf = (order: Order): number => Date.parse(order.timestamp);
const centsOf = (order: Order): bigint => BigInt(Math.round(order.total_amount * 100));

/** Starts of the aligned windows that hold a time. */
function startsOf(time: number, sizeMs: number, slideMs: number): number[] {
  const starts: number[] = [];
  for (let k = Math.ceil((time - sizeMs + 1) / slideMs); k * slideMs <= time; k++) starts.push(k * slideMs);
  return starts;
}

/** The watermark before each batch. */
function watermarksBefore(batches: readonly (readonly Order[])[], delayMs: number): number[] {
  return batches.map((_, index) => {
    const before = batches.slice(0, index).flat();
    return before.reduce((newest, order) => Math.max(newest, timeOf(order)), -Infinity) - delayMs;
  });
}

export function expectedOutcome(
  batches: readonly (readonly Order[])[],
  { sizeMs, slideMs, watermarkMs, deduplicate }: Windowing,
): ExpectedOutcome {
  const watermarks = watermarksBefore(batches, watermarkMs);
  const kept: Order[] = [];
  const counted: { readonly start: number; readonly order: Order }[] = [];
  let orders = 0;
  let duplicates = 0;
  let late = 0;
  batches.forEach((batch, index) => {
    const watermark = watermarks[index] ?? -Infinity;
    for (const order of batch) {
      const time = timeOf(order);
      const known = kept.some(
        (other) => other.order_id === order.order_id && timeOf(other) + watermarkMs > watermark,
      );
      if (deduplicate && known) {
        duplicates++;
        continue;
      }
      orders++;
      const starts = startsOf(time, sizeMs, slideMs);
      const open = deduplicate
        ? starts.filter(() => time > watermark)
        : starts.filter((start) => start + sizeMs > watermark);
      if (open.length < starts.length) late++;
      if (!deduplicate || time > watermark) kept.push(order);
      for (const start of open) counted.push({ start, order });
    }
  });
  const groups = new Map<string, typeof counted>();
  for (const one of counted) {
    const key = JSON.stringify([one.start, one.order.category, one.order.region]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = [...groups].map(([key, group]): WindowRow => {
    const [start, category, location] = JSON.parse(key);
    const amounts = group.map(({ order }) => centsOf(order));
    const sum = amounts.reduce((total, amount) => total + amount, 0n);
    const count = BigInt(group.length);
    const sorted = amounts.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return {
      window_start: start,
      window_end: start + sizeMs,
      category,
      location,
      order_count: group.length,
      total_revenue: Number(sum) / 100,
      avg_order_value: Number((2n * sum + count) / (2n * count)) / 100,
      unique_customers: new Set(group.map(({ order }) => order.customer_id)).size,
      max_order_value: Number(sorted.at(-1)) / 100,
      min_order_value: Number(sorted[0]) / 100,
    };
  });
  return { rows: sortedRows(rows), orders, duplicates, late };
}

/** The alerts of a rule over customers, without the time of detection. */
export function expectedAlerts(
  batches: readonly (readonly Order[])[],
  rule: StatefulRule,
  delayMs: number,
): Omit<Alert, 'detected_at'>[] {
  const watermarks = watermarksBefore(batches, delayMs);
  const arrivals = batches.flatMap((batch, index) =>
    batch.map((order) => ({ order, watermark: watermarks[index] ?? -Infinity })),
  );
  const { sizeMs, slideMs } = rule.windows;
  const starts = new Set(arrivals.flatMap(({ order }) => startsOf(timeOf(order), sizeMs, slideMs)));
  const alerts: Omit<Alert, 'detected_at'>[] = [];
  for (const start of starts) {
    for (const customer of new Set(arrivals.map(({ order }) => order.customer_id))) {
      const seen: Order[] = [];
      for (const { order, watermark } of arrivals) {
        const time = timeOf(order);
        if (order.customer_id !== customer || time < start || time >= start + sizeMs) continue;
        if (start + sizeMs <= watermark || seen.some(({ order_id }) => order_id === order.order_id)) continue;
        seen.push(order);
        const values = seen.map((one) => (rule.kind === 'distinct-orders' ? one.order_id : one[rule.field]));
        const count = new Set(values).size;
        if (count <= rule.moreThan) continue;
        const newest = seen.reduce((latest, one) => (timeOf(one) >= timeOf(latest) ? one : latest));
        const sum = seen.reduce((total, one) => total + centsOf(one), 0n);
        alerts.push({
          alert_id: `${rule.id}:${start}:${customer}`,
          rule_id: rule.id,
          severity: rule.severity,
          order_id: null,
          customer_id: customer,
          total_amount: Number(sum) / 100,
          region: newest.region,
          reason: rule.reason
            .replace('{customer_id}', customer)
            .replace('{value}', String(count))
            .replace('{limit}', String(rule.moreThan)),
          order_timestamp: new Date(timeOf(newest)).toISOString(),
          source: 'stream',
        });
        break;
      }
    }
  }
  return alerts.toSorted((a, b) => (a.alert_id < b.alert_id ? -1 : 1));
}

/** Rows in an order of their own, to be compared. */
export function sortedRows(rows: readonly WindowRow[]): WindowRow[] {
  const key = (row: WindowRow): string => `${row.window_start} ${row.category} ${row.location}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
