import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvOf } from '../../../dashboard/page/csv.ts';
import { fileName } from '../../../dashboard/page/file-name.ts';

it('writes figures as CSV that no spreadsheet runs', () => {
  const text = csvOf({
    columns: ['start_utc', '=cmd()', 'Größe, "weit"'],
    rows: [
      ['2026-11-28T00:00:00.000Z', -5, 1.5],
      ['@SUM(A1)', 0, 2],
    ],
  });
  expect(parse(text)).toEqual([
    ['start_utc', "'=cmd()", 'Größe, "weit"'],
    ['2026-11-28T00:00:00.000Z', '-5', '1.5'],
    ["'@SUM(A1)", '0', '2'],
  ]);
});

it('names a file so that every system takes it', () => {
  const at = Date.UTC(2026, 10, 28, 0, 14, 5);
  expect(fileName('Revenue per window, by category', at, 'png')).toBe(
    'revenue-per-window-by-category-2026-11-28T00-14-05.png',
  );
});
