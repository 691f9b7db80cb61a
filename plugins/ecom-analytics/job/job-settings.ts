import * as v from 'valibot';
import type { PipelineSpec } from '../core/spec.ts';
import { checkpointFingerprint } from './fingerprint.ts';
import { type SparkLineName, sparkLines } from './releases.ts';

/** Raised when a job of an older version would read a setting in another way. */
export const settingsVersion = 1;

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(3600));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Spark settings that are not a stage's to choose, and why: Spark would accept them silently, and go wrong. */
export const reservedSparkSettings: Readonly<Record<string, string>> = {
  'spark.sql.shuffle.partitions': 'the checkpoint depends on it: set `streaming.shufflePartitions`',
  'spark.sql.streaming.stateStore.providerClass': 'the checkpoint depends on it: set `streaming.stateStore`',
  'spark.sql.streaming.disabledV2MicroBatchReaders': 'the job counts on its queries to survive a kill',
  'spark.sql.session.timeZone': 'windows are cut and named in UTC',
  'spark.sql.parquet.outputTimestampType': 'the readers of the windows count on milliseconds',
  'spark.yarn.maxAppAttempts':
    'a second attempt of the driver would be a second writer; a step that died is started again anyway',
};

/** What differs between stages and machines, and is no part of the definition. */
const Choices = v.strictObject({
  /** `pipeline`: everything that is not another application's. `alerts`: what is decided from one record alone, in real time. */
  application: v.picklist(['pipeline', 'alerts']),
  /** `realtime`: records are decided on by the application `alerts`, so `pipeline` leaves that to it. */
  alerts: v.picklist(['micro-batch', 'realtime']),
  /** A newer one fences every older writer. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Of the windows. 0: as fast as Spark can. A window is readable at most two triggers after its watermark has come. */
  triggerSeconds: seconds,
  /** Of stateless alerts and dead letters. 0: as fast as Spark can. */
  recordTriggerSeconds: seconds,
  /** Of stateful alerts. */
  customerTriggerSeconds: seconds,
  /** Records in one batch of the windows; null for no limit. A limit and a skewed backlog make orders late that were not. */
  maxOffsetsPerTrigger: v.nullable(positive),
  /** Where a new checkpoint starts. */
  startingOffsets: v.picklist(['earliest', 'latest']),
  /** Whether records that Kafka has deleted before they were read stop the job. */
  failOnDataLoss: v.boolean(),
  stateStore: v.picklist(['hdfs', 'rocksdb']),
  shufflePartitions: positive,
  /** Whether the job sends ticks to an idle topic. Off where old orders are replayed. */
  idleTicks: v.boolean(),
  /** Print the rows of each batch on stdout. */
  consoleTable: v.boolean(),
  cloudWatch: v.nullable(
    v.strictObject({
      namespace: v.pipe(v.string(), v.nonEmpty()),
      dimensions: v.record(v.string(), v.string()),
    }),
  ),
  /** Further Spark settings. */
  spark: v.record(v.string(), v.string()),
});

/** `settings.json`: what the job reads beside the spec. */
export const StreamingSettingsSchema = v.strictObject({
  settingsVersion: v.literal(settingsVersion),
  /** Major and minor of the Spark that the stage is made for. */
  sparkLine: v.picklist(Object.keys(sparkLines) as SparkLineName[]),
  ...Choices.entries,
  /** Of everything that would invalidate a checkpoint. */
  fingerprint: v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    facts: v.record(v.string(), v.string()),
  }),
});

export type StreamingChoices = v.InferOutput<typeof Choices>;
export type StreamingSettings = v.InferOutput<typeof StreamingSettingsSchema>;

/** What a stage gets where it chooses nothing. */
export const defaultChoices: StreamingChoices = {
  application: 'pipeline',
  alerts: 'micro-batch',
  generation: 0,
  triggerSeconds: 10,
  recordTriggerSeconds: 0,
  // Its state makes a batch costly however small it is: in S3 requests, and for the query of single orders, which waits for the
  // cores.
  customerTriggerSeconds: 10,
  maxOffsetsPerTrigger: null,
  startingOffsets: 'earliest',
  failOnDataLoss: true,
  stateStore: 'hdfs',
  shufflePartitions: 4,
  idleTicks: true,
  consoleTable: false,
  cloudWatch: null,
  spark: {},
};

/** What the settings, and with them the checkpoint's fingerprint, are computed from. */
export interface SettingsSource {
  readonly spec: PipelineSpec;
  readonly sparkLine: SparkLineName;
  /** As given to the job as `--output`. */
  readonly output: string;
  /** What tells the Kafka cluster apart from others, such as its ARN: a checkpoint's offsets mean nothing elsewhere. */
  readonly cluster: string;
  readonly choices?: Partial<StreamingChoices>;
}

/** The settings of a job. Throws valibot's `ValiError` when a choice is out of range. */
export function streamingSettings(source: SettingsSource): StreamingSettings {
  const choices = v.parse(Choices, { ...defaultChoices, ...source.choices });
  return v.parse(StreamingSettingsSchema, {
    settingsVersion,
    sparkLine: source.sparkLine,
    ...choices,
    fingerprint: checkpointFingerprint({ ...source, choices }),
  });
}
