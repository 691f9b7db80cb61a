import type { Alert } from '../../core/alert.ts';
import { alertLine } from './alert-line.ts';
import { byId, byIdAs, element, setText } from './element.ts';
import { count } from './format.ts';
import type { RunModel } from './model.ts';
import type { Navigation, View } from './navigation.ts';
import { PlantedPanel } from './planted-panel.ts';

/** Alerts in the document at once. */
const maxItems = 60;

/**
 * The newest alerts, newest first. The list stands still while it is pointed at, has the keyboard's focus, or is paused;
 * how many are waiting is said above it.
 */
export class AlertsView implements View {
  readonly #model: RunModel;
  readonly #list = byId('alerts-list');
  readonly #scroll = byId('alerts-scroll');
  readonly #pause = byIdAs('alerts-pause', HTMLButtonElement);
  readonly #counts = new Map<string, HTMLElement>();
  readonly #radios = new Map<string, HTMLInputElement>();
  #rules = '';
  /** The rule that the list was drawn for; undefined before it has been. */
  #drawnRule: string | undefined;
  #paused = false;
  #pointed = false;
  /** Ids in the document, newest first. */
  #shown: string[] = [];
  #drawnVersion = -1;
  readonly #navigation: Navigation;
  readonly #planted: PlantedPanel;

  /** @param changed called when what is to be shown has changed by the user's hand */
  constructor(model: RunModel, navigation: Navigation, changed: () => void) {
    this.#model = model;
    this.#navigation = navigation;
    this.#planted = new PlantedPanel(model);
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

  render(nowMs: number): void {
    this.#renderFilter();
    const { snapshot, alertsVersion } = this.#model;
    for (const [rule, cell] of this.#counts) {
      setText(cell, count(rule === '' ? this.#model.alertCount : (snapshot?.alerts[rule] ?? 0)));
    }
    this.#planted.render();
    const held = this.#paused || this.#pointed;
    if (this.#rule !== this.#drawnRule || (!held && alertsVersion !== this.#drawnVersion))
      this.#renderList(nowMs);
    this.#renderNote(held);
  }

  /** Whether the reader has asked for quiet. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Empty for all. */
  get #rule(): string {
    return this.#navigation.address.params.rule ?? '';
  }

  #wanted(): Alert[] {
    const rule = this.#rule;
    const wanted = this.#model.alerts.filter((alert) => rule === '' || alert.rule_id === rule);
    return wanted.slice(-maxItems).reverse();
  }

  #renderList(nowMs: number): void {
    const wanted = this.#wanted();
    const ids = wanted.map((alert) => alert.alert_id);
    // What is already there stays as it is: new ones go on top of it, old ones off its end.
    const kept = ids.indexOf(this.#shown[0] ?? '');
    const another = this.#rule !== this.#drawnRule;
    if (another) this.#scroll.scrollTop = 0;
    const fresh = another || kept < 0 ? wanted : wanted.slice(0, kept);
    const items = fresh.map((alert) => alertLine(alert, nowMs));
    if (fresh === wanted) this.#list.replaceChildren(...items);
    else {
      for (const one of this.#list.querySelectorAll('.fresh')) one.classList.remove('fresh');
      for (const one of items) one.classList.add('fresh');
      this.#list.prepend(...items);
      while (this.#list.childElementCount > wanted.length) this.#list.lastElementChild?.remove();
    }
    this.#shown = ids;
    this.#drawnVersion = this.#model.alertsVersion;
    this.#drawnRule = this.#rule;
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
    if (names !== this.#rules) {
      this.#rules = names;
      this.#makeFilter(['', ...known]);
    }
    for (const [rule, radio] of this.#radios) radio.checked = rule === this.#rule;
  }

  #makeFilter(rules: readonly string[]): void {
    const legend = byId('alerts-filter').querySelector('legend');
    this.#counts.clear();
    this.#radios.clear();
    const chips = rules.map((rule) => {
      const radio = element('input', { type: 'radio', name: 'rule', value: rule });
      radio.addEventListener('change', () => this.#navigation.go({ view: 'alerts', params: { rule } }));
      const number = element('span', { class: 'number' });
      this.#counts.set(rule, number);
      this.#radios.set(rule, radio);
      return element('label', {}, radio, element('span', {}, rule === '' ? 'All' : rule), number);
    });
    byId('alerts-filter').replaceChildren(...(legend === null ? [] : [legend]), ...chips);
  }
}
