import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { Clock } from '../../functions/clock.ts';
import { TopicError } from '../error-kinds.ts';
import { waitFor } from '../wait.ts';
import { keepBrokerWords } from './broker-words.ts';
import type { ClusterFacts } from './cluster.ts';
import { refusedConfigs } from './refused-configs.ts';
import type { ActualTopic, TopicStore } from './store.ts';
import { isSameConfig } from './topic-configs.ts';

const { ConfigResourceTypes, ConfigSource } = kafkajs;

/** How long a change may take to show on every broker. */
const settleMs = 30_000;

/** KafkaJS reads configs with the source that says who set them; only the topic's own are kept when others change. */
interface ReadConfig {
  readonly configName: string;
  readonly configValue: string | null;
  readonly configSource: number;
}

async function readConfigs(admin: Admin, names: readonly string[]): Promise<Map<string, ReadConfig[]>> {
  if (names.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
}

/** Errors of a broker that does not take a config, by Kafka's names. */
const refusals: readonly unknown[] = ['INVALID_CONFIG', 'INVALID_REQUEST', 'POLICY_VIOLATION'];

function isRefusal(error: Error): boolean {
  if ('errors' in error && Array.isArray(error.errors))
    return error.errors.some((one) => one instanceof Error && isRefusal(one));
  return 'type' in error && refusals.includes(error.type);
}

/** Topics through a Kafka admin client: for MSK Serverless, Kafka before 3.6, and plain brokers. */
export class KafkaAdminTopics implements TopicStore {
  readonly door = 'a Kafka admin client';
  readonly #admin: Admin;
  readonly #clock: Clock;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka, clock: Clock) {
    keepBrokerWords();
    this.#admin = kafka.admin();
    this.#clock = clock;
  }

  async #connect(): Promise<Admin> {
    this.#connected ??= this.#admin.connect();
    try {
      await this.#connected;
    } catch (cause) {
      this.#connected = undefined;
      throw new TopicError(
        'ECOM_KAFKA_UNREACHABLE',
        {
          what: `The brokers cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`,
          where: 'Kafka admin client',
          fix: "Run this from a network that reaches the brokers (inside the cluster's VPC, or over a VPN).",
        },
        { cause },
      );
    }
    return this.#admin;
  }

  /** The cluster, as far as the Kafka protocol tells. */
  async cluster(id: string): Promise<ClusterFacts> {
    const admin = await this.#connect();
    const { brokers, clusterId } = await admin.describeCluster();
    return {
      id,
      name: clusterId,
      kind: 'plain',
      state: 'ACTIVE',
      kafkaVersion: null,
      brokers: brokers.length,
      iamAuthentication: true,
      owners: {},
    };
  }

  async read(names: readonly string[]): Promise<ActualTopic[]> {
    const admin = await this.#connect();
    // Asked for by name, a missing topic is an error in kafkajs and may be created by the broker; so the list first.
    const present = new Set(await admin.listTopics());
    const wanted = names.filter((name) => present.has(name));
    if (wanted.length === 0) return [];
    const [{ topics }, configs] = await Promise.all([
      admin.fetchTopicMetadata({ topics: wanted }),
      readConfigs(admin, wanted),
    ]);
    return topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
      configs: Object.fromEntries(
        (configs.get(name) ?? []).flatMap(({ configName, configValue }) =>
          configValue === null ? [] : [[configName, configValue]],
        ),
      ),
    }));
  }

  /** What a broker does not take is an error with its own reason. */
  async #taken<T>(
    name: string,
    configs: Readonly<Record<string, string>>,
    change: () => Promise<T>,
  ): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (error instanceof Error && isRefusal(error)) throw refusedConfigs(name, this.door, configs, error);
      throw error;
    }
  }

  async create(topic: Parameters<TopicStore['create']>[0]): Promise<boolean> {
    const admin = await this.#connect();
    const creation: Parameters<Admin['createTopics']>[0] = {
      waitForLeaders: true,
      timeout: settleMs,
      topics: [
        {
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replicationFactor,
          configEntries: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
        },
      ],
    };
    const made = await this.#taken(topic.name, topic.configs, () => admin.createTopics(creation));
    await this.#settles(topic.name, async () => (await this.read([topic.name])).length === 1);
    return made;
  }

  async addPartitions(name: string, partitions: number): Promise<void> {
    const admin = await this.#connect();
    await admin.createPartitions({
      timeout: settleMs,
      topicPartitions: [{ topic: name, count: partitions }],
    });
    await this.#settles(name, async () => (await this.read([name]))[0]?.partitions === partitions);
  }

  async setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    const admin = await this.#connect();
    // AlterConfigs replaces all of a topic's own configs: those that nobody declared here are sent along to keep them.
    const own = (await readConfigs(admin, [name])).get(name) ?? [];
    const kept = own.flatMap(({ configName, configValue, configSource }) =>
      configSource === ConfigSource.TOPIC_CONFIG && configValue !== null ? [[configName, configValue]] : [],
    );
    const all: Record<string, string> = { ...Object.fromEntries(kept), ...configs };
    const alteration: Parameters<Admin['alterConfigs']>[0] = {
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name,
          configEntries: Object.entries(all).map(([key, value]) => ({ name: key, value })),
        },
      ],
    };
    await this.#taken(name, configs, () => admin.alterConfigs(alteration));
    await this.#settles(name, async () => {
      const [actual] = await this.read([name]);
      return Object.entries(configs).every(([key, value]) => isSameConfig(key, actual?.configs[key], value));
    });
  }

  async delete(name: string): Promise<void> {
    const admin = await this.#connect();
    // Asked to delete a topic that is not there, kafkajs tries again and again before it says so.
    if ((await this.read([name])).length === 0) return;
    await admin.deleteTopics({ topics: [name], timeout: settleMs });
    // By the list alone: the metadata of a topic that is just going is an error in kafkajs.
    await this.#settles(name, async () => !(await admin.listTopics()).includes(name));
  }

  async #settles(name: string, done: () => Promise<boolean>): Promise<void> {
    await waitFor(
      { timeoutMs: settleMs, everyMs: 100, clock: this.#clock },
      async () => ((await done()) ? true : undefined),
      () =>
        new TopicError('ECOM_TOPIC_SLOW', {
          what: `The change to ${name} does not show after ${settleMs / 1000} s`,
          where: this.door,
          fix: 'Look at the brokers, then run this again: it resumes where it stopped.',
        }),
    );
  }

  async close(): Promise<void> {
    if (this.#connected) await this.#admin.disconnect();
  }
}
