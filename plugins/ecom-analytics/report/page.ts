import { readFileSync } from 'node:fs';
import { severities } from '../core/rule.ts';
import { othersName } from '../dashboard/page/buckets.ts';
import {
  bucket,
  clock,
  count,
  date,
  lengthName,
  money,
  share,
  short,
  shortMoney,
  useCurrency,
} from '../dashboard/page/format.ts';
import { kitFile } from '../project/package-files.ts';
import type { RuleAlerts } from './alert-sums.ts';
import { barChart, seriesColor } from './bar-chart.ts';
import { html, Markup } from './markup.ts';
import type { Report } from './report.ts';
import type { TimeSeries } from './time-buckets.ts';
import type { BusyWindow, Share } from './window-sums.ts';

/** Names listed by themselves; the rest are one line. */
const namesListed = 12;

const inMoney = (cents: number): string => money(cents / 100);
const shortAmount = (cents: number): string => shortMoney(cents / 100);
const dateTime = (epochMs: number): string => `${date(epochMs)} ${clock(epochMs)}`;

/** A part of the page. */
function panel(id: string, title: string, ...content: readonly Markup[]): Markup {
  return html`<section class="panel ${id}" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>
`;
}

function note(text: string): Markup {
  return html`<p class="note">${text}</p>`;
}

/** A table whose rows begin with their header, in a frame that scrolls. */
function tableOf(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
  frame: 'scroll' | 'as-table' = 'scroll',
): Markup {
  const cell = (value: string | Markup, index: number): Markup =>
    index === 0 ? html`<th scope="row">${value}</th>` : html`<td>${value}</td>`;
  return html`<div class="${frame}" role="group" aria-label="${caption}" tabindex="0"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A name with a bar below it, as long as its share of the largest. */
function named(name: string | Markup, value: number, largest: number, color = 'var(--series-1)'): Markup {
  const percent = largest > 0 ? Math.round((value / largest) * 1000) / 10 : 0;
  return html`${name}<span class="bar" style="width:${percent}%;background:${color}"></span>`;
}

function tiles(report: Report): Markup {
  const { summary } = report;
  const alerts = report.alerts.reduce((sum, rule) => sum + rule.alerts, 0);
  const facts: [name: string, value: string][] = [
    ['Orders', count(summary?.orders ?? report.orders)],
    ['Revenue', summary === null ? inMoney(report.cents) : money(summary.revenue)],
    ['Average order', inMoney(report.orders === 0 ? 0 : report.cents / report.orders)],
  ];
  if (summary !== null) facts.push(['Customers', count(summary.customers)]);
  facts.push(['Alerts', count(alerts)]);
  if (summary !== null) {
    facts.push(['Late orders', count(summary.late)], ['Dead letters', count(summary.dead_letters)]);
  }
  facts.push(['Window rows', count(report.rows)]);
  return html`<dl class="totals">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function overTime({ revenueOverTime: revenue, ordersOverTime: orders }: Report): Markup[] {
  const name = (of: string | null): string => of ?? othersName;
  const length = lengthName(revenue.bucketMs);
  const legend = revenue.series.map(
    (series, place) =>
      html`<li><span class="swatch" style="--color:${seriesColor(place, series.name)}"></span>${name(series.name)}</li>`,
  );
  const revenueChart = barChart({
    data: revenue,
    label: `Revenue per ${length} by category; the table below has the numbers`,
    show: inMoney,
    showShort: shortAmount,
    scale: 0.01,
    areCounted: false,
    seriesName: name,
  });
  const ordersChart = barChart({
    data: orders,
    label: `Orders per ${length}; the table below has the numbers`,
    show: (sum) => `${count(sum)} orders`,
    showShort: short,
    scale: 1,
    areCounted: true,
    seriesName: () => 'Orders',
  });
  return [
    panel(
      'revenue',
      'Revenue over time',
      note(`per ${length}, by category`),
      html`<ul class="legend">${legend}</ul>`,
      revenueChart,
      timeTable('Revenue', revenue, inMoney, name),
    ),
    panel(
      'orders',
      'Orders over time',
      note(`per ${length}`),
      ordersChart,
      timeTable('Orders', orders, count, () => 'Orders'),
    ),
  ];
}

/** What a chart shows, as a table to be opened. */
function timeTable(
  what: string,
  { starts, series, bucketMs }: TimeSeries,
  show: (sum: number) => string,
  seriesName: (name: string | null) => string,
): Markup {
  const total = series.length > 1 ? ['Total'] : [];
  const columns = ['Time (UTC)', ...series.map(({ name }) => seriesName(name)), ...total];
  const rows = starts.map((start, index) => {
    const sums = series.map((one) => one.sums[index] ?? 0);
    const all = total.map(() => sums.reduce((sum, one) => sum + one, 0));
    return [bucket(start, bucketMs, 0), ...[...sums, ...all].map(show)];
  });
  const table = tableOf(`${what} over time`, columns, rows, 'as-table');
  return html`<details><summary>${what} as a table</summary>${table}</details>`;
}

function shares(id: string, title: string, all: readonly Share[], color: (place: number) => string): Markup {
  const total = all.reduce((sum, { cents }) => sum + cents, 0);
  const rest = all.slice(namesListed);
  const others = {
    name: `${count(rest.length)} others`,
    orders: rest.reduce((sum, one) => sum + one.orders, 0),
    cents: rest.reduce((sum, one) => sum + one.cents, 0),
  };
  const listed = rest.length > 0 ? [...all.slice(0, namesListed), others] : all;
  const largest = listed.reduce((most, { cents }) => Math.max(most, cents), 0);
  const rows = listed.map(({ name, orders, cents }, place) => [
    named(name, cents, largest, color(place)),
    inMoney(cents),
    share(cents, total),
    count(orders),
    inMoney(orders === 0 ? 0 : cents / orders),
  ]);
  return panel(id, title, tableOf(title, ['Name', 'Revenue', 'Share', 'Orders', 'Average'], rows));
}

function busiest(windows: readonly BusyWindow[]): Markup {
  const largest = windows[0]?.orders ?? 0;
  const rows = windows.map(({ startMs, endMs, orders, cents }) => [
    named(`${dateTime(startMs)} to ${clock(endMs)}`, orders, largest),
    count(orders),
    inMoney(cents),
  ]);
  return panel(
    'busiest',
    'Busiest windows',
    note('by orders, over all categories and locations; none overlaps another'),
    tableOf('Busiest windows', ['Window (UTC)', 'Orders', 'Revenue'], rows),
  );
}

/** The dashboard's mark of a severity. */
function severity(level: RuleAlerts['severity']): Markup {
  if (level === null) return html`–`;
  const bars = severities.indexOf(level) + 1;
  return html`<span class="severity" style="--color:var(--severity-${level})"><span class="bars" style="--level:${bars}" aria-hidden="true"></span>${level}</span>`;
}

function alerts(rules: readonly RuleAlerts[]): Markup {
  const largest = rules[0]?.alerts ?? 0;
  const rows = rules.map((rule) => {
    const newest =
      rule.newest === null
        ? html``
        : html`<small>${dateTime(rule.newest.atMs)} ${rule.newest.reason}</small>`;
    const name = html`<span class="rule-name">${rule.ruleId}${newest}</span>`;
    return [
      named(name, rule.alerts, largest, `var(--severity-${rule.severity ?? 'low'})`),
      severity(rule.severity),
      count(rule.alerts),
      count(rule.customers),
    ];
  });
  const columns = ['Rule, and its newest alert', 'Severity', 'Alerts', 'Customers'];
  const body =
    rules.length > 0 ? tableOf('Alerts by rule', columns, rows) : html`<p>No rule raised an alert.</p>`;
  return panel('alerts', 'Alerts by rule', body);
}

function planted({ summary }: Report): Markup {
  const patterns = Object.entries(summary?.planted ?? {});
  if (patterns.length === 0) return html``;
  const rows = patterns.map(([pattern, score]) => [
    pattern,
    count(score.planted),
    count(score.caught),
    share(score.caught, score.planted),
    count(score.false_alerts),
  ]);
  return panel(
    'planted',
    'Planted fraud',
    note('what was planted, and what the rules caught of it'),
    tableOf('Planted fraud', ['Pattern', 'Planted', 'Caught', 'Recall', 'False alerts'], rows),
    html`<p class="note">False alerts are honest orders over a rule's limit. <code>npm run rules -- --replay FILE</code> shows what other limits would raise on orders of your own.</p>`,
  );
}

/** Says where the windows and the run differ: a late order is in the run, not in the windows. */
function difference({ summary, orders, cents }: Report): Markup {
  if (summary === null) {
    return html`<p>This run has not ended or was killed, or these are copied windows. The report shows the rows that were written so far; each of them is final.</p>`;
  }
  if (summary.orders === orders) return html``;
  return html`<p>The windows hold ${count(orders)} of the run's ${count(summary.orders)} orders, ${inMoney(cents)} of ${money(summary.revenue)}: ${count(summary.late)} came too late for their windows.</p>`;
}

const styles = ['dashboard/page/tokens.css', 'dashboard/page/base.css', 'report/page.css'];

/**
 * The report as one HTML page that asks for nothing else.
 *
 * @param folder as its reader knows it
 */
export function reportPage(report: Report, folder: string, madeAtMs: number): string {
  useCurrency(report.currency);
  const css = styles.map((file) => readFileSync(kitFile(file), 'utf8')).join('\n');
  const [first, last] = [date(report.fromMs), date(report.toMs - 1)];
  const ends = first === last ? [dateTime(report.fromMs), clock(report.toMs)] : [first, last];
  const span = ends.join(' to ');
  const colors = (place: number): string => seriesColor(place, place < 7 ? '' : null);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Orders of ${span}</title>
<style>${new Markup(css)}</style>
</head>
<body>
<header>
<h1>Orders of <span>${ends[0] ?? ''}</span> to <span>${ends[1] ?? ''}</span></h1>
<p class="note">Event time in UTC. From ${folder}${report.summary === null ? '' : `, ${report.summary.engine} engine`}; made ${dateTime(madeAtMs)}.</p>
</header>
<main class="stack">
${tiles(report)}
${overTime(report)}
${alerts(report.alerts)}
<div class="pair">
${shares('categories', 'By category', report.categories, colors)}
${shares('locations', 'By location', report.locations, () => 'var(--muted)')}
</div>
<div class="pair">
${busiest(report.busiest)}
${planted(report)}
</div>
</main>
<footer class="note">
${difference(report)}
<p>Windows overlap, so an order is in several of them. The sums here are over those windows that start on a multiple of their own length: they cover event time without overlapping, and each order counts once.</p>
</footer>
</body>
</html>
`.text;
}
