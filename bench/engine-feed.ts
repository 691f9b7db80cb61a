import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pipeline from '../pipeline/definition.ts';
import { EmbeddedPipeline } from '../plugins/ecom-analytics/engine/embedded-pipeline.ts';
import { openOutputFolder } from '../plugins/ecom-analytics/files/output-folder.ts';
import { systemClock } from '../plugins/ecom-analytics/functions/clock.ts';
import { RunTally } from '../plugins/ecom-analytics/run/tally.ts';

const nobody = {
  phase: () => undefined,
  snapshot: () => undefined,
  orders: () => undefined,
  windows: () => undefined,
  alerts: () => undefined,
  operations: () => undefined,
};

/** Runs the embedded engine over the bytes of orders, from the orders topic to files, and answers the milliseconds. */
export async function runEngine(
  count: number,
  orderAt: (number: number) => { key: string; value: Buffer },
): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  const startedAtMs = Date.now();
  const out = await openOutputFolder(folder, { engine: 'embedded', options: {} }, startedAtMs);
  const options = { definition: pipeline, clock: systemClock };
  const source = { labelled: false, eventTime: 'past' } as const;
  const tally = new RunTally({ ...options, engine: 'embedded', source }, nobody);
  const engine = new EmbeddedPipeline({ ...options, out, tally, paced: false });
  const started = performance.now();
  const done = engine.run();
  for (let number = 0; number < count; number++) {
    if (engine.orders.isFull) await engine.orders.room();
    const { key, value } = orderAt(number);
    engine.orders.append(key, value, null);
  }
  engine.orders.end();
  await done;
  const elapsed = performance.now() - started;
  const { orders, deadLetters, late } = engine.counts();
  await out.close(null);
  await rm(folder, { recursive: true });
  if (orders !== count || deadLetters !== 0 || late !== 0) {
    throw new Error(
      `The engine took ${orders} of ${count} orders, ${deadLetters} as bad and ${late} as late`,
    );
  }
  return elapsed;
}
