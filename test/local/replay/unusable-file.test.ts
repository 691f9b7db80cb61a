import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openReplay } from '../../../local/replay/replay.ts';
import { UsageError } from '../../../pipeline/error.ts';
import { ownFolder } from './replayed.ts';

const { folder, write, remove } = ownFolder();
afterAll(remove);

describe('a file that cannot be replayed', () => {
  mkdirSync(path.join(folder, 'folder.csv'));
  const header = 'customer_id,timestamp,total_amount';
  const cases: [name: string, file: string, code: string, text: RegExp][] = [
    ['is missing', path.join(folder, 'missing.csv'), 'NOT_FOUND', /no such file.*missing\.csv/],
    ['is a folder', path.join(folder, 'folder.csv'), 'NOT_A_FILE', /is a folder/],
    [
      'has a path through a file',
      path.join(write('plain.csv', 'x'), 'inner.csv'),
      'UNREADABLE',
      /cannot be read/,
    ],
    ['is empty', write('empty.csv', ''), 'EMPTY', /is empty/],
    ['is blank', write('blank.jsonl', '\ufeff \r\n\n'), 'EMPTY', /is empty/],
    ['has a header alone', write('header.csv', `${header}\r\n`), 'EMPTY', /has no rows/],
    [
      'is a spreadsheet',
      write('orders.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 8])),
      'FORMAT',
      /neither text nor Parquet/,
    ],
    ['is packed', write('orders.csv.gz', Buffer.from([0x1f, 0x8b, 8, 0])), 'FORMAT', /gzip.*gunzip/],
    [
      'ends its lines as old Macs did',
      write('mac.csv', `${header}\rc,2026-01-01,1\r`),
      'FORMAT',
      /carriage.*tr/,
    ],
    ['is UTF-16', write('utf16.csv', Buffer.from(`\ufeff${header}\n`, 'utf16le')), 'FORMAT', /UTF-16.*UTF-8/],
    ['is a JSON array', write('orders.json', '[{"customer_id":"c"}]'), 'FORMAT', /JSON array.*jq/],
    [
      'has no JSON object',
      write('broken.jsonl', "{'customer_id':'c'}\n"),
      'FORMAT',
      /no line .* is a JSON object/,
    ],
    ['is named Parquet and is not', write('fake.parquet', header), 'FORMAT', /named Parquet and is not/],
    [
      'is Parquet cut short',
      write('cut.parquet', 'PAR1 and nothing more'),
      'FORMAT',
      /Parquet file is damaged/,
    ],
    [
      'has quotes in its header that do not match',
      write('quotes.csv', '"customer_id,timestamp'),
      'FORMAT',
      /quotes do not match/,
    ],
  ];

  it.each(cases)('%s', async (_, file, code, text) => {
    const error = await openReplay({ file }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({
      code: `ECOM_REPLAY_${code}`,
      exitCode: 2,
      message: expect.stringMatching(text),
    });
    expect(error).toMatchObject({ message: expect.stringContaining(file) });
  });

  it('is told by its content where its name says nothing', async () => {
    const rows = `{"customer_id":"c","timestamp":"2026-01-01","total_amount":1}\n`;
    expect((await openReplay({ file: write('orders.dat', rows) })).format).toBe('json-lines');
    expect((await openReplay({ file: write('orders.export', `${header}\nc,2026-01-01,1\n`) })).format).toBe(
      'csv',
    );
  });
});
