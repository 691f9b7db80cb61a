import { beforeAll, describe, expect, it } from 'vitest';
import * as format from '../../../dashboard/page/format.ts';
import { noonMs } from '../samples.ts';

const DAY_MS = 86_400_000;

// Another test of this process may have shown a run in another currency.
beforeAll(() => format.useCurrency('USD'));

describe('the page writes', () => {
  it('shares so that they line up, and never rounds something to nothing', () => {
    expect(format.share(1, 3)).toBe('33.3%');
    expect(format.share(1, 1)).toBe('100.0%');
    expect(format.share(1, 100_000)).toBe('<0.1%');
    expect(format.share(0, 7)).toBe('0.0%');
    expect(format.share(0, 0)).toBe('–');
  });

  it('money to the cent until the cents no longer matter', () => {
    expect(format.money(1299.95)).toBe('$1,299.95');
    expect(format.money(123_456_789.01)).toBe('$123,456,789');
  });

  it('figures of an axis in full, quarters too', () => {
    expect([0, 0.25, 7.5, 100, 1_250_000].map(format.short)).toEqual(['0', '0.25', '7.5', '100', '1.25M']);
    expect([0, 0.25, 50, 12_500].map(format.shortMoney)).toEqual(['$0', '$0.25', '$50', '$12.5K']);
  });

  it.each([
    [0.44, '0.4 ms'],
    [84.2, '84 ms'],
    [1250, '1.25 s'],
    [61_000, '61.0 s'],
  ])('a latency of %d ms as %s', (ms, text) => {
    expect(format.latency(ms)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [31_000, '31 s'],
    [252_000, '4 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [3 * DAY_MS, '3 d'],
    [28 * 365 * DAY_MS + 146 * DAY_MS, '28 years 146 days'],
  ])('a span of %d ms as %s', (ms, text) => {
    expect(format.span(ms)).toBe(text);
  });

  it.each([
    [60_000, '12:00 to 12:01', '12:00', 'minute'],
    [10_000, '12:00:00 to 12:00:10', '12:00:00', '10 seconds'],
    [3 * 3_600_000, '12:00 to 15:00', '12:00', '3 hours'],
    [DAY_MS, '2026-03-04', '2026-03-04', 'day'],
    [7 * DAY_MS, '2026-03-04 to 2026-03-10', '2026-03-04', 'week'],
    [28 * DAY_MS, '2026-03-04 to 2026-03-31', '2026-03-04', '4 weeks'],
  ])('a bucket of %d ms as %s', (lengthMs, name, start, length) => {
    expect(format.bucket(noonMs, lengthMs, noonMs)).toBe(name);
    expect(format.bucketStart(noonMs, lengthMs, noonMs)).toBe(start);
    expect(format.lengthName(lengthMs)).toBe(length);
  });

  it("the date with a time of another day than today's", () => {
    expect(format.moment(noonMs, noonMs)).toBe('12:00:00');
    expect(format.moment(noonMs, noonMs + DAY_MS)).toBe('2026-03-04 12:00:00');
    expect(format.bucket(noonMs, 60_000, noonMs + DAY_MS)).toBe('2026-03-04 12:00 to 12:01');
  });

  it('a clock over more than a day of running', () => {
    expect(format.stopwatch(252_000)).toBe('00:04:12');
    expect(format.stopwatch(30 * 3_600_000)).toBe('30:00:00');
  });
});

describe('the ticks of a time axis', () => {
  const seconds = (...times: number[]): number[] => times.map((time) => time / 1000);

  it("leave out today's date", () => {
    const ticks = seconds(noonMs, noonMs + 300_000);
    expect(format.timeTicks(ticks, 300, noonMs)).toEqual(['12:00', '12:05']);
  });

  it('show the date where a day begins', () => {
    const ticks = seconds(noonMs, noonMs + DAY_MS / 2);
    expect(format.timeTicks(ticks, DAY_MS / 2000, noonMs)).toEqual(['12:00', '00:00\n5 Mar']);
  });

  it('show days, months and years of long ago', () => {
    const [jan, feb, next] = [Date.UTC(1997, 0, 6), Date.UTC(1997, 1, 3), Date.UTC(1998, 0, 5)];
    expect(format.timeTicks(seconds(jan, feb), 86_400, noonMs)).toEqual(['6 Jan\n1997', '3 Feb']);
    expect(format.timeTicks(seconds(feb, next), 28 * 86_400, noonMs)).toEqual(['Feb\n1997', 'Jan\n1998']);
    expect(format.timeTicks(seconds(jan, next), 365 * 86_400, noonMs)).toEqual(['1997', '1998']);
  });
});
