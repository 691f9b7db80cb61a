declare module 'kafkajs/src/producer/sendMessages.js' {
  import type { ICustomPartitioner, ProducerBatch, RecordMetadata } from 'kafkajs';
  /** How KafkaJS's producer sends, over whatever passes for a cluster. */
  export default function createSendMessages(parts: {
    logger: unknown;
    cluster: unknown;
    partitioner: ReturnType<ICustomPartitioner>;
    eosManager: unknown;
    retrier: unknown;
  }): (batch: ProducerBatch) => Promise<RecordMetadata[]>;
}

declare module 'kafkajs/src/producer/eosManager/index.js' {
  /** Its sequence numbers. */
  export default function createEosManager(parts: {
    logger: unknown;
    cluster: unknown;
    transactional: boolean;
    transactionTimeout: number;
  }): { initProducerId(): Promise<void> };
}

declare module 'kafkajs/src/retry/index.js' {
  export default function createRetry(options: { retries: number; initialRetryTime: number }): unknown;
}

declare module 'kafkajs/src/protocol/error.js' {
  const errors: { createErrorFromCode(code: number): Error };
  export default errors;
}
