import type { Alert } from '../../core/alert.ts';
import type { Severity } from '../../core/rule.ts';
import { parseTimestamp } from '../../core/timestamp.ts';
import { byId, byIdAs, element, foreign, setText } from './element.ts';
import { count, moment, money } from './format.ts';
import type { RunModel } from './model.ts';

/** Alerts in the document at once. */
const maxItems = 60;
/** A screen reader is told of new alerts this often at most. */
const announceMs = 15_000;

const level: Readonly<Record<Severity, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

/** The severity as a word, and as one to four bars for the eye. */
function severityMark(severity: Severity): HTMLElement {
  const bars = element('span', {
    class: 'bars',
    'data-level': String(level[severity]),
    'aria-hidden': 'true',
  });
  return element('span', { class: 'severity', 'data-severity': severity }, bars, severity);
}

function item(alert: Alert, nowMs: number): HTMLLIElement {
  const head = element(
    'p',
    { class: 'alert-head' },
    severityMark(alert.severity),
    element('span', { class: 'rule' }, alert.rule_id),
    element(
      'time',
      { datetime: alert.order_timestamp },
      moment(parseTimestamp(alert.order_timestamp), nowMs),
    ),
  );
  const facts = [money(alert.total_amount), alert.customer_id, alert.region].map(foreign);
  if (alert.order_id !== null) facts.push(foreign(`order ${alert.order_id}`));
  return element(
    'li',
    {},
    head,
    element('p', { class: 'reason' }, foreign(alert.reason)),
    element('p', { class: 'alert-facts' }, ...facts),
  );
}

/**
 * The newest alerts, newest first. The list stands still while it is pointed at, has the keyboard's focus, or is paused;
 * how many are waiting is said above it.
 */
export class AlertsPanel {
  readonly #model: RunModel;
  readonly #list = byId('alerts-list');
  readonly #scroll = byId('alerts-scroll');
  readonly #pause = byIdAs('alerts-pause', HTMLButtonElement);
  readonly #counts = new Map<string, HTMLElement>();
  #rules = '';
  #only: string | null = null;
  #paused = false;
  #pointed = false;
  /** Ids in the document, newest first. */
  #shown: string[] = [];
  #drawnVersion = -1;
  #stale = true;
  #announcedMs = 0;
  #announcedCount: number | null = null;
  readonly #changed: () => void;

  /** @param changed called when what is to be shown has changed by the user's hand */
  constructor(model: RunModel, changed: () => void) {
    this.#model = model;
    this.#changed = changed;
    this.#pause.addEventListener('click', () => {
      this.#paused = !this.#paused;
      this.#pause.setAttribute('aria-pressed', String(this.#paused));
      changed();
    });
    for (const [event, inside] of [
      ['pointerenter', true],
      ['pointerleave', false],
      ['focusin', true],
      ['focusout', false],
    ] as const) {
      this.#scroll.addEventListener(event, () => {
        this.#pointed = inside;
        changed();
      });
    }
  }

  render(nowMs: number, atMs: number): void {
    this.#renderFilter();
    const { snapshot, alertsVersion } = this.#model;
    for (const [rule, cell] of this.#counts) {
      setText(cell, count(rule === '' ? this.#total() : (snapshot?.alerts[rule] ?? 0)));
    }
    this.#announce(atMs);
    const held = this.#paused || this.#pointed;
    if (this.#stale || (!held && alertsVersion !== this.#drawnVersion)) this.#renderList(nowMs);
    this.#renderNote(held);
  }

  #total(): number {
    return Object.values(this.#model.snapshot?.alerts ?? {}).reduce((a, b) => a + b, 0);
  }

  #wanted(): Alert[] {
    const wanted = this.#model.alerts.filter((alert) => this.#only === null || alert.rule_id === this.#only);
    return wanted.slice(-maxItems).reverse();
  }

  #renderList(nowMs: number): void {
    const wanted = this.#wanted();
    const ids = wanted.map((alert) => alert.alert_id);
    // What is already there stays as it is: new ones go on top of it, old ones off its end.
    const kept = ids.indexOf(this.#shown[0] ?? '');
    const fresh = this.#stale || kept < 0 ? wanted : wanted.slice(0, kept);
    const items = fresh.map((alert) => item(alert, nowMs));
    if (fresh === wanted) this.#list.replaceChildren(...items);
    else {
      for (const one of this.#list.querySelectorAll('.fresh')) one.classList.remove('fresh');
      for (const one of items) one.classList.add('fresh');
      this.#list.prepend(...items);
      while (this.#list.childElementCount > wanted.length) this.#list.lastElementChild?.remove();
    }
    this.#shown = ids;
    this.#drawnVersion = this.#model.alertsVersion;
    this.#stale = false;
    byId('alerts-empty').hidden = wanted.length > 0;
  }

  #renderNote(held: boolean): void {
    const wanted = this.#wanted();
    const newest = this.#shown[0];
    const behind =
      newest === undefined ? wanted.length : wanted.findIndex((alert) => alert.alert_id === newest);
    const waiting = behind < 0 ? `over ${maxItems}` : String(behind);
    const why = this.#paused ? 'Paused' : 'Holding still while you read';
    const more = waiting === '0' ? '' : `, ${waiting} new`;
    setText(byId('alerts-note'), held ? `${why}${more}` : 'newest first');
    setText(this.#pause, this.#paused ? 'Resume' : 'Pause');
  }

  /** One radio button for all rules and one for each. */
  #renderFilter(): void {
    const rules = this.#model.run?.rules.map((rule) => rule.id) ?? [];
    const known = new Set([...rules, ...Object.keys(this.#model.snapshot?.alerts ?? {})]);
    const names = JSON.stringify([...known]);
    if (names === this.#rules) return;
    this.#rules = names;
    if (this.#only !== null && !known.has(this.#only)) this.#only = null;
    const legend = byId('alerts-filter').querySelector('legend');
    this.#counts.clear();
    const chips = [null, ...known].map((rule) => {
      const radio = element('input', { type: 'radio', name: 'rule', value: rule ?? '' });
      radio.checked = rule === this.#only;
      radio.addEventListener('change', () => {
        this.#only = rule;
        this.#stale = true;
        this.#scroll.scrollTop = 0;
        this.#changed();
      });
      const number = element('span', { class: 'number' });
      this.#counts.set(rule ?? '', number);
      return element('label', {}, radio, element('span', {}, rule ?? 'All'), number);
    });
    byId('alerts-filter').replaceChildren(...(legend === null ? [] : [legend]), ...chips);
  }

  #announce(atMs: number): void {
    if (this.#model.snapshot === null) return;
    const total = this.#total();
    // What was there when the page came, or when another run began, is no news.
    const before = Math.min(this.#announcedCount ?? total, total);
    this.#announcedCount = before;
    if (this.#paused || total <= before || atMs - this.#announcedMs < announceMs) return;
    const newest = this.#model.alerts.at(-1);
    this.#announcedMs = atMs;
    this.#announcedCount = total;
    const last = newest === undefined ? '' : ` The last one, ${newest.severity}: ${newest.reason}.`;
    setText(
      byId('alerts-announcer'),
      `${count(total - before)} new ${total - before === 1 ? 'alert' : 'alerts'}.${last}`,
    );
  }
}
