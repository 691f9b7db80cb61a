import { benches as bundles } from './bundles.bench.ts';
import { benches as create } from './create.bench.ts';
import { benches as dashboard } from './dashboard.bench.ts';
import { benches as engine } from './engine.bench.ts';
import { benches as plugin } from './plugin.bench.ts';
import { benches as producer } from './producer.bench.ts';
import { benches as replay } from './replay.bench.ts';
import { benches as streaming } from './streaming.bench.ts';
import { benches as streamingS3 } from './streaming-s3.bench.ts';

const benches = [
  ...engine,
  ...producer,
  ...bundles,
  ...create,
  ...dashboard,
  ...plugin,
  ...replay,
  ...streaming,
  ...streamingS3,
];

/** `npm run bench -- [name …]`: prints one JSON line per figure. */
export async function main(names: readonly string[]): Promise<number> {
  if (names.includes('--help')) {
    process.stdout.write(
      `Measures, each figure against its peer in the same run; one JSON line each.\n\n  npm run bench -- [name …]\n\nBenchmarks: ${benches.map(({ name }) => name).join(', ')}\nExample: npm run bench -- engine-throughput\n`,
    );
    return 0;
  }
  const unknown = names.find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) {
    const { UsageError } = await import('../plugins/ecom-analytics/core/error.ts');
    const { didYouMean } = await import('../plugins/ecom-analytics/core/nearest.ts');
    const known = benches.map(({ name }) => name);
    throw new UsageError('ECOM_USAGE', {
      what: `There is no benchmark "${unknown}"`,
      fix: `${didYouMean(unknown, known)}There are ${known.join(', ')}.`,
    });
  }
  const date = new Date().toISOString();
  for (const bench of benches) {
    if (names.length > 0 && !names.includes(bench.name)) continue;
    process.stderr.write(`${bench.name} …\n`);
    for (const figure of await bench.run()) {
      process.stdout.write(`${JSON.stringify({ ...figure, node: process.versions.node, date })}\n`);
    }
  }
  return 0;
}
