import kafkajs, { type Admin } from 'kafkajs';
import { type Handlers, ServiceFault } from './aws-service.ts';
import type { Members } from './service-model.ts';

/** The one cluster that the local cloud has. */
export interface LocalCluster {
  readonly arn: string;
  readonly name: string;
  /** As MSK writes it. */
  readonly kafkaVersion: string;
  /** `host:port,…` of the real broker behind it. */
  readonly bootstrapServers: string;
  readonly brokers: number;
}

function topicArn(cluster: LocalCluster, topic: string): string {
  return `${cluster.arn.replace(':cluster/', ':topic/')}/${topic}`;
}

function text(input: Members, name: string): string {
  return String(input[name] ?? '');
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * Topic configs, which travel as JSON in Base64. The model says only Base64; that it is JSON is what the provider
 * hashicorp/aws relies on (`aws_msk_topic`).
 */
function decodeConfigs(encoded: unknown): { name: string; value: string }[] {
  if (typeof encoded !== 'string' || encoded === '') return [];
  let configs: Record<string, unknown>;
  try {
    configs = members(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch {
    throw new ServiceFault('BadRequestException', 400, 'Configs is not JSON in Base64.');
  }
  return Object.entries(configs).map(([name, value]) => ({ name, value: String(value) }));
}

/** Kafka's errors under the names that the API's model has for them. */
function asFault(error: unknown): unknown {
  if (!(error instanceof kafkajs.KafkaJSProtocolError)) return error;
  switch (error.type) {
    case 'TOPIC_ALREADY_EXISTS':
      return new ServiceFault('TopicExistsException', 409, error.message);
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return new ServiceFault('NotFoundException', 404, error.message);
    case 'INVALID_PARTITIONS':
    case 'INVALID_REPLICATION_FACTOR':
    case 'INVALID_CONFIG':
    case 'INVALID_TOPIC_EXCEPTION':
    case 'INVALID_REQUEST':
      return new ServiceFault('BadRequestException', 400, error.message);
    default:
      return new ServiceFault('KafkaRequestException', 400, error.message);
  }
}

/** What Amazon MSK does, over one cluster whose topics are real topics of a real broker. */
export function mskHandlers(cluster: LocalCluster, admin: Admin): Handlers {
  /** By resource; a topic that is deleted takes its tags along. */
  const tags = new Map<string, Record<string, unknown>>();

  const known = (input: Members): void => {
    if (text(input, 'ClusterArn') !== cluster.arn) {
      throw new ServiceFault('NotFoundException', 404, `There is no cluster ${text(input, 'ClusterArn')}.`);
    }
  };

  const describeTopic = async (topic: string): Promise<Members> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const [found] = topics;
    if (found === undefined) throw new ServiceFault('NotFoundException', 404, `There is no topic ${topic}.`);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    const configs = Object.fromEntries(
      (resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]),
    );
    return {
      TopicArn: topicArn(cluster, topic),
      TopicName: topic,
      PartitionCount: found.partitions.length,
      ReplicationFactor: found.partitions[0]?.replicas.length ?? 0,
      Configs: Buffer.from(JSON.stringify(configs)).toString('base64'),
      Status: 'ACTIVE',
    };
  };

  const answerAbout = (topic: string, status: string): Members => ({
    TopicArn: topicArn(cluster, topic),
    TopicName: topic,
    Status: status,
  });

  const provisioned = {
    BrokerNodeGroupInfo: { ClientSubnets: ['subnet-00000001'], InstanceType: 'kafka.m7g.large' },
    CurrentBrokerSoftwareInfo: { KafkaVersion: cluster.kafkaVersion },
    NumberOfBrokerNodes: cluster.brokers,
    ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
  };
  const describeCluster = async (): Promise<Members> => ({
    ClusterInfo: {
      ClusterArn: cluster.arn,
      ClusterName: cluster.name,
      ClusterType: 'PROVISIONED',
      State: 'ACTIVE',
      Tags: tags.get(cluster.arn) ?? {},
      Provisioned: provisioned,
    },
  });

  const onTopics =
    (act: (topic: string, input: Members) => Promise<Members>) =>
    async (input: Members): Promise<Members> => {
      known(input);
      try {
        return await act(text(input, 'TopicName'), input);
      } catch (error) {
        throw asFault(error);
      }
    };

  return {
    DescribeClusterV2: async (input) => {
      known(input);
      return describeCluster();
    },
    DescribeCluster: async (input) => {
      known(input);
      const { Provisioned: _, ClusterType: __, ...info } = (await describeCluster()).ClusterInfo as Members;
      return { ClusterInfo: { ...info, ...provisioned } };
    },
    ListClustersV2: async () => ({ ClusterInfoList: [(await describeCluster()).ClusterInfo] }),
    GetBootstrapBrokers: async (input) => {
      known(input);
      return { BootstrapBrokerStringSaslIam: cluster.bootstrapServers };
    },
    TagResource: async (input) => {
      const arn = text(input, 'ResourceArn');
      tags.set(arn, { ...tags.get(arn), ...members(input.Tags) });
      return {};
    },
    UntagResource: async (input) => {
      const kept = { ...tags.get(text(input, 'ResourceArn')) };
      if (Array.isArray(input.TagKeys)) for (const key of input.TagKeys) delete kept[String(key)];
      tags.set(text(input, 'ResourceArn'), kept);
      return {};
    },
    ListTagsForResource: async (input) => ({ Tags: tags.get(text(input, 'ResourceArn')) ?? {} }),
    ListTopics: onTopics(async () => {
      const names = (await admin.listTopics()).filter((name) => !name.startsWith('__'));
      const { topics } =
        names.length > 0 ? await admin.fetchTopicMetadata({ topics: names }) : { topics: [] };
      return {
        Topics: topics.map((topic) => ({
          TopicArn: topicArn(cluster, topic.name),
          TopicName: topic.name,
          PartitionCount: topic.partitions.length,
          ReplicationFactor: topic.partitions[0]?.replicas.length ?? 0,
          OutOfSyncReplicaCount: 0,
        })),
      };
    }),
    DescribeTopic: onTopics((topic) => describeTopic(topic)),
    CreateTopic: onTopics(async (topic, input) => {
      const created = await admin.createTopics({
        topics: [
          {
            topic,
            numPartitions: Number(input.PartitionCount),
            replicationFactor: Number(input.ReplicationFactor),
            configEntries: decodeConfigs(input.Configs),
          },
        ],
      });
      if (!created) throw new ServiceFault('TopicExistsException', 409, `There is a topic ${topic} already.`);
      return answerAbout(topic, 'CREATING');
    }),
    UpdateTopic: onTopics(async (topic, input) => {
      const configs = decodeConfigs(input.Configs);
      const partitions = input.PartitionCount;
      if (configs.length > 0 === (partitions !== undefined)) {
        throw new ServiceFault('BadRequestException', 400, 'Give either the configs or the partition count.');
      }
      await describeTopic(topic);
      if (partitions !== undefined) {
        await admin.createPartitions({ topicPartitions: [{ topic, count: Number(partitions) }] });
      } else {
        await admin.alterConfigs({
          validateOnly: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: configs }],
        });
      }
      return answerAbout(topic, 'UPDATING');
    }),
    DeleteTopic: onTopics(async (topic) => {
      await describeTopic(topic);
      await admin.deleteTopics({ topics: [topic] });
      tags.delete(topicArn(cluster, topic));
      return answerAbout(topic, 'DELETING');
    }),
  };
}
