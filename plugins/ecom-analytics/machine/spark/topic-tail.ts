import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

/** A record as it was read. */
export interface TailedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Reads a topic from its beginning to wherever it ends, and knows when it is there. */
export class TopicTail {
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #consumer: Consumer;
  readonly #handle: (records: readonly TailedRecord[]) => Promise<void>;
  /** The offset after the last record that was handled, by partition. */
  readonly #reached = new Map<number, bigint>();
  /** Rejects with what the handler failed with; nothing is read from then on. */
  readonly failed: Promise<never>;
  readonly groupId: string;
  #fail: (error: unknown) => void = () => undefined;
  #hasFailed = false;
  #wake: () => void = () => undefined;

  /** @param handle is called with records in order, one call at a time for each partition; it must settle before the next */
  constructor(kafka: Kafka, topic: string, handle: (records: readonly TailedRecord[]) => Promise<void>) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#handle = handle;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined); // rejects for the caller that waits for it
    // A group of its own on a broker of the run's own: it goes with the broker.
    this.groupId = `ecom-run-${topic}`;
    this.#consumer = kafka.consumer({ groupId: this.groupId, maxWaitTimeInMs: 250 });
  }

  async start(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await this.#consumer.run({ eachBatch: (payload) => this.#take(payload) });
  }

  /** Waits until everything that is in the topic by now was handled. */
  async reachEnd(): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(this.#topic).finally(() => admin.disconnect());
    const behind = (): boolean =>
      ends.some(({ partition, low, high }) => {
        const reached = this.#reached.get(partition) ?? BigInt(low);
        return reached < BigInt(high);
      });
    while (behind()) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, this.failed]);
    }
  }

  stop(): Promise<void> {
    return this.#consumer.disconnect();
  }

  async #take({ batch, resolveOffset }: EachBatchPayload): Promise<void> {
    if (this.#hasFailed) return;
    const { topic, partition, messages } = batch;
    try {
      await this.#handle(messages.map((message) => ({ topic, partition, message })));
      this.#reached.set(partition, BigInt(batch.lastOffset()) + 1n);
      resolveOffset(batch.lastOffset());
    } catch (error) {
      this.#hasFailed = true;
      this.#fail(error);
    }
    this.#wake();
  }
}
