import { runEngine } from './engine-feed.ts';
import { OrderBytes } from './order-bytes.ts';

/** Run by `engine.bench.ts` in a process of its own: runs the engine and prints the peak of its memory in MB. */
export async function main([orders]: readonly string[]): Promise<number> {
  const source = new OrderBytes(100_000);
  await runEngine(Number(orders), (number) => source.at(number));
  process.stdout.write(String(process.resourceUsage().maxRSS / 1024));
  return 0;
}
