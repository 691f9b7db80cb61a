import * as v from 'valibot';
import type { Alert } from '../core/alert.ts';
import { EcomError } from '../core/error.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { formatTimestamp } from '../core/timestamp.ts';
import { outputError } from '../files/output-folder.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { alertsFromEnd } from './alert-file.ts';
import type { AlertAnswer, AlertGroup, LimitAnswer } from './message.ts';
import { groupKey } from './page/alert-lines.ts';
import { alertMatches, type Narrowed } from './page/alert-search.ts';
import type { RunHistory } from './run-history.ts';

/** Of a customer, listed in an answer. */
const maxOthers = 20;
/** Lines in an answer to a search, and alerts that are looked at for them. */
const maxFound = 60;
const maxSearched = 2000;

/** The folder that a run writes, as far as the dashboard is concerned. */
export interface RunFolder {
  readonly path: string;
  readonly acknowledgements: Acknowledgements;
  readonly isWritable: boolean;
}

/** What is asked that the dashboard cannot do. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const Acknowledge = v.object({
  alert: v.pipe(v.string(), v.maxLength(1000)),
  /** False takes it back. */
  acknowledged: v.boolean(),
});

/** Answers what the page asks about alerts. */
export class AlertRequests {
  readonly #definition: PipelineDefinition;
  readonly #history: RunHistory;
  readonly #now: () => number;
  #trying = false;
  /** Null for as long as the run has none. */
  folder: RunFolder | null = null;

  /** @param now epoch milliseconds */
  constructor(definition: PipelineDefinition, history: RunHistory, now: () => number) {
    this.#definition = definition;
    this.#history = history;
    this.#now = now;
  }

  /** An alert with all that explains it. */
  async alert(id: string): Promise<AlertAnswer> {
    const group = await this.#find(id);
    const { alert } = group;
    const { orders, rates } = this.#history;
    const sent = alert.order_id === null ? null : orders.find(alert.order_id);
    const { count, newest } = orders.ofCustomer(alert.customer_id, maxOthers + 1);
    const others = newest.filter(({ order }) => order.order_id !== alert.order_id).slice(0, maxOthers);
    const rate = rates.find(({ rule }) => rule === alert.rule_id);
    return {
      group,
      order: sent?.order ?? null,
      others: { count: count - (sent === null ? 0 : 1), newest: others.map(({ order }) => order) },
      atHand: orders.atHand,
      rule: this.#definition.rules.find(({ id: known }) => known === alert.rule_id) ?? null,
      rate: rate ?? { rule: alert.rule_id, lastMinute: 0, lastHour: 0 },
    };
  }

  /** What `GET /alerts?…` answers: alerts of the run's file, the newest first, a line for each rule and customer. */
  async search(narrowed: Narrowed): Promise<AlertGroup[]> {
    if (this.folder === null) return [];
    const { path } = this.folder;
    const hint = narrowed.customer === '' ? null : JSON.stringify(narrowed.customer);
    const found = await alertsFromEnd(path, hint, (alert) => alertMatches(alert, narrowed), maxSearched);
    const groups = new Map<string, AlertGroup>();
    for (const alert of found) {
      const one = this.#group(alert);
      const key = groupKey(one);
      const known = groups.get(key);
      if (known !== undefined)
        groups.set(key, { ...known, count: known.count + 1, since: alert.detected_at });
      else if (groups.size < maxFound) groups.set(key, one);
    }
    return [...groups.values()];
  }

  /** What another limit would have raised on the orders at hand. */
  async limit(ruleId: string, moreThan: string): Promise<LimitAnswer> {
    const rule = this.#definition.rules.find(({ id }) => id === ruleId);
    if (rule === undefined) throw new Refusal(404, `There is no rule ${ruleId} in this run.`);
    if (rule.kind === 'one-of') throw new Refusal(400, `The rule ${ruleId} has a list and not a limit.`);
    const { readLimit, tryLimit } = await import('./limit-trial.ts');
    const asked = readLimit(rule, moreThan);
    if (this.#trying) throw new Refusal(503, 'Another limit is being tried. Ask again in a moment.');
    this.#trying = true;
    try {
      const { orders } = this.#history;
      const { atHand } = orders;
      return { ...(await tryLimit(this.#definition, rule, asked, orders.batches())), atHand };
    } finally {
      this.#trying = false;
    }
  }

  /** Acknowledges an alert, or takes that back, in the run's folder. */
  async acknowledge(body: unknown): Promise<AlertGroup> {
    const asked = v.safeParse(Acknowledge, body);
    if (!asked.success) {
      throw new Refusal(400, 'The request must be {"alert": "its id", "acknowledged": true or false}.');
    }
    const { folder } = this;
    if (folder === null || !folder.isWritable) {
      throw new Refusal(409, 'This run is shown read-only, so its acknowledgments cannot be changed.');
    }
    const { acknowledged: _, ...group } = await this.#find(asked.output.alert);
    const { alert_id } = group.alert;
    try {
      if (asked.output.acknowledged) {
        await folder.acknowledgements.add(alert_id, formatTimestamp(this.#now()));
      } else await folder.acknowledgements.undo(alert_id);
    } catch (error) {
      const known = await outputError(error, folder.path);
      throw known instanceof EcomError ? new Refusal(500, known.message) : known;
    }
    this.#history.alerts.acknowledgmentChanged(alert_id);
    return this.#withAcknowledgement(group);
  }

  async #find(id: string): Promise<AlertGroup> {
    const group = this.#history.alerts.find(id);
    if (group !== null) return group;
    const [alert] =
      this.folder === null
        ? []
        : await alertsFromEnd(this.folder.path, JSON.stringify(id), ({ alert_id }) => alert_id === id, 1);
    if (alert === undefined) {
      throw new Refusal(404, 'This alert is no longer available: it belongs to another run or is too old.');
    }
    return this.#group(alert);
  }

  /** An alert by itself. */
  #group(alert: Alert): AlertGroup {
    return this.#withAcknowledgement({ alert, count: 1, since: alert.detected_at });
  }

  #withAcknowledgement(group: AlertGroup): AlertGroup {
    const acknowledged = this.folder?.acknowledgements.at(group.alert.alert_id) ?? null;
    return acknowledged === null ? group : { ...group, acknowledged };
  }
}
