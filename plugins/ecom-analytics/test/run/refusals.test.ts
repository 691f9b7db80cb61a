import { describe, expect, it } from 'vitest';
import { Refusals } from '../../run/refusals.ts';

const letter = (reason: string, offset: number, value: string | null) => ({
  reason,
  topic: 'orders',
  partition: 2,
  offset: String(offset),
  value_base64: value === null ? null : Buffer.from(value).toString('base64'),
});

describe('refused records', () => {
  it('are counted by reason, the most first, with the newest of each', () => {
    const refusals = new Refusals({ 'not-json': 'the value is not JSON' });
    refusals.add([letter('no-value', 1, null), letter('not-json', 2, '{"a'), letter('not-json', 3, "{'ü'}")]);
    expect(refusals.byReason()).toEqual([
      {
        reason: 'not-json',
        meaning: 'the value is not JSON',
        records: 2,
        sample: { topic: 'orders', partition: 2, offset: '3', isLine: false, text: "{'ü'}" },
      },
      {
        reason: 'no-value',
        meaning: '',
        records: 1,
        sample: { topic: 'orders', partition: 2, offset: '1', isLine: false, text: null },
      },
    ]);
  });

  it('are shown by their beginning, whatever they hold', () => {
    const refusals = new Refusals({});
    refusals.add([letter('too-long', 1, '🦊'.repeat(500_000)), { ...letter('a', 7, 'x'), line: 7 }]);
    const [first, second] = refusals.byReason().map(({ sample }) => sample);
    expect([first?.isLine, second?.text?.startsWith('🦊🦊')]).toEqual([true, true]);
    expect(second?.text?.length).toBeLessThanOrEqual(200);
  });
});
