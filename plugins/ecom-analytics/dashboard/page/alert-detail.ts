import type { Order } from '../../core/order.ts';
import type { Rule } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import type { AlertAnswer, AlertGroup, LimitAnswer, RuleRate } from '../message.ts';
import { alertsLink, severityMark } from './alert-line.ts';
import { ask, reasonOf, tell } from './ask.ts';
import { byId, element, factList, foreign, note, setText, tableOf } from './element.ts';
import { count, counted, moment, money } from './format.ts';
import type { RunModel } from './model.ts';
import type { Navigation } from './navigation.ts';
import { limitSentences, limitText, rateText, ruleText } from './rule-text.ts';

/** The alert that the address names, with all that explains it. */
export class AlertDetail {
  readonly #model: RunModel;
  readonly #navigation: Navigation;
  readonly #changed: () => void;
  readonly #panel = byId('alert');
  /** The alert that the panel was last asked for; empty where none is open. */
  #id = '';
  #answer: AlertAnswer | null = null;
  /** Written again and again, while the rest stays as it was answered. */
  #rate: HTMLElement | null = null;
  /** Likewise: an alert may be open before the page knows whether it can be acknowledged. */
  #showActions: (() => void) | null = null;

  constructor(model: RunModel, navigation: Navigation, changed: () => void) {
    this.#model = model;
    this.#navigation = navigation;
    this.#changed = changed;
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#close();
    });
    byId('alert-close').addEventListener('click', () => this.#close());
  }

  render(nowMs: number): void {
    const id = this.#navigation.address.params.alert ?? '';
    if (id !== this.#id) {
      this.#id = id;
      this.#answer = null;
      this.#showActions = null;
      this.#panel.hidden = id === '';
      if (id !== '') void this.#load(id, nowMs);
    }
    this.#showActions?.();
    const rate = this.#model.rates.find(({ rule }) => rule === this.#answer?.rule?.id);
    if (this.#rate !== null && rate !== undefined) setText(this.#rate, this.#raised(rate));
  }

  #close(): void {
    const { view, params } = this.#navigation.address;
    const { alert: _, ...narrowed } = params;
    this.#navigation.go({ view, params: narrowed });
    byId('alerts-scroll').focus();
  }

  async #load(id: string, nowMs: number): Promise<void> {
    const body = byId('alert-body');
    body.replaceChildren(note('Looking it up …'));
    byId('alert-heading').focus();
    try {
      const answer = await ask<AlertAnswer>('/alert', { id });
      if (id !== this.#id) return;
      this.#answer = answer;
      body.replaceChildren(...this.#parts(answer, nowMs));
    } catch (error) {
      if (id === this.#id) body.replaceChildren(note(reasonOf(error)));
    }
    this.#changed();
  }

  #parts(answer: AlertAnswer, nowMs: number): HTMLElement[] {
    const { alert } = answer.group;
    const lead = element(
      'p',
      { class: 'alert-head row' },
      severityMark(alert.severity),
      element('span', { class: 'rule' }, foreign(alert.rule_id)),
    );
    return [
      lead,
      element('p', { class: 'reason' }, foreign(alert.reason)),
      this.#actions(answer),
      this.#facts(answer, nowMs),
      ...this.#order(answer, nowMs),
      ...this.#others(answer, nowMs),
      ...(answer.rule === null || answer.rule.kind === 'one-of' ? [] : [this.#limit(answer.rule, answer)]),
    ];
  }

  #actions(answer: AlertAnswer): HTMLElement {
    const said = element('span', { class: 'note', role: 'status' });
    const button = element('button', { type: 'button' });
    let { acknowledged } = answer.group;
    /** What the last press of a button came to; empty before the first. */
    let outcome = '';
    const show = (): void => {
      const { acknowledges } = this.#model;
      button.hidden = !acknowledges;
      // The label changes, so the button has no pressed state: both would be read out, and contradict each other.
      setText(button, acknowledged === undefined ? 'Acknowledge' : 'Undo acknowledgment');
      const state =
        acknowledged !== undefined
          ? `Acknowledged ${moment(parseTimestamp(acknowledged), Date.now())}`
          : acknowledges
            ? ''
            : 'This run is shown read-only.';
      setText(said, outcome === '' ? state : outcome);
    };
    button.addEventListener('click', async () => {
      const asked = { alert: answer.group.alert.alert_id, acknowledged: acknowledged === undefined };
      try {
        ({ acknowledged } = await tell<AlertGroup>('/acknowledge', asked));
        outcome = acknowledged === undefined ? 'No longer acknowledged.' : '';
      } catch (error) {
        outcome = reasonOf(error);
      }
      show();
    });
    const copy = element('button', { type: 'button' }, 'Copy as JSON');
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(JSON.stringify(answer.group.alert, null, 2));
        outcome = 'Copied.';
      } catch {
        outcome = 'The browser does not allow copying here.';
      }
      show();
    });
    show();
    this.#showActions = show;
    return element('p', { class: 'actions row' }, button, copy, said);
  }

  #facts({ group, rule, rate }: AlertAnswer, nowMs: number): HTMLElement {
    const { alert, count: times, since } = group;
    this.#rate = element('span', {}, this.#raised(rate));
    const customer = alertsLink({ customer: alert.customer_id }, foreign(alert.customer_id));
    // The answer may be here before the page has been told of the run.
    const unknown =
      this.#model.run?.hasDefinition === false
        ? 'unknown, because pipeline/definition.ts cannot be loaded'
        : 'not in the pipeline’s definition';
    const facts: [string, HTMLElement | string][] = [
      ['Rule', rule === null ? unknown : ruleText(rule)],
      ['Raised', this.#rate],
      ['Customer', customer],
      [alert.order_id === null ? 'Orders’ total' : 'Order total', money(alert.total_amount)],
      ['Region', foreign(alert.region)],
      ['Event time', moment(parseTimestamp(alert.order_timestamp), nowMs)],
      ['Detected', moment(parseTimestamp(alert.detected_at), nowMs)],
    ];
    if (times > 1) {
      const from = moment(parseTimestamp(since), nowMs);
      facts.push(['Same rule and customer', `${counted(times, 'alert')} since ${from}`]);
    }
    return factList(
      'facts',
      facts.map(([name, figure]) => [name, element('dd', {}, figure)]),
    );
  }

  /** How often the rule has rung: by the clock as long as the run lasts, then in all. */
  #raised(rate: RuleRate): string {
    const { snapshot } = this.#model;
    if (!snapshot?.finished) return rateText(rate);
    return `${counted(snapshot.alerts[rate.rule] ?? 0, 'time')} in the run`;
  }

  #order({ group, order, atHand }: AlertAnswer, nowMs: number): HTMLElement[] {
    const { order_id } = group.alert;
    const heading =
      order_id === null ? element('h3', {}, 'Orders') : element('h3', {}, 'Order ', foreign(order_id));
    if (atHand.orders === 0) {
      const none =
        'A run keeps its alerts and windows but not its orders, so orders are shown here only while it lasts.';
      return [heading, note(none)];
    }
    if (order_id === null) return [];
    if (order !== null) return [heading, orderTable([order], nowMs, 'The order')];
    const since = atHand.sinceMs === null ? '' : `, since ${moment(atHand.sinceMs, nowMs)}`;
    const old = `The order is too old to be shown: the dashboard keeps the run’s newest ${counted(atHand.orders, 'order')}${since}.`;
    return [heading, note(old)];
  }

  #others({ group, others, atHand }: AlertAnswer, nowMs: number): HTMLElement[] {
    if (atHand.orders === 0) return [];
    const which = group.alert.order_id === null ? 'orders' : 'other orders';
    const heading = element('h3', {}, `The customer’s ${which} in the run`);
    const notes: string[] = [];
    if (others.count === 0) notes.push('None.');
    if (others.count > others.newest.length) {
      notes.push(`The newest ${count(others.newest.length)} of ${count(others.count)}.`);
    }
    if (!atHand.all) notes.push(`Of the run’s newest ${counted(atHand.orders, 'order')}.`);
    return [
      heading,
      ...(others.count === 0 ? [] : [orderTable(others.newest, nowMs, `The customer’s ${which}`)]),
      ...(notes.length === 0 ? [] : [note(notes.join(' '))]),
    ];
  }

  #limit(rule: Exclude<Rule, { kind: 'one-of' }>, { atHand }: AlertAnswer): HTMLElement {
    const heading = element('h3', {}, 'Another limit');
    const command = element('code', {}, 'npm run rules -- --replay FILE');
    const more = note(command, ' tries every rule on a file of your own orders.');
    // Without orders there is nothing to try it on here.
    if (atHand.orders === 0) return element('div', {}, heading, more);
    const input = element('input', {
      id: 'limit-asked',
      type: 'number',
      min: rule.kind === 'threshold' ? '0' : '1',
      step: rule.kind === 'threshold' && rule.field !== 'quantity' ? 'any' : '1',
      required: '',
    });
    const said = element('div', { role: 'status' });
    const button = element('button', { type: 'submit' }, 'Try it');
    const form = element(
      'form',
      { class: 'limit row' },
      element('label', { for: 'limit-asked' }, `Try a limit other than ${limitText(rule, rule.moreThan)}`),
      element('span', { class: 'row' }, input, button),
    );
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        const answer = await ask<LimitAnswer>('/limit', { rule: rule.id, 'more-than': input.value });
        const sentences = limitSentences(rule, answer, Date.now());
        said.replaceChildren(...sentences.map((sentence) => element('p', {}, sentence)));
      } catch (error) {
        said.replaceChildren(element('p', {}, reasonOf(error)));
      } finally {
        button.disabled = false;
      }
    });
    return element('div', {}, heading, form, said, more);
  }
}

/** Orders as a table; a region that scrolls where it is too wide. */
function orderTable(orders: readonly Order[], nowMs: number, label: string): HTMLElement {
  const rows = orders.map((order) => {
    const quantity = order.quantity > 1 ? `${count(order.quantity)} × ` : '';
    return [
      moment(parseTimestamp(order.timestamp), nowMs),
      element('span', {}, quantity, foreign(order.product_name)),
      money(order.total_amount),
      foreign(order.region),
    ];
  });
  const head = ['Event time', 'Product', 'Total', 'Region'];
  const table = element('table', { class: 'orders-table' }, ...tableOf(head, rows));
  return element('section', { class: 'as-table', 'aria-label': label, tabindex: '0' }, table);
}
