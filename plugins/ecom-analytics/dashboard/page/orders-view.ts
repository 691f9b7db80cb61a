import { unknownCurrency } from '../../core/money.ts';
import type { RunSnapshot } from '../../run/feed.ts';
import { byId, setText } from './element.ts';
import { count, money } from './format.ts';
import { HourPanel } from './hour-panel.ts';
import type { RunModel } from './model.ts';
import type { View } from './navigation.ts';
import { NewestPanel } from './newest-panel.ts';
import { RatePanel } from './rate-panel.ts';
import { RevenuePanel } from './revenue-panel.ts';

/** For the shop's owner: what is sold. */
export class OrdersView implements View {
  readonly #model: RunModel;
  readonly #newest: NewestPanel;
  readonly #hour: HourPanel;
  readonly #rate: RatePanel;
  readonly #revenue: RevenuePanel;
  #drawn: RunSnapshot | null = null;

  constructor(model: RunModel) {
    this.#model = model;
    this.#newest = new NewestPanel(model);
    this.#hour = new HourPanel(model);
    this.#rate = new RatePanel(model);
    this.#revenue = new RevenuePanel(model);
  }

  render(): void {
    this.#renderTotals();
    this.#newest.render();
    this.#hour.render();
    this.#rate.render();
    this.#revenue.render();
  }

  themeChanged(): void {
    this.#rate.themeChanged();
    this.#revenue.themeChanged();
  }

  #renderTotals(): void {
    const { snapshot } = this.#model;
    if (snapshot === this.#drawn || snapshot === null) return;
    this.#drawn = snapshot;
    const { orders, revenue } = snapshot;
    setText(byId('currency'), snapshot.currency === unknownCurrency ? '' : snapshot.currency);
    setText(byId('orders'), count(orders));
    setText(byId('revenue'), money(revenue));
    setText(byId('customers'), snapshot.customers === null ? '–' : count(snapshot.customers));
    setText(byId('orders-per-minute'), snapshot.finished ? '–' : count(snapshot.ordersPerMinute));
  }
}
