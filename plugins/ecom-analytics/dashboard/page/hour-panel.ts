import type { Sales } from '../message.ts';
import { alertsLink } from './alert-line.ts';
import { byId, element, foreign, put, show, tableOf } from './element.ts';
import { count, money } from './format.ts';
import type { RunModel } from './model.ts';
import { change, changeOfMean, comparison } from './sales-text.ts';

/** The last hour against the hour before: what was sold, and what and who brought most. */
export function renderHour({ sales }: RunModel): void {
  const { last, before } = sales;
  const compare = (id: string, figure: string, changed: string): void => {
    put(`hour-${id}`, figure);
    put(`hour-${id}-change`, changed);
  };
  compare('orders', count(last.orders), change(sales, last.orders, before?.orders ?? null));
  compare('revenue', money(last.revenue), change(sales, last.revenue, before?.revenue ?? null));
  compare('average', last.orders === 0 ? '–' : money(last.revenue / last.orders), changeOfMean(last, before));
  put('hour-note', comparison(sales));
  renderSellers('products', 'Product', sales, foreign);
  renderSellers('customers', 'Customer', sales, (name) => alertsLink({ customer: name }, foreign(name)));
}

function renderSellers(
  kind: 'products' | 'customers',
  heading: string,
  sales: Sales,
  named: (name: string) => HTMLElement,
): void {
  const rows = sales[kind].map(({ name, revenue, before }) => [
    named(name),
    money(revenue),
    element('small', {}, change(sales, revenue, before)),
  ]);
  show(byId(`${kind}-table`), ...tableOf([heading, 'Revenue', 'Change'], rows));
}
