import type { CheckedMessage } from './check-message.ts';

/** ISO times of one form compare as text. */
function isAfter(one: CheckedMessage, other: CheckedMessage): boolean {
  if (one.timestamp !== other.timestamp) return one.timestamp > other.timestamp;
  if (one.partition !== other.partition) return one.partition > other.partition;
  return BigInt(one.offset) > BigInt(other.offset);
}

/**
 * The newest of the messages that are added, oldest first: by time, as partitions are read in no order. What goes beyond
 * the number or the size is let go at once, so that it never holds more.
 */
export class NewestMessages {
  readonly #kept: { readonly message: CheckedMessage; readonly bytes: number }[] = [];
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #bytes = 0;
  /** A message was let go for its size alone. */
  truncated = false;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  get messages(): CheckedMessage[] {
    return this.#kept.map(({ message }) => message);
  }

  add(message: CheckedMessage, bytes: number): void {
    // Mostly at the end: messages of a partition come in their order.
    const before = this.#kept.findLastIndex(({ message: other }) => isAfter(message, other));
    this.#kept.splice(before + 1, 0, { message, bytes });
    this.#bytes += bytes;
    while (this.#kept.length > this.#maxMessages) this.#letGo();
    // One message alone is always kept: an answer without any would say that there is none.
    while (this.#bytes > this.#maxBytes && this.#kept.length > 1) {
      this.#letGo();
      this.truncated = true;
    }
  }

  #letGo(): void {
    this.#bytes -= this.#kept.shift()?.bytes ?? 0;
  }
}
