import { expect, test } from 'vitest';
import { reportPartitions } from '../../../functions/test-consumer/partition-report.ts';

const far = 9_007_199_254_740_993n;

test('lag counts what came while reading, and shares are of what is kept', () => {
  const offsets = [
    { partition: 0, earliest: 100n, latest: 400n },
    { partition: 1, earliest: 0n, latest: 100n },
  ];
  const progress = new Map([
    [0, { start: 100n, next: 250n, read: 150 }],
    [1, { start: 0n, next: 100n, read: 100 }],
  ]);
  expect(reportPartitions(offsets, progress)).toEqual([
    {
      partition: 0,
      earliest: '100',
      latest: '400',
      start: '100',
      next: '250',
      read: 150,
      lag: 150,
      share: 0.75,
    },
    { partition: 1, earliest: '0', latest: '100', start: '0', next: '100', read: 100, lag: 0, share: 0.25 },
  ]);
});

test('an empty topic has no shares, and a partition that came while reading was not read', () => {
  const [report] = reportPartitions([{ partition: 0, earliest: far, latest: far }], new Map());
  expect(report).toMatchObject({
    latest: '9007199254740993',
    next: '9007199254740993',
    read: 0,
    lag: 0,
    share: 0,
  });
});
