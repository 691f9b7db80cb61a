import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runEngine } from './engine-feed.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';
import { OrderBytes } from './order-bytes.ts';

const throughputOrders = 300_000;
const rounds = 5;

/** What nothing that reads these orders can be faster than. */
function bareParse(values: readonly Buffer[]): number {
  const started = performance.now();
  let seen = 0;
  for (const value of values) if (JSON.parse(value.toString()) !== null) seen++;
  const elapsed = performance.now() - started;
  if (seen !== values.length) throw new Error('The bare loop lost orders');
  return elapsed;
}

async function throughput(): Promise<Figure> {
  const source = new OrderBytes(throughputOrders);
  const records = Array.from({ length: throughputOrders }, (_, number) => source.at(number));
  const values = records.map(({ value }) => value);
  const engineMs: number[] = [];
  const bareMs: number[] = [];
  // One round to warm up; then turn by turn, so that whatever else the machine does falls on both.
  for (let round = 0; round <= rounds; round++) {
    const bare = bareParse(values);
    const engine = await runEngine(throughputOrders, (number) => records[number] ?? source.at(number));
    if (round === 0) continue;
    bareMs.push(bare);
    engineMs.push(engine);
  }
  const perSecond = (ms: readonly number[]): number => (throughputOrders / median(ms)) * 1000;
  return {
    figure: 'engine-throughput',
    value: rounded(perSecond(engineMs)),
    unit: 'orders/s',
    against: { what: 'a bare JSON.parse loop over the same bytes', value: rounded(perSecond(bareMs)) },
    ratio: rounded(median(bareMs) / median(engineMs)),
    aim: '>= 0.35',
  };
}

/** Peak memory of a process that runs the engine over so many orders, in MB. */
function peakMemory(orders: number): number {
  const entry = fileURLToPath(new URL('engine-memory.ts', import.meta.url));
  const run = fileURLToPath(new URL('../plugins/ecom-analytics/source.mjs', import.meta.url));
  const { stdout, status, stderr } = spawnSync(process.execPath, [run, entry, String(orders)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The engine failed over ${orders} orders: ${stderr}`);
  return Number(stdout);
}

function memory(): Figure {
  const small = peakMemory(1_000_000);
  const large = peakMemory(5_000_000);
  return {
    figure: 'engine-memory',
    value: rounded(large),
    unit: 'MB, peak over 5 million orders',
    against: { what: 'peak over 1 million orders', value: rounded(small) },
    ratio: rounded(large / small),
    aim: '<= 1.25',
  };
}

export const benches: readonly Bench[] = [
  { name: 'engine-throughput', run: async () => [await throughput()] },
  { name: 'engine-memory', run: async () => [memory()] },
];
