import type { EngineName } from '../core/engine-name.ts';
import type { SparkLineName } from '../job/releases.ts';
import type { EngineRun } from './engine-run.ts';

/** What an engine is made ready by. */
export interface EngineChoice {
  readonly spark: SparkLineName;
}

/**
 * The engines that `--engine` can name. Each is loaded, and what it needs of the machine is checked and fetched, only when
 * it is asked for, and before an earlier run is touched.
 */
export const engines = {
  embedded: async () => (await import('../engine/embedded-run.ts')).runEmbedded,
  spark: async ({ spark }) => {
    const { prepareSpark } = await import('../machine/spark/preparation.ts');
    const installation = await prepareSpark(spark);
    return (await import('../machine/spark/spark-run.ts')).sparkEngine(installation);
  },
} as const satisfies Record<EngineName, (choice: EngineChoice) => Promise<EngineRun>>;
