import type { EmrCluster } from '../aws/emr-cluster.ts';
import type { Bucket } from '../aws/objects.ts';
import type { Clock } from '../clock.ts';
import { settingsKey, stepRecordKey } from './keys.ts';
import { type StepRecord, stepName } from './record.ts';

/** What submitting a step needs. */
export interface SubmitContext {
  readonly data: Bucket;
  readonly artifacts: Bucket;
  readonly emr: Pick<EmrCluster, 'submit'>;
  readonly clock: Pick<Clock, 'now'>;
}

const stemOf = (record: StepRecord): string => record.stepName.replace(/-[a-z]+-g\d+$/, '');

/** Takes the first generation, from the record's on, that nobody has: its settings object can be written but once. */
async function claimGeneration(record: StepRecord, artifacts: Bucket): Promise<number> {
  for (let generation = record.generation; ; generation++) {
    const settings = JSON.stringify({ ...record.settings, generation });
    if (await artifacts.putNew(settingsKey(record.application, generation), settings)) return generation;
  }
}

/**
 * Submits what a record says, under the record's generation or the next free one. The record is written before the step is
 * submitted: should this process die in between, the next one finds the step by its name.
 *
 * @returns the record as it is now
 */
export async function submitStep(record: StepRecord, context: SubmitContext): Promise<StepRecord> {
  const { data, artifacts, emr, clock } = context;
  const generation = await claimGeneration(record, artifacts);
  const meant: StepRecord = {
    ...record,
    generation,
    stepName: stepName(stemOf(record), record.application, generation),
    stepId: null,
    submittedAtMs: clock.now(),
  };
  const key = stepRecordKey(record.application);
  await data.put(key, JSON.stringify(meant, null, 2));
  const settings = `s3://${artifacts.name}/${settingsKey(record.application, generation)}`;
  const stepId = await emr.submit(
    meant.stepName,
    meant.args.map((arg) => (arg === '{settings}' ? settings : arg)),
  );
  const submitted: StepRecord = { ...meant, stepId };
  await data.put(key, JSON.stringify(submitted, null, 2));
  return submitted;
}
