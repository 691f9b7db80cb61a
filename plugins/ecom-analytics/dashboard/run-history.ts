import type { Alert } from '../core/alert.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import type { Operations } from '../job/stream-health.ts';
import type { RunPhase, RunSnapshot, SentOrder } from '../run/feed.ts';
import { AlertBook } from './alert-book.ts';
import type { FrameMessage, RuleRate, RunInfo, StateMessage } from './message.ts';
import { RecentOrders } from './recent-orders.ts';
import { RevenueBuckets } from './revenue.ts';
import { SalesHours } from './sales.ts';

/** An hour of seconds. */
const maxRatePoints = 3600;
const ratePointMs = 1000;
/** The figures of the hour, and of windows that are not final yet, change with every order: they are sent this far apart. */
const growingEveryMs = 2000;

/** Folds the feed of a run into what a page needs, bounded whatever the run's length and rate. */
export class RunHistory {
  readonly #info: RunInfo;
  readonly #revenue: RevenueBuckets;
  readonly #at: number[] = [];
  readonly #ordersPerMinute: number[] = [];
  readonly #orders: number[] = [];
  readonly #sales = new SalesHours();
  readonly orders = new RecentOrders();
  readonly alerts: AlertBook;
  #phase: RunPhase | null = null;
  #snapshot: RunSnapshot | null = null;
  #operations: Operations | null = null;
  /** What has happened since the last frame. */
  #newPhase = false;
  #newSnapshot = false;
  #newOperations = false;
  #newRevenue = false;
  #newRate: { at: number[]; ordersPerMinute: number[]; orders: number[] } | null = null;
  #newRates = false;
  #newSales = false;
  /** Whether an open window has grown since revenue was last sent. */
  #grown = false;
  #grownSentMs = Number.NEGATIVE_INFINITY;

  /** @param acknowledged when an alert was acknowledged, as a timestamp; null where it was not */
  constructor(
    definition: PipelineDefinition,
    source: string | null,
    acknowledged: (alertId: string) => string | null = () => null,
    kind: RunInfo['kind'] = 'live',
    hasDefinition = true,
  ) {
    this.alerts = new AlertBook(acknowledged);
    this.#info = {
      kind,
      source,
      rules: definition.rules,
      hasDefinition,
      windowMs: definition.windows.sizeMs,
      slideMs: definition.windows.slideMs,
      watermarkMs: definition.windows.watermarkMs,
      currency: definition.currency,
    };
    this.#revenue = new RevenueBuckets(definition);
  }

  phase(phase: RunPhase): void {
    this.#phase = phase;
    this.#newPhase = true;
  }

  snapshot(snapshot: RunSnapshot): void {
    this.#snapshot = snapshot;
    this.#newSnapshot = true;
    this.#newRates = true;
    this.#sales.snapshot(snapshot);
    if (snapshot.finished) this.#revenue.close();
    if (snapshot.finished || snapshot.nowMs - this.#grownSentMs >= growingEveryMs) {
      this.#grownSentMs = snapshot.nowMs;
      this.#newSales = true;
      this.#newRevenue ||= this.#grown || snapshot.finished;
      this.#grown = false;
    }
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

  /** Orders that are being sent. */
  sent(orders: readonly SentOrder[]): void {
    this.orders.add(orders);
    this.#sales.add(orders);
    if (this.#revenue.place(orders)) this.#grown = true;
  }

  rang(alerts: readonly Alert[]): void {
    this.alerts.add(alerts);
  }

  /** How often each rule rang, up to the run's clock. */
  get rates(): RuleRate[] {
    return this.alerts.rates(this.#snapshot?.nowMs ?? 0);
  }

  operations(operations: Operations): void {
    this.#operations = operations;
    this.#newOperations = true;
  }

  /** What has changed since this was last called, or null. */
  takeFrame(): FrameMessage | null {
    const alerts = this.alerts.takeChanged();
    const frame: FrameMessage = {
      ...(this.#newPhase && this.#phase !== null && { phase: this.#phase }),
      ...(this.#newSnapshot && this.#snapshot !== null && { snapshot: this.#snapshot }),
      ...(this.#newRate !== null && { rate: this.#newRate }),
      ...(this.#newRevenue && { revenue: this.#revenue.view() }),
      ...(this.#newSales && { sales: this.#sales.view() }),
      ...(alerts.length > 0 && { alerts }),
      ...(this.#newRates && { rates: this.rates }),
      ...(this.#newOperations && this.#operations !== null && { operations: this.#operations }),
    };
    this.#newPhase = false;
    this.#newSnapshot = false;
    this.#newOperations = false;
    this.#newRate = null;
    this.#newRevenue = false;
    this.#newSales = false;
    this.#newRates = false;
    return Object.keys(frame).length > 0 ? frame : null;
  }

  /** Everything, frames not yet taken included. */
  state(): Omit<StateMessage, 'page' | 'acknowledges'> {
    return {
      run: this.#info,
      phase: this.#phase,
      snapshot: this.#snapshot,
      rate: { at: this.#at, ordersPerMinute: this.#ordersPerMinute, orders: this.#orders },
      revenue: this.#revenue.view(),
      sales: this.#sales.view(),
      alerts: this.alerts.groups(),
      rates: this.rates,
      operations: this.#operations,
    };
  }
}
