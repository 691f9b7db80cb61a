import type { Alert } from '../alert.ts';
import type { Order } from '../order.ts';
import { isStateful, type Rule } from '../rule.ts';
import { parseTimestamp } from '../timestamp.ts';
import type { Label } from './label.ts';

/** How a pattern fared: cases played to their end, those of them that an alert found, alerts that found none. */
export interface PatternScore {
  planted: number;
  caught: number;
  false_alerts: number;
}

/** A planted case that an alert may still find. */
interface OpenCase {
  readonly pattern: string;
  /** How many orders it has. */
  readonly orders: number;
  /** Event times of those placed so far. */
  readonly times: number[];
  caught: boolean;
}

/** Cases and alerts are matched within this much event time; it bounds what is kept. */
const memoryMs = 30 * 60_000;

/**
 * Compares what was planted with what was found. A case counts once its last order is placed: one that the end of a run
 * cut short was never there to be found. An alert over an order finds the case that placed the order; an alert
 * over a customer finds the customer's case of that pattern with an order in the window.
 */
export class Scoreboard {
  readonly #windowOf: ReadonlyMap<string, number>;
  readonly #scores = new Map<string, PatternScore>();
  /** By pattern and order, and by pattern and customer. */
  readonly #cases = new Map<string, { cases: Set<OpenCase>; lastMs: number }>();
  readonly #open = new Map<string, OpenCase>();
  readonly #seenAlerts = new Map<string, number>();
  #newestMs = Number.NEGATIVE_INFINITY;
  #sweptMs = Number.NEGATIVE_INFINITY;

  constructor(rules: readonly Rule[]) {
    this.#windowOf = new Map(rules.filter(isStateful).map((rule) => [rule.id, rule.windows.sizeMs]));
  }

  /** Notes an order and what was meant by it. Call before the alerts that it causes. */
  sawOrder(order: Order, eventTimeMs: number, label: Label | null): void {
    this.#advance(eventTimeMs);
    if (label?.intent !== 'fraud') return;
    let open = this.#open.get(label.case);
    if (open === undefined) {
      open = { pattern: label.pattern, orders: label.orders, times: [], caught: false };
      this.#open.set(label.case, open);
    }
    open.times.push(eventTimeMs);
    if (open.times.length === open.orders) {
      const score = this.#score(label.pattern);
      score.planted++;
      if (open.caught) score.caught++;
    }
    this.#file(`${label.pattern}\n${order.order_id}`, open, eventTimeMs);
    this.#file(`${label.pattern}\n\n${order.customer_id}`, open, eventTimeMs);
  }

  /** Notes an alert; the same alert twice counts once. */
  sawAlert(alert: Alert): void {
    if (this.#seenAlerts.has(alert.alert_id)) return;
    const atMs = parseTimestamp(alert.order_timestamp);
    this.#seenAlerts.set(alert.alert_id, atMs);
    const found = this.#found(alert, atMs);
    if (found.length === 0) this.#score(alert.rule_id).false_alerts++;
    for (const open of found) {
      if (open.caught) continue;
      open.caught = true;
      if (open.times.length >= open.orders) this.#score(open.pattern).caught++;
    }
  }

  /**
   * Scores by pattern, in the order in which patterns were met. A rule for which nothing was planted has none: whether its
   * alerts are false is not known.
   */
  scores(): Record<string, PatternScore> {
    const met = [...this.#scores].filter(([, { planted }]) => planted > 0);
    return Object.fromEntries(met.map(([pattern, score]) => [pattern, { ...score }]));
  }

  #found(alert: Alert, atMs: number): OpenCase[] {
    if (alert.order_id !== null) {
      return [...(this.#cases.get(`${alert.rule_id}\n${alert.order_id}`)?.cases ?? [])];
    }
    const sizeMs = this.#windowOf.get(alert.rule_id) ?? 0;
    const start = Math.floor(atMs / sizeMs) * sizeMs;
    const ofCustomer = this.#cases.get(`${alert.rule_id}\n\n${alert.customer_id}`)?.cases ?? [];
    return [...ofCustomer].filter((open) =>
      open.times.some((time) => time >= start && time < start + sizeMs),
    );
  }

  #score(pattern: string): PatternScore {
    let score = this.#scores.get(pattern);
    if (score === undefined) {
      score = { planted: 0, caught: 0, false_alerts: 0 };
      this.#scores.set(pattern, score);
    }
    return score;
  }

  #file(key: string, open: OpenCase, eventTimeMs: number): void {
    const entry = this.#cases.get(key);
    if (entry === undefined) this.#cases.set(key, { cases: new Set([open]), lastMs: eventTimeMs });
    else {
      entry.cases.add(open);
      entry.lastMs = Math.max(entry.lastMs, eventTimeMs);
    }
  }

  /** Forgets, once per memory span, what event time has left behind. */
  #advance(eventTimeMs: number): void {
    if (eventTimeMs > this.#newestMs) this.#newestMs = eventTimeMs;
    if (this.#newestMs - this.#sweptMs < memoryMs) return;
    this.#sweptMs = this.#newestMs;
    const horizon = this.#newestMs - memoryMs;
    for (const [key, entry] of this.#cases) if (entry.lastMs < horizon) this.#cases.delete(key);
    for (const [id, open] of this.#open) if ((open.times.at(-1) ?? 0) < horizon) this.#open.delete(id);
    for (const [id, atMs] of this.#seenAlerts) if (atMs < horizon) this.#seenAlerts.delete(id);
  }
}
