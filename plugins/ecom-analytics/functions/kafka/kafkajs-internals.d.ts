declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The part of KafkaJS's queue of requests to one broker that `request-queue.ts` fixes. */
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    scheduleCheckPendingRequests(): void;
  }
}
