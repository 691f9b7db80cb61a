import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/generator/random.ts';
import { formatTimestamp, parseTimestamp, timestampPattern } from '../../core/timestamp.ts';

describe('a time', () => {
  it.each([
    ['2026-11-23T22:42:37Z', '2026-11-23T22:42:37.000Z'],
    ['2026-11-23T22:42:37', '2026-11-23T22:42:37.000Z'],
    ['2026-11-23T22:42:37.1', '2026-11-23T22:42:37.100Z'],
    ['2026-11-23T22:42:37.12Z', '2026-11-23T22:42:37.120Z'],
    ['2026-11-23T22:42:37.1239999999Z', '2026-11-23T22:42:37.123Z'],
    ['2026-11-23T22:42:37+05:30', '2026-11-23T17:12:37.000Z'],
    ['2026-11-23T22:42:37.5-08:00', '2026-11-24T06:42:37.500Z'],
    ['2026-11-23T22:42:37+23:59', '2026-11-22T22:43:37.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['1969-12-31T23:59:59Z', '1969-12-31T23:59:59.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
  ])('reads %s as %s', (text, iso) => {
    expect(parseTimestamp(text)).toBe(Date.parse(iso));
  });

  it.each([
    '12:00',
    '',
    '2026-11-23',
    '2026-11-23 22:42:37',
    '2026-11-23t22:42:37z',
    '2026-11-23T22:42',
    '2026-11-23T22:42:37.',
    '2026-11-23T22:42:37.Z',
    '2026-11-23T22:42:37+0530',
    '2026-11-23T22:42:37+24:00',
    '2026-11-23T22:42:37+05:60',
    '2026-11-23T22:42:37ZZ',
    ' 2026-11-23T22:42:37Z',
    '2026-11-23T22:42:37Z ',
    '2026-11-23T24:00:00Z',
    '2026-11-23T22:42:60Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '+002026-11-23T22:42:37Z',
    '２０２６-11-23T22:42:37Z',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeNaN();
  });

  it('agrees with Date over 2,000 random moments of ten thousand years', () => {
    const random = seededRandom(7);
    for (let index = 0; index < 2000; index++) {
      const moment = Math.floor((random() * 9000 - 1000) * 31_556_952_000);
      const text = formatTimestamp(moment);
      expect(parseTimestamp(text)).toBe(moment);
      expect(new RegExp(timestampPattern).test(text)).toBe(true);
    }
  });
});
