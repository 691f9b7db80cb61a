import type { StreamingChoices } from '../../job/job-settings.ts';

/** Where the objects of the streaming step lie in the two buckets. The job, the watch function and the plugin share them. */

/** A Spark application of the stage: the pipeline, and beside it the real-time alerts where they are chosen. */
export type Application = StreamingChoices['application'];
export const applications: readonly Application[] = ['pipeline', 'alerts'];

/** Data bucket: what the job publishes every ten seconds. */
export const statusKey = (application: Application): string => `status/${application}.json`;
/** Data bucket: what should be running, and how it is started. Written by the plugin and the watch function. */
export const stepRecordKey = (application: Application): string => `control/${application}/step.json`;
/** Data bucket: what the watch function remembers from one minute to the next. */
export const watchMemoryKey = 'status/watch.json';
/**
 * Data bucket: the marks of the records of a topic that were resent. An offset means nothing on another cluster; the last
 * part of its ARN is its own.
 */
export const replayedFolder = (clusterArn: string, topic: string): string =>
  `status/replayed/${clusterArn.split('/').at(-1)}/${topic}/`;
/** Data bucket: the folder of the stop and generation objects that the job polls. */
export const controlFolder = (application: Application): string => `control/${application}/job`;
/** Data bucket. A new checkpoint is a new folder: an old one is never written over. */
export const checkpointFolder = (application: Application, checkpoint: number): string =>
  `checkpoints/${application}/${checkpoint}`;
/** Artifacts bucket: the settings of one run. */
export const settingsKey = (application: Application, generation: number): string =>
  `runs/${application}/${generation}/settings.json`;
/** Artifacts bucket: the topics' ledger. */
export const ledgerKey = 'ledger/topics.json';
