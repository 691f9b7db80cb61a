import { formatMoney } from '../core/money.ts';
import { phaseText, type RunFeed, type RunPhase, type RunSnapshot } from './feed.ts';

/** A terminal that one line can be rewritten on. */
export interface LineTerminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const count = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** What a run has done so far, in one line. */
export function progressLine(snapshot: RunSnapshot, done: number | null, phase: string): string {
  const alerts = Object.values(snapshot.alerts).reduce((sum, ofRule) => sum + ofRule, 0);
  const parts = [
    `${(snapshot.runMs / 1000).toFixed(0)} s`,
    `${count.format(snapshot.orders)} orders`,
    `${count.format(snapshot.ordersPerMinute)} a minute`,
    formatMoney(snapshot.revenue, snapshot.currency),
    `${count.format(snapshot.windows)} windows`,
    `${count.format(alerts)} ${alerts === 1 ? 'alert' : 'alerts'}`,
  ];
  if (phase !== '') parts.unshift(phase);
  else if (done !== null) parts.unshift(`${Math.floor(done * 100)} %`);
  if (snapshot.deadLetters > 0) parts.push(`${count.format(snapshot.deadLetters)} bad`);
  const { late } = snapshot;
  if (late !== null && late > 0) parts.push(`${count.format(late)} late`);
  return parts.join(' · ');
}

/**
 * A feed that keeps one line of a terminal up to date. Where there is no terminal it says which phase begins before a run.
 *
 * @param done the share of the run that is over, 0 to 1, or null where it has no end
 */
export function progressFeed(terminal: LineTerminal, done: () => number | null): RunFeed {
  let phase: RunPhase = { name: 'running' };
  return {
    phase: (next) => {
      phase = next;
      // The line that follows is of the run; what comes before it takes seconds, and so has lines of its own.
      if (phase.name !== 'running' && phase.name !== 'draining') terminal.write(`${phaseText(phase)}\n`);
    },
    snapshot: (snapshot) => {
      if (!terminal.isTTY) return;
      const line = progressLine(snapshot, done(), phaseText(phase));
      if (snapshot.finished) terminal.write('\r\u001b[K');
      else terminal.write(`\r${line.slice(0, (terminal.columns ?? 80) - 1)}\u001b[K`);
    },
    orders: () => undefined,
    windows: () => undefined,
    alerts: () => undefined,
    operations: () => undefined,
  };
}

/** One feed that passes everything on to several. */
export function everyFeed(feeds: readonly RunFeed[]): RunFeed {
  const each =
    <News>(tell: (feed: RunFeed, news: News) => void) =>
    (news: News): void => {
      for (const feed of feeds) tell(feed, news);
    };
  return {
    phase: each((feed, phase) => feed.phase(phase)),
    snapshot: each((feed, snapshot) => feed.snapshot(snapshot)),
    orders: each((feed, orders) => feed.orders(orders)),
    windows: each((feed, rows) => feed.windows(rows)),
    alerts: each((feed, alerts) => feed.alerts(alerts)),
    operations: each((feed, operations) => feed.operations(operations)),
  };
}
