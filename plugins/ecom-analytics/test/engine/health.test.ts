import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runEmbedded } from '../../engine/embedded-run.ts';
import { openOutputFolder } from '../../files/output-folder.ts';
import { systemClock } from '../../functions/clock.ts';
import type { Operations } from '../../job/stream-health.ts';
import type { RunFeed } from '../../run/feed.ts';
import type { OrderSource } from '../../run/order-source.ts';
import { kit } from '../core/kit.ts';

it('tells of an embedded run how its query does, by partition, and what it refused', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom health-'));
  const out = await openOutputFolder(folder, { engine: 'embedded', options: {} }, Date.now());
  const told: Operations[] = [];
  const none = () => undefined;
  const feed: RunFeed = {
    phase: none,
    snapshot: none,
    orders: none,
    windows: none,
    alerts: none,
    operations: (operations) => told.push(operations),
  };
  const order = {
    order_id: 'o',
    customer_id: 'c',
    product_id: 'P001',
    product_name: 'Book',
    quantity: 1,
    price: -1,
    total_amount: 2,
    timestamp: new Date().toISOString(),
    region: 'US-East',
  };
  const source: OrderSource = {
    title: 'one bad order',
    notes: [],
    eventTime: 'now',
    labelled: false,
    paced: true,
    progress: () => null,
    send: async (sink) => {
      await sink.send({ orders: [{ order, atMs: Date.now(), label: null }], alerts: [], tickMs: null });
      const row = { reason: 'not-json', topic: 'o.csv', partition: 0, offset: '3', value_base64: null };
      await sink.refuse([row]);
    },
  };
  try {
    const summary = await runEmbedded({ definition: kit, source, out, clock: systemClock }, feed);
    await out.close(summary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const last = told.at(-1);
  expect(last?.streams).toMatchObject([
    {
      state: 'finished',
      queries: [{ name: 'pipeline', behind: { '0': 0, '1': 0, '2': 0 }, batchMs: expect.any(Number) }],
    },
  ]);
  expect(last?.refused.map(({ reason, records }) => [reason, records])).toEqual([
    ['not-json', 1],
    ['price', 1],
  ]);
});
