import { AlertsPanel } from './alerts-panel.ts';
import { listen } from './connection.ts';
import { byId, setText } from './element.ts';
import { FiguresPanel } from './figures-panel.ts';
import { useCurrency } from './format.ts';
import { renderHead } from './head.ts';
import { RunModel } from './model.ts';
import { RatePanel } from './rate-panel.ts';
import { RevenuePanel } from './revenue-panel.ts';
import { status } from './status.ts';
import { offerThemes } from './theme-choice.ts';

// Messages change the model as they come; the document follows once per frame at most, and not at all while nobody looks.
const model = new RunModel();
let connected: boolean | null = null;
let page: string | null = null;
let asked = false;

const rate = new RatePanel(model);
const revenue = new RevenuePanel(model);
const figures = new FiguresPanel(model);
const alerts = new AlertsPanel(model, ask);

function render(): void {
  asked = false;
  const atMs = performance.now();
  const nowMs = model.nowMs(atMs);
  if (model.run !== null) {
    useCurrency(model.run.currency);
    setText(byId('currency'), model.run.currency);
  }
  renderHead(status(model, connected, atMs));
  figures.render(nowMs);
  rate.render();
  revenue.render();
  alerts.render(nowMs, atMs);
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

offerThemes(() => {
  rate.themeChanged();
  revenue.themeChanged();
});

// The run's clock goes on between two messages.
setInterval(ask, 1000);
ask();
