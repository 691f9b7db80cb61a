import type { PipelineDefinition } from '../../core/pipeline.ts';
import { type Topic, timestampType } from '../../core/topic.ts';
import type { StageConfig, TopicOverrides } from '../config/schema.ts';
import { type ClusterFacts, possibleReplication, settableConfigs } from './cluster.ts';
import { canonicalConfig } from './topic-configs.ts';

const HOUR_MS = 3_600_000;

/** A topic as a stage wants it on its cluster. */
export interface DesiredTopic {
  readonly role: string;
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** The stage's configuration asks for exactly this many copies; else they are as many as the cluster could hold. */
  readonly replicationDeclared: boolean;
  /** Declared keys only; a key that is not here is the cluster's business. */
  readonly configs: Readonly<Record<string, string>>;
}

/** `retention.ms` of a topic on a stage; below zero for ever. */
export function retentionMs(
  topic: Pick<Topic, 'retentionMs'>,
  { retentionHours, configs }: TopicOverrides = {},
): number {
  const given = configs?.['retention.ms'];
  if (given !== undefined) return Number(given);
  return retentionHours === undefined ? topic.retentionMs : Math.round(retentionHours * HOUR_MS);
}

/**
 * In-sync copies that a write waits for: one less than there are, so that a broker may be down, as MSK takes each down in
 * turn to patch it. Source: MSK guide, "Best practices for standard brokers", high availability.
 */
function possibleInSync(asked: number, replicationFactor: number): number {
  return Math.min(asked, Math.max(1, replicationFactor - 1));
}

/** What a stage's definition and configuration ask of a cluster, in the order of the definition. */
export function desiredTopics(
  definition: PipelineDefinition,
  config: StageConfig,
  cluster: Pick<ClusterFacts, 'kind' | 'brokers'>,
): DesiredTopic[] {
  return Object.entries(definition.topics).map(([role, topic]) => {
    const stage = config.topics.of[role] ?? {};
    const replicationFactor = possibleReplication(
      stage.replicationFactor ?? topic.replicationFactor,
      cluster,
    );
    return {
      role,
      name: topic.name,
      partitions: stage.partitions ?? topic.partitions,
      replicationFactor,
      replicationDeclared: stage.replicationFactor !== undefined,
      configs: settableConfigs(
        {
          'retention.ms': String(retentionMs(topic, stage)),
          'min.insync.replicas': String(possibleInSync(topic.minInSyncReplicas, replicationFactor)),
          'message.timestamp.type': timestampType,
          ...Object.fromEntries(
            Object.entries(stage.configs ?? {}).map(([key, value]) => [key, canonicalConfig(key, value)]),
          ),
        },
        cluster.kind,
      ),
    };
  });
}
