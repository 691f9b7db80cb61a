import type { Operations } from '../../job/stream-health.ts';
import type { RunPhase, RunSnapshot } from '../../run/feed.ts';
import {
  type AlertGroup,
  type FrameMessage,
  noRevenue,
  noSales,
  type RatePoint,
  type Revenue,
  type RuleRate,
  type RunInfo,
  type Sales,
  type StateMessage,
} from '../message.ts';
import { groupKey, type Ringing } from './alert-lines.ts';

/** An hour of seconds, as the server keeps. */
const maxRatePoints = 3600;
const minuteMs = 60_000;
/** Of each rule, as the server keeps. */
const maxGroupsPerRule = 60;
/** Event time further behind the clock than this is that of old orders. */
const oldAfterMs = 3_600_000;

/** What the page knows of the run: the server's messages folded together, bounded. */
export class RunModel {
  run: RunInfo | null = null;
  phase: RunPhase | null = null;
  snapshot: RunSnapshot | null = null;
  operations: Operations | null = null;
  readonly rate: RatePoint[] = [];
  revenue: Revenue = noRevenue;
  sales: Sales = noSales;
  /** All alerts kept, a group for each rule and customer, the one that rang last at the end. */
  alerts: readonly AlertGroup[] = [];
  /** Raised by every change of the alerts, or of how often they ring. */
  alertsVersion = 0;
  rates: readonly RuleRate[] = [];
  /** Whether alerts can be acknowledged. */
  acknowledges = false;
  #snapshotAtMs = 0;

  /** Forgets what was known: another run, or a gap too large to fill. */
  state(message: StateMessage, atMs: number): void {
    this.run = message.run;
    this.phase = null;
    this.snapshot = null;
    this.operations = null;
    this.revenue = noRevenue;
    this.sales = noSales;
    this.rate.length = 0;
    this.alerts = [];
    this.alertsVersion++;
    this.frame(message, atMs);
  }

  /** @param atMs the page's own clock, in milliseconds */
  frame(message: FrameMessage, atMs: number): void {
    if (message.phase) this.phase = message.phase;
    if (message.snapshot) {
      // The list of alerts then counts by the run and no longer by the clock.
      if (message.snapshot.finished !== this.snapshot?.finished) this.alertsVersion++;
      this.snapshot = message.snapshot;
      this.#snapshotAtMs = atMs;
    }
    if (message.rate) this.#addRate(message.rate);
    if (message.operations) this.operations = message.operations;
    if (message.revenue) this.revenue = message.revenue;
    if (message.sales) this.sales = message.sales;
    if (message.alerts && message.alerts.length > 0) this.#addAlerts(message.alerts);
    if (message.rates) {
      // A storm that is over is listed line by line, whether or not another alert comes.
      if (JSON.stringify(message.rates) !== JSON.stringify(this.rates)) this.alertsVersion++;
      this.rates = message.rates;
    }
    if (message.acknowledges !== undefined) this.acknowledges = message.acknowledges;
  }

  /** The run's clock now: that of the last snapshot, run on until the run has finished. */
  nowMs(atMs: number): number {
    if (this.snapshot === null) return Date.now();
    return this.snapshot.nowMs + (this.snapshot.finished ? 0 : atMs - this.#snapshotAtMs);
  }

  /** How long the run is under way, in milliseconds. */
  runMs(atMs: number): number {
    if (this.snapshot === null) return 0;
    return this.snapshot.runMs + (this.snapshot.finished ? 0 : atMs - this.#snapshotAtMs);
  }

  /** Milliseconds since the run was last heard of. */
  silentMs(atMs: number): number {
    return this.snapshot === null ? 0 : atMs - this.#snapshotAtMs;
  }

  /** The rules to list: those of the definition, but of a finished run those that its own files name. */
  get ruleIds(): string[] {
    const { run, snapshot, rates } = this;
    const defined = run?.kind === 'finished' ? [] : (run?.rules.map(({ id }) => id) ?? []);
    return [
      ...new Set([...defined, ...Object.keys(snapshot?.alerts ?? {}), ...rates.map(({ rule }) => rule)]),
    ];
  }

  /** How often each rule rang, in the time that a reader of the list of alerts has in mind. */
  get ringing(): Ringing[] {
    const { snapshot, rates } = this;
    return snapshot?.finished
      ? Object.entries(snapshot.alerts).map(([rule, times]) => ({ rule, times, within: 'run' }))
      : rates.map(({ rule, lastMinute }) => ({ rule, times: lastMinute, within: 'minute' }));
  }

  /** Of all rules, since the run began. */
  get alertCount(): number {
    return Object.values(this.snapshot?.alerts ?? {}).reduce((a, b) => a + b, 0);
  }

  /** Whether orders are shown over event time: it has its own axis where orders are old, and nothing else is left of a finished run. */
  get byEventTime(): boolean {
    const { run, snapshot } = this;
    if (run?.kind === 'finished') return true;
    return (
      snapshot !== null && snapshot.watermarkMs !== null && snapshot.nowMs - snapshot.watermarkMs > oldAfterMs
    );
  }

  /** The orders of each minute by the clock, oldest first: together those of the run, of an hour at most. */
  ordersByMinute(): [minuteMs: number, orders: number][] {
    const { snapshot, rate } = this;
    const until = new Map<number, number>();
    for (const [atMs, , orders] of rate) until.set(minuteOf(atMs), orders);
    if (snapshot !== null) until.set(minuteOf(snapshot.nowMs), snapshot.orders);
    // What came before the oldest point is not known once older ones have gone.
    let before = rate.length < maxRatePoints ? 0 : (rate[0]?.[2] ?? 0);
    return [...until].map(([minute, sum]) => {
      const placed = Math.max(0, sum - before);
      before = sum;
      return [minute, placed];
    });
  }

  /** A state and the frame after it may tell the same twice. */
  #addRate(points: readonly RatePoint[]): void {
    const [last] = this.rate.at(-1) ?? [Number.NEGATIVE_INFINITY];
    this.rate.push(...points.filter(([atMs]) => atMs > last));
    this.rate.splice(0, this.rate.length - maxRatePoints);
  }

  /** A group comes again whenever it has grown. */
  #addAlerts(groups: readonly AlertGroup[]): void {
    const all = new Map(this.alerts.map((group) => [groupKey(group), group]));
    for (const group of groups) {
      const key = groupKey(group);
      // One that was acknowledged has not rung again, and keeps its place.
      if (all.get(key)?.alert.alert_id !== group.alert.alert_id) all.delete(key);
      all.set(key, group);
    }
    const left = new Map<string, number>();
    const kept: AlertGroup[] = [];
    for (const group of [...all.values()].reverse()) {
      const of = left.get(group.alert.rule_id) ?? 0;
      if (of >= maxGroupsPerRule) continue;
      left.set(group.alert.rule_id, of + 1);
      kept.push(group);
    }
    this.alerts = kept.reverse();
    this.alertsVersion++;
  }
}

function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs) * minuteMs;
}
