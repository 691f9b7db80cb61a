import { severities } from '../../core/rule.ts';
import type { AlertGroup } from '../message.ts';
import { addressHash } from './address.ts';
import { AlertDetail } from './alert-detail.ts';
import { alertItem } from './alert-line.ts';
import { type AlertLine, alertLines, maxLines, withFound } from './alert-lines.ts';
import { isNarrowed, type Narrowed, narrowedBy } from './alert-search.ts';
import { ask, reasonOf } from './ask.ts';
import { byId, byIdAs, element, isRead, put, setText, show } from './element.ts';
import type { RunModel } from './model.ts';
import type { Navigation } from './navigation.ts';
import { renderPlanted } from './planted-panel.ts';
import { renderRules } from './rules-panel.ts';

/** A search goes to the run's file once the reader has stopped typing for this long. */
const searchAfterMs = 300;

/** A line in the document, and what it was made of. */
interface Item {
  readonly line: AlertLine;
  readonly made: string;
  readonly item: HTMLLIElement;
}

/**
 * The newest alerts, newest first, and the one that is opened. The list stands still while it is pointed at, has the
 * keyboard's focus, or is paused; how many are waiting is said above it. The address says what it is narrowed to.
 */
export class AlertsView {
  readonly #model: RunModel;
  readonly #navigation: Navigation;
  readonly #changed: () => void;
  readonly #detail: AlertDetail;
  readonly #list = byId('alerts-list');
  readonly #scroll = byId('alerts-scroll');
  readonly #pause = byIdAs('alerts-pause', HTMLButtonElement);
  readonly #form = byIdAs('alerts-search', HTMLFormElement);
  readonly #fields = {
    q: byIdAs('search-q', HTMLInputElement),
    severity: byIdAs('search-severity', HTMLSelectElement),
    rule: byIdAs('search-rule', HTMLSelectElement),
    customer: byIdAs('search-customer', HTMLInputElement),
  };
  #paused = false;
  #items: readonly Item[] = [];
  #drawnVersion = -1;
  /** What the list was drawn for. */
  #drawnHash: string | null = null;
  /** What the run's file has beside what the page knows. */
  #found: readonly AlertGroup[] = [];
  #searched = '';
  #searchTimer: number | undefined;
  #searchFailed = '';

  /** @param changed called when what is to be shown has changed by the user's hand */
  constructor(model: RunModel, navigation: Navigation, changed: () => void) {
    this.#model = model;
    this.#navigation = navigation;
    this.#changed = changed;
    this.#detail = new AlertDetail(model, navigation, changed);
    this.#fields.severity.append(...severities.toReversed().map((one) => element('option', {}, one)));
    this.#pause.addEventListener('click', () => {
      this.#paused = !this.#paused;
      this.#pause.setAttribute('aria-pressed', String(this.#paused));
      changed();
    });
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('input', (event) => {
      // Every letter is an address of its own, but not a step back of its own.
      this.#narrow(event.target instanceof HTMLInputElement ? 'replace' : 'push');
    });
    byId('search-clear').addEventListener('click', () => {
      navigation.go({ view: 'alerts', params: {} });
      this.#fields.q.focus();
    });
    for (const event of ['pointerenter', 'pointerleave', 'focusin', 'focusout']) {
      this.#scroll.addEventListener(event, changed);
    }
  }

  /** Whether the reader has asked for quiet. */
  get paused(): boolean {
    return this.#paused;
  }

  render(nowMs: number): void {
    this.#renderFields();
    renderPlanted(this.#model);
    renderRules(this.#model);
    this.#detail.render(nowMs);
    const narrowed = this.#narrowed;
    this.#search(narrowed);
    const hash = JSON.stringify(narrowed);
    const held = this.#paused || isRead(this.#scroll);
    const another = hash !== this.#drawnHash;
    if (another || (!held && this.#model.alertsVersion !== this.#drawnVersion)) {
      this.#renderList(nowMs, narrowed, another);
      this.#drawnHash = hash;
    }
    const open = this.#navigation.address.params.alert;
    for (const { line, item } of this.#items) {
      item.classList.toggle('open', idOf(line) === open);
    }
    setText(this.#pause, this.#paused ? 'Resume' : 'Pause');
    this.#pause.hidden = this.#isOver;
    put('alerts-note', this.#noteText(held, narrowed));
  }

  get #narrowed(): Narrowed {
    const { params } = this.#navigation.address;
    return narrowedBy((name) => params[name]);
  }

  #narrow(how: 'push' | 'replace'): void {
    const fields = Object.entries(this.#fields).map(([name, field]) => [name, field.value] as const);
    this.#navigation.go({ view: 'alerts', params: Object.fromEntries(fields) }, how);
  }

  /** The fields follow the address, which follows what is typed into them. */
  #renderFields(): void {
    const all = element('option', { value: '' }, 'All');
    show(this.#fields.rule, all, ...this.#model.ruleIds.map((rule) => element('option', {}, rule)));
    const { params } = this.#navigation.address;
    for (const [name, field] of Object.entries(this.#fields)) {
      const value = params[name] ?? '';
      if (field.value !== value) field.value = value;
    }
    byId('search-clear').hidden = !isNarrowed(this.#narrowed);
  }

  /** Asks the run's file for what is not in memory any more. */
  #search(narrowed: Narrowed): void {
    const asked = isNarrowed(narrowed) ? JSON.stringify(narrowed) : '';
    if (asked === this.#searched) return;
    this.#searched = asked;
    this.#found = [];
    this.#searchFailed = '';
    clearTimeout(this.#searchTimer);
    if (asked === '') return;
    this.#searchTimer = setTimeout(() => void this.#askFile(asked, narrowed), searchAfterMs);
  }

  async #askFile(asked: string, narrowed: Narrowed): Promise<void> {
    try {
      const alerts = await ask<AlertGroup[]>('/alerts', { ...narrowed });
      if (asked !== this.#searched) return;
      this.#found = alerts;
    } catch (error) {
      if (asked !== this.#searched) return;
      this.#searchFailed = reasonOf(error);
    }
    this.#drawnHash = null;
    this.#changed();
  }

  #lines(narrowed: Narrowed): AlertLine[] {
    return alertLines(withFound(this.#model.alerts, this.#found), this.#model.ringing, narrowed);
  }

  #renderList(nowMs: number, narrowed: Narrowed, another: boolean): void {
    if (another) this.#scroll.scrollTop = 0;
    const before = new Map(this.#items.map((item) => [item.made, item]));
    this.#items = this.#lines(narrowed).map((line) => {
      const href = this.#hrefOf(line);
      const made = JSON.stringify([href, line]);
      const known = before.get(made);
      known?.item.classList.remove('fresh');
      if (known !== undefined) return known;
      const item = alertItem(line, href, nowMs);
      // What came last. It does not fade: under load that alone would keep the page painting.
      // The first lines of a page did not come while it was looked at.
      if (!another && before.size > 0 && line.ringing === null) item.classList.add('fresh');
      return { line, made, item };
    });
    this.#list.replaceChildren(...this.#items.map(({ item }) => item));
    this.#drawnVersion = this.#model.alertsVersion;
    byId('alerts-empty').hidden = this.#items.length > 0;
    put('alerts-empty', isNarrowed(narrowed) ? 'No alert matches.' : 'No alerts so far.');
  }

  #hrefOf(line: AlertLine): string {
    const { params } = this.#navigation.address;
    const { alert: _, ...narrowed } = params;
    const { alert_id, rule_id } = line.group.alert;
    const to = line.ringing === null ? { alert: alert_id } : { rule: rule_id };
    return addressHash({ view: 'alerts', params: { ...narrowed, ...to } });
  }

  get #isOver(): boolean {
    return this.#model.snapshot?.finished ?? false;
  }

  #noteText(held: boolean, narrowed: Narrowed): string {
    if (this.#searchFailed !== '') return this.#searchFailed;
    // Nothing more comes, so nothing is held.
    if (!held || this.#isOver) return 'newest first';
    const shown = new Set(this.#items.map(({ line }) => idOf(line)));
    const waiting = this.#lines(narrowed).filter((line) => !shown.has(idOf(line))).length;
    const why = this.#paused ? 'Paused' : 'Updates paused while you read';
    return `${why}${waiting === 0 ? '' : `, ${waiting >= maxLines ? `over ${maxLines}` : waiting} new`}`;
  }
}

/** Tells whether a line says something new. */
function idOf(line: AlertLine): string {
  return line.ringing === null ? line.group.alert.alert_id : line.key;
}
