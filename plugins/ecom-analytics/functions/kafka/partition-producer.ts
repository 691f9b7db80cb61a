import { type Kafka, type Message, Partitioners, type PartitionMetadata, type Producer } from 'kafkajs';

/** Records for one topic, in their order. */
export interface TopicRecords {
  readonly topic: string;
  readonly messages: readonly Message[];
}

/** The same as Java's, so that a customer's orders share a partition, no matter which client sends them. */
const choosePartition = Partitioners.DefaultPartitioner();

/** Records of one partition. */
interface Share {
  readonly topic: string;
  readonly messages: Message[];
}

/** Records by the partition that each belongs to. */
function sharesOf({ topic, messages }: TopicRecords, partitionMetadata: PartitionMetadata[]): Share[] {
  const shares = new Map<number, Share>();
  for (const message of messages) {
    const partition = choosePartition({ topic, partitionMetadata, message });
    const share = shares.get(partition) ?? { topic, messages: [] };
    share.messages.push({ ...message, partition });
    shares.set(partition, share);
  }
  return [...shares.values()];
}

/**
 * An idempotent producer that sends each partition's records by themselves.
 *
 * KafkaJS 2.2.4 keeps answers by broker from one try of a send to the next. When a leader moves in the middle of a send
 * over several brokers, records go missing that it says are acknowledged (a broker that has answered is not asked again,
 * though it now leads another partition), or stand there twice (a broker that is slow is asked a second time while the
 * first answer is on its way, under other sequence numbers). A send to one partition has one broker at a time.
 *
 * @see https://github.com/tulios/kafkajs/issues/1303 and `src/producer/sendMessages.js`
 */
export class PartitionProducer {
  readonly #producer: Producer;
  /** Of each topic, as KafkaJS knew them when something was last sent there. */
  readonly #partitions = new Map<string, PartitionMetadata[]>();

  constructor(kafka: Pick<Kafka, 'producer'>) {
    this.#producer = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: () => (choice) => {
        this.#partitions.set(choice.topic, choice.partitionMetadata);
        return choosePartition(choice);
      },
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  disconnect(): Promise<void> {
    return this.#producer.disconnect();
  }

  /** Records that are to be sent, of several topics. Their partitions are chosen when they are first sent, and kept. */
  delivery(records: readonly TopicRecords[]): Delivery {
    return new Delivery(records, this.#producer, this.#partitions);
  }
}

/** Records on their way: what has been acknowledged is not sent again. */
export class Delivery {
  readonly #producer: Producer;
  readonly #partitions: ReadonlyMap<string, PartitionMetadata[]>;
  #unplaced: TopicRecords[];
  #shares: Share[] = [];

  constructor(
    records: readonly TopicRecords[],
    producer: Producer,
    partitions: ReadonlyMap<string, PartitionMetadata[]>,
  ) {
    this.#unplaced = records.filter(({ messages }) => messages.length > 0);
    this.#producer = producer;
    this.#partitions = partitions;
  }

  /**
   * Sends what is not acknowledged yet. Settles only when nothing is under way any more, so that the next try cannot
   * overtake this one.
   *
   * @throws what KafkaJS gave up on; {@link send} again goes on
   */
  async send(): Promise<void> {
    for (let records = this.#unplaced[0]; records !== undefined; records = this.#unplaced[0]) {
      const known = this.#partitions.get(records.topic);
      if (known === undefined) await this.#sendFirst(records);
      else {
        this.#shares.push(...sharesOf(records, known));
        this.#unplaced.shift();
      }
    }
    const sending = this.#shares.map(async (share) => {
      await this.#producer.send({ ...share, acks: -1 });
      return share;
    });
    const outcomes = await Promise.allSettled(sending);
    const sent = new Set(outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
    this.#shares = this.#shares.filter((share) => !sent.has(share));
    const failed = outcomes.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Sends the first record alone, which is how KafkaJS comes to tell what partitions there are. */
  async #sendFirst({ topic, messages }: TopicRecords): Promise<void> {
    await this.#producer.send({ topic, messages: messages.slice(0, 1), acks: -1 });
    this.#unplaced[0] = { topic, messages: messages.slice(1) };
  }
}
