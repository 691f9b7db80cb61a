import { describe, expect, test } from 'vitest';
import { hourOfFile, hourPrefix, hoursAgo, isWithin } from '../../../plugin/streaming/hours.ts';

const nowMs = Date.parse('2026-11-23T22:00:00Z');
const hourMs = 3_600_000;

describe('hours of windows', () => {
  test('are counted back from the one under way', () => {
    expect(hoursAgo(0, nowMs)).toBe('2026-11-23T22');
    expect(hoursAgo(0, nowMs + hourMs - 1)).toBe('2026-11-23T22');
    expect(hoursAgo(24, nowMs)).toBe('2026-11-22T22');
  });

  test('are read from the key of a file, and lead to it', () => {
    const key = `${hourPrefix('2026-11-23T10')}part-0.parquet`;
    expect(key).toBe('analytics/date=2026-11-23/hour=10/part-0.parquet');
    expect(hourOfFile(key)).toBe('2026-11-23T10');
  });

  test.each([
    'status/date=2026-11-23/hour=10/part-0.parquet',
    'old/analytics/date=2026-11-23/hour=10/part-0.parquet',
    'x\nanalytics/date=2026-11-23/hour=10/part-0.parquet',
    'analytics/date=2026-11-23/hour=10/',
    'analytics/date=2026-11-23/part-0.parquet',
    'analytics/date=2026-11-23/hour=10/deeper/part-0.parquet',
    'analytics/date=2026-11-23/hour=10/a:b.parquet',
    'analytics/date=2026-11-23/hour=10/..\\x',
  ])('are none of %s', (key) => {
    expect(hourOfFile(key)).toBeUndefined();
  });

  test('lie in a range from its first hour to before its last', () => {
    const within = (since?: string, before?: string): boolean => isWithin('2026-11-23T10', { since, before });
    expect(within()).toBe(true);
    expect([within('2026-11-23T10'), within('2026-11-23T11')]).toEqual([true, false]);
    expect([within(undefined, '2026-11-23T10'), within(undefined, '2026-11-23T11')]).toEqual([false, true]);
    expect(within('2026-11-23T09', '2026-11-23T10')).toBe(false);
  });
});
