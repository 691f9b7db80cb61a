import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../core/error.ts';
import { openReplay, ownFolder } from './replayed.ts';

const { folder, write, remove } = ownFolder();
afterAll(remove);

describe('a file that cannot be replayed', () => {
  mkdirSync(path.join(folder, 'folder.csv'));
  const header = 'customer_id,timestamp,total_amount';
  const cases: [name: string, file: string, code: string, text: RegExp][] = [
    ['is missing', path.join(folder, 'missing.csv'), 'NOT_FOUND', /no such file.*missing\.csv/],
    ['is a folder without orders', path.join(folder, 'folder.csv'), 'NOT_A_FILE', /holds no CSV/],
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
      /spreadsheet.*CSV UTF-8/,
    ],
    ['is a zip archive', write('orders.zip', Buffer.from([0x50, 0x4b, 3, 4])), 'FORMAT', /zip.*unzip/],
    ['matches no pattern', path.join(folder, 'nothing-*.csv'), 'NOT_FOUND', /No file matches/],
    [
      'does not name its columns',
      write('bare.csv', '1,2024-01-01,5\n2,2024-01-02,6\n'),
      'FORMAT',
      /Line 1 does not name columns/,
    ],
    [
      'has no JSON object',
      write('broken.jsonl', "{'customer_id':'c'}\n"),
      'FORMAT',
      /JSON cannot be read|holds no objects/,
    ],
    ['is named Parquet and is not', write('fake.parquet', header), 'FORMAT', /named Parquet and is not/],
    [
      'is Parquet cut short',
      write('cut.parquet', 'PAR1 and nothing more'),
      'FORMAT',
      /Parquet file is damaged/,
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

  it('is a gzip file that is broken', async () => {
    const whole = gzipSync(`${header}\n${'c,2026-01-01,1\n'.repeat(5000)}`);
    const file = write('broken.csv.gz', whole.subarray(0, whole.length - 20));
    await expect(openReplay({ file })).rejects.toMatchObject({
      code: 'ECOM_REPLAY_READ',
      message: expect.stringContaining(file),
    });
  });

  it('is recognized by its content where its name says nothing', async () => {
    const rows = `{"customer_id":"c","timestamp":"2026-01-01","total_amount":1}\n`;
    expect((await openReplay({ file: write('orders.dat', rows) })).format).toBe('json-lines');
    expect((await openReplay({ file: write('orders.export', `${header}\nc,2026-01-01,1\n`) })).format).toBe(
      'csv',
    );
  });
});
