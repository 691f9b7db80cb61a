import * as v from 'valibot';

/** What a stage knows of a topic that is its own. */
const OwnedTopicSchema = v.object({
  /** In the definition when it was written; it may be gone from there since. */
  role: v.string(),
  /** Made by this stage, or found and taken on. A topic that was found is deleted only when asked for by name. */
  origin: v.picklist(['created', 'adopted']),
});

/** The topics that a stage owns: kept in its artifacts bucket, and the only topics that it ever deletes. */
export const LedgerSchema = v.strictObject({
  version: v.literal(1),
  /** `service/stage`. */
  owner: v.string(),
  /** ARN, or bootstrap brokers. */
  cluster: v.string(),
  topics: v.record(v.string(), OwnedTopicSchema),
});

export type Ledger = v.InferOutput<typeof LedgerSchema>;
export type OwnedTopic = v.InferOutput<typeof OwnedTopicSchema>;

/** Where a ledger is kept between runs. */
export interface LedgerStore {
  /** Undefined: this stage has none yet. */
  read(): Promise<Ledger | undefined>;
  write(ledger: Ledger): Promise<void>;
}

export function emptyLedger(owner: string, cluster: string): Ledger {
  return { version: 1, owner, cluster, topics: {} };
}

/** The ledger with a topic written in. */
export function withTopic(ledger: Ledger, name: string, topic: OwnedTopic): Ledger {
  return { ...ledger, topics: { ...ledger.topics, [name]: topic } };
}

/** The ledger without a topic. */
export function withoutTopic(ledger: Ledger, name: string): Ledger {
  const { [name]: _, ...topics } = ledger.topics;
  return { ...ledger, topics };
}
