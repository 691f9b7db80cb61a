import type { EngineName } from '../../emr/engine-name.ts';
import type { SparkLineName } from '../../emr/releases.ts';
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
    const { prepareSpark } = await import('../spark/preparation.ts');
    const installation = await prepareSpark(spark);
    return (await import('../spark/spark-run.ts')).sparkEngine(installation);
  },
} as const satisfies Record<EngineName, (choice: EngineChoice) => Promise<EngineRun>>;
