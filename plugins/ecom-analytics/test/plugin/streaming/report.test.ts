import { describe, expect, test } from 'vitest';
import type { StepRecord } from '../../../plugin/streaming/record.ts';
import { streamReport, streamText } from '../../../plugin/streaming/report.ts';
import type { JobStatus } from '../../../plugin/streaming/status.ts';

const nowMs = Date.parse('2026-11-25T12:00:00Z');

const record: StepRecord = {
  version: 1,
  application: 'pipeline',
  desired: 'running',
  clusterId: 'j-1',
  generation: 2,
  checkpoint: 0,
  fingerprint: { id: 'f', facts: {} },
  startHash: 'h',
  settings: {},
  args: [],
  stepName: 'shop-dev-pipeline-g2',
  stepId: 's-2',
  submittedAtMs: 0,
  restartsMs: [],
};
const running = { id: 's-2', name: record.stepName, state: 'RUNNING', reason: null } as const;

function status(given: Partial<JobStatus> = {}): JobStatus {
  const query = {
    batchId: 1,
    inputRowsPerSecond: 10,
    batchDurationMs: 400,
    watermark: null,
    watermarkAgeMs: null,
    offsetsBehindLatest: 3,
    stateRows: 0,
    stateBytes: 0,
    at: '2026-11-25T11:59:58Z',
    idleAt: null,
  };
  return {
    version: 1,
    state: 'running',
    generation: 2,
    checkpointId: 'c',
    sparkVersion: '4.1.1',
    applicationId: 'application_1_1',
    sparkUi: null,
    updatedAt: '2026-11-25T11:59:58Z',
    error: null,
    totals: { orders: 5, late: 0, badRecords: { 'not-json': 2, 'no-value': 1 }, windowRows: 4 },
    queries: { windows: query, records: { ...query, offsetsBehindLatest: 7 } },
    ...given,
  };
}

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
    const error = { code: 'ECOM_TOPIC_MISSING', message: 'The topic is not there' };
    expect(streamReport(record, failed, status({ state: 'failed', error }), nowMs).error).toBe(
      'The topic is not there [ECOM_TOPIC_MISSING]',
    );
    expect(streamReport(record, failed, undefined, nowMs).error).toBe('exit code 1');
  });

  test('of a stream that was stopped on purpose is well when nothing runs', () => {
    expect(streamReport({ ...record, desired: 'stopped' }, undefined, undefined, nowMs).healthy).toBe(true);
  });

  test('of a stream that has never run says so', () => {
    expect(streamText([], {})).toBe('The stream has never been started.');
  });
});
