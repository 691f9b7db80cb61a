import type { PipelineDefinition } from '../core/pipeline.ts';
import type { OutputFolder } from '../files/output-folder.ts';
import type { Clock } from '../functions/clock.ts';
import type { RunFeed, RunSummary } from './feed.ts';
import type { OrderSource } from './order-source.ts';

/** What an engine is given to run. */
export interface RunOptions {
  readonly definition: PipelineDefinition;
  readonly source: OrderSource;
  readonly out: OutputFolder;
  readonly clock: Clock;
}

/**
 * Runs the pipeline until its source ends, which it does early when the run is stopped; then drains it, and says what
 * came of it. Between `embedded` and `spark` only this
 * function differs.
 */
export type EngineRun = (options: RunOptions, feed: RunFeed) => Promise<RunSummary>;
