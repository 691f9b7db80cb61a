import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Acknowledgements } from '../../dashboard/acknowledgements.ts';
import { alertsFromEnd, linesFromEnd } from '../../dashboard/alert-file.ts';
import { anAlert } from './samples.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ecom run für '));
});
afterEach(() => rm(folder, { recursive: true }));

async function all(lines: AsyncGenerator<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('lines from the end of a file', () => {
  it.each([
    ['', []],
    ['\n', []],
    ['a', ['a']],
    ['a\nb\n', ['b', 'a']],
    ['ä\n\n🛒 half', ['🛒 half', 'ä']],
  ])('of %j', async (text, lines) => {
    const file = path.join(folder, 'lines');
    await writeFile(file, text);
    expect(await all(linesFromEnd(file))).toEqual(lines);
  });

  it('cross the pieces that the file is read in', async () => {
    const file = path.join(folder, 'lines');
    const lines = Array.from({ length: 50_000 }, (_, n) => `${n} ${'ü'.repeat(n % 40)}`);
    const long = 'x'.repeat(3_000_000);
    await writeFile(file, [long, ...lines].join('\n'));
    expect(await all(linesFromEnd(file))).toEqual([...lines.reverse(), long]);
  });

  it('leave out a line whose beginning lies further back than is read', async () => {
    const file = path.join(folder, 'lines');
    await writeFile(file, 'first\nsecond\nthird\n');
    expect(await all(linesFromEnd(file, 10))).toEqual(['third']);
  });

  it('are none of a file that is not there', async () => {
    expect(await all(linesFromEnd(path.join(folder, 'nowhere')))).toEqual([]);
  });
});

describe("alerts from a run's file", () => {
  it('are the newest that are wanted; what is not an alert is passed over', async () => {
    const lines = [1, 2, 3, 4].map((n) => JSON.stringify(anAlert(n, { customer_id: n % 2 ? 'A' : 'B' })));
    await writeFile(path.join(folder, 'alerts.jsonl'), [...lines, '{}', '{"alert_id":"cut'].join('\n'));
    const isOfB = ({ customer_id }: { customer_id: string }): boolean => customer_id === 'B';
    const ids = async (hint: string | null, limit: number): Promise<(string | null)[]> =>
      (await alertsFromEnd(folder, hint, isOfB, limit)).map(({ order_id }) => order_id);
    expect(await ids(null, 10)).toEqual(['order-4', 'order-2']);
    expect(await ids('"B"', 1)).toEqual(['order-4']);
    expect(await ids('"A"', 10)).toEqual([]);
  });
});

describe('acknowledgements', () => {
  it("are kept in the run's folder, and are there again after a restart", async () => {
    const before = await Acknowledgements.open(folder);
    expect(before.at('high-value:1')).toBeNull();
    await before.add('high-value:1', '2026-03-04T12:00:00.000Z');
    await before.add('high-value:1', '2026-03-04T13:00:00.000Z');
    const after = await Acknowledgements.open(folder);
    expect(after.at('high-value:1')).toBe('2026-03-04T12:00:00.000Z');
    expect(await readFile(path.join(folder, 'acknowledged.jsonl'), 'utf8')).toBe(
      '{"alert_id":"high-value:1","acknowledged_at":"2026-03-04T12:00:00.000Z"}\n',
    );
  });

  it('can be undone and given again, each time with a line', async () => {
    const kept = await Acknowledgements.open(folder);
    await kept.undo('a');
    await kept.add('a', '2026-03-04T12:00:00.000Z');
    await kept.undo('a');
    expect(kept.at('a')).toBeNull();
    expect((await Acknowledgements.open(folder)).at('a')).toBeNull();
    await kept.add('a', '2026-03-04T13:00:00.000Z');
    expect((await Acknowledgements.open(folder)).at('a')).toBe('2026-03-04T13:00:00.000Z');
    const lines = (await readFile(path.join(folder, 'acknowledged.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).acknowledged_at)).toEqual([
      '2026-03-04T12:00:00.000Z',
      null,
      '2026-03-04T13:00:00.000Z',
    ]);
  });

  it('pass over a line that was cut short, and keep what follows it', async () => {
    const line = '{"alert_id":"a","acknowledged_at":"2026-03-04T12:00:00.000Z"}\n';
    await writeFile(path.join(folder, 'acknowledged.jsonl'), `${line}{"alert_id":"b","ack`);
    const kept = await Acknowledgements.open(folder);
    expect([kept.at('a'), kept.at('b')]).toEqual(['2026-03-04T12:00:00.000Z', null]);
    await kept.add('c', '2026-03-04T13:00:00.000Z');
    await kept.add('d', '2026-03-04T14:00:00.000Z');
    const after = await Acknowledgements.open(folder);
    expect(['a', 'b', 'c', 'd'].map((id) => after.at(id))).toEqual([
      '2026-03-04T12:00:00.000Z',
      null,
      '2026-03-04T13:00:00.000Z',
      '2026-03-04T14:00:00.000Z',
    ]);
  });
});
