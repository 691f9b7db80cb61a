import type { StepState } from '@aws-sdk/client-emr';
import { describe, expect, test } from 'vitest';
import {
  decideStream,
  describeChanges,
  isAlive,
  type WantedStream,
  watchVerdict,
} from '../../../plugin/streaming/decision.ts';
import { aRecord } from './sample-stream.ts';

const nowMs = Date.parse('2026-11-23T22:00:00Z');
const hourMs = 3_600_000;

const fingerprint = { id: 'f', facts: { 'window size': '60000 ms' } };
const record = aRecord({ fingerprint, submittedAtMs: nowMs - 5 * hourMs });
const wanted: WantedStream = { clusterId: 'j-1', fingerprint, startHash: 'h', newCheckpoint: false };
const changed = { id: 'g', facts: { 'window size': '120000 ms' } };

const alive: readonly StepState[] = ['PENDING', 'CANCEL_PENDING', 'RUNNING'];
const dead: readonly (StepState | undefined)[] = [
  'COMPLETED',
  'CANCELLED',
  'FAILED',
  'INTERRUPTED',
  undefined,
];

describe('what a deploy does about a stream', () => {
  test.each(alive)('keeps a step that is %s and is the one that is wanted', (state) => {
    expect(isAlive(state)).toBe(true);
    expect(decideStream(wanted, record, state)).toEqual({ kind: 'keep' });
  });

  test.each(dead)('starts one whose step is %s', (state) => {
    expect(isAlive(state)).toBe(false);
    expect(decideStream(wanted, record, state)).toMatchObject({ kind: 'start' });
  });

  test('starts one that has never run, whatever is asked for', () => {
    expect(decideStream(wanted, undefined, undefined)).toMatchObject({ kind: 'start' });
    expect(decideStream({ ...wanted, newCheckpoint: true }, undefined, 'RUNNING')).toMatchObject({
      kind: 'start',
    });
  });

  test.each<[string, Partial<WantedStream>]>([
    ['another cluster', { clusterId: 'j-2' }],
    ['a new checkpoint', { newCheckpoint: true }],
    ['a new checkpoint, for what the old one does not fit', { newCheckpoint: true, fingerprint: changed }],
    ['other settings', { startHash: 'i' }],
  ])('stops a running step and starts another for %s', (_, change) => {
    expect(decideStream({ ...wanted, ...change }, record, 'RUNNING')).toMatchObject({ kind: 'restart' });
    expect(decideStream({ ...wanted, ...change }, record, 'FAILED')).toMatchObject({ kind: 'start' });
  });

  test.each([...alive, ...dead])(
    'refuses what the checkpoint does not fit, with a step that is %s',
    (state) => {
      const decision = decideStream({ ...wanted, fingerprint: changed }, record, state);
      expect(decision).toEqual({
        kind: 'refuse',
        changes: [{ name: 'window size', before: '60000 ms', after: '120000 ms' }],
      });
    },
  );

  test('says of each change what was and what would be', () => {
    const changes = [
      { name: 'window size', before: '60000 ms', after: '120000 ms' },
      { name: 'rule order-burst', before: 'more than 5', after: null },
      { name: 'rule region-hop', before: null, after: 'more than 2' },
    ];
    expect(describeChanges(changes)).toBe(
      'window size: 60000 ms -> 120000 ms; rule order-burst: more than 5 -> none; rule region-hop: none -> more than 2',
    );
  });
});

describe('what the watch function does about a step', () => {
  test.each(alive)('leaves one that is %s', (state) => {
    expect(watchVerdict(record, state, true, 3, nowMs)).toBe('leave');
  });

  test.each(dead)('restarts one that is %s', (state) => {
    expect(watchVerdict(record, state, true, 3, nowMs)).toBe('restart');
  });

  test('waits ten minutes for somebody who is submitting, and for nobody whose step has an id', () => {
    const submitted = (agoMs: number, stepId: string | null) =>
      watchVerdict({ ...record, stepId, submittedAtMs: nowMs - agoMs }, undefined, true, 3, nowMs);
    expect(submitted(599_999, null)).toBe('leave');
    expect(submitted(600_000, null)).toBe('restart');
    expect(submitted(1, 's-3')).toBe('restart');
  });

  test('counts the restarts of the last hour alone', () => {
    const after = (...agoMs: number[]) =>
      watchVerdict({ ...record, restartsMs: agoMs.map((ago) => nowMs - ago) }, 'FAILED', true, 2, nowMs);
    expect(after(hourMs - 1)).toBe('restart');
    expect(after(hourMs - 1, hourMs - 2)).toBe('give-up');
    expect(after(hourMs, hourMs - 2)).toBe('restart');
    expect(watchVerdict(record, 'FAILED', true, 0, nowMs)).toBe('give-up');
  });
});
