import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { openReplay } from '../../../local/replay/replay.ts';
import { ownFolder, refusals, replayed } from './replayed.ts';

const { write, remove } = ownFolder();
afterAll(remove);

const header = 'customer_id,timestamp,total_amount';
const day = '2026-01-02';

let files = 0;
const csv = (content: string | Uint8Array): string => write(`orders ${files++}.csv`, content);
const ids = async (content: string | Uint8Array): Promise<string[]> =>
  (await replayed({ file: csv(content) })).orders.map(({ order }) => order.customer_id);

describe('a CSV file', () => {
  it('may have a byte order mark, CRLF, quoted newlines, doubled quotes and a last line without an end', async () => {
    const text = `\ufeff${header}\r\n"a\r\nb",${day},1\r\n"say ""x""",${day},2.5\r\n\r\nlast,${day},"3"`;
    const { orders, bad } = await replayed({ file: csv(text) });
    expect(bad).toEqual([]);
    expect(orders.map(({ order, line }) => [line, order.customer_id, order.total_amount])).toEqual([
      [2, 'a\r\nb', 1],
      [4, 'say "x"', 2.5],
      [6, 'last', 3],
    ]);
  });

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('may part its fields with %s', async (_, delimiter) => {
    const line = ['c,1', day, '4.50'].join(delimiter);
    expect(await ids(`${header.replaceAll(',', delimiter)}\n${line}\n`)).toEqual(['c,1']);
  });

  it('keeps a quote inside a field that does not start with one', async () => {
    expect(await ids(`${header}\n5" disk,${day},1\n`)).toEqual(['5" disk']);
  });

  it('keeps a customer with quotes and emoji', async () => {
    expect(await ids(`${header}\n"O'Brien ""the 🦊""",${day},1\n`)).toEqual([`O'Brien "the 🦊"`]);
  });

  it('loses one line to a row that is broken, not those that follow', async () => {
    const rows = [`a,${day},1`, `"b" x,${day},1`, `c,${day}`, `d,${day},1,1`, `"e,${day},1`, `f,${day},1`];
    const { orders, bad } = await replayed({ file: csv([header, ...rows].join('\n')) });
    expect(orders.map(({ order, line }) => [line, order.customer_id])).toEqual([
      [2, 'a'],
      [7, 'f'],
    ]);
    expect(refusals(bad)).toEqual([
      [3, 'row', rows[1]],
      [4, 'row', rows[2]],
      [5, 'row', rows[3]],
      [6, 'row', rows[4]],
    ]);
  });

  it('reads on after a quote that is never closed, however much follows', async () => {
    const rest = Array.from({ length: 60_000 }, (_, index) => `c${index},${day},1`);
    const { orders, bad } = await replayed({ file: csv([header, `"open,${day},1`, ...rest].join('\r\n')) });
    expect(refusals(bad)).toEqual([[2, 'row', `"open,${day},1`]]);
    expect(orders).toHaveLength(60_000);
    expect(orders.at(-1)).toMatchObject({ line: 60_002, order: { customer_id: 'c59999' } });
  });

  it('reads on after a line too long to be a row', async () => {
    const long = 'x'.repeat(3_000_000);
    const { orders, bad } = await replayed({ file: csv(`${header}\n${long}\nb,${day},1\n`) });
    expect(bad.map(({ line, reason }) => [line, reason])).toEqual([[2, 'row']]);
    expect(orders.map(({ line, order }) => [line, order.customer_id])).toEqual([[3, 'b']]);
  });

  it('refuses only the rows that are not UTF-8, with their bytes', async () => {
    const latin1 = Buffer.from(`${header}\nJosé,${day},1\n`, 'latin1');
    const utf8 = Buffer.from(`Zoë,${day},2\n`, 'utf8');
    const { orders, bad } = await replayed({ file: csv(Buffer.concat([latin1, utf8])) });
    expect(orders.map(({ order }) => order.customer_id)).toEqual(['Zoë']);
    expect(bad).toMatchObject([{ line: 2, reason: 'not-utf8' }]);
    expect(Buffer.from(bad[0]?.raw ?? [])).toEqual(Buffer.from(`José,${day},1`, 'latin1'));
  });

  it('reads what csv-parse reads, wherever rows fall on the chunks of the file', async () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const pieces = ['a', 'é', '🦊', ',', '"', '\n', '\r\n', ' ', 'xyz'.repeat(40), ';', "'"];
    const field = (): string => {
      let text = 'c';
      for (let count = random(12); count > 0; count--) text += pieces[random(pieces.length)];
      return text;
    };
    const quote = (text: string): string =>
      /[",\r\n]/.test(text) || random(3) === 0 ? `"${text.replaceAll('"', '""')}"` : text;
    const lines = Array.from({ length: 12_000 }, () => [field(), day, '1.25'].map(quote).join(','));
    const text = `${header}\n${lines.join('\n')}\n`;
    const expected = parse(text) as string[][];
    expect(Buffer.byteLength(text)).toBeGreaterThan(4 * 262_144);

    const { orders, bad } = await replayed({ file: csv(text) });
    expect(bad.filter(({ reason }) => reason !== 'customer-id')).toEqual([]);
    const fits = expected.slice(1).filter(([id = '']) => [...id].length <= 128);
    expect(orders.map(({ order }) => order.customer_id)).toEqual(fits.map(([id]) => id));
    expect(orders.length + bad.length).toBe(12_000);
  });

  it('is read no faster than its rows are taken', async () => {
    const file = csv(`${header}\n${`customer,${day},12.34\n`.repeat(400_000)}`);
    const replay = await openReplay({ file });
    const rows = replay[Symbol.asyncIterator]();
    const first = await rows.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(first.done).toBe(false);
    expect(replay.progress()).toBeLessThan(0.2);
    await rows.return?.();
  });
});
