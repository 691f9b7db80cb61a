import { readFileSync } from 'node:fs';
import pipeline from '../pipeline/definition.ts';
import { openReplay } from '../plugins/ecom-analytics/import/open-replay.ts';

/** Of this process alone; what Node says on Linux is at least that of the process which started it. */
function peakKb(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

/** Run by `replay.bench.ts` in a process of its own: replays a file and prints the orders, the ms it took, also of processors, and the peak of its memory in MB. */
export async function main([file = '']: readonly string[]): Promise<number> {
  const started = performance.now();
  const before = process.cpuUsage();
  const replay = await openReplay({ file, definition: pipeline });
  let orders = 0;
  for await (const rows of replay) orders += rows.length;
  replay.close();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(
    JSON.stringify({ orders, ms, processorMs: (user + system) / 1000, peakMb: peakKb() / 1024 }),
  );
  return 0;
}
