import { expect, test } from 'vitest';
import { LatencyScale } from '../../../functions/producer/ack-latency.ts';

test('percentiles are at most 5 % above the truth, and never below it', () => {
  const scale = new LatencyScale();
  for (let ms = 1; ms <= 1000; ms++) scale.record(ms, 1);
  for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
    const found = scale.percentile(share) ?? 0;
    expect(found).toBeGreaterThanOrEqual(share * 1000);
    expect(found).toBeLessThanOrEqual(share * 1000 * 1.05 + 0.01);
  }
});

test('weighs by the number of records', () => {
  const scale = new LatencyScale();
  scale.record(500, 2);
  scale.record(2, 98);
  expect(scale.percentile(0.5)).toBeLessThan(2.2);
  expect(scale.percentile(0.99)).toBeGreaterThanOrEqual(500);
});

test('has no percentile of nothing', () => {
  expect(new LatencyScale().percentile(0.5)).toBeNull();
});

test('takes an acknowledgement in no time', () => {
  const scale = new LatencyScale();
  scale.record(0, 5);
  expect(scale.percentile(0.99)).toBe(0.01);
});
