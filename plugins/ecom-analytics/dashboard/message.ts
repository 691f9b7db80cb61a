import type { Alert } from '../core/alert.ts';
import type { Order } from '../core/order.ts';
import type { Rule } from '../core/rule.ts';
import type { Operations } from '../job/stream-health.ts';
import type { RunPhase, RunSnapshot } from '../run/feed.ts';
import type { OrdersAtHand } from './recent-orders.ts';

/** What stays the same while a run lasts. */
export interface RunInfo {
  /** A run that is under way, the files of one that is over, or a stage. */
  readonly kind: 'live' | 'finished' | 'stage';
  /** What the orders come from, in a few words; null when the dashboard was not told. */
  readonly source: string | null;
  readonly rules: readonly Rule[];
  /** Whether the shop's definition could be loaded: without it, the rules are not known. */
  readonly hasDefinition: boolean;
  readonly windowMs: number;
  readonly slideMs: number;
  readonly watermarkMs: number;
  /** ISO 4217, of every amount. */
  readonly currency: string;
}

/** One name's figures, one number per bucket. */
export interface RevenueSeries {
  /** Null for all names that have no series of their own. */
  readonly name: string | null;
  /** In the run's currency. */
  readonly revenue: readonly number[];
}

/** Revenue by event time, from windows that do not overlap: every order that a window counted is in it once. */
export interface Revenue {
  /** The length of a bucket, a multiple of the window's. */
  readonly bucketMs: number;
  /** Epoch milliseconds at which the buckets start, ascending; buckets without orders are left out. */
  readonly starts: readonly number[];
  /** Orders per bucket. */
  readonly orders: readonly number[];
  /** Largest first, then all others. */
  readonly byCategory: readonly RevenueSeries[];
  readonly byLocation: readonly RevenueSeries[];
  /** The first bucket with a window that is not final yet: its figures still grow. Null where every window is final. */
  readonly openFromMs: number | null;
}

/** Before anything is sold. */
export const noSales: Sales = {
  last: { lengthMs: 0, orders: 0, revenue: 0 },
  before: null,
  products: [],
  customers: [],
};

export const noRevenue: Revenue = {
  bucketMs: 60_000,
  starts: [],
  orders: [],
  byCategory: [],
  byLocation: [],
  openFromMs: null,
};

/** What one product or customer brought, in the run's currency. */
export interface Seller {
  readonly name: string;
  /** In the last hour. */
  readonly revenue: number;
  /** In the hour before. */
  readonly before: number;
}

/** Orders and revenue of a stretch of the run, by the clock. */
export interface Stretch {
  /** How long it is, in milliseconds: an hour at most. */
  readonly lengthMs: number;
  readonly orders: number;
  /** In the run's currency. */
  readonly revenue: number;
}

/** The last hour of the run against the hour before. */
export interface Sales {
  readonly last: Stretch;
  /** Null in the first hour. */
  readonly before: Stretch | null;
  /** The largest first. */
  readonly products: readonly Seller[];
  readonly customers: readonly Seller[];
}

/** The alerts of one rule and customer. */
export interface AlertGroup {
  /** The newest. */
  readonly alert: Alert;
  /** How many there have been since `since`. */
  readonly count: number;
  /** When the first of them was detected. */
  readonly since: string;
  /** When the newest was acknowledged, where it was. */
  readonly acknowledged?: string;
}

/** How often a rule rang, to ten seconds. */
export interface RuleRate {
  readonly rule: string;
  readonly lastMinute: number;
  readonly lastHour: number;
}

/** A point of the rate over wall-clock time, one a second at most. */
export type RatePoint = readonly [
  /** Epoch milliseconds. */
  atMs: number,
  ordersPerMinute: number,
  /** Of the run until then. */
  orders: number,
];

/** What has changed since the last message. */
export interface FrameMessage {
  readonly phase?: RunPhase;
  readonly snapshot?: RunSnapshot;
  readonly rate?: readonly RatePoint[];
  /** The whole of it, not a difference. */
  readonly revenue?: Revenue;
  readonly sales?: Sales;
  /** New ones and those that have grown, oldest first. Of a burst only the newest are sent: the snapshot has the counts. */
  readonly alerts?: readonly AlertGroup[];
  readonly rates?: readonly RuleRate[];
  /** Whether alerts can be acknowledged. */
  readonly acknowledges?: boolean;
  readonly operations?: Operations;
}

/** All there is to know: the first message to a page, and to one that has fallen too far behind. */
export interface StateMessage extends FrameMessage {
  /** Names the version of the page that the server has. */
  readonly page: string;
  readonly run: RunInfo;
}

/** What `GET /alert?id=…` answers. */
export interface AlertAnswer {
  readonly group: AlertGroup;
  /** The order that the alert is about; null for a rule over a customer, and where it is not at hand any more. */
  readonly order: Order | null;
  /** The customer's other orders that are at hand: how many, and the newest of them, newest first. */
  readonly others: { readonly count: number; readonly newest: readonly Order[] };
  readonly atHand: OrdersAtHand;
  /** Null where the run's definition has no such rule. */
  readonly rule: Rule | null;
  readonly rate: RuleRate;
}

/** What a limit would have raised. */
export interface LimitFigures {
  readonly moreThan: number;
  readonly alerts: number;
  /** Orders that raise an alert, or that lie in a window that does. */
  readonly orders: number;
  readonly customers: number;
}

/** What `GET /limit?rule=…&more-than=…` answers: of the orders at hand. */
export interface LimitAnswer {
  readonly rule: string;
  /** Distinct. */
  readonly orders: number;
  readonly atHand: OrdersAtHand;
  readonly now: LimitFigures;
  readonly asked: LimitFigures;
}

/** The names of the server-sent events that carry them. */
export const stateEvent = 'state';
export const frameEvent = 'frame';
