import type { EngineRun } from '../run/engine-run.ts';
import { type QueryCounts, RunTally } from '../run/tally.ts';
import { EmbeddedPipeline } from './embedded-pipeline.ts';

const snapshotEveryMs = 500;

/** Runs the pipeline in this process: the source sends into its orders topic, as fast as there is room. */
export const runEmbedded: EngineRun = async (options, feed) => {
  const { source, out } = options;
  const tally = new RunTally({ ...options, engine: 'embedded' }, feed);
  const pipeline = new EmbeddedPipeline({ ...options, tally, paced: source.paced });
  const { orders: topic } = pipeline;
  let refused = 0;
  const counts = (): QueryCounts => {
    const ofQuery = pipeline.counts();
    return { ...ofQuery, deadLetters: ofQuery.deadLetters + refused };
  };

  const sent = source
    .send({
      send: async ({ orders, alerts, tickMs }) => {
        tally.sending(orders);
        for (const { order } of orders) {
          if (topic.isFull) await topic.room();
          topic.append(order.customer_id, Buffer.from(JSON.stringify(order)), null);
        }
        for (const alert of alerts) pipeline.appendAlert(alert);
        if (tickMs !== null) pipeline.appendTick(tickMs);
      },
      refuse: async (rows) => {
        refused += rows.length;
        await out.deadLetters.append(rows);
      },
    })
    .finally(() => topic.end());
  // Heard below, once all that was sent before has been written.
  sent.catch(() => undefined);

  feed.phase({ name: 'running' });
  const snapshots = setInterval(() => tally.show(counts(), false), snapshotEveryMs);
  try {
    await pipeline.run();
    await sent;
  } finally {
    clearInterval(snapshots);
  }
  tally.show(counts(), true);
  return tally.summary(counts(), out.path);
};
