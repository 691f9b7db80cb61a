import { unknownCurrency } from '../../core/money.ts';
import { put } from './element.ts';
import { count, money } from './format.ts';
import { renderHour } from './hour-panel.ts';
import type { RunModel } from './model.ts';
import type { View } from './navigation.ts';
import { renderNewest } from './newest-panel.ts';
import { RatePanel } from './rate-panel.ts';
import { RevenuePanel } from './revenue-panel.ts';

/** For the shop's owner: what is sold. */
export function ordersView(model: RunModel): View {
  const rate = new RatePanel(model);
  const revenue = new RevenuePanel(model);
  return () => {
    renderTotals(model);
    renderNewest(model);
    renderHour(model);
    rate.render();
    revenue.render();
  };
}

function renderTotals({ snapshot }: RunModel): void {
  if (snapshot === null) return;
  const { orders, revenue, currency, customers, finished, ordersPerMinute } = snapshot;
  put('currency', currency === unknownCurrency ? '' : currency);
  put('orders', count(orders));
  put('revenue', money(revenue));
  put('customers', customers === null ? '–' : count(customers));
  put('orders-per-minute', finished ? '–' : count(ordersPerMinute));
}
