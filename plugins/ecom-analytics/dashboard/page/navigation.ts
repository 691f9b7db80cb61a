import { type Address, addressHash, parseAddress, type ViewName, views } from './address.ts';
import { byId } from './element.ts';

/** Fills a part of the page. Only the one that is shown is rendered. @param nowMs the run's clock */
export type View = (nowMs: number) => void;

/** Shows the view that the address names, and keeps the address true. */
export class Navigation {
  #address = parseAddress(location.hash);
  readonly #changed: () => void;

  /** @param changed called when another address is shown */
  constructor(changed: () => void) {
    this.#changed = changed;
    window.addEventListener('hashchange', () => this.#follow());
    this.#show();
  }

  get address(): Address {
    return this.#address;
  }

  /** Goes to an address; `replace` where a step back would be one too many, as with each letter of a search. */
  go(address: Address, how: 'push' | 'replace' = 'push'): void {
    const hash = addressHash(address);
    if (hash === location.hash) return;
    if (how === 'push') history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
    this.#follow();
  }

  /** Shows one view and offers no other: what is watched has nothing for them. */
  only(view: ViewName): void {
    for (const other of views) linkTo(other).hidden = other !== view;
    if (this.#address.view !== view) this.go({ view, params: {} }, 'replace');
  }

  #follow(): void {
    const before = this.#address.view;
    this.#address = parseAddress(location.hash);
    this.#show();
    if (this.#address.view !== before) scrollTo(0, 0);
    this.#changed();
  }

  #show(): void {
    for (const view of views) {
      byId(`${view}-view`).hidden = view !== this.#address.view;
      linkTo(view).removeAttribute('aria-current');
    }
    linkTo(this.#address.view).setAttribute('aria-current', 'page');
  }
}

function linkTo(view: ViewName): HTMLElement {
  return byId(`${view}-link`);
}
