import type { Topic } from '../core/topic.ts';
import type { Clock } from '../functions/clock.ts';
import { partitionOf } from './partition.ts';

/** A record of a topic in memory: what Kafka would hand to a consumer. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: number;
  /** When it was appended, epoch milliseconds. */
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  /** One header at most: a label, or a tick. */
  readonly header: RecordHeader | null;
}

export interface RecordHeader {
  readonly key: string;
  readonly value: string;
}

/**
 * A topic as one bounded queue in memory. Records are partitioned by key as Kafka does it and handed out once, in the
 * order of appending over all partitions, so that no partition runs ahead of another.
 */
export class MemoryTopic {
  readonly name: string;
  readonly #offsets: number[];
  readonly #capacity: number;
  readonly #clock: Clock;
  #records: TopicRecord[] = [];
  #ended = false;
  #failure: { readonly reason: unknown } | null = null;
  #wakeReader: () => void = () => {};
  #wakeWriter: () => void = () => {};

  /**
   * @param capacity records that may wait; more are held back at {@link MemoryTopic.room}
   */
  constructor(topic: Topic, capacity: number, clock: Clock) {
    this.name = topic.name;
    this.#offsets = new Array<number>(topic.partitions).fill(0);
    this.#capacity = capacity;
    this.#clock = clock;
  }

  append(key: string | null, value: Uint8Array | null, header: RecordHeader | null): void {
    const partition = key === null ? 0 : partitionOf(key, this.#offsets.length);
    const offset = this.#offsets[partition] ?? 0;
    this.#offsets[partition] = offset + 1;
    this.#records.push({ partition, offset, timestampMs: this.#clock.now(), key, value, header });
    this.#wakeReader();
  }

  /** No record follows. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  /** Nobody reads any more: a sender that waits for room, or asks for it later, gets the reason. */
  fail(reason: unknown): void {
    this.#failure = { reason };
    this.#wakeWriter();
  }

  get isFull(): boolean {
    return this.#records.length >= this.#capacity || this.#failure !== null;
  }

  /** Waits until there is room for another record: backpressure. For one writer. Rejects once the topic has failed. */
  async room(): Promise<void> {
    while (this.isFull) {
      if (this.#failure !== null) throw this.#failure.reason;
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** Records that wait to be taken, by partition. */
  waiting(): Record<string, number> {
    const waiting = this.#offsets.map(() => 0);
    for (const { partition } of this.#records) waiting[partition] = (waiting[partition] ?? 0) + 1;
    return Object.fromEntries(waiting.entries());
  }

  get ended(): boolean {
    return this.#ended && this.#records.length === 0;
  }

  /**
   * Takes records, oldest first, once there are `least` of them or the topic has ended. For one reader.
   *
   * @returns up to `most` records; none where the topic has ended
   */
  async take(least: number, most: number): Promise<TopicRecord[]> {
    while (this.#records.length < least && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    return this.takeNow(most);
  }

  /** Takes up to `most` of the records that are there. */
  takeNow(most: number): TopicRecord[] {
    const taken = this.#records.splice(0, most);
    this.#wakeWriter();
    return taken;
  }
}
