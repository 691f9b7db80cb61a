import type { ErrorCode } from '../../core/error.ts';
import type { ClusterFacts } from './cluster.ts';
import type { DesiredTopic } from './desired.ts';
import type { Ledger } from './ledger.ts';
import type { ActualTopic } from './store.ts';
import { isSameConfig } from './topic-configs.ts';

/** One thing to do to a topic. */
export type TopicChange =
  | { readonly kind: 'create'; readonly topic: DesiredTopic }
  | { readonly kind: 'adopt'; readonly topic: DesiredTopic }
  | { readonly kind: 'add-partitions'; readonly name: string; readonly from: number; readonly to: number }
  | {
      readonly kind: 'set-configs';
      readonly name: string;
      /** Every declared config of the topic: the MSK API takes them as a whole. */
      readonly configs: Readonly<Record<string, string>>;
      readonly changes: Readonly<Record<string, { readonly from: string | null; readonly to: string }>>;
    };

/** A difference that is not worked on, with what to do instead. */
export interface TopicRefusal {
  readonly code: ErrorCode;
  readonly name: string;
  readonly what: string;
  readonly fix: string;
}

/** What would be done to a cluster's topics. */
export interface TopicPlan {
  readonly changes: readonly TopicChange[];
  readonly refused: readonly TopicRefusal[];
  /** Differences that are nobody's fault and stay. */
  readonly notes: readonly string[];
  /** Topics that are as they should be. */
  readonly unchanged: readonly string[];
}

/** What a plan is made from. */
export interface PlanInput {
  readonly desired: readonly DesiredTopic[];
  readonly actual: readonly ActualTopic[];
  readonly ledger: Ledger;
  readonly cluster: ClusterFacts;
  /** `service/stage`. */
  readonly owner: string;
}

interface TopicVerdict {
  readonly changes: readonly TopicChange[];
  readonly refused: readonly TopicRefusal[];
  readonly notes: readonly string[];
}

const nothing: TopicVerdict = { changes: [], refused: [], notes: [] };

const refuse = (refusal: TopicRefusal): TopicVerdict => ({ ...nothing, refused: [refusal] });

function shrinks(topic: DesiredTopic, actual: ActualTopic): TopicRefusal {
  return {
    code: 'ECOM_TOPIC_SHRINK',
    name: topic.name,
    what: `${topic.name} has ${actual.partitions} partitions and ${topic.partitions} are asked for`,
    fix: `Kafka cannot remove partitions. Ask for ${actual.partitions}, or for a new set of topics with another \`topics.prefix\` and let the old ones run out.`,
  };
}

function replicates(topic: DesiredTopic, actual: ActualTopic): TopicRefusal {
  return {
    code: 'ECOM_TOPIC_REPLICATION',
    name: topic.name,
    what: `${topic.name} has ${actual.replicationFactor} copies and ${topic.replicationFactor} are asked for`,
    fix: `Ask for ${actual.replicationFactor}, or reassign its replicas with kafka-reassign-partitions.sh; the next plan sees the result.`,
  };
}

function changedConfigs(
  topic: DesiredTopic,
  actual: ActualTopic,
): Record<string, { from: string | null; to: string }> {
  const changes: Record<string, { from: string | null; to: string }> = {};
  for (const [key, to] of Object.entries(wantedConfigs(topic, actual))) {
    const from = actual.configs[key] ?? null;
    if (!isSameConfig(key, from, to)) changes[key] = { from, to };
  }
  return changes;
}

/** The declared configs, with no more in-sync replicas asked of an existing topic than it has copies. */
function wantedConfigs(topic: DesiredTopic, actual: ActualTopic): Record<string, string> {
  const asked = topic.configs['min.insync.replicas'];
  if (asked === undefined || Number(asked) <= actual.replicationFactor) return { ...topic.configs };
  return { ...topic.configs, 'min.insync.replicas': String(actual.replicationFactor) };
}

function judgeExisting(topic: DesiredTopic, actual: ActualTopic, owned: boolean): TopicVerdict {
  const changes: TopicChange[] = owned ? [] : [{ kind: 'adopt', topic }];
  const refused: TopicRefusal[] = [];
  const notes: string[] = [];
  if (topic.partitions < actual.partitions) refused.push(shrinks(topic, actual));
  if (topic.partitions > actual.partitions)
    changes.push({ kind: 'add-partitions', name: topic.name, from: actual.partitions, to: topic.partitions });
  if (topic.replicationFactor !== actual.replicationFactor) {
    if (topic.replicationDeclared) refused.push(replicates(topic, actual));
    else
      notes.push(
        `${topic.name} keeps ${actual.replicationFactor} copies; the cluster could hold ${topic.replicationFactor} (kafka-reassign-partitions.sh).`,
      );
  }
  const configs = changedConfigs(topic, actual);
  if (Object.keys(configs).length > 0)
    changes.push({
      kind: 'set-configs',
      name: topic.name,
      configs: wantedConfigs(topic, actual),
      changes: configs,
    });
  return { changes, refused, notes };
}

/** The name that the ledger has for a role, where it is another one than now. */
function formerName(topic: DesiredTopic, ledger: Ledger): string | undefined {
  return Object.entries(ledger.topics).find(
    ([, owned]) => owned.role === topic.role && !(topic.name in ledger.topics),
  )?.[0];
}

function judge(topic: DesiredTopic, { actual, ledger, cluster, owner }: PlanInput): TopicVerdict {
  const other = cluster.owners[topic.name];
  if (other !== undefined && other !== owner)
    return refuse({
      code: 'ECOM_TOPIC_OWNED',
      name: topic.name,
      what: `${topic.name} belongs to ${other}`,
      fix: `Give this stage topics of its own: set \`topics.prefix\`, for example "\${sls:stage}-".`,
    });
  const former = formerName(topic, ledger);
  if (former !== undefined)
    return refuse({
      code: 'ECOM_TOPIC_RENAME',
      name: topic.name,
      what: `The ${topic.role} topic was ${former} and is now ${topic.name}; Kafka cannot rename a topic`,
      fix: `Go back to ${former}; or stop managing it with \`sls ecom topics delete --topic ${former}\` (\`--keep\` leaves it on the cluster) and deploy again, with a new checkpoint for the stream.`,
    });
  const existing = actual.find(({ name }) => name === topic.name);
  if (existing === undefined) return { ...nothing, changes: [{ kind: 'create', topic }] };
  return judgeExisting(topic, existing, topic.name in ledger.topics);
}

/** What to do so that a cluster's topics become what is desired. Nothing is ever recreated. */
export function planTopics(input: PlanInput): TopicPlan {
  const verdicts = input.desired.map((topic) => ({ topic, verdict: judge(topic, input) }));
  return {
    changes: verdicts.flatMap(({ verdict }) => verdict.changes),
    refused: verdicts.flatMap(({ verdict }) => verdict.refused),
    notes: verdicts.flatMap(({ verdict }) => verdict.notes),
    unchanged: verdicts
      .filter(({ verdict }) => verdict.changes.length === 0 && verdict.refused.length === 0)
      .map(({ topic }) => topic.name),
  };
}

/** `--detailed-exitcode`: 0 no differences, 2 differences, 1 something that cannot be done. */
export function planExitCode(plan: TopicPlan): 0 | 1 | 2 {
  if (plan.refused.length > 0) return 1;
  return plan.changes.length > 0 ? 2 : 0;
}
