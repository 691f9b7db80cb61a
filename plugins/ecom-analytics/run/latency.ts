import type { LatencyScale } from '../functions/producer/ack-latency.ts';
import type { Latency } from './feed.ts';

/** What was measured so far, on the producer's own scale; null where nothing was. */
export function latencyOf(scale: LatencyScale): Latency | null {
  const p50 = scale.percentile(0.5);
  const p99 = scale.percentile(0.99);
  return p50 === null || p99 === null ? null : { p50, p99, count: scale.count };
}
