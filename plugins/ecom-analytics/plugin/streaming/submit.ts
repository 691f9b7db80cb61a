import type { Clock } from '../../functions/clock.ts';
import type { EmrCluster } from '../aws/emr-cluster.ts';
import type { Bucket } from '../aws/objects.ts';
import { settingsKey } from './keys.ts';
import type { StepRecord } from './record.ts';
import { type HeldRecord, StepRecords } from './step-records.ts';

/** What submitting a step needs. */
export interface SubmitContext {
  readonly data: Bucket;
  readonly artifacts: Bucket;
  readonly emr: Pick<EmrCluster, 'submit'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Takes the first generation, from the record's on, that nobody has: its settings object can be written but once. */
async function claimGeneration(record: StepRecord, artifacts: Bucket): Promise<number> {
  for (let generation = record.generation; ; generation++) {
    const settings = JSON.stringify({ ...record.settings, generation });
    if (await artifacts.putNew(settingsKey(record.application, generation), settings)) return generation;
  }
}

/**
 * Submits what a record says, under the record's generation or the next free one. The record is written before the step is
 * submitted, over the one that is held: should this process die in between, the next one finds the step by its name; and
 * of two that would start the same application, only one gets as far as submitting.
 *
 * @param held what was decided by; undefined before the first start
 * @returns the record as it is now
 * @throws StreamError `ECOM_STREAM_RACE`: somebody else was faster
 */
export async function submitStep(
  record: StepRecord,
  held: HeldRecord | undefined,
  context: SubmitContext,
): Promise<StepRecord> {
  const { data, artifacts, emr, clock } = context;
  const records = new StepRecords(data, record.application);
  const generation = await claimGeneration(record, artifacts);
  const meant = await records.write(
    {
      ...record,
      generation,
      stepName: record.stepName.replace(/\d+$/, String(generation)),
      stepId: null,
      submittedAtMs: clock.now(),
    },
    held,
  );
  const settings = `s3://${artifacts.name}/${settingsKey(record.application, generation)}`;
  const stepId = await emr.submit(
    meant.record.stepName,
    meant.record.args.map((arg) => (arg === '{settings}' ? settings : arg)),
  );
  return writeDown(records, meant, stepId);
}

/** Writes down the id of a step that was submitted. Who stopped the stream meanwhile has changed the record, not the step. */
async function writeDown(records: StepRecords, meant: HeldRecord, stepId: string): Promise<StepRecord> {
  for (let held = meant; ; ) {
    const written = await records.replace({ ...held.record, stepId }, held);
    if (written !== undefined) return written.record;
    const now = await records.read();
    // A step of an older generation ends by itself: it is fenced.
    if (now?.record.generation !== meant.record.generation) return records.overtaken();
    held = now;
  }
}
