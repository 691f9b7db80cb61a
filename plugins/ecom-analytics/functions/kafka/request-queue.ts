import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** Its prototype is changed once in a process. */
let corrected = false;

/**
 * KafkaJS 2.2.4 sets a timer after every answer even when no request waits, with a negative delay: Node 24 warns of each
 * (TimeoutNegativeWarning), and a connection wakes the process every millisecond for ever. A timer is needed only while
 * requests wait, and then its delay is positive.
 *
 * @see https://github.com/tulios/kafkajs/issues/1751 the warning
 * @see https://github.com/tulios/kafkajs/issues/1704 the endless timer
 */
export function correctRequestQueue(): void {
  if (corrected) return;
  corrected = true;
  const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
