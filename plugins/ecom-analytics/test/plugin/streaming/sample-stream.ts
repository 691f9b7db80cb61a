import type { JobStatus } from '../../../job/job-status.ts';
import type { StepRecord } from '../../../plugin/streaming/record.ts';

/** An application of a stage as its step, its job and its queries tell of it. */

export const aRecord = (change: Partial<StepRecord> = {}): StepRecord => ({
  version: 1,
  application: 'pipeline',
  desired: 'running',
  clusterId: 'j-1',
  generation: 3,
  checkpoint: 0,
  fingerprint: { id: 'f', facts: {} },
  startHash: 'h',
  settings: {},
  args: [],
  stepName: 'shop-dev-pipeline-g3',
  stepId: 's-3',
  submittedAtMs: 0,
  restartsMs: [],
  ...change,
});

type QueryStatus = JobStatus['queries'][string];

/** @param at ISO time of its last progress */
export const aQuery = (at: string, change: Partial<QueryStatus> = {}): QueryStatus => ({
  batchId: 1,
  inputRowsPerSecond: 10,
  processedRowsPerSecond: 1000,
  batchDurationMs: 400,
  watermark: null,
  watermarkAgeMs: null,
  offsetsBehindLatest: 3,
  partitionsBehindLatest: {},
  stateRows: 0,
  stateBytes: 0,
  at,
  idleAt: null,
  ...change,
});

/** @param updatedAt ISO time of its heartbeat */
export const aStatus = (
  updatedAt: string,
  queries: JobStatus['queries'],
  change: Partial<JobStatus> = {},
): JobStatus => ({
  version: 1,
  state: 'running',
  generation: 3,
  checkpointId: 'c',
  sparkVersion: '4.1.1',
  applicationId: 'application_1_1',
  sparkUi: null,
  updatedAt,
  error: null,
  totals: { orders: 100, duplicates: 0, late: 3, badRecords: { 'not-json': 2, price: 5 }, windowRows: 4 },
  queries,
  ...change,
});
