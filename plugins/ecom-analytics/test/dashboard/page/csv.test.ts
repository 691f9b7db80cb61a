import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { csvOf, csvText } from '../../../dashboard/page/csv.ts';
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

const attacks = [
  '=cmd()',
  '\t=cmd()',
  '\uff1dcmd()',
  'Mug;=cmd()',
  'Mug;"=cmd()"',
  'Mug; =cmd()',
  'Mug\t+cmd()',
  'Mug\n=cmd()',
  'Mug\r\n-cmd()',
  '";=cmd()',
  '-5;@cmd()',
  'a;;"";\t=cmd()',
];

it.each([',', ';', '\t'])('has no cell that is a formula, also where cells end at %j', (delimiter) => {
  const rows = attacks.flatMap((text) => [
    [text, text, -5],
    ['x', text, text],
  ]);
  const text = csvOf({ columns: ['a', 'b', 'c'], rows });
  // As a spreadsheet reads: a quote counts at the start of a cell, and is text elsewhere.
  const options = { delimiter, relax_quotes: true, relax_column_count: true, skip_empty_lines: true };
  const cells = parse(text, { ...options, record_delimiter: ['\r\n', '\n', '\r'] }).flat();
  expect(cells.filter((cell) => cell.includes('cmd')).length).toBeGreaterThan(attacks.length * 2);
  expect(cells.filter((cell) => /^["\s]*[=+@\uff1d]|^["\s]*-(?![0-9]+$)/.test(cell))).toEqual([]);
});

it.each([
  ['Mug;-5', '"Mug;-5"'],
  ['T-shirt, +2 sizes', '"T-shirt, +2 sizes"'],
  ['a=b', 'a=b'],
  ['Mug; -20%', `"Mug; '-20%"`],
])('leaves %j as it is, unless a formula could begin there', (value, field) => {
  expect(csvText(value)).toBe(field);
});

it('names a file so that every system takes it', () => {
  const at = Date.UTC(2026, 10, 28, 0, 14, 5);
  expect(fileName('Revenue per window, by category', at, 'png')).toBe(
    'revenue-per-window-by-category-2026-11-28T00-14-05.png',
  );
});
