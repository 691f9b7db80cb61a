import pipeline from '../pipeline/definition.ts';
import { openReplay } from '../plugins/ecom-analytics/import/replay.ts';

/** Run by `replay.ts` in a process of its own: replays a file and prints the orders, the ms it took and the peak of its memory in MB. */
export async function main([file = '']: readonly string[]): Promise<number> {
  const started = performance.now();
  const replay = await openReplay({ file, definition: pipeline });
  let orders = 0;
  for await (const rows of replay) orders += rows.length;
  replay.close();
  const ms = performance.now() - started;
  process.stdout.write(JSON.stringify({ orders, ms, peakMb: process.resourceUsage().maxRSS / 1024 }));
  return 0;
}
