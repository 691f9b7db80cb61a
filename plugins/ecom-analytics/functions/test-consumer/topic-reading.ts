import type { Batch } from 'kafkajs';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { type CheckedMessage, MessageCheck } from './check-message.ts';
import { matches } from './filter.ts';
import { NewestMessages } from './newest-messages.ts';
import type { PartitionOffsets, PartitionProgress } from './partition-report.ts';
import type { TestConsumerRequest } from './request.ts';

/** Lambda answers 6 MB at most; this leaves room for the JSON around the messages. */
const largestAnswerBytes = 4_000_000;

/** What has been read so far, and whether that is enough. */
export class Reading {
  readonly progress: ReadonlyMap<number, PartitionProgress>;
  readonly #request: TestConsumerRequest;
  readonly #check: MessageCheck;
  readonly #ends: ReadonlyMap<number, bigint>;
  readonly #first: CheckedMessage[] = [];
  /** Only of a reading of the newest. */
  readonly #newest: NewestMessages | undefined;
  #bytes = 0;
  #overflown = false;

  constructor(
    request: TestConsumerRequest,
    definition: PipelineDefinition,
    offsets: readonly PartitionOffsets[],
    starts: ReadonlyMap<number, bigint>,
  ) {
    this.#request = request;
    this.#check = new MessageCheck(definition);
    if (request.from === 'newest') this.#newest = new NewestMessages(request.maxMessages, largestAnswerBytes);
    this.#ends = new Map(offsets.map(({ partition, latest }) => [partition, latest]));
    this.progress = new Map(
      offsets.map(({ partition, latest }) => {
        const start = starts.get(partition) ?? latest;
        return [partition, { start, next: start, read: 0 }];
      }),
    );
  }

  get messages(): readonly CheckedMessage[] {
    return this.#newest?.messages ?? this.#first;
  }

  /** There would be more messages, but for the size of the answer. */
  get truncated(): boolean {
    return this.#newest?.truncated ?? this.#overflown;
  }

  /** Of the newest there may always be a newer one, up to the end. */
  get full(): boolean {
    if (this.#newest !== undefined) return false;
    return this.#overflown || this.#first.length >= this.#request.maxMessages;
  }

  /** Enough messages, or the end of what was there at the start. From `latest` there is no end to reach. */
  get done(): boolean {
    if (this.full) return true;
    if (this.#request.from === 'latest') return false;
    return [...this.progress].every(([partition, { next }]) => next >= (this.#ends.get(partition) ?? 0n));
  }

  /** Takes what a batch holds, and passes over what stands after it and is not a record: the end of a transaction. */
  take(batch: Pick<Batch, 'partition' | 'messages' | 'lastOffset'>): void {
    const progress = this.progress.get(batch.partition);
    if (progress === undefined) return;
    for (const message of batch.messages) {
      if (this.full) return;
      const offset = BigInt(message.offset);
      if (offset < progress.next) continue;
      const checked = this.#check.check(this.#request.topic, batch.partition, message);
      const { filter } = this.#request;
      if ((filter === undefined || matches(checked.value, filter)) && !this.#add(checked)) return;
      progress.next = offset + 1n;
      progress.read++;
    }
    this.pass(batch.partition, batch.lastOffset());
  }

  /** Passes over offsets up to this one, which hold no record: ends of transactions, and what was aborted. */
  pass(partition: number, lastOffset: string): void {
    const progress = this.progress.get(partition);
    const next = BigInt(lastOffset) + 1n;
    if (progress !== undefined && next > progress.next) progress.next = next;
  }

  /** Returns false, and leaves the message out, where the answer would become too large. */
  #add(message: CheckedMessage): boolean {
    const bytes = JSON.stringify(message).length;
    if (this.#newest !== undefined) {
      this.#newest.add(message, bytes);
      return true;
    }
    if (this.#bytes + bytes > largestAnswerBytes && this.#first.length > 0) {
      this.#overflown = true;
      return false;
    }
    this.#bytes += bytes;
    this.#first.push(message);
    return true;
  }
}
