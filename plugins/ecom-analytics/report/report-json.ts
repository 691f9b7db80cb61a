import { formatTimestamp } from '../core/timestamp.ts';
import type { Report } from './report.ts';

/** The report as data: times in ISO 8601, money in `currency`. `windows` are its first rows, as far as `--rows` asks. */
export function reportJson(report: Report, file: string): object {
  const amount = (cents: number): number => cents / 100;
  const { starts, bucketMs, series } = report.revenueOverTime;
  const [orders] = report.ordersOverTime.series;
  return {
    report: file,
    out: report.folder,
    from: formatTimestamp(report.fromMs),
    to: formatTimestamp(report.toMs),
    orders: report.orders,
    revenue: amount(report.cents),
    currency: report.currency,
    summary: report.summary,
    over_time: {
      bucket_seconds: bucketMs / 1000,
      buckets: starts.map((start, index) => ({
        start: formatTimestamp(start),
        orders: orders?.sums[index] ?? 0,
        revenue: amount(series.reduce((sum, { sums }) => sum + (sums[index] ?? 0), 0)),
      })),
    },
    categories: report.categories.map(({ cents, ...rest }) => ({ ...rest, revenue: amount(cents) })),
    locations: report.locations.map(({ cents, ...rest }) => ({ ...rest, revenue: amount(cents) })),
    busiest_windows: report.busiest.map(({ startMs, endMs, orders: count, cents }) => ({
      window_start: formatTimestamp(startMs),
      window_end: formatTimestamp(endMs),
      orders: count,
      revenue: amount(cents),
    })),
    alerts: report.alerts.map(({ ruleId, severity, alerts, customers, newest }) => ({
      rule_id: ruleId,
      severity,
      alerts,
      customers,
      newest: newest === null ? null : { at: formatTimestamp(newest.atMs), reason: newest.reason },
    })),
    window_rows: report.rows,
    windows: report.firstRows.map((row) => ({
      ...row,
      window_start: formatTimestamp(row.window_start),
      window_end: formatTimestamp(row.window_end),
    })),
  };
}
