import type { EngineRun } from '../run/engine-run.ts';
import { type QueryCounts, RunTally } from '../run/tally.ts';
import { EmbeddedPipeline } from './embedded-pipeline.ts';

const snapshotEveryMs = 500;
/** A micro-batch takes some milliseconds. */
const mostSilentMs = 10_000;

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
        tally.refused(rows);
        await out.deadLetters.append(rows);
      },
    })
    .finally(() => topic.end());
  // Heard below, once all that was sent before has been written.
  sent.catch(() => undefined);

  const show = (finished: boolean): void => {
    tally.show(counts(), finished);
    tally.watch({
      name: 'This run',
      state: finished ? 'finished' : topic.ended ? 'draining' : 'running',
      detail: 'embedded engine, in this process',
      isHealthy: true,
      problem: null,
      heartbeatMs: options.clock.now(),
      sparkUi: null,
      silentMs: mostSilentMs,
      queries: [pipeline.health()],
    });
  };
  feed.phase({ name: 'running' });
  const snapshots = setInterval(() => show(false), snapshotEveryMs);
  try {
    await pipeline.run();
    await sent;
  } finally {
    clearInterval(snapshots);
  }
  show(true);
  return tally.summary(counts(), out.path);
};
