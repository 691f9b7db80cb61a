import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../../job/job-status.ts';
import { badRecords, readStatus } from '../../../job/job-status.ts';
import { readMetrics, type Seen } from '../../../plugin/streaming/watch-metrics.ts';
import { aQuery, aStatus } from './sample-stream.ts';

const nowMs = Date.parse('2026-11-23T22:00:00Z');
const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();

type Query = ReturnType<typeof aQuery>;

const query = (change: Partial<Query> = {}) => aQuery(ago(5), { stateRows: 10, stateBytes: 1000, ...change });

const status = (change: Partial<JobStatus> = {}): JobStatus =>
  aStatus(ago(4), { windows: query() }, { generation: 2, ...change });

const seen = (application: Seen['application'], change: Partial<JobStatus> = {}, running = true): Seen => ({
  application,
  running,
  status: status(change),
});

const metricsOf = (...all: readonly Seen[]) => readMetrics(all, {}, nowMs).metrics;

describe('the metrics of several queries and applications', () => {
  test('add up what each keeps, and take the worst of the rest', () => {
    const windows = query({ watermark: ago(70), offsetsBehindLatest: 3, stateRows: 10, stateBytes: 1000 });
    const customers = query({
      offsetsBehindLatest: 8,
      inputRowsPerSecond: 30,
      stateRows: 5,
      stateBytes: 500,
      batchDurationMs: 900,
    });
    const alerts = query({ offsetsBehindLatest: 1, stateRows: 1, stateBytes: 10, batchDurationMs: 300_000 });
    expect(
      metricsOf(
        seen('pipeline', { queries: { windows, customers }, updatedAt: ago(9) }),
        seen('alerts', { queries: { alerts } }),
      ),
    ).toEqual({
      OffsetsBehindLatest: 8,
      WatermarkAgeSeconds: 70,
      SecondsSinceProgress: 5,
      SecondsSinceHeartbeat: 9,
      InputRowsPerSecond: 30,
      // A batch of real-time alerts takes as long as its setting says.
      BatchDurationMilliseconds: 900,
      StateRows: 16,
      StateBytes: 1510,
      DeadLetters: 14,
      LateOrders: 6,
      StepRunning: 1,
    });
  });

  test('say nothing of a lag that nobody knows', () => {
    const { OffsetsBehindLatest } = metricsOf(
      seen('pipeline', { queries: { a: query({ offsetsBehindLatest: null }) } }),
    );
    expect(OffsetsBehindLatest).toBeUndefined();
    // Not as a metric without a value, which CloudWatch would refuse with all the others.
    expect(
      Object.values(metricsOf(seen('pipeline', { queries: { a: query({ offsetsBehindLatest: null }) } }))),
    ).not.toContain(undefined);
    const queries = { a: query({ offsetsBehindLatest: null }), b: query({ offsetsBehindLatest: 0 }) };
    expect(metricsOf(seen('pipeline', { queries })).OffsetsBehindLatest).toBe(0);
  });

  test('have no query of a job that has just started', () => {
    expect(metricsOf(seen('pipeline', { queries: {} }))).toEqual({
      SecondsSinceHeartbeat: 4,
      DeadLetters: 7,
      LateOrders: 3,
      StepRunning: 1,
    });
  });

  test('come from the application that has queries where another has none yet', () => {
    const { SecondsSinceProgress, WatermarkAgeSeconds } = metricsOf(
      seen('pipeline', { queries: { windows: query({ at: ago(7), watermark: ago(90) }) } }),
      seen('alerts', { queries: {} }),
    );
    expect({ SecondsSinceProgress, WatermarkAgeSeconds }).toEqual({
      SecondsSinceProgress: 7,
      WatermarkAgeSeconds: 90,
    });
  });

  test('are never of a time to come, where a clock is ahead', () => {
    const windows = query({ at: ago(-5), watermark: ago(-5) });
    expect(metricsOf(seen('pipeline', { updatedAt: ago(-5), queries: { windows } }))).toMatchObject({
      SecondsSinceHeartbeat: 0,
      SecondsSinceProgress: 0,
      WatermarkAgeSeconds: 0,
    });
  });

  test('take the later of a query’s two last words', () => {
    const progress = (change: Partial<Query>) =>
      metricsOf(seen('pipeline', { queries: { windows: query(change) } })).SecondsSinceProgress;
    expect(progress({ at: ago(50), idleAt: ago(20) })).toBe(20);
    expect(progress({ at: ago(20), idleAt: ago(50) })).toBe(20);
  });

  test('tell of event time that stands still while there are records to read', () => {
    const age = (change: Partial<Query>) =>
      metricsOf(seen('pipeline', { queries: { windows: query({ watermark: ago(300), ...change }) } }))
        .WatermarkAgeSeconds;
    expect(age({ inputRowsPerSecond: 0, offsetsBehindLatest: 4 })).toBe(300);
    expect(age({ inputRowsPerSecond: 4, offsetsBehindLatest: 0 })).toBe(300);
    expect(age({ inputRowsPerSecond: 0, offsetsBehindLatest: 0 })).toBeUndefined();
    // One query that reads is enough.
    const windows = query({ watermark: ago(300), inputRowsPerSecond: 0, offsetsBehindLatest: 0 });
    expect(metricsOf(seen('pipeline', { queries: { windows, records: query() } })).WatermarkAgeSeconds).toBe(
      300,
    );
  });
});

describe('what is new since the last look', () => {
  const first = readMetrics([seen('pipeline'), seen('alerts')], {}, nowMs);
  const later = (change: Partial<JobStatus>) => readMetrics([seen('pipeline', change)], first.memory, nowMs);
  const totals = { orders: 200, duplicates: 0, late: 10, badRecords: { price: 20 }, windowRows: 9 };

  test('is what one run has counted more', () => {
    expect(later({ totals }).metrics).toMatchObject({ DeadLetters: 13, LateOrders: 7 });
  });

  test('is all of another run', () => {
    expect(later({ totals, generation: 3 }).metrics).toMatchObject({ DeadLetters: 20, LateOrders: 10 });
  });

  test('is nothing where a count is smaller, or not told', () => {
    const fewer = { ...totals, late: null, badRecords: { price: 1 } };
    expect(later({ totals: fewer }).metrics).toMatchObject({ DeadLetters: 0, LateOrders: 0 });
    expect(metricsOf(seen('pipeline', { totals: fewer })).LateOrders).toBe(0);
  });

  test('is remembered for each application, also for one that has said nothing this time', () => {
    expect(first.memory).toEqual({
      pipeline: { generation: 2, deadLetters: 7, late: 3 },
      alerts: { generation: 2, deadLetters: 7, late: 3 },
    });
    expect(later({ totals }).memory).toEqual({
      ...first.memory,
      pipeline: { generation: 2, deadLetters: 20, late: 10 },
    });
    const silent: Seen = { application: 'pipeline', running: true, status: undefined };
    expect(readMetrics([silent], first.memory, nowMs)).toEqual({
      metrics: { StepRunning: 1 },
      memory: first.memory,
    });
  });

  test('of a step that has ended is still counted, and its queries are not', () => {
    const ended = readMetrics([seen('pipeline', { totals }, false)], first.memory, nowMs).metrics;
    expect(ended).toEqual({ SecondsSinceHeartbeat: 4, DeadLetters: 13, LateOrders: 7, StepRunning: 0 });
  });
});

describe('what a job has published', () => {
  test('is read, and a query that says nothing of being idle is not', () => {
    const { idleAt: _, ...older } = query();
    const read = readStatus({ ...status(), queries: { windows: older }, more: 1 });
    expect(read?.queries.windows).toEqual(query());
    expect(read === undefined ? 0 : badRecords(read)).toBe(7);
  });

  test.each([undefined, null, {}, { ...status(), version: 2 }, { ...status(), state: 'odd' }])(
    'is passed over where it is not known: %#',
    (json) => {
      expect(readStatus(json)).toBeUndefined();
    },
  );
});
