import * as v from 'valibot';
import type { Application } from './keys.ts';

const generation = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * The step record: what should be running of an application, and all that is needed to start it again. It is written
 * before a step is submitted, so that the next deploy after a crash knows what was meant.
 */
export const StepRecordSchema = v.strictObject({
  version: v.literal(1),
  application: v.picklist(['pipeline', 'alerts'] as const satisfies readonly Application[]),
  desired: v.picklist(['running', 'stopped']),
  clusterId: v.string(),
  /** Raised with every start; a newer one fences every older writer. */
  generation,
  /** Which checkpoint folder. */
  checkpoint: generation,
  /** Of everything that would invalidate the checkpoint. */
  fingerprint: v.object({ id: v.string(), facts: v.record(v.string(), v.string()) }),
  /** Of everything that the running step was started with, its generation apart. */
  startHash: v.string(),
  /** `settings.json` of the run, its generation to be filled in. */
  settings: v.record(v.string(), v.unknown()),
  /** Arguments of `spark-submit`; `{settings}` stands for the URI of the settings. */
  args: v.array(v.string()),
  stepName: v.string(),
  /** Null between being meant and being submitted. */
  stepId: v.nullable(v.string()),
  /** Epoch milliseconds. */
  submittedAtMs: v.number(),
  /** Restarts by the watch function, epoch milliseconds. */
  restartsMs: v.array(v.number()),
});

export type StepRecord = v.InferOutput<typeof StepRecordSchema>;

/** `shop-dev-pipeline-g7`: a step can be told by its name when its id was never written down. */
export const stepName = (stem: string, application: Application, gen: number): string =>
  `${stem}-${application}-g${gen}`;
