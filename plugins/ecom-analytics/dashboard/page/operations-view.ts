import type { Latency, RunSnapshot } from '../../run/feed.ts';
import { byId, element, put, show, tableOf } from './element.ts';
import { count, latency, moment, share, span } from './format.ts';
import type { RunModel } from './model.ts';
import type { View } from './navigation.ts';
import { limitsText, verdict } from './operations.ts';
import { renderPartitions } from './partitions-panel.ts';
import { renderRefused } from './refused-panel.ts';
import { runName } from './status.ts';
import { renderStreams } from './streams-panel.ts';

/** "Within seconds": the contract's limit for an alert, and for a window's rows. */
const aimMs = 5000;

/** A count and what share of all records it is. */
function countOf(part: number | null, snapshot: RunSnapshot): string {
  if (part === null) return '–';
  const all = snapshot.orders + (snapshot.duplicates ?? 0) + snapshot.deadLetters;
  return part === 0 ? '0' : `${count(part)} (${share(part, all)})`;
}

/** For the engineer on call: what the run is at, and whether it keeps up. */
export function operationsView(model: RunModel): View {
  return (nowMs) => {
    const { snapshot } = model;
    put('phase', runName(model));
    renderOperations(model, nowMs);
    const watermarkMs = snapshot?.watermarkMs ?? null;
    put('watermark', watermarkMs === null ? '–' : moment(watermarkMs, nowMs));
    put('watermark-age', watermarkMs === null || snapshot?.finished ? '–' : span(nowMs - watermarkMs));
    if (snapshot === null) return;
    put('operations-orders-per-minute', snapshot.finished ? '–' : count(snapshot.ordersPerMinute));
    put('window-rows', count(snapshot.windows));
    put('late', countOf(snapshot.late, snapshot));
    put('duplicates', countOf(snapshot.duplicates, snapshot));
    put('dead-letters', countOf(snapshot.deadLetters, snapshot));
    renderLatency(model, snapshot);
  };
}

function renderOperations({ operations, run }: RunModel, nowMs: number): void {
  if (operations === null || run === null) return;
  const { streams, limits, links } = operations;
  const { level, text } = verdict(operations, run.kind, nowMs);
  put('verdict', text);
  byId('verdict').dataset.level = level;
  renderStreams(operations, nowMs);
  renderPartitions(operations);
  renderRefused(operations);
  byId('operations-limits').hidden = streams.length === 0;
  put('operations-limits', limitsText(limits));
  byId('operations-links').hidden = links.length === 0;
  show(
    byId('operations-links'),
    ...links.map(({ name, url }) => element('a', { href: url, target: '_blank', rel: 'noreferrer' }, name)),
  );
}

function renderLatency({ run, byEventTime }: RunModel, { orderToAlert, orderToWindow }: RunSnapshot): void {
  const slow: string[] = [];
  const row = (name: string, measured: Latency | null): (HTMLElement | string)[] => {
    if (measured === null) return [name, '–', '–', '–'];
    const { p50, p99, count: times } = measured;
    if (p99 > aimMs) slow.push(name.toLowerCase());
    const most = element('span', { class: p99 > aimMs ? 'over' : '' }, latency(p99));
    return [name, latency(p50), most, count(times)];
  };
  const rows = [row('Order to alert', orderToAlert), row('Window to row', orderToWindow)];
  show(byId('latency-table'), ...tableOf(['Run so far', 'p50', 'p99', 'Measured'], rows));
  const from = `A row is timed from its window's end plus the watermark of ${span(run?.watermarkMs ?? 0)}.`;
  const aim =
    slow.length === 0 ? `Aim: under ${span(aimMs)}.` : `Over the aim of ${span(aimMs)}: ${slow.join(', ')}.`;
  const old = 'The windows of old orders have no latency: nobody waited for them.';
  const ended = 'Latency is measured only during a run and is not stored.';
  const why = run?.kind === 'finished' ? ended : old;
  put('latency-note', byEventTime && orderToWindow === null ? why : `${from} ${aim}`);
}
