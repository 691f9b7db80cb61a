import type { ViewName } from './address.ts';
import { AlertsView } from './alerts-view.ts';
import { Announcer } from './announcer.ts';
import { listen } from './connection.ts';
import { byId, put } from './element.ts';
import { count, useCurrency } from './format.ts';
import { renderHead } from './head.ts';
import { RunModel } from './model.ts';
import { Navigation, type View } from './navigation.ts';
import { operationsView } from './operations-view.ts';
import { ordersView } from './orders-view.ts';
import { status } from './status.ts';
import { offerThemes } from './theme-choice.ts';

// Messages change the model as they come; the document follows once per frame at most, and not at all while nobody looks.
const model = new RunModel();
let connected: boolean | null = null;
let page: string | null = null;
let asked = false;

const navigation = new Navigation(ask);
const alerts = new AlertsView(model, navigation, ask);
const views: Readonly<Record<ViewName, View>> = {
  orders: ordersView(model),
  alerts: (nowMs) => alerts.render(nowMs),
  operations: operationsView(model),
};
const announcer = new Announcer(model);

function render(): void {
  asked = false;
  const atMs = performance.now();
  if (model.run !== null) useCurrency(model.run.currency);
  renderHead(status(model, connected, atMs));
  if (model.snapshot !== null) put('alerts-link-count', count(model.alertCount));
  announcer.render(atMs, alerts.paused);
  views[navigation.address.view](model.nowMs(atMs));
}

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(render);
}

listen({
  state(message) {
    // Another version of the page came with the server that came back: this one may not understand it.
    if (page !== null && page !== message.page) location.reload();
    page = message.page;
    model.state(message, performance.now());
    document.body.dataset.kind = message.run.kind;
    // A stage has no orders and no alerts to show here.
    if (message.run.kind === 'stage') navigation.only('operations');
    ask();
  },
  frame(message) {
    model.frame(message, performance.now());
    ask();
  },
  connected(up) {
    connected = up;
    ask();
  },
});

offerThemes();

// The address says what is shown, so skipping within the page must not become one.
byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('main').focus();
});

// The run's clock goes on between two messages.
setInterval(ask, 1000);
ask();
