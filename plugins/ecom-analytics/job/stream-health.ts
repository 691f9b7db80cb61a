import * as v from 'valibot';

/** A query in the job's status object, as far as it is read; `emr/README.md` has all of it. */
export const QueryStatusSchema = v.object({
  batchId: v.number(),
  inputRowsPerSecond: v.optional(v.nullable(v.number()), null),
  /** How fast the last batch went. */
  processedRowsPerSecond: v.optional(v.nullable(v.number()), null),
  batchDurationMs: v.optional(v.nullable(v.number()), null),
  watermark: v.nullable(v.string()),
  watermarkAgeMs: v.nullable(v.number()),
  offsetsBehindLatest: v.nullable(v.number()),
  /** Records that the last batch left unread, by partition. */
  partitionsBehindLatest: v.optional(v.record(v.string(), v.number()), {}),
  stateRows: v.number(),
  stateBytes: v.number(),
  /** ISO time of the last progress, which a query makes only where there are records. */
  at: v.string(),
  /** ISO time at which it last found no records; null where a batch was its last word. */
  idleAt: v.optional(v.nullable(v.string()), null),
});

export type QueryStatus = v.InferOutput<typeof QueryStatusSchema>;

/** A streaming query, as the person on call watches it. Durations in milliseconds, times in epoch milliseconds. */
export interface QueryHealth {
  readonly name: string;
  /** Records that it has yet to read, by partition, when it last said. */
  readonly behind: Readonly<Record<string, number>>;
  /** What the last batch took. */
  readonly batchMs: number | null;
  /** How far apart its batches start; 0: one after the other; null where a batch lasts as long as it is told to. */
  readonly triggerMs: number | null;
  /** Records a second that come in; 0 while it is idle. */
  readonly rowsPerSecond: number;
  /** Records a second that its last batch got through. */
  readonly mostRowsPerSecond: number | null;
  /** Event time; null before there is a watermark. */
  readonly watermarkMs: number | null;
  /** When it last said anything. */
  readonly saidMs: number;
  readonly isIdle: boolean;
  /** Whether its watermark is the one that closes windows; that of the rules over customers lies further back. */
  readonly closesWindows: boolean;
}

/** A streaming application: a run on this machine, or a step of a stage. */
export interface StreamHealth {
  readonly name: string;
  /** In a word, such as `running`. */
  readonly state: string;
  /** What the word does not say, such as the step and its generation; empty where there is nothing. */
  readonly detail: string;
  /** What should run does. */
  readonly isHealthy: boolean;
  /** Why not, in the job's own words. */
  readonly problem: string | null;
  /** Its last sign of life, epoch milliseconds; null where it gave none yet. */
  readonly heartbeatMs: number | null;
  readonly sparkUi: string | null;
  /** How long its queries may say nothing, in milliseconds. */
  readonly silentMs: number;
  readonly queries: readonly QueryHealth[];
}

/** A refused record, and where it stands. */
export interface RefusedSample {
  /** The topic, or the replayed file. */
  readonly topic: string;
  readonly partition: number;
  /** Its offset, or the line of the file. */
  readonly offset: string;
  readonly isLine: boolean;
  /** The beginning of what was refused; null for a record without a value. */
  readonly text: string | null;
}

/** All records that were refused for one reason. */
export interface RefusedReason {
  readonly reason: string;
  /** For a person. */
  readonly meaning: string;
  readonly records: number;
  /** The newest; null where none is at hand. */
  readonly sample: RefusedSample | null;
}

/** All that the person on call watches. */
export interface Operations {
  readonly streams: readonly StreamHealth[];
  /** The most records first. */
  readonly refused: readonly RefusedReason[];
  /** The command that shows all of them. */
  readonly refusedCommand: string;
  /** How the figures are judged: a stage's are those of its alarms. */
  readonly limits: OperationLimits;
  /** Where there is more. */
  readonly links: readonly { readonly name: string; readonly url: string }[];
  /** Why these are not the newest figures; null where they are. */
  readonly problem: string | null;
}

export interface OperationLimits {
  /** Records that a query may be behind. */
  readonly behind: number;
  /** How far a watermark may be behind the clock while records come in, in milliseconds; null for old orders. */
  readonly watermarkMs: number | null;
  /** How long the application may say nothing, in milliseconds. */
  readonly heartbeatMs: number;
}

/** When a query last said how far it is, epoch milliseconds. */
export function saidMs({ at, idleAt }: QueryStatus): number {
  return Math.max(Date.parse(at), idleAt === null ? 0 : Date.parse(idleAt));
}

/** Records a second, now: an idle query's last batch says nothing of it. */
export function readingRate({ idleAt, inputRowsPerSecond }: QueryStatus): number {
  return idleAt === null ? (inputRowsPerSecond ?? 0) : 0;
}

/** The job's settings that say how often its queries have a batch, in seconds; see `job-settings.ts`. */
const TriggersSchema = v.object({
  triggerSeconds: v.optional(v.number(), 0),
  recordTriggerSeconds: v.optional(v.number(), 0),
  customerTriggerSeconds: v.optional(v.number(), 0),
});

/**
 * The queries of a status object.
 *
 * @param settings of the job, where it has batches at its own pace: what they do not say of a trigger is 0; null where a
 * batch lasts as long as it is told to
 */
export function queriesHealth(
  queries: Readonly<Record<string, QueryStatus>>,
  settings: object | null,
): QueryHealth[] {
  const read = v.safeParse(TriggersSchema, settings);
  const seconds: Readonly<Record<string, number>> = read.success
    ? {
        windows: read.output.triggerSeconds,
        records: read.output.recordTriggerSeconds,
        customers: read.output.customerTriggerSeconds,
      }
    : {};
  return Object.entries(queries).map(([name, query]) => ({
    name,
    behind: query.partitionsBehindLatest,
    batchMs: query.batchDurationMs,
    triggerMs: settings === null ? null : (seconds[name] ?? 0) * 1000,
    rowsPerSecond: readingRate(query),
    mostRowsPerSecond: query.processedRowsPerSecond,
    watermarkMs: query.watermark === null ? null : Date.parse(query.watermark),
    saidMs: saidMs(query),
    isIdle: query.idleAt !== null,
    closesWindows: name === 'windows',
  }));
}
