import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Kafka } from 'kafkajs';
import pipeline from '../pipeline/definition.ts';
import { resolveConfig } from '../plugins/ecom-analytics/plugin/config/resolve.ts';
import type { PresetName } from '../plugins/ecom-analytics/plugin/config/schema.ts';
import { estimateCost } from '../plugins/ecom-analytics/plugin/cost/estimate.ts';
import {
  hoursPerMonth,
  s3ThousandReads,
  s3ThousandWrites,
} from '../plugins/ecom-analytics/plugin/cost/prices.ts';
import { CloudSite, type CountedRequests } from '../test/spark/cloud-site.ts';
import { type Bench, type Figure, rounded } from './figure.ts';
import { alertLatencies, cost, quantile } from './streaming.bench.ts';
import { sendSteadily } from './streaming-site.ts';

const ordersPerMinute = 1000;
/** Until the first windows have closed, so that every kind of request is there. */
const warmUpMs = 100_000;
const steadyMs = 120_000;
/** From the last order until the tick that closes its windows has come and gone. */
const quietMs = 160_000;
const idleMs = 60_000;

function kafkaOf(site: CloudSite): Kafka {
  return new kafkajs.Kafka({ brokers: [site.cloud.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });
}

/** USD a month, at so many requests in so long. */
function monthly({ put, list, get, head }: CountedRequests, ms: number): number {
  const usd = ((put + list) * s3ThousandWrites.usd + (get + head) * s3ThousandReads.usd) / 1000;
  return (usd * hoursPerMonth * 3_600_000) / ms;
}

async function requestsOf(
  preset: PresetName,
  aim: { readonly busy: string | null; readonly idle: string | null },
): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  const site = await CloudSite.start(folder);
  try {
    // Alerts beside the windows: the most queries that one job has.
    const config = resolveConfig(pipeline, { preset, streaming: { alerts: 'micro-batch' } });
    await site.startJob(config);
    const over = new AbortController();
    const sending = sendSteadily(kafkaOf(site), ordersPerMinute / 60, over.signal);
    await delay(warmUpMs);
    const busy = await site.requestsDuring(() => delay(steadyMs));
    over.abort();
    await sending;
    await delay(quietMs);
    const idle = await site.requestsDuring(() => delay(idleMs));
    const estimated = estimateCost(config).items.filter(({ item }) => item.startsWith('S3 '));
    const estimate = estimated.reduce((sum, { monthlyUsd }) => sum + (monthlyUsd ?? 0), 0);
    const figure = (name: string, counts: CountedRequests, ms: number, wanted: string | null): Figure[] => {
      const { put, list, get, head } = counts;
      const usd = monthly(counts, ms);
      const base = { against: null, ratio: null, aim: null } as const;
      const unit = `in ${ms / 60_000} min, preset ${preset}`;
      return [
        { ...base, figure: `${name}-put`, value: put, unit },
        { ...base, figure: `${name}-list`, value: list, unit },
        { ...base, figure: `${name}-get-and-head`, value: get + head, unit },
        {
          figure: `${name}-usd`,
          value: rounded(usd),
          unit: `USD a month, preset ${preset}`,
          against: { what: 'the estimate for orders all day', value: rounded(estimate) },
          ratio: rounded(usd / estimate),
          aim: wanted,
        },
      ];
    };
    return [
      ...figure(`streaming-s3-${ordersPerMinute}`, busy, steadyMs, aim.busy),
      ...figure('streaming-s3-idle', idle, idleMs, aim.idle),
    ];
  } finally {
    await site[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `streaming-alert-latency`, with the checkpoint of preset dev in an S3 that answers so late. */
async function latency(s3LatencyMs: number): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  const site = await CloudSite.start(folder, s3LatencyMs);
  try {
    await site.startJob(resolveConfig(pipeline, { preset: 'dev', streaming: { alerts: 'micro-batch' } }));
    const { alertMs, orderMs } = await alertLatencies(kafkaOf(site));
    const unit = `ms from produce to consumable alert, S3 answering after ${s3LatencyMs} ms`;
    const what = 'an order from produce to consumable, in the same run';
    const aims = s3LatencyMs === 0 ? ['< 400 ms', '< 1200 ms'] : ['< 800 ms', '< 2500 ms'];
    return [0.5, 0.99].map((share, index) =>
      cost(
        `streaming-s3-alert-latency-p${share * 100}`,
        unit,
        quantile(alertMs, share),
        what,
        quantile(orderMs, share),
        aims[index] ?? null,
      ),
    );
  } finally {
    await site[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The streaming job with its checkpoint in the local cloud's S3; each preset takes some seven minutes. */
export const benches: readonly Bench[] = [
  { name: 'streaming-s3-requests', run: () => requestsOf('dev', { busy: '<= 20', idle: '<= 5' }) },
  {
    name: 'streaming-s3-requests-production',
    run: () => requestsOf('production', { busy: '<= 40', idle: '<= 5' }),
  },
  { name: 'streaming-s3-requests-large', run: () => requestsOf('large', { busy: null, idle: null }) },
  { name: 'streaming-s3-latency', run: async () => [...(await latency(0)), ...(await latency(30))] },
];
