import type { Alert } from '../core/alert.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import type { RunPhase, RunSnapshot } from '../run/feed.ts';
import type { FrameMessage, RunInfo, StateMessage } from './message.ts';
import { RevenueBuckets } from './revenue.ts';

/** An hour of seconds. */
const maxRatePoints = 3600;
const ratePointMs = 1000;
/** Kept of each rule, so that a busy rule does not push out a rare one: as many as the page lists at once. */
const maxAlertsPerRule = 60;
/** Sent of each rule in one frame: more than a person can see go by in half a second. */
const maxAlertsPerRuleInFrame = 20;
/** Rules whose alerts are kept; an alert may name any rule. */
const maxRules = 64;

/** Folds the feed of a run into what a page needs, bounded whatever the run's length and rate. */
export class RunHistory {
  readonly #info: RunInfo;
  readonly #revenue: RevenueBuckets;
  readonly #at: number[] = [];
  readonly #ordersPerMinute: number[] = [];
  readonly #orders: number[] = [];
  readonly #alerts = new Map<string, Alert[]>();
  #phase: RunPhase | null = null;
  #snapshot: RunSnapshot | null = null;
  /** What has happened since the last frame. */
  #newPhase = false;
  #newSnapshot = false;
  #newRevenue = false;
  #newRate: { at: number[]; ordersPerMinute: number[]; orders: number[] } | null = null;
  #newAlerts = new Map<string, Alert[]>();

  constructor(definition: PipelineDefinition, source: string | null) {
    this.#info = {
      source,
      rules: definition.rules.map(({ id, severity }) => ({ id, severity })),
      windowMs: definition.windows.sizeMs,
      slideMs: definition.windows.slideMs,
      watermarkMs: definition.windows.watermarkMs,
      currency: definition.currency,
    };
    this.#revenue = new RevenueBuckets(definition.windows);
  }

  phase(phase: RunPhase): void {
    this.#phase = phase;
    this.#newPhase = true;
  }

  snapshot(snapshot: RunSnapshot): void {
    this.#snapshot = snapshot;
    this.#newSnapshot = true;
    const last = this.#at.at(-1) ?? Number.NEGATIVE_INFINITY;
    // A finished run has no rate: its line ends where its last orders came in.
    if (snapshot.finished || snapshot.nowMs - last < ratePointMs) return;
    this.#at.push(snapshot.nowMs);
    this.#ordersPerMinute.push(snapshot.ordersPerMinute);
    this.#orders.push(snapshot.orders);
    if (this.#at.length > maxRatePoints) {
      this.#at.shift();
      this.#ordersPerMinute.shift();
      this.#orders.shift();
    }
    this.#newRate ??= { at: [], ordersPerMinute: [], orders: [] };
    this.#newRate.at.push(snapshot.nowMs);
    this.#newRate.ordersPerMinute.push(snapshot.ordersPerMinute);
    this.#newRate.orders.push(snapshot.orders);
  }

  /** @param arrivedMs wall-clock time, epoch milliseconds */
  windows(rows: readonly WindowRow[], arrivedMs: number): void {
    if (this.#revenue.add(rows, arrivedMs)) this.#newRevenue = true;
  }

  alerts(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      keepNewest(this.#alerts, alert, maxAlertsPerRule);
      keepNewest(this.#newAlerts, alert, maxAlertsPerRuleInFrame);
    }
  }

  /** What has changed since this was last called, or null. */
  takeFrame(): FrameMessage | null {
    const alerts = inOrder(this.#newAlerts);
    const frame: FrameMessage = {
      ...(this.#newPhase && this.#phase !== null && { phase: this.#phase }),
      ...(this.#newSnapshot && this.#snapshot !== null && { snapshot: this.#snapshot }),
      ...(this.#newRate !== null && { rate: this.#newRate }),
      ...(this.#newRevenue && { revenue: this.#revenue.view() }),
      ...(alerts.length > 0 && { alerts }),
    };
    this.#newPhase = false;
    this.#newSnapshot = false;
    this.#newRate = null;
    this.#newRevenue = false;
    this.#newAlerts = new Map();
    return Object.keys(frame).length > 0 ? frame : null;
  }

  /** Everything, frames not yet taken included. */
  state(): Omit<StateMessage, 'page'> {
    return {
      run: this.#info,
      phase: this.#phase,
      snapshot: this.#snapshot,
      rate: { at: this.#at, ordersPerMinute: this.#ordersPerMinute, orders: this.#orders },
      revenue: this.#revenue.view(),
      alerts: inOrder(this.#alerts),
    };
  }
}

function keepNewest(to: Map<string, Alert[]>, alert: Alert, limit: number): void {
  const kept = to.get(alert.rule_id);
  if (kept === undefined) {
    if (to.size < maxRules) to.set(alert.rule_id, [alert]);
    return;
  }
  kept.push(alert);
  if (kept.length > limit) kept.shift();
}

/** Of all rules, by the time of detection. */
function inOrder(byRule: ReadonlyMap<string, readonly Alert[]>): Alert[] {
  return [...byRule.values()]
    .flat()
    .sort((a, b) => (a.detected_at < b.detected_at ? -1 : a.detected_at > b.detected_at ? 1 : 0));
}
