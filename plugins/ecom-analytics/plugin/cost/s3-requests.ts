import { defaultChoices } from '../../job/job-settings.ts';
import type { StageConfig } from '../config/schema.ts';

/** Requests to S3, by what they cost. */
export interface S3Requests {
  /** PUT, COPY, POST and LIST. */
  readonly writes: number;
  /** GET and HEAD. */
  readonly reads: number;
}

/** What a job did, or does in a second, that makes requests. */
export interface JobWork {
  /** Batches of all queries. */
  readonly batches: number;
  /** Partitions of state written, of all stateful operators. */
  readonly stateCommits: number;
  /** Batches of the windows: each looks after files, whether it has rows or not. */
  readonly windowBatches: number;
  /** Seconds that the jobs ran, added up. */
  readonly jobSeconds: number;
}

/**
 * Requests for one of each. Counted on the local cloud (Spark 4.1.1, 1,000 orders a minute, 2026-11-27), request by request at
 * its front; test/e2e/local-cloud.e2e.test.ts holds the sum to what it counts. `npm run bench -- streaming-s3-requests` counts
 * them again.
 */
const requests: { readonly [Kind in keyof JobWork]: S3Requests } = {
  // An offset and a commit, each after two looks whether it is there.
  batches: { writes: 2, reads: 4.5 },
  // A delta; and every so often all of it, with listings to find what is old.
  stateCommits: { writes: 1.1, reads: 0 },
  // A window closes every 30 s, and is a file; before and after a batch is computed, the generation is read.
  windowBatches: { writes: 0.35, reads: 4 },
  // The status object every ten seconds, the control objects every five: the stop request is rarely there.
  jobSeconds: { writes: 0.1, reads: 0.6 },
};

/** How often a job writes its status. Source: `_EVERY_SECONDS` in emr/ecom_streaming/heartbeat.py. */
export const statusEverySeconds = 10;

/** All requests of so much work. */
export function requestsOf(work: JobWork): S3Requests {
  const sum = (kind: keyof S3Requests): number =>
    work.batches * requests.batches[kind] +
    work.stateCommits * requests.stateCommits[kind] +
    work.windowBatches * requests.windowBatches[kind] +
    work.jobSeconds * requests.jobSeconds[kind];
  return { writes: sum('writes'), reads: sum('reads') };
}

/** The query of single orders commits beside its batches, so often. Source: `_RARE_COMMITS` in emr/ecom_streaming/queries.py. */
const recordCommitSeconds = 30;

/** A query without a trigger begins a batch when the one before has ended, which takes about so long. */
const untriggeredSeconds = 1;

/** A batch of a query in real-time mode lasts so long. Source: `_REAL_TIME_COMMIT` in emr/ecom_streaming/queries.py. */
const realtimeBatchSeconds = 300;

/**
 * The work of a second, while orders come. The queries are those of emr/ecom_streaming/queries.py.
 *
 * @param alerts how order alerts are computed; in real time by an application of its own
 */
export function workASecond(
  { triggerSeconds, shufflePartitions }: StageConfig['streaming'],
  alerts: 'micro-batch' | 'realtime',
): JobWork {
  const { customerTriggerSeconds } = defaultChoices;
  const recordSeconds = alerts === 'realtime' ? realtimeBatchSeconds : recordCommitSeconds;
  const rate = (everySeconds: number): number => 1 / (everySeconds || untriggeredSeconds);
  // Windows and deduplication; the rules.
  const stateCommits = shufflePartitions * (2 * rate(triggerSeconds) + rate(customerTriggerSeconds));
  return {
    batches: rate(triggerSeconds) + rate(customerTriggerSeconds) + rate(recordSeconds),
    stateCommits,
    windowBatches: rate(triggerSeconds),
    jobSeconds: alerts === 'realtime' ? 2 : 1,
  };
}
