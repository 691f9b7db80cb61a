import type { Alert } from '../core/alert.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import type { WindowRow } from '../core/window.ts';
import type { Operations } from '../job/stream-health.ts';
import type { RunPhase, RunSnapshot, SentOrder } from '../run/feed.ts';
import { AlertBook } from './alert-book.ts';
import type { FrameMessage, RatePoint, RuleRate, RunInfo, StateMessage } from './message.ts';
import { RecentOrders } from './recent-orders.ts';
import { RevenueBuckets } from './revenue.ts';
import { SalesHours } from './sales.ts';

/** An hour of seconds. */
const maxRatePoints = 3600;
const ratePointMs = 1000;
/** The figures of the hour, and of windows that are not final yet, change with every order: they are sent this far apart. */
const growingEveryMs = 2000;

/** What is watched. */
export interface Watched {
  /** What is being run: its rules and windows are shown. */
  readonly definition: PipelineDefinition;
  /** What the orders come from, in a few words for the page's head, such as a file's name. */
  readonly source?: string;
  /** A run that is under way unless it is said otherwise. */
  readonly kind?: RunInfo['kind'];
  /** False where the shop's definition could not be loaded, so that `definition` is made up. */
  readonly hasDefinition?: boolean;
}

/** Folds the feed of a run into what a page needs, bounded whatever the run's length and rate. */
export class RunHistory {
  readonly #info: RunInfo;
  readonly #revenue: RevenueBuckets;
  readonly #rate: RatePoint[] = [];
  readonly #sales = new SalesHours();
  readonly orders = new RecentOrders();
  readonly alerts: AlertBook;
  #phase: RunPhase | null = null;
  #snapshot: RunSnapshot | null = null;
  #operations: Operations | null = null;
  /** What has changed since the last frame. */
  readonly #changed = new Set<keyof FrameMessage>();
  #newRate: RatePoint[] = [];
  /** Whether an open window has grown since revenue was last sent. */
  #grown = false;
  #grownSentMs = Number.NEGATIVE_INFINITY;

  /** @param acknowledged when an alert was acknowledged, as a timestamp; null where it was not */
  constructor(
    { definition, source, kind, hasDefinition }: Watched,
    acknowledged: (alertId: string) => string | null = () => null,
  ) {
    const { rules, windows, currency } = definition;
    this.alerts = new AlertBook(acknowledged);
    this.#info = {
      kind: kind ?? 'live',
      source: source ?? null,
      rules,
      hasDefinition: hasDefinition ?? true,
      windowMs: windows.sizeMs,
      slideMs: windows.slideMs,
      watermarkMs: windows.watermarkMs,
      currency,
    };
    this.#revenue = new RevenueBuckets(definition);
  }

  phase(phase: RunPhase): void {
    this.#phase = phase;
    this.#changed.add('phase');
  }

  snapshot(snapshot: RunSnapshot): void {
    const { nowMs, finished, ordersPerMinute, orders } = snapshot;
    this.#snapshot = snapshot;
    this.#changed.add('snapshot').add('rates');
    this.#sales.snapshot(snapshot);
    if (finished) this.#revenue.close();
    if (finished || nowMs - this.#grownSentMs >= growingEveryMs) {
      this.#grownSentMs = nowMs;
      this.#changed.add('sales');
      if (this.#grown || finished) this.#changed.add('revenue');
      this.#grown = false;
    }
    const [last] = this.#rate.at(-1) ?? [Number.NEGATIVE_INFINITY];
    // A finished run has no rate: its line ends where its last orders came in.
    if (finished || nowMs - last < ratePointMs) return;
    const point: RatePoint = [nowMs, ordersPerMinute, orders];
    this.#rate.push(point);
    if (this.#rate.length > maxRatePoints) this.#rate.shift();
    this.#newRate.push(point);
  }

  /** @param arrivedMs wall-clock time, epoch milliseconds */
  windows(rows: readonly WindowRow[], arrivedMs: number): void {
    if (this.#revenue.add(rows, arrivedMs)) this.#changed.add('revenue');
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
    this.#changed.add('operations');
  }

  /** What has changed since this was last called, or null. */
  takeFrame(): FrameMessage | null {
    const alerts = this.alerts.takeChanged();
    const frame: FrameMessage = {
      ...this.#told((part) => this.#changed.has(part)),
      ...(this.#newRate.length > 0 && { rate: this.#newRate }),
      ...(alerts.length > 0 && { alerts }),
    };
    this.#changed.clear();
    this.#newRate = [];
    return Object.keys(frame).length > 0 ? frame : null;
  }

  /** Everything, frames not yet taken included. */
  state(): Omit<StateMessage, 'page'> {
    return { ...this.#told(() => true), run: this.#info, rate: this.#rate, alerts: this.alerts.groups() };
  }

  /** The parts that are asked for as they are now, where there is anything to tell. */
  #told(isAsked: (part: keyof FrameMessage) => boolean): FrameMessage {
    return {
      ...(isAsked('phase') && this.#phase !== null && { phase: this.#phase }),
      ...(isAsked('snapshot') && this.#snapshot !== null && { snapshot: this.#snapshot }),
      ...(isAsked('revenue') && { revenue: this.#revenue.view() }),
      ...(isAsked('sales') && { sales: this.#sales.view() }),
      ...(isAsked('rates') && { rates: this.rates }),
      ...(isAsked('operations') && this.#operations !== null && { operations: this.#operations }),
    };
  }
}
