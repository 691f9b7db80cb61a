import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { expect, test } from 'vitest';
import { correctRequestQueue } from '../../../functions/kafka/request-queue.ts';

/** A queue to a broker, as far as it waits for its turn. */
class WaitingQueue {
  throttleCheckTimeoutId: unknown = null;
  readonly throttledUntil = -1;
  readonly pending: readonly string[];
  checkPendingRequests = (): void => {};

  constructor(pending: readonly string[]) {
    this.pending = pending;
  }

  readonly schedule = (): void => RequestQueue.prototype.scheduleCheckPendingRequests.call(this);
}

test('KafkaJS sets a timer only while requests wait', async () => {
  correctRequestQueue();
  const empty = new WaitingQueue([]);
  empty.schedule();
  expect(empty.throttleCheckTimeoutId).toBeNull();
  const waiting = new WaitingQueue(['produce']);
  await new Promise<void>((resolve) => {
    waiting.checkPendingRequests = resolve;
    waiting.schedule();
    expect(waiting.throttleCheckTimeoutId).not.toBeNull();
  });
  expect(waiting.throttleCheckTimeoutId).toBeNull();
});

test('what KafkaJS does is changed once, however many clients there are', () => {
  correctRequestQueue();
  const corrected = RequestQueue.prototype.scheduleCheckPendingRequests;
  correctRequestQueue();
  expect(RequestQueue.prototype.scheduleCheckPendingRequests).toBe(corrected);
});
