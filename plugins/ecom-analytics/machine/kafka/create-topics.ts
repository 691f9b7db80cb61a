import kafkajs from 'kafkajs';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { timestampType } from '../../core/topic.ts';

/**
 * Creates the definition's topics where they are missing; with as many replicas as the cluster has brokers, at most those
 * of the definition. Topics that exist are left as they are.
 */
export async function createTopics(bootstrapServers: string, definition: PipelineDefinition): Promise<void> {
  const kafka = new kafkajs.Kafka({
    clientId: 'ecom-topics',
    brokers: bootstrapServers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const existing = new Set(await admin.listTopics());
    const missing = Object.values(definition.topics).filter(({ name }) => !existing.has(name));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => {
        const replicationFactor = Math.min(topic.replicationFactor, brokers.length);
        return {
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor,
          configEntries: [
            { name: 'retention.ms', value: String(topic.retentionMs) },
            { name: 'message.timestamp.type', value: timestampType },
            {
              name: 'min.insync.replicas',
              value: String(Math.min(topic.minInSyncReplicas, replicationFactor)),
            },
          ],
        };
      }),
    });
  } finally {
    await admin.disconnect();
  }
}
