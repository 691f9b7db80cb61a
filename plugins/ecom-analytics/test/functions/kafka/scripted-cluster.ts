import { type Kafka, type Message, Partitioners, type Producer, type ProducerConfig } from 'kafkajs';
import createEosManager from 'kafkajs/src/producer/eosManager/index.js';
import createSendMessages from 'kafkajs/src/producer/sendMessages.js';
import errors from 'kafkajs/src/protocol/error.js';
import createRetry from 'kafkajs/src/retry/index.js';

/** Kafka's codes: https://kafka.apache.org/protocol#protocol_error_codes */
const NOT_LEADER = 6;

/** One partition's part of a produce request, as KafkaJS hands it to a broker. */
interface Part {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly Message[];
}

interface ProduceRequest {
  readonly producerId: string;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly Part[] }[];
}

/**
 * Brokers of one topic that lead partitions, take records by their sequence numbers and answer as slowly as they are told
 * to, under KafkaJS's own code for sending. A client learns of another leader only from a refusal.
 */
export class ScriptedCluster {
  /** Broker of each partition. */
  readonly leaders: number[];
  /** What stands in each partition. */
  readonly log: string[][];
  /** Milliseconds until a broker answers, by broker. */
  readonly delayMs = new Map<number, number>();
  /** Partitions that nobody leads at the moment. */
  readonly leaderless = new Set<number>();
  /** How often a broker has refused. */
  refusals = 0;
  #known: number[];
  /** By producer and partition. */
  readonly #sequences = new Map<string, number>();
  #producers = 0;

  constructor(leaders: readonly number[]) {
    this.leaders = [...leaders];
    this.#known = [...leaders];
    this.log = leaders.map(() => []);
  }

  #take(producerId: string, { partition, firstSequence, messages }: Part): void {
    const key = `${producerId}:${partition}`;
    const next = this.#sequences.get(key) ?? 0;
    // What it has already it acknowledges again.
    if (firstSequence + messages.length <= next) return;
    this.log[partition]?.push(...messages.map(({ value }) => String(value)));
    this.#sequences.set(key, firstSequence + messages.length);
  }

  #broker(nodeId: number) {
    const produce = async ({ producerId, topicData }: ProduceRequest) => {
      const parts = topicData.flatMap(({ partitions }) => partitions);
      // The broker acts when the request comes, and says so later.
      const own = parts.filter(
        ({ partition }) => this.leaders[partition] === nodeId && !this.leaderless.has(partition),
      );
      for (const part of own) this.#take(producerId, part);
      await new Promise((resolve) => setTimeout(resolve, this.delayMs.get(nodeId) ?? 0));
      if (own.length < parts.length) {
        this.refusals++;
        throw errors.createErrorFromCode(NOT_LEADER);
      }
      const answer = parts.map(({ partition }) => ({ partition, errorCode: 0, baseOffset: '0' }));
      return { topics: topicData.map(({ topic }) => ({ topicName: topic, partitions: answer })) };
    };
    const initProducerId = async () => ({ producerId: String(++this.#producers), producerEpoch: 0 });
    return { nodeId, produce, initProducerId };
  }

  /** A `Kafka` with producers alone. */
  get kafka(): Pick<Kafka, 'producer'> {
    const brokers = new Map([...new Set(this.leaders)].map((id) => [id, this.#broker(id)]));
    const cluster = {
      refreshMetadataIfNecessary: async () => {},
      addMultipleTargetTopics: async () => {},
      isConnected: () => true,
      removeBroker: () => {},
      refreshMetadata: async () => {
        this.#known = [...this.leaders];
      },
      findTopicPartitionMetadata: () =>
        this.#known.map((leader, partitionId) => ({
          partitionId,
          leader,
          partitionErrorCode: 0,
          replicas: [],
        })),
      findLeaderForPartitions: (_topic: string, partitions: readonly string[]) => {
        const byLeader: Record<string, number[]> = {};
        for (const partition of partitions.map(Number)) {
          const leader = String(this.#known[partition]);
          byLeader[leader] = [...(byLeader[leader] ?? []), partition];
        }
        return byLeader;
      },
      findBroker: async ({ nodeId }: { nodeId: string | number }) => brokers.get(Number(nodeId)),
      findControllerBroker: async () => [...brokers.values()][0],
    };
    const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const producer = ({ createPartitioner = Partitioners.DefaultPartitioner }: ProducerConfig = {}) => {
      const eosManager = createEosManager({
        logger: silent,
        cluster,
        transactional: false,
        transactionTimeout: 1,
      });
      const send = createSendMessages({
        logger: silent,
        cluster,
        partitioner: createPartitioner(),
        eosManager,
        retrier: createRetry({ retries: 3, initialRetryTime: 5 }),
      });
      return {
        connect: () => eosManager.initProducerId(),
        disconnect: async () => {},
        send: ({ topic, messages }: { topic: string; messages: Message[] }) =>
          send({ acks: -1, topicMessages: [{ topic, messages }] }),
      } as unknown as Producer;
    };
    return { producer };
  }
}
