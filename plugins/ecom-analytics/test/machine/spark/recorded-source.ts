import type { OrderSource, SourceBatch } from '../../../run/order-source.ts';

/** A source that notes what it sends. */
export function recording(source: OrderSource): { source: OrderSource; batches: SourceBatch[] } {
  const batches: SourceBatch[] = [];
  return {
    batches,
    source: {
      ...source,
      send: (sink) =>
        source.send({
          refuse: (rows) => sink.refuse(rows),
          send: async (batch) => {
            batches.push(structuredClone(batch));
            await sink.send(batch);
          },
        }),
    },
  };
}

/** A source that sends what another has sent. */
export function replaying(source: OrderSource, batches: readonly SourceBatch[]): OrderSource {
  return {
    ...source,
    send: async (sink) => {
      for (const batch of batches) await sink.send(structuredClone(batch));
    },
  };
}

/** A source followed by one more batch. */
export function followedBy(
  source: OrderSource,
  last: (sent: readonly SourceBatch[]) => SourceBatch,
): OrderSource {
  return {
    ...source,
    send: async (sink) => {
      const recorded = recording(source);
      await recorded.source.send(sink);
      await sink.send(last(recorded.batches));
    },
  };
}
