import { describe, expect, it } from 'vitest';
import { drainTickTime, parseTick } from '../../core/tick.ts';
import {
  isLate,
  isWindowFile,
  watermarkAfter,
  windowPartition,
  windowRow,
  windowStarts,
} from '../../core/window.ts';
import { kitWindowing as windowing } from './kit.ts';

const at = (time: string): number => Date.parse(`2026-11-23T${time}Z`);

describe('windows', () => {
  it('slide every thirty seconds, so an order falls into two', () => {
    expect(windowStarts(at('12:00:45'), windowing)).toEqual([at('12:00:00'), at('12:00:30')]);
    expect(windowStarts(at('12:00:29.999'), windowing)).toEqual([at('11:59:30'), at('12:00:00')]);
  });

  it('include their start and exclude their end', () => {
    expect(windowStarts(at('12:00:30'), windowing)).toEqual([at('12:00:00'), at('12:00:30')]);
  });

  it('do not overlap when they slide by their size', () => {
    expect(windowStarts(at('12:04:59'), { sizeMs: 300_000, slideMs: 300_000 })).toEqual([at('12:00:00')]);
  });

  it('may start before 1970', () => {
    expect(windowStarts(0, windowing)).toEqual([-30_000, 0]);
    expect(windowPartition(-30_000)).toBe('date=1969-12-31/hour=23');
  });

  it('become rows with money rounded half-up', () => {
    const row = windowRow(
      {
        windowStartMs: at('12:00:00'),
        category: 'Books',
        location: 'EU-West',
        orders: 2,
        sumCents: 2595,
        minCents: 1297,
        maxCents: 1298,
        customers: 1,
      },
      windowing,
    );
    expect(row).toEqual({
      window_start: at('12:00:00'),
      window_end: at('12:01:00'),
      category: 'Books',
      location: 'EU-West',
      order_count: 2,
      total_revenue: 25.95,
      avg_order_value: 12.98,
      unique_customers: 1,
      max_order_value: 12.98,
      min_order_value: 12.97,
    });
  });
});

describe('a file of windows', () => {
  it.each([
    ['date=2026-11-23/hour=22/part-0.parquet', true],
    ['date=2026-11-23\\hour=22\\part-0.parquet', true],
    ['my_shop.v2.parquet', true],
    ['date=2026-11-23/hour=22/part-0.parquet.crc', false],
    ['date=2026-11-23/hour=22/_part-0.parquet', false],
    ['date=2026-11-23/hour=22/.part-0.parquet', false],
    ['_temporary/0/part-0.parquet', false],
    ['.compacting\\part-0.parquet', false],
  ])('named %s is seen by those who list files: %s', (file, seen) => {
    expect(isWindowFile(file)).toBe(seen);
  });
});

describe('a tick', () => {
  it('that drains a run closes its last window, and no earlier one would', () => {
    const lastEnd = at('12:01:00');
    const tick = drainTickTime(lastEnd, windowing.watermarkMs);
    expect(watermarkAfter(tick, windowing.watermarkMs)).toBe(lastEnd);
  });

  it('may lie as far ahead as the window of the furthest order needs, and no further', () => {
    const record = at('12:00:00');
    expect(parseTick('2026-11-23T12:06:30Z', record, windowing)).toBe(at('12:06:30'));
    expect(parseTick('2026-11-23T12:06:30.001Z', record, windowing)).toBeNaN();
  });

  it('may lie at the start of 1970, the first moment that is not refused', () => {
    expect(parseTick('1970-01-01T00:00:00Z', at('12:00:00'), windowing)).toBe(0);
  });

  it.each(['', 'now', '1969-12-31T23:59:59Z'])('is refused when it says %j', (text) => {
    expect(parseTick(text, at('12:00:00'), windowing)).toBeNaN();
  });
});

describe('an order behind the watermark', () => {
  const at = Date.parse('2026-11-23T10:00:10Z');

  it('is late where orders are deduplicated', () => {
    expect(isLate(at, at, windowing)).toBe(true);
    expect(isLate(at, at - 1, windowing)).toBe(false);
  });

  it('is late, where they are not, once its last window is closed', () => {
    const plain = { ...windowing, deduplicate: false };
    expect(isLate(at, Date.parse('2026-11-23T10:00:59.999Z'), plain)).toBe(false);
    expect(isLate(at, Date.parse('2026-11-23T10:01:00Z'), plain)).toBe(true);
  });
});
