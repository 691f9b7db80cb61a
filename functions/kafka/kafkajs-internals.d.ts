declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The part of KafkaJS's queue of requests to one broker that `request-queue.ts` mends. */
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/protocol/encoder.js' {
  /** The part of KafkaJS's writer of requests that `variable-length.ts` mends. */
  export default class Encoder {
    constructor(initialSize?: number);
    static sizeOfVarLong(value: unknown): number;
    static sizeOfVarInt(value: number): number;
    static encodeZigZag(value: number): number;
    /** What has been written. */
    readonly buffer: Buffer;
    /** The memory that is written to, and how far. */
    buf: Buffer;
    offset: number;
    ensureAvailable(length: number): void;
    writeVarInt(value: number): this;
    writeUVarInt(value: number): this;
    writeVarLong(value: unknown): this;
  }
}
