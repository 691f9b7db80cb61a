import type { Alert } from '../core/alert.ts';
import type { EngineName } from '../core/engine-name.ts';
import type { PatternScore } from '../core/generator/scoreboard.ts';
import type { Order } from '../core/order.ts';
import type { WindowRow } from '../core/window.ts';
import type { ReplayFindings } from '../import/found.ts';
import type { Operations } from '../job/stream-health.ts';

/** Milliseconds, over the run so far. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly count: number;
}

/** What a run has done so far: sent to those who watch it about twice a second, and once when it has finished. */
export interface RunSnapshot {
  readonly engine: EngineName;
  /** How long it has been under way, in milliseconds. */
  readonly runMs: number;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  readonly finished: boolean;
  /** Distinct orders accepted. */
  readonly orders: number;
  /** Null, as customers and late orders are, where only windows are left of a run: they do not say. */
  readonly duplicates: number | null;
  readonly revenue: number;
  /** ISO 4217, of every amount. */
  readonly currency: string;
  readonly customers: number | null;
  /** Window rows written. */
  readonly windows: number;
  /** By rule id, every rule that is on. */
  readonly alerts: Readonly<Record<string, number>>;
  readonly deadLetters: number;
  readonly late: number | null;
  /** Over the last ten seconds. */
  readonly ordersPerMinute: number;
  /** Event time, epoch milliseconds; null before the first order. */
  readonly watermarkMs: number | null;
  /** From an order being appended to its alert; null where none was measured. */
  readonly orderToAlert: Latency | null;
  /** From window end + watermark in wall-clock time to the row being readable; null where old orders are replayed. */
  readonly orderToWindow: Latency | null;
  readonly planted: Readonly<Record<string, PatternScore>>;
}

/** What a run is at. Only `running` takes orders; the engine in this process starts with it. */
export type RunPhase =
  | { readonly name: 'installing' | 'starting-kafka' | 'starting-spark' | 'running' }
  /** Orders have ended: windows that have been written since, of those that were open. */
  | { readonly name: 'draining'; readonly written: number; readonly windows: number };

const phaseTexts = {
  installing: 'Installing Spark and Kafka where they are missing',
  'starting-kafka': 'Starting Kafka',
  'starting-spark': 'Starting Spark',
  running: '',
};

/** A phase for a person; empty while the run is running. */
export function phaseText(phase: RunPhase): string {
  if (phase.name !== 'draining') return phaseTexts[phase.name];
  return `Draining ${phase.written} of ${phase.windows} ${phase.windows === 1 ? 'window' : 'windows'}`;
}

/** An order that a run sends. */
export interface SentOrder {
  readonly order: Order;
  /** Its event time, epoch milliseconds. */
  readonly atMs: number;
}

/** Those who watch a run: the dashboard, or nobody. Every call returns at once; none may throw. */
export interface RunFeed {
  /** Another phase, or one that has advanced. */
  phase(phase: RunPhase): void;
  snapshot(snapshot: RunSnapshot): void;
  /** Orders that are being sent, before anything comes of them. */
  orders(orders: readonly SentOrder[]): void;
  /** Rows that have become readable. */
  windows(rows: readonly WindowRow[]): void;
  /** Alerts that have been acted on, once each. */
  alerts(alerts: readonly Alert[]): void;
  /** How the queries are doing, and what was refused. */
  operations(operations: Operations): void;
}

/** What `npm start` prints when a run has ended, and all that `--json` prints. */
export interface RunSummary {
  /** Distinct, accepted. */
  readonly orders: number;
  readonly duplicates: number;
  readonly revenue: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly customers: number;
  /** Rows written. */
  readonly windows: number;
  /** By rule id. */
  readonly alerts: Readonly<Record<string, number>>;
  readonly dead_letters: number;
  readonly late: number;
  readonly planted: Readonly<Record<string, PatternScore>>;
  /** The folder that the run wrote. */
  readonly out: string;
  readonly engine: EngineName;
  readonly seconds: number;
  /** What came of the rows of a replayed file. */
  readonly replay?: ReplayFindings;
}
