import type { Alert } from '../core/alert.ts';
import { parseTimestamp } from '../core/timestamp.ts';
import type { AlertGroup, RuleRate } from './message.ts';

/** Kept of each rule, so that a busy rule does not push out a rare one: as many as the page lists at once. */
const maxGroupsPerRule = 60;
/** Sent of each rule in one frame: more than a person can see go by in half a second. */
const maxGroupsPerRuleInFrame = 20;
/** Rules whose alerts are kept; an alert may name any rule. */
const maxRules = 64;

const slotMs = 10_000;
const slotsPerMinute = 6;
/** An hour. */
const slots = 360;

/** How often something happened in the last hour, in bounded memory. */
export class RateRing {
  readonly #counts = new Uint32Array(slots);
  #newest = 0;

  add(atMs: number): void {
    this.#moveTo(atMs);
    const slot = Math.floor(atMs / slotMs);
    if (slot <= this.#newest - slots) return;
    this.#counts[slot % slots] = (this.#counts[slot % slots] ?? 0) + 1;
  }

  /** In the last minute and the last hour, to ten seconds. */
  rate(nowMs: number): { readonly lastMinute: number; readonly lastHour: number } {
    this.#moveTo(nowMs);
    let lastMinute = 0;
    for (let back = 0; back < slotsPerMinute; back++) {
      lastMinute += this.#counts[(this.#newest - back + slots) % slots] ?? 0;
    }
    return { lastMinute, lastHour: this.#counts.reduce((a, b) => a + b, 0) };
  }

  #moveTo(nowMs: number): void {
    const slot = Math.floor(nowMs / slotMs);
    if (slot <= this.#newest) return;
    const steps = Math.min(slots, slot - this.#newest);
    for (let step = 0; step < steps; step++) this.#counts[(slot - step) % slots] = 0;
    this.#newest = slot;
  }
}

/** The alerts of one rule. */
interface OfRule {
  readonly rate: RateRing;
  /** By customer, the one that rang last at the end. */
  readonly groups: Map<string, AlertGroup>;
  /** Customers whose groups have changed since the last frame, likewise. */
  readonly changed: Set<string>;
}

/** Alerts as a person follows them: those of one rule and customer together, with how often each rule rings. */
export class AlertBook {
  readonly #rules = new Map<string, OfRule>();
  readonly #acknowledged: (alertId: string) => string | null;

  /** @param acknowledged when an alert was acknowledged, as a timestamp; null where it was not */
  constructor(acknowledged: (alertId: string) => string | null) {
    this.#acknowledged = acknowledged;
  }

  add(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#add(alert);
  }

  #add(alert: Alert): void {
    const { rule_id: rule, customer_id: customer } = alert;
    let ofRule = this.#rules.get(rule);
    if (ofRule === undefined) {
      if (this.#rules.size >= maxRules) return;
      ofRule = { rate: new RateRing(), groups: new Map(), changed: new Set() };
      this.#rules.set(rule, ofRule);
    }
    const { rate, groups, changed } = ofRule;
    // By when it was found, so that a run that has ended tells the same as it did.
    rate.add(parseTimestamp(alert.detected_at));
    const known = groups.get(customer);
    const acknowledged = this.#acknowledged(alert.alert_id);
    groups.delete(customer);
    groups.set(customer, {
      alert,
      count: (known?.count ?? 0) + 1,
      since: known?.since ?? alert.detected_at,
      ...(acknowledged !== null && { acknowledged }),
    });
    keepNewest(groups, maxGroupsPerRule);
    changed.delete(customer);
    changed.add(customer);
    keepNewest(changed, maxGroupsPerRuleInFrame);
  }

  /** Notes that an alert has been acknowledged since, or that this was taken back. */
  acknowledgmentChanged(alertId: string): void {
    for (const { groups, changed } of this.#rules.values()) {
      for (const [customer, group] of groups) {
        if (group.alert.alert_id !== alertId) continue;
        const { acknowledged: _, ...rest } = group;
        const acknowledged = this.#acknowledged(alertId);
        groups.set(customer, acknowledged === null ? rest : { ...rest, acknowledged });
        changed.add(customer);
      }
    }
  }

  /** The newest alert of a rule and customer, by its id. */
  find(alertId: string): AlertGroup | null {
    for (const { groups } of this.#rules.values()) {
      for (const group of groups.values()) if (group.alert.alert_id === alertId) return group;
    }
    return null;
  }

  /** What has changed since this was last called, by time of detection. */
  takeChanged(): AlertGroup[] {
    const taken: AlertGroup[] = [];
    for (const { groups, changed } of this.#rules.values()) {
      for (const customer of changed) {
        const group = groups.get(customer);
        if (group !== undefined) taken.push(group);
      }
      changed.clear();
    }
    return taken.sort(byDetection);
  }

  /** All that is kept, by time of detection. */
  groups(): AlertGroup[] {
    return [...this.#rules.values()].flatMap(({ groups }) => [...groups.values()]).sort(byDetection);
  }

  /** @param nowMs the run's clock, epoch milliseconds */
  rates(nowMs: number): RuleRate[] {
    return [...this.#rules].map(([rule, { rate }]) => ({ rule, ...rate.rate(nowMs) }));
  }
}

function keepNewest(kept: Map<string, unknown> | Set<string>, limit: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= limit) return;
    kept.delete(oldest);
  }
}

function byDetection({ alert: a }: AlertGroup, { alert: b }: AlertGroup): number {
  return a.detected_at < b.detected_at ? -1 : a.detected_at > b.detected_at ? 1 : 0;
}
