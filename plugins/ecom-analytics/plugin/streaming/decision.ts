import type { StepState } from '@aws-sdk/client-emr';
import type { FactChange, Fingerprint } from '../../job/fingerprint.ts';
import { fingerprintChanges } from '../../job/fingerprint.ts';
import type { StepRecord } from './record.ts';

const aliveStates: readonly StepState[] = ['PENDING', 'CANCEL_PENDING', 'RUNNING'];

/** Whether a step may still write. */
export const isAlive = (state: StepState | undefined): boolean =>
  state !== undefined && aliveStates.includes(state);

/** What a deploy wants of an application. */
export interface WantedStream {
  readonly clusterId: string;
  readonly fingerprint: Fingerprint;
  readonly startHash: string;
  /** A new checkpoint has been asked for. */
  readonly newCheckpoint: boolean;
}

/** What a deploy does about an application's step. */
export type StreamDecision =
  /** The running step is the one that is wanted. */
  | { readonly kind: 'keep' }
  /** Nothing runs. */
  | { readonly kind: 'start'; readonly why: string }
  /** Stop, confirm, submit. */
  | { readonly kind: 'restart'; readonly why: string }
  /** The checkpoint does not fit. */
  | { readonly kind: 'refuse'; readonly changes: readonly FactChange[] };

/**
 * Decides about an application's step.
 *
 * @param record what was last started; undefined before the first start
 * @param stepState of the record's step; undefined where EMR does not know it
 */
export function decideStream(
  wanted: WantedStream,
  record: StepRecord | undefined,
  stepState: StepState | undefined,
): StreamDecision {
  if (record === undefined) return { kind: 'start', why: 'it has never run' };
  const changes = fingerprintChanges(record.fingerprint, wanted.fingerprint);
  if (changes.length > 0 && !wanted.newCheckpoint) return { kind: 'refuse', changes };
  if (!isAlive(stepState)) return { kind: 'start', why: `its step is ${stepState ?? 'gone'}` };
  if (record.clusterId !== wanted.clusterId) return { kind: 'restart', why: 'the cluster is another one' };
  if (wanted.newCheckpoint) return { kind: 'restart', why: 'a new checkpoint is asked for' };
  if (record.startHash !== wanted.startHash)
    return { kind: 'restart', why: 'the job or its settings have changed' };
  return { kind: 'keep' };
}

/** `window size: 60000 ms -> 120000 ms; …` */
export function describeChanges(changes: readonly FactChange[]): string {
  return changes
    .map(({ name, before, after }) => `${name}: ${before ?? 'none'} -> ${after ?? 'none'}`)
    .join('; ');
}

/** What the watch function makes of a step that should be running. */
export type WatchVerdict = 'leave' | 'restart' | 'give-up';

const HOUR_MS = 3_600_000;

/** How long a record without a step is somebody's who is at work, and not of one who has died. */
const submittingMs = 600_000;

/**
 * Whether a step that has died is started again.
 *
 * @param maxRestarts in an hour
 */
export function watchVerdict(
  record: StepRecord,
  stepState: StepState | undefined,
  clusterAlive: boolean,
  maxRestarts: number,
  nowMs: number,
): WatchVerdict {
  if (record.desired === 'stopped' || isAlive(stepState) || !clusterAlive) return 'leave';
  // Somebody is between meaning a step and submitting it.
  if (record.stepId === null && nowMs - record.submittedAtMs < submittingMs) return 'leave';
  const recent = record.restartsMs.filter((at) => nowMs - at < HOUR_MS).length;
  return recent < maxRestarts ? 'restart' : 'give-up';
}
