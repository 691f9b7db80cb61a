import * as v from 'valibot';
import type { ParsedOrder } from './order.ts';
import { type StatefulRule, type StatelessRule, severities } from './rule.ts';
import { formatTimestamp, parseTimestamp, timestampMessage } from './timestamp.ts';
import type { Topics } from './topic.ts';

/** Ten years stand for ever. */
const LONGEST_MEMORY_S = 10 * 365 * 86_400;

const isoTime = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(parseTimestamp(text)), timestampMessage),
);

/** An alert on the wire. Times are ISO 8601 in UTC, money is in the pipeline's currency. */
export const AlertSchema = v.object({
  /** The same for the same rule and order (or customer and window), however often it is found. */
  alert_id: v.pipe(v.string(), v.nonEmpty()),
  rule_id: v.pipe(v.string(), v.nonEmpty()),
  severity: v.picklist(severities),
  /** Null for a rule over a customer. */
  order_id: v.nullable(v.string()),
  customer_id: v.pipe(v.string(), v.nonEmpty()),
  /** Of the order, or of the customer's orders in the window at first detection. */
  total_amount: v.pipe(v.number(), v.minValue(0)),
  /** Of the order, or of the customer's newest order in the window. */
  region: v.string(),
  reason: v.string(),
  /** Of the order, or of the customer's newest order in the window. */
  order_timestamp: isoTime,
  detected_at: isoTime,
  source: v.picklist(['producer', 'stream']),
});

export type Alert = v.InferOutput<typeof AlertSchema>;
export type AlertSource = Alert['source'];

/**
 * How long a consumer that acts on alerts has to remember them, in seconds. The stream can find one again for as long as its orders
 * can be read again, and Kafka can deliver it again for as long as it is kept itself.
 *
 * @param ordersMs, alertsMs `retention.ms` of the two topics; below zero for ever
 */
export function alertMemorySeconds(ordersMs: number, alertsMs: number): number {
  const forEver = ordersMs < 0 || alertsMs < 0;
  return forEver ? LONGEST_MEMORY_S : Math.min(LONGEST_MEMORY_S, Math.ceil((ordersMs + alertsMs) / 1000));
}

/** {@link alertMemorySeconds} of topics that are kept as the definition says. */
export function alertMemoryOf({ orders, alerts }: Topics): number {
  return alertMemorySeconds(orders.retentionMs, alerts.retentionMs);
}

/** `high-value:<order_id>`. Rule ids hold no colon, so no two alerts share an id. */
export function orderAlertId(ruleId: string, orderId: string): string {
  return `${ruleId}:${orderId}`;
}

/** `order-burst:<window start in epoch ms>:<customer_id>`. */
export function customerAlertId(ruleId: string, windowStartMs: number, customerId: string): string {
  return `${ruleId}:${windowStartMs}:${customerId}`;
}

/** Fills `{name}` in a rule's sentence. Spark fills the same template, so money is written with two decimals in both. */
export function fillReason(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function statelessValues(rule: StatelessRule, parsed: ParsedOrder): Record<string, string> {
  const { order } = parsed;
  if (rule.kind === 'one-of') return { value: order[rule.field], limit: '' };
  const money = rule.field !== 'quantity';
  const show = (n: number): string => (money ? n.toFixed(2) : String(n));
  return { value: show(order[rule.field]), limit: show(rule.moreThan) };
}

/** The alert of a stateless rule that an order tripped. */
export function orderAlert(
  rule: StatelessRule,
  parsed: ParsedOrder,
  detectedAtMs: number,
  source: AlertSource,
): Alert {
  const { order } = parsed;
  return {
    alert_id: orderAlertId(rule.id, order.order_id),
    rule_id: rule.id,
    severity: rule.severity,
    order_id: order.order_id,
    customer_id: order.customer_id,
    total_amount: order.total_amount,
    region: order.region,
    reason: fillReason(rule.reason, {
      ...statelessValues(rule, parsed),
      order_id: order.order_id,
      customer_id: order.customer_id,
    }),
    order_timestamp: formatTimestamp(parsed.eventTimeMs),
    detected_at: formatTimestamp(detectedAtMs),
    source,
  };
}

/** What a stateful rule has found of one customer in one window, at first detection. */
export interface CustomerFinding {
  readonly customerId: string;
  readonly windowStartMs: number;
  /** Distinct orders, or distinct values. */
  readonly count: number;
  /** Of the customer's orders in the window, in the pipeline's currency. */
  readonly totalAmount: number;
  /** Of the newest order in the window. */
  readonly region: string;
  readonly eventTimeMs: number;
}

/** The alert of a stateful rule that a customer tripped. */
export function customerAlert(rule: StatefulRule, finding: CustomerFinding, detectedAtMs: number): Alert {
  return {
    alert_id: customerAlertId(rule.id, finding.windowStartMs, finding.customerId),
    rule_id: rule.id,
    severity: rule.severity,
    order_id: null,
    customer_id: finding.customerId,
    total_amount: finding.totalAmount,
    region: finding.region,
    reason: fillReason(rule.reason, {
      customer_id: finding.customerId,
      value: String(finding.count),
      limit: String(rule.moreThan),
    }),
    order_timestamp: formatTimestamp(finding.eventTimeMs),
    detected_at: formatTimestamp(detectedAtMs),
    source: 'stream',
  };
}

/** What the record of an alert is keyed by. */
export function alertKey(alert: Alert): string {
  return alert.order_id ?? alert.customer_id;
}
