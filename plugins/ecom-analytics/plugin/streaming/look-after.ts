import { type EmrCluster, hasEnded } from '../aws/emr-cluster.ts';
import { isAlive, type WatchVerdict, watchVerdict } from './decision.ts';
import type { Application } from './keys.ts';
import type { StepRecord } from './record.ts';
import { isOvertaken, StepRecords } from './step-records.ts';
import { type SubmitContext, submitStep } from './submit.ts';

/** What the watch function looks after a step with. */
export interface Watched extends SubmitContext {
  readonly emr: EmrCluster;
  /** In an hour. */
  readonly maxRestarts: number;
}

/** What one look came to. */
export interface Looked {
  /** A step of it should be running. */
  readonly wanted: boolean;
  readonly running: boolean;
  readonly verdict: WatchVerdict;
}

async function currentStep(record: StepRecord, emr: EmrCluster) {
  if (record.stepId !== null) return emr.step(record.stepId);
  return (await emr.liveSteps()).find(({ name }) => name === record.stepName);
}

/**
 * Looks after one application's step: starts it again when it has died. Two that look at the same moment, as the schedule
 * and EMR's own word make them, start it once. Undefined: it has never been started.
 *
 * @throws StreamError `ECOM_STEP_RECORD`
 */
export async function lookAfter(application: Application, watched: Watched): Promise<Looked | undefined> {
  const { data, emr, clock, maxRestarts } = watched;
  const held = await new StepRecords(data, application).read();
  if (held === undefined) return undefined;
  const { record } = held;
  const wanted = record.desired === 'running';
  // The stage is on its way to another cluster, and the deploy that takes it there stops what runs on the old one.
  if (record.clusterId !== emr.id) return { wanted, running: false, verdict: 'leave' };
  const [cluster, step] = await Promise.all([emr.facts(), currentStep(record, emr)]);
  const usable = cluster !== undefined && !hasEnded(cluster);
  const running = isAlive(step?.state);
  const verdict = watchVerdict(record, step?.state, usable, maxRestarts, clock.now());
  if (verdict !== 'restart') return { wanted, running, verdict };
  // A new generation, so that whatever may be left of the old step is fenced.
  const restartsMs = [...record.restartsMs.slice(-100), clock.now()];
  const next: StepRecord = { ...record, generation: record.generation + 1, restartsMs };
  try {
    await submitStep(next, held, watched);
    return { wanted, running, verdict };
  } catch (error) {
    if (isOvertaken(error)) return { wanted, running, verdict: 'leave' };
    throw error;
  }
}
