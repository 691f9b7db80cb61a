const DAY_MS = 86_400_000;

/**
 * `message.timestamp.type` of every topic: a record's time is the broker's. So a producer with a wrong clock makes only its own
 * orders bad records, and no query meets a time that Spark's Kafka source cannot read: it fails with `ArithmeticException:
 * long overflow`, at every restart.
 */
export const timestampType = 'LogAppendTime';

/** A topic as the pipeline wants it on a cluster. */
export interface Topic {
  readonly name: string;
  readonly partitions: number;
  /** Where the cluster has fewer brokers, as many as it has. */
  readonly replicationFactor: number;
  /** `min.insync.replicas`, at most the replication factor. */
  readonly minInSyncReplicas: number;
  /** `retention.ms`. */
  readonly retentionMs: number;
  /** What its records are keyed by, for a reader. */
  readonly keyedBy: string;
}

/** The roles of the topics that the pipeline itself reads and writes. A shop may add further ones. */
export const pipelineRoles = ['orders', 'alerts', 'deadLetters'] as const;

/** Topics by role. */
export type Topics = Readonly<Record<(typeof pipelineRoles)[number], Topic> & Record<string, Topic>>;

/** What a stage says of all its topics, beside those by role under `topics`: no role may be called so. */
export const stageTopicKeys = ['prefix', 'through', 'deletionPolicy'] as const;

/** Kafka's own rule: org.apache.kafka.common.internals.Topic. */
const topicName = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** What is wrong with the topics of a definition, as `topic refunds: …`; null where nothing is. */
export function topicProblem(topics: Topics): string | null {
  const roles = new Map<string, string>();
  for (const [role, { name }] of Object.entries(topics)) {
    if (stageTopicKeys.some((key) => key === role))
      return `topic ${role}: a stage's topics have a setting of that name; give it another`;
    if (!topicName.test(name))
      return `topic ${role}: "${name}" is not a valid name, which has 1 to 249 letters, digits, dots, underscores and hyphens`;
    const other = roles.get(name);
    if (other !== undefined) return `topic ${role}: it has the name of the topic ${other}, ${name}`;
    roles.set(name, role);
  }
  return null;
}

/** The topics that the pipeline reads and writes, unless a shop's definition says otherwise. */
export const defaultTopics = {
  orders: {
    name: 'ecommerce-orders',
    partitions: 3,
    replicationFactor: 3,
    minInSyncReplicas: 2,
    retentionMs: 7 * DAY_MS,
    keyedBy: 'customer_id',
  },
  alerts: {
    name: 'ecommerce-alerts',
    partitions: 3,
    replicationFactor: 3,
    minInSyncReplicas: 2,
    retentionMs: 3 * DAY_MS,
    keyedBy: 'order_id, or customer_id for a rule over a customer',
  },
  deadLetters: {
    name: 'ecommerce-orders-dlq',
    partitions: 1,
    replicationFactor: 3,
    minInSyncReplicas: 2,
    retentionMs: 14 * DAY_MS,
    keyedBy: 'the key of the refused record',
  },
} as const satisfies Topics;
