import type { PipelineDefinition } from '../../../core/pipeline.ts';
import { stageDefinition } from '../../../core/pipeline.ts';
import { resolveConfig } from '../../../plugin/config/resolve.ts';
import type { ClusterFacts } from '../../../plugin/topics/cluster.ts';
import { type DesiredTopic, desiredTopics } from '../../../plugin/topics/desired.ts';
import { emptyLedger, type Ledger, withTopic } from '../../../plugin/topics/ledger.ts';
import type { ActualTopic } from '../../../plugin/topics/store.ts';
import { type PlanInput, planTopics, type TopicPlan } from '../../../plugin/topics/topic-plan.ts';
import { kit } from '../../core/kit.ts';

export const clusterArn =
  'arn:aws:kafka:eu-west-1:123456789012:cluster/shop/0a1b2c3d-0000-1111-2222-333344445555-3';
export const owner = 'shop/dev';

export const cluster: ClusterFacts = {
  id: clusterArn,
  name: 'shop',
  kind: 'standard',
  state: 'ACTIVE',
  kafkaVersion: '3.9.x.kraft',
  brokers: 3,
  iamAuthentication: true,
  owners: {},
};

/** What a stage asks of {@link cluster}, with its configuration changed. */
export function desired(
  config: unknown = {},
  on: ClusterFacts = cluster,
  pipeline: PipelineDefinition = kit,
): DesiredTopic[] {
  const resolved = resolveConfig(pipeline, config);
  return desiredTopics(
    stageDefinition(pipeline, { rulesOff: resolved.rules.off, topicPrefix: resolved.topics.prefix }),
    resolved,
    on,
  );
}

/** A topic on the cluster that is just what is desired. */
export function actualOf({ name, partitions, replicationFactor, configs }: DesiredTopic): ActualTopic {
  return { name, partitions, replicationFactor, configs: { ...configs, 'segment.bytes': '1073741824' } };
}

/** A ledger that owns these topics. */
export function ledgerOf(topics: readonly DesiredTopic[]): Ledger {
  return topics.reduce(
    (ledger, { name, role }) => withTopic(ledger, name, { role, origin: 'created' }),
    emptyLedger(owner, clusterArn),
  );
}

/** The plan for a cluster that has all topics as desired, but for what is given. */
export function planFor(given: Partial<PlanInput> = {}): TopicPlan {
  const topics = given.desired ?? desired();
  return planTopics({
    desired: topics,
    actual: topics.map(actualOf),
    ledger: ledgerOf(topics),
    cluster,
    owner,
    ...given,
  });
}
