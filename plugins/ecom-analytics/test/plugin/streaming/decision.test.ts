import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../../job/job-status.ts';
import { watchVerdict } from '../../../plugin/streaming/decision.ts';
import type { StepRecord } from '../../../plugin/streaming/record.ts';
import { lastError } from '../../../plugin/streaming/step-logs.ts';
import { streamReport, streamText } from '../../../plugin/streaming/stream-report.ts';
import { readMetrics, type Seen } from '../../../plugin/streaming/watch-metrics.ts';
import { aQuery, aRecord, aStatus } from './sample-stream.ts';

const now = Date.parse('2026-11-23T22:00:00Z');
const MINUTE = 60_000;

const record = aRecord({ submittedAtMs: now - 60 * MINUTE });

const status = aStatus(
  '2026-11-23T21:59:55Z',
  {
    customers: aQuery('2026-11-23T21:59:52Z', {
      batchId: 8,
      inputRowsPerSecond: 90,
      batchDurationMs: 200,
      // The rules over customers have longer windows, and their watermark lies as much further back.
      watermark: '2026-11-23T21:54:00Z',
      watermarkAgeMs: 360_000,
      offsetsBehindLatest: 20,
      partitionsBehindLatest: { '0': 20 },
    }),
    windows: aQuery('2026-11-23T21:59:50Z', {
      batchId: 7,
      inputRowsPerSecond: 98.5,
      batchDurationMs: 410,
      watermark: '2026-11-23T21:59:00Z',
      watermarkAgeMs: 60_000,
      offsetsBehindLatest: 12,
      partitionsBehindLatest: { '0': 12 },
      stateRows: 5,
      stateBytes: 100,
    }),
    records: aQuery('2026-11-23T21:59:54Z', {
      batchId: 9,
      inputRowsPerSecond: 50,
      batchDurationMs: 20,
      offsetsBehindLatest: 700,
      partitionsBehindLatest: { '0': 700 },
    }),
  },
  {
    totals: {
      ...{ orders: 1000, duplicates: 0, late: 2, windowRows: 40 },
      badRecords: { 'not-json': 3, price: 1 },
    },
  },
);

describe('the watch function', () => {
  test.each<[string, Partial<StepRecord>, Parameters<typeof watchVerdict>[1], boolean, string]>([
    ['leaves a running step alone', {}, 'RUNNING', true, 'leave'],
    ['restarts one that has failed', {}, 'FAILED', true, 'restart'],
    ['restarts one that was interrupted', {}, 'INTERRUPTED', true, 'restart'],
    ['restarts one that EMR has forgotten', {}, undefined, true, 'restart'],
    ['leaves one that was stopped on purpose', { desired: 'stopped' }, 'COMPLETED', true, 'leave'],
    ['leaves it while the cluster is gone', {}, 'FAILED', false, 'leave'],
    [
      'leaves it while somebody is submitting one',
      { stepId: null, submittedAtMs: now - MINUTE },
      undefined,
      true,
      'leave',
    ],
    ['takes over from one who died while submitting', { stepId: null }, undefined, true, 'restart'],
    [
      'gives up after so many in an hour',
      { restartsMs: [now - 3 * MINUTE, now - 2 * MINUTE, now - MINUTE] },
      'FAILED',
      true,
      'give-up',
    ],
    [
      'starts over after an hour',
      { restartsMs: [now - 90 * MINUTE, now - 80 * MINUTE, now - 70 * MINUTE] },
      'FAILED',
      true,
      'restart',
    ],
  ])('%s', (_, changed, state, clusterAlive, verdict) => {
    expect(watchVerdict({ ...record, ...changed }, state, clusterAlive, 3, now)).toBe(verdict);
  });

  const pipeline = (changed: Partial<JobStatus> = {}, running = true): Seen => ({
    application: 'pipeline',
    running,
    status: { ...status, ...changed },
  });
  /** Every query changed alike. */
  const queriesOf = (changed: Partial<JobStatus['queries'][string]>): JobStatus['queries'] =>
    Object.fromEntries(
      Object.entries(status.queries).map(([name, query]) => [name, { ...query, ...changed }]),
    );

  test('makes metrics of what the job says', () => {
    expect(readMetrics([pipeline()], {}, now).metrics).toEqual({
      OffsetsBehindLatest: 700,
      WatermarkAgeSeconds: 60,
      SecondsSinceProgress: 6,
      SecondsSinceHeartbeat: 5,
      InputRowsPerSecond: 98.5,
      BatchDurationMilliseconds: 410,
      StateRows: 5,
      StateBytes: 100,
      DeadLetters: 4,
      LateOrders: 2,
      StepRunning: 1,
    });
  });

  test('counts a dead letter once, and again after a restart', () => {
    const first = readMetrics([pipeline()], {}, now);
    expect(readMetrics([pipeline()], first.memory, now).metrics.DeadLetters).toBe(0);
    const restarted = pipeline({ generation: 4, totals: { ...status.totals, badRecords: { price: 2 } } });
    expect(readMetrics([restarted], first.memory, now).metrics.DeadLetters).toBe(2);
  });

  test('counts the dead letters of real-time alerts, which that application refuses, and the pipeline does not see', () => {
    const none = pipeline({ totals: { ...status.totals, badRecords: {} } });
    const alerts: Seen = { application: 'alerts', running: true, status: { ...status, generation: 9 } };
    const first = readMetrics([none, alerts], {}, now);
    expect(first.metrics.DeadLetters).toBe(4);
    expect(readMetrics([none, alerts], first.memory, now).metrics.DeadLetters).toBe(0);
  });

  test('takes the oldest sign of life of several applications, and tells of one that does not run', () => {
    const hung = { updatedAt: new Date(now - 600_000).toISOString() };
    const alerts: Seen = { application: 'alerts', running: true, status: { ...status, ...hung } };
    expect(readMetrics([pipeline(), alerts], {}, now).metrics.SecondsSinceHeartbeat).toBe(600);
    const dead = readMetrics([pipeline(), { ...alerts, running: false }], {}, now);
    expect(dead.metrics.StepRunning).toBe(0);
  });

  test('gives an application in real time the minutes that its batches last', () => {
    const ago = (seconds: number): Seen => ({
      application: 'alerts',
      running: true,
      status: { ...status, queries: queriesOf({ at: new Date(now - seconds * 1000).toISOString() }) },
    });
    expect(readMetrics([ago(590)], {}, now).metrics.SecondsSinceProgress).toBe(0);
    expect(readMetrics([ago(1000)], {}, now).metrics.SecondsSinceProgress).toBe(400);
  });

  test('says nothing of event time that stands still because no orders come', () => {
    const queries = queriesOf({ inputRowsPerSecond: 0, offsetsBehindLatest: 0 });
    const { metrics } = readMetrics([pipeline({ queries })], {}, now);
    expect(metrics).toMatchObject({ StepRunning: 1, OffsetsBehindLatest: 0 });
    expect(metrics.WatermarkAgeSeconds).toBeUndefined();
  });

  test('knows a quiet shop from a stream that is stuck: an idle query says so, where its last batch says nothing', () => {
    const longAgo = new Date(now - 3_600_000).toISOString();
    const idleAt = new Date(now - 1000).toISOString();
    const quiet = pipeline({ queries: queriesOf({ at: longAgo, idleAt, offsetsBehindLatest: 0 }) });
    expect(readMetrics([quiet], {}, now).metrics).toMatchObject({
      SecondsSinceProgress: 1,
      InputRowsPerSecond: 0,
    });
    expect(readMetrics([quiet], {}, now).metrics.WatermarkAgeSeconds).toBeUndefined();
    const stuck = pipeline({ queries: queriesOf({ at: longAgo, idleAt: null }) });
    expect(readMetrics([stuck], {}, now).metrics.SecondsSinceProgress).toBe(3600);
  });

  test('says nothing of lag while nothing runs', () => {
    expect(readMetrics([pipeline({}, false)], {}, now).metrics).not.toHaveProperty('OffsetsBehindLatest');
    const unheard: Seen = { application: 'pipeline', running: false, status: undefined };
    expect(readMetrics([unheard], {}, now).metrics).toEqual({ StepRunning: 0 });
    expect(readMetrics([], {}, now).metrics).toEqual({ StepRunning: 0 });
  });
});

describe('the status report', () => {
  const step = { id: 's-3', name: 'x', state: 'RUNNING' as const, reason: null };

  test('is for people', () => {
    const report = streamReport(record, step, status, now);
    expect(streamText([report], { dashboard: 'https://dash' })).toMatchInlineSnapshot(`
      "pipeline: step s-3 RUNNING, job running, generation 3, last sign of life 5 s ago
        behind 700 records, reading 98.5 a second, watermark 2026-11-23T21:59:00Z
        orders 1000, window rows 40, dead letters 4, late 2 (since this start)
      Dashboard https://dash"
    `);
  });

  test.each([
    ['a running step that beats', record, step, status, true],
    [
      'a step without a heartbeat for two minutes',
      record,
      step,
      { ...status, updatedAt: '2026-11-23T21:58:00Z' },
      false,
    ],
    ['a heartbeat of an older run', record, step, { ...status, generation: 2 }, false],
    ['a step that failed', record, { ...step, state: 'FAILED' as const }, status, false],
    [
      'a stopped one that is stopped',
      { ...record, desired: 'stopped' as const },
      { ...step, state: 'COMPLETED' as const },
      status,
      true,
    ],
  ])('tells the health of %s', (_, of, at, published, healthy) => {
    expect(streamReport(of, at, published, now).healthy).toBe(healthy);
  });
});

describe('the last error in a log', () => {
  test('is the job’s own, with its code', () => {
    const text = 'INFO a\nThe topic is not there (ecommerce-orders). Create it. (ECOM_TOPIC_MISSING)\n';
    expect(lastError([{ key: 'steps/s-1/stderr.gz', text }])).toBe(
      'The topic is not there (ecommerce-orders). Create it. (ECOM_TOPIC_MISSING)',
    );
  });
  test('is found on stdout, where Spark prints what Python writes on stderr', () => {
    const folder = 'containers/a/c_000001';
    const logs = [
      { key: `${folder}/stderr.gz`, text: 'ERROR User application exited with status 1\n' },
      {
        key: `${folder}/stdout.gz`,
        text: 'The brokers do not answer (b-1). Wait. (ECOM_KAFKA_UNREACHABLE)\n',
      },
    ];
    expect(lastError(logs)).toBe('The brokers do not answer (b-1). Wait. (ECOM_KAFKA_UNREACHABLE)');
  });
  test('is else how the driver ended', () => {
    const logs = [
      { key: 'steps/s-1/stderr.gz', text: 'submitted' },
      { key: 'containers/a/c_000001/stderr.gz', text: 'one\ntwo\njava.lang.OutOfMemoryError\n' },
    ];
    expect(lastError(logs)).toBe('one | two | java.lang.OutOfMemoryError');
    expect(lastError([])).toBeUndefined();
  });
});
