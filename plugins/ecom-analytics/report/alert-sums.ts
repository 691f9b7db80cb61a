import type { Alert } from '../core/alert.ts';
import type { Rule } from '../core/rule.ts';
import { parseTimestamp } from '../core/timestamp.ts';

/** What one rule raised. */
export interface RuleAlerts {
  readonly ruleId: string;
  /** Null where the rule raised nothing and is not among those known here. */
  readonly severity: Alert['severity'] | null;
  readonly alerts: number;
  /** Distinct, up to a million. */
  readonly customers: number;
  readonly newest: Newest | null;
}

/** A rule's newest alert. */
export interface Newest {
  /** Event time, epoch milliseconds. */
  readonly atMs: number;
  readonly reason: string;
}

const customersHeld = 1_000_000;

/** Adds alerts up by rule. */
export class AlertSums {
  readonly #rules = new Map<string, RuleAlerts>();
  readonly #customers = new Map<string, Set<string>>();

  /** @param ids of the rules that were on: those that raised nothing are reported as well */
  constructor(ids: readonly string[], rules: readonly Rule[]) {
    for (const ruleId of ids) {
      const severity = rules.find((rule) => rule.id === ruleId)?.severity ?? null;
      this.#rules.set(ruleId, { ruleId, severity, alerts: 0, customers: 0, newest: null });
    }
  }

  add(alert: Alert): void {
    const { rule_id: ruleId, severity, reason } = alert;
    const before = this.#rules.get(ruleId);
    const customers = this.#customers.get(ruleId) ?? new Set<string>();
    this.#customers.set(ruleId, customers);
    if (customers.size < customersHeld) customers.add(alert.customer_id);
    const atMs = parseTimestamp(alert.order_timestamp);
    const newest = before?.newest ?? null;
    this.#rules.set(ruleId, {
      ruleId,
      severity,
      alerts: (before?.alerts ?? 0) + 1,
      customers: customers.size,
      newest: newest === null || atMs >= newest.atMs ? { atMs, reason } : newest,
    });
  }

  /** The most alerts first. */
  byRule(): RuleAlerts[] {
    return [...this.#rules.values()].sort((a, b) => b.alerts - a.alerts || (a.ruleId < b.ruleId ? -1 : 1));
  }
}
