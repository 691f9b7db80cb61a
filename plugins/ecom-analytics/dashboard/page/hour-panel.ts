import type { Sales, Seller } from '../message.ts';
import { addressHash } from './address.ts';
import { bodyRow, byId, element, foreign, setText, tableHead } from './element.ts';
import { count, money } from './format.ts';
import type { RunModel } from './model.ts';
import { change, changeOfMean, comparison } from './sales-text.ts';

/** The last hour against the hour before: what was sold, and what and who brought most. */
export class HourPanel {
  readonly #model: RunModel;
  #drawn: Sales | null = null;

  constructor(model: RunModel) {
    this.#model = model;
  }

  render(): void {
    const { sales } = this.#model;
    if (sales === this.#drawn || sales === null) return;
    this.#drawn = sales;
    const { last, before } = sales;
    const put = (id: string, figure: string, changed: string): void => {
      setText(byId(`hour-${id}`), figure);
      setText(byId(`hour-${id}-change`), changed);
    };
    put('orders', count(last.orders), change(sales, last.orders, before?.orders ?? null));
    put('revenue', money(last.revenue), change(sales, last.revenue, before?.revenue ?? null));
    put('average', last.orders === 0 ? '–' : money(last.revenue / last.orders), changeOfMean(last, before));
    setText(byId('hour-note'), comparison(sales));
    renderSellers('products', 'Product', sales, sales.products, (name) => foreign(name));
    renderSellers('customers', 'Customer', sales, sales.customers, (name) =>
      element('a', { href: addressHash({ view: 'alerts', params: { customer: name } }) }, foreign(name)),
    );
  }
}

function renderSellers(
  kind: 'products' | 'customers',
  heading: string,
  sales: Sales,
  sellers: readonly Seller[],
  named: (name: string) => HTMLElement,
): void {
  const rows = sellers.map(({ name, revenue, before }) =>
    bodyRow(
      named(name),
      money(revenue),
      element('span', { class: 'change' }, change(sales, revenue, before)),
    ),
  );
  byId(`${kind}-table`).replaceChildren(
    tableHead(heading, 'Revenue', 'Change'),
    element('tbody', {}, ...rows),
  );
}
