import type { Batch } from 'kafkajs';
import type { StageTopics } from '../stage.ts';
import { type CheckedMessage, checkMessage } from './check-message.ts';
import { matches } from './filter.ts';
import type { PartitionOffsets, Progress } from './partition-report.ts';
import type { TestConsumerRequest } from './request.ts';

/** Lambda answers 6 MB at most; this leaves room for the JSON around the messages. */
const largestAnswerBytes = 4_000_000;

/** What has been read so far, and whether that is enough. */
export class Reading {
  readonly messages: CheckedMessage[] = [];
  readonly progress: ReadonlyMap<number, Progress>;
  readonly #request: TestConsumerRequest;
  readonly #topics: StageTopics;
  readonly #ends: ReadonlyMap<number, bigint>;
  #bytes = 0;
  truncated = false;

  constructor(
    request: TestConsumerRequest,
    topics: StageTopics,
    offsets: readonly PartitionOffsets[],
    starts: ReadonlyMap<number, bigint>,
  ) {
    this.#request = request;
    this.#topics = topics;
    this.#ends = new Map(offsets.map(({ partition, latest }) => [partition, latest]));
    this.progress = new Map(
      offsets.map(({ partition, latest }) => {
        const start = starts.get(partition) ?? latest;
        return [partition, { start, next: start, read: 0 }];
      }),
    );
  }

  get full(): boolean {
    return this.truncated || this.messages.length >= this.#request.maxMessages;
  }

  /** Enough messages, or the end of what was there at the start. From `latest` there is no end to reach. */
  get done(): boolean {
    if (this.full) return true;
    if (this.#request.from === 'latest') return false;
    return [...this.progress].every(([partition, { next }]) => next >= (this.#ends.get(partition) ?? 0n));
  }

  take(batch: Batch): void {
    const progress = this.progress.get(batch.partition);
    if (progress === undefined) return;
    for (const message of batch.messages) {
      if (this.full) return;
      const offset = BigInt(message.offset);
      if (offset < progress.next) continue;
      const checked = checkMessage(this.#topics, this.#request.topic, batch.partition, message);
      const { filter } = this.#request;
      if (filter === undefined || matches(checked.value, filter)) {
        const bytes = JSON.stringify(checked).length;
        if (this.#bytes + bytes > largestAnswerBytes && this.messages.length > 0) {
          this.truncated = true;
          return;
        }
        this.#bytes += bytes;
        this.messages.push(checked);
      }
      progress.next = offset + 1n;
      progress.read++;
    }
  }
}
