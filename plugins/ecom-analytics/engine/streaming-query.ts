import { type Alert, orderAlert } from '../core/alert.ts';
import type { DeadLetter } from '../core/dead-letter.ts';
import { addCents, type CentsSum } from '../core/money.ts';
import { type BadRecordReason, OrderReader, type ParsedOrder } from '../core/order.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { isStateful, isStateless, type StatelessRule, trips } from '../core/rule.ts';
import { drainTickTime, parseTick, tickHeader } from '../core/tick.ts';
import { type WindowRow, watermarkAfter } from '../core/window.ts';
import { Customers } from './customer.ts';
import { CustomerRules } from './customer-rules.ts';
import { Deduplication } from './deduplication.ts';
import type { TopicRecord } from './memory-topic.ts';
import { WindowState } from './window-state.ts';

/** What one micro-batch led to. */
export interface MicroBatch {
  /** Windows that closed, earliest first. */
  readonly rows: WindowRow[];
  readonly alerts: FoundAlert[];
  readonly deadLetters: DeadLetter[];
}

export interface FoundAlert {
  readonly alert: Alert;
  /** When the order that caused it was appended, epoch milliseconds. */
  readonly appendedMs: number;
}

/** Counted over the run. */
export interface QueryTotals {
  /** Accepted, without those known to be duplicates. */
  orders: number;
  duplicates: number;
  /** Orders that came too late for at least one of their windows. */
  late: number;
  deadLetters: number;
  revenueCents: CentsSum;
}

/**
 * The pipeline as one streaming query over the orders topic, micro-batch by micro-batch, as Spark would run it: a batch is
 * judged by the watermark before it, and moves it for the next. State is bounded by the watermark, but for the set of
 * customers, who are counted over the whole run. No I/O, and no clock but the one passed in.
 */
export class StreamingQuery {
  readonly totals: QueryTotals = { orders: 0, duplicates: 0, late: 0, deadLetters: 0, revenueCents: 0 };
  readonly #definition: PipelineDefinition;
  readonly #reader: OrderReader;
  readonly #orderRules: readonly StatelessRule[];
  readonly #customerRules: CustomerRules;
  readonly #windows: WindowState;
  readonly #deduplication: Deduplication | null;
  readonly #customers = new Customers();
  #maxEventTimeMs = Number.NEGATIVE_INFINITY;
  /** The watermark before this batch. */
  #judgedByMs = Number.NEGATIVE_INFINITY;

  constructor(definition: PipelineDefinition) {
    const { rules, windows } = definition;
    this.#definition = definition;
    this.#reader = new OrderReader(definition);
    this.#orderRules = rules.filter(isStateless);
    this.#customerRules = new CustomerRules(rules.filter(isStateful));
    this.#windows = new WindowState(windows);
    this.#deduplication = windows.deduplicate ? new Deduplication(windows.watermarkMs) : null;
  }

  get customers(): number {
    return this.#customers.count;
  }

  /** Epoch milliseconds; null before the first order or tick. */
  get watermarkMs(): number | null {
    return this.#maxEventTimeMs === Number.NEGATIVE_INFINITY
      ? null
      : watermarkAfter(this.#maxEventTimeMs, this.#definition.windows.watermarkMs);
  }

  /** @param nowMs goes into alerts as the time of detection */
  process(records: readonly TopicRecord[], nowMs: number): MicroBatch {
    const batch: MicroBatch = { rows: [], alerts: [], deadLetters: [] };
    for (const record of records) {
      if (record.value === null && record.header?.key === tickHeader) {
        this.#tick(record, record.header.value, batch);
        continue;
      }
      const parsed = this.#reader.parse(record.value, record.timestampMs);
      if (typeof parsed === 'string') this.#refuse(record, parsed, batch);
      else this.#order(parsed, record, nowMs, batch);
    }
    this.#advance(batch);
    return batch;
  }

  /**
   * Closes every window that is open, as a tick past the last of them would. It is not a record, so no clock can have it
   * refused.
   */
  close(): MicroBatch {
    const batch: MicroBatch = { rows: [], alerts: [], deadLetters: [] };
    const { lastEndMs } = this.#windows;
    if (lastEndMs !== null) {
      const drainMs = drainTickTime(lastEndMs, this.#definition.windows.watermarkMs);
      this.#maxEventTimeMs = Math.max(this.#maxEventTimeMs, drainMs);
      this.#advance(batch);
    }
    return batch;
  }

  /** Moves the watermark to where the batch has taken it. */
  #advance(batch: MicroBatch): void {
    const { watermarkMs } = this;
    if (watermarkMs === null || watermarkMs <= this.#judgedByMs) return;
    this.#judgedByMs = watermarkMs;
    for (const row of this.#windows.advance(watermarkMs)) batch.rows.push(row);
    this.#deduplication?.advance(watermarkMs);
    this.#customerRules.advance(watermarkMs);
  }

  #order(parsed: ParsedOrder, record: TopicRecord, nowMs: number, batch: MicroBatch): void {
    const { order, eventTimeMs, totalCents } = parsed;
    if (eventTimeMs > this.#maxEventTimeMs) this.#maxEventTimeMs = eventTimeMs;
    // These see every order, also late ones and duplicates: the alert's id is the same, and the consumer acts once.
    for (const rule of this.#orderRules) {
      if (!trips(rule, order)) continue;
      const alert = orderAlert(rule, parsed, nowMs, 'stream');
      batch.alerts.push({ alert, appendedMs: record.timestampMs });
    }
    const customer = this.#customers.get(order.customer_id);
    // These tell an order that comes again by the orders of their own windows, which are open for longer.
    for (const alert of this.#customerRules.add(parsed, customer, nowMs)) {
      batch.alerts.push({ alert, appendedMs: record.timestampMs });
    }
    if (this.#deduplication?.isDuplicate(order.order_id, eventTimeMs)) {
      this.totals.duplicates++;
      return;
    }
    this.totals.orders++;
    this.totals.revenueCents = addCents(this.totals.revenueCents, totalCents);
    // Deduplication drops an order behind the watermark even while its window is open, here as in Spark.
    const behind = this.#deduplication !== null && eventTimeMs <= this.#judgedByMs;
    if (
      behind ||
      !this.#windows.add(eventTimeMs, order.category, order.region, totalCents, customer.number)
    ) {
      this.totals.late++;
    }
  }

  #tick(record: TopicRecord, headerValue: string, batch: MicroBatch): void {
    const timeMs = parseTick(headerValue, record.timestampMs, this.#definition.windows);
    if (Number.isNaN(timeMs)) this.#refuse(record, 'tick', batch);
    else if (timeMs > this.#maxEventTimeMs) this.#maxEventTimeMs = timeMs;
  }

  #refuse(record: TopicRecord, reason: BadRecordReason, batch: MicroBatch): void {
    this.totals.deadLetters++;
    batch.deadLetters.push({
      reason,
      topic: this.#definition.topics.orders.name,
      partition: record.partition,
      offset: String(record.offset),
      value_base64: record.value === null ? null : Buffer.from(record.value).toString('base64'),
    });
  }
}
