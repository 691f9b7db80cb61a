import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../../job/job-status.ts';
import { streamReport, streamText } from '../../../plugin/streaming/stream-report.ts';
import { aQuery, aRecord, aStatus } from './sample-stream.ts';

const nowMs = Date.parse('2026-11-25T12:00:00Z');

const record = aRecord({ generation: 2, stepName: 'shop-dev-pipeline-g2', stepId: 's-2' });
const running = { id: 's-2', name: record.stepName, state: 'RUNNING', reason: null } as const;

const query = (offsetsBehindLatest: number) =>
  aQuery('2026-11-25T11:59:58Z', {
    offsetsBehindLatest,
    partitionsBehindLatest: { '0': offsetsBehindLatest },
  });

const status = (given: Partial<JobStatus> = {}): JobStatus =>
  aStatus(
    '2026-11-25T11:59:58Z',
    { windows: query(3), records: query(7) },
    {
      generation: 2,
      totals: {
        ...{ orders: 5, duplicates: 0, late: 0, windowRows: 4 },
        badRecords: { 'not-json': 2, 'no-value': 1 },
      },
      ...given,
    },
  );

describe('the report on a stream', () => {
  test('tells the slowest query’s lag and all dead letters, and is well while the job beats', () => {
    expect(streamReport(record, running, status(), nowMs)).toMatchObject({
      offsetsBehindLatest: 7,
      deadLetters: 3,
      heartbeatSecondsAgo: 2,
      healthy: true,
    });
  });

  test('says of a lag that is not of now when it was so', () => {
    const [now, older] = [nowMs, nowMs + 40_000].map((at) =>
      streamText([streamReport(record, running, status(), at)], {}),
    );
    expect(now).toContain('behind 7 records, reading');
    expect(older).toContain('behind 7 records 42 s ago, a batch is under way, reading');
  });

  test('has a Spark UI only while its step is alive', () => {
    const published = status({ sparkUi: 'http://127.0.0.1:4040' });
    const ended = { ...running, state: 'COMPLETED' } as const;
    const uiOf = (step: typeof running | typeof ended) =>
      streamReport(record, step, published, nowMs).sparkUi;
    expect([uiOf(running), uiOf(ended)]).toEqual(['http://127.0.0.1:4040', null]);
  });

  test('is not well without a fresh heartbeat, though EMR says that the step runs', () => {
    const old = status({ updatedAt: '2026-11-25T11:58:00Z' });
    expect(streamReport(record, running, old, nowMs).healthy).toBe(false);
  });

  test('takes no word of an earlier run for this one', () => {
    expect(streamReport(record, running, status({ generation: 1 }), nowMs)).toMatchObject({
      job: null,
      orders: 0,
      healthy: false,
    });
  });

  test('says why a step failed in the job’s words, else in EMR’s', () => {
    const failed = { ...running, state: 'FAILED', reason: 'exit code 1' } as const;
    const error = { code: 'ECOM_TOPIC_MISSING', message: 'The topic is not there.' };
    expect(streamReport(record, failed, status({ state: 'failed', error }), nowMs).error).toBe(
      'The topic is not there. (ECOM_TOPIC_MISSING)',
    );
    expect(streamReport(record, failed, undefined, nowMs).error).toBe('exit code 1');
  });

  test('of a stream that was stopped on purpose is well when nothing runs', () => {
    expect(streamReport({ ...record, desired: 'stopped' }, undefined, undefined, nowMs).healthy).toBe(true);
  });

  test('of a stream that has never run says so', () => {
    expect(streamText([], {})).toContain('The stream has never been started. Start it with');
  });

  test('knows no lag where no query has told one', () => {
    const silent = { ...query(0), offsetsBehindLatest: null };
    const report = streamReport(record, running, status({ queries: { windows: silent } }), nowMs);
    expect(report).toMatchObject({ offsetsBehindLatest: null, offsetsSecondsAgo: null });
    expect(streamText([report], {})).toContain('behind ? records');
    const started = streamReport(record, running, status({ queries: {} }), nowMs);
    expect(started).toMatchObject({
      offsetsBehindLatest: null,
      offsetsSecondsAgo: null,
      inputRowsPerSecond: 0,
    });
    const one = streamReport(
      record,
      running,
      status({ queries: { windows: silent, records: query(5) } }),
      nowMs,
    );
    expect(one.offsetsBehindLatest).toBe(5);
  });

  test('goes by what a query said last, a batch or that there was nothing', () => {
    const secondsAgo = (change: Partial<JobStatus['queries'][string]>) =>
      streamReport(record, running, status({ queries: { windows: { ...query(5), ...change } } }), nowMs)
        .offsetsSecondsAgo;
    const [old, recent] = ['2026-11-25T11:59:00Z', '2026-11-25T11:59:50Z'];
    expect(secondsAgo({ at: old, idleAt: recent })).toBe(10);
    expect(secondsAgo({ at: recent, idleAt: old })).toBe(10);
    expect(secondsAgo({ at: old, idleAt: null })).toBe(60);
  });

  test('calls a lag recent for twenty seconds', () => {
    const textAt = (at: string) =>
      streamText(
        [streamReport(record, running, status({ queries: { windows: { ...query(5), at } } }), nowMs)],
        {},
      );
    expect(textAt('2026-11-25T11:59:40Z')).toContain('behind 5 records, reading');
    expect(textAt('2026-11-25T11:59:39Z')).toContain('behind 5 records 21 s ago');
  });

  test('is well for a minute after a heartbeat, of a job that says it is running', () => {
    const healthy = (change: Partial<JobStatus>) =>
      streamReport(record, running, status(change), nowMs).healthy;
    expect(healthy({ updatedAt: '2026-11-25T11:59:00Z' })).toBe(true);
    expect(healthy({ updatedAt: '2026-11-25T11:58:59Z' })).toBe(false);
    for (const state of ['starting', 'draining', 'stopping', 'stopped', 'failed', 'fenced'] as const)
      expect(healthy({ state })).toBe(false);
  });

  test('names the step that runs, else the one that the record knows', () => {
    const idOf = (stepId: string | null, step?: typeof running) =>
      streamReport({ ...record, stepId }, step, undefined, nowMs).stepId;
    expect([idOf(null, running), idOf('s-1', running), idOf('s-1'), idOf(null)]).toEqual([
      's-2',
      's-2',
      's-1',
      null,
    ]);
  });

  test('is shown with what there is, and nothing of what there is not', () => {
    const failed = { ...running, state: 'FAILED', reason: 'exit code 1' } as const;
    const text = streamText([streamReport({ ...record, stepId: null }, undefined, undefined, nowMs)], {});
    expect(text).toBe(
      [
        'pipeline: step not submitted gone, job unknown, generation 2, no sign of life yet',
        '  behind ? records, reading 0.0 a second, watermark none',
        '  orders 0, window rows 0, dead letters 0, late not counted (since this start)',
      ].join('\n'),
    );
    const links = { dashboard: 'https://dashboard.example', cluster: 'https://cluster.example' };
    const published = status({ sparkUi: 'http://127.0.0.1:4040' });
    expect(
      streamText([streamReport(record, running, published, nowMs)], links)
        .split('\n')
        .slice(3),
    ).toEqual([
      '  Spark UI http://127.0.0.1:4040',
      'Dashboard https://dashboard.example',
      'Cluster https://cluster.example',
    ]);
    expect(streamText([streamReport(record, failed, undefined, nowMs)], {}).split('\n')[3]).toBe(
      '  exit code 1',
    );
  });
});
