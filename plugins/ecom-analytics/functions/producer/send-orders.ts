import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Alert, orderAlert } from '../../core/alert.ts';
import { EcomError } from '../../core/error.ts';
import type { GeneratedOrder } from '../../core/generator/order-generator.ts';
import { formatMoney } from '../../core/money.ts';
import { OrderReader } from '../../core/order.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { type Rule, type ThresholdRule, trippedRules } from '../../core/rule.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { LatencyScale } from './ack-latency.ts';
import { type Pace, paceOrders } from './pace.ts';

/** What is sent at once. Never all empty. */
export interface Batch {
  readonly orders: readonly GeneratedOrder[];
  /** Of the rules that the producer evaluates itself. */
  readonly alerts: readonly Alert[];
  /** Event time, epoch ms, that a tick is to move to; null for no tick. No order placed up to then is still to come. */
  readonly tickMs: number | null;
}

/** Where orders go: Kafka, or a log in this process. */
export interface OrderSink {
  /**
   * Delivers all of a batch, in order, or rejects once it has given up. The next batch comes only when this one has
   * settled: that is the backpressure, and what keeps KafkaJS's idempotent producer idempotent.
   */
  send(batch: Batch): Promise<void>;
}

/** All that a run needs beside what to send. */
export interface SendParts {
  readonly sink: OrderSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly definition: PipelineDefinition;
  readonly pace: Pace;
  /** Stops the run early; what is due is still sent. */
  readonly signal?: AbortSignal;
}

/** What a run did. */
export interface SendTotals {
  /** Orders acknowledged. */
  sent: number;
  /** Orders that could not be delivered before the deadline. */
  failed: number;
  alertsSent: number;
  ticksSent: number;
  /** Over the time from the start to the last acknowledgement. */
  achievedOrdersPerMinute: number;
  /** From handing a batch to Kafka to its acknowledgement, weighted by orders; null when there were none. */
  ackLatencyMs: { p50: number | null; p99: number | null };
  /** Why the sink gave up, when it did. */
  failure: EcomError | null;
}

/** So many orders are logged one by one; from then on they are counted. */
const loggedOrders = 10;
/** Event time is moved on this often, for a topic or a partition that gets no orders for a while. */
const tickEveryMs = 10_000;

function isAtProducer(rule: Rule): rule is ThresholdRule {
  return rule.kind === 'threshold' && rule.atProducer === true;
}

function alertsOf(
  reader: OrderReader,
  rules: readonly ThresholdRule[],
  orders: readonly GeneratedOrder[],
  nowMs: number,
): Alert[] {
  const alerts: Alert[] = [];
  for (const { order } of orders) {
    const parsed = reader.check(order, nowMs);
    if (typeof parsed === 'string') continue;
    for (const rule of trippedRules(rules, parsed)) alerts.push(orderAlert(rule, parsed, nowMs, 'producer'));
  }
  return alerts;
}

function logFirst(log: Log, batch: Batch, sentBefore: number, currency: string): void {
  const alerted = new Set(batch.alerts.map((alert) => alert.order_id));
  batch.orders.slice(0, Math.max(0, loggedOrders - sentBefore)).forEach(({ order }, index) => {
    log.info(
      `Sent order ${sentBefore + index + 1}: ${order.order_id} - ${formatMoney(order.total_amount, currency)}`,
    );
    if (alerted.has(order.order_id)) log.info('  -> High value alert sent!');
  });
}

/**
 * Sends orders as their time comes, the alerts of the rules that the producer evaluates itself along with them, and a
 * tick now and then. While one batch is on its way the next is being made. Returns when the orders are through, and
 * when the sink gives up: then the rest is not tried.
 */
export async function sendOrders(
  orders: Iterator<GeneratedOrder, unknown, void>,
  parts: SendParts,
): Promise<SendTotals> {
  const { sink, clock, log } = parts;
  const rules = parts.definition.rules.filter(isAtProducer);
  const reader = new OrderReader(parts.definition);
  const latency = new LatencyScale();
  const startMs = clock.elapsed();
  let lastAckMs = startMs;
  let tickedMs = startMs;
  const totals = { sent: 0, failed: 0, alertsSent: 0, ticksSent: 0 };
  let failure: unknown = null;

  const deliver = async (batch: Batch): Promise<void> => {
    const handedOver = clock.elapsed();
    try {
      await sink.send(batch);
    } catch (error) {
      // Kept for the loop, which is elsewhere while this batch is on its way.
      totals.failed += batch.orders.length;
      failure = error;
      return;
    }
    lastAckMs = clock.elapsed();
    if (batch.orders.length > 0) latency.record(lastAckMs - handedOver, batch.orders.length);
    logFirst(log, batch, totals.sent, parts.definition.currency);
    totals.sent += batch.orders.length;
    totals.alertsSent += batch.alerts.length;
    if (batch.tickMs !== null) totals.ticksSent++;
  };

  let underWay: Promise<void> = Promise.resolve();
  for await (const { orders: due, throughMs } of paceOrders(orders, parts.pace, clock, parts.signal)) {
    const elapsedMs = clock.elapsed();
    const tick = elapsedMs - tickedMs >= tickEveryMs;
    if (tick) tickedMs = elapsedMs;
    const alerts = alertsOf(reader, rules, due, clock.now());
    const batch: Batch = { orders: due, alerts, tickMs: tick ? throughMs : null };
    await underWay;
    if (failure !== null) {
      totals.failed += due.length;
      break;
    }
    if (due.length > 0 || tick) {
      underWay = deliver(batch);
      // The request goes out within this turn; making the next batch first would hold it up.
      await nextTurn();
    }
  }
  await underWay;
  if (failure !== null && !(failure instanceof EcomError)) throw failure;

  const minutes = (lastAckMs - startMs) / 60_000;
  return {
    ...totals,
    achievedOrdersPerMinute: minutes > 0 ? Math.round(totals.sent / minutes) : 0,
    ackLatencyMs: { p50: latency.percentile(0.5), p99: latency.percentile(0.99) },
    failure,
  };
}
