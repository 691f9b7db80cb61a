import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { askedReplay, readChoices, saveMapFile, withMapFile } from '../../import/choices.ts';
import { describeDryRun } from '../../import/dry-run.ts';
import { joinMapping } from '../../import/mapping.ts';
import { openReplay, ownFolder, type ReplayOptions } from './replayed.ts';

const own = ownFolder();
afterAll(own.remove);

const kept = path.join(own.folder, "shop's orders.map.json");

async function found(options: ReplayOptions): Promise<{ sums: object; mapping: Record<string, string> }> {
  const replay = await openReplay(options);
  const { orders, revenue, customers, left_out, refunds } = replay.findings;
  replay.close();
  return { sums: { orders, revenue, customers, left_out, refunds }, mapping: { ...replay.plan.mapping } };
}

const exportsFolder = path.join(import.meta.dirname, 'exports');

describe('a map file', () => {
  it.each(
    readdirSync(exportsFolder)
      .filter((name) =>
        /^(shopify|woo-default|square-items|magento|stripe|uci|rees46|paypal)[^/]*\.csv$/.test(name),
      )
      .map((name) => [name]),
  )('gives the sums again that the recognized layout of %s gave', async (name) => {
    const given = { guests: 'count' };
    const file = path.join(exportsFolder, name);
    const first = await found({ file, ...readChoices(given) });
    await saveMapFile(kept, given, first.mapping);
    const again = await found({ file, ...readChoices(withMapFile(kept, {}, {})) });
    expect(again).toEqual(first);
  });

  it('keeps expressions and options, and gives way to what is said', async () => {
    const file = own.write(
      'a.csv',
      'who;"when, of it";net;tax\nana;05.01.2024;1,50;0,25\nben;06.01.2024;2,00;0,50\n',
    );
    const given = {
      map: 'customer_id=upper(who),timestamp="when, of it",total_amount=amount(net) + amount(tax)',
      'time-format': '%d.%m.%Y',
      skip: '0',
      null: ['-'],
    };
    const first = await found({ file, ...readChoices(given) });
    expect(first.sums).toMatchObject({ orders: 2, revenue: 4.25 });
    await saveMapFile(kept, given, first.mapping);
    expect(readChoices(withMapFile(kept, {}, {}))).toMatchObject({
      timeFormat: '%d.%m.%Y',
      skip: 0,
      nulls: ['-'],
    });
    expect(await found({ file, ...readChoices(withMapFile(kept, {}, {})) })).toEqual(first);
    const net = readChoices(withMapFile(kept, { map: 'total_amount=net' }, {}));
    expect((await found({ file, ...net })).sums).toMatchObject({ orders: 2, revenue: 3.5 });
  });

  it('keeps that a field is none', async () => {
    const file = own.write('d.csv', 'order_id,who,at,sum\n1,ana,2024-01-05,1\n1,ana,2024-01-05,2\n');
    const given = { map: 'order_id=,customer_id=who,timestamp=at,total_amount=sum' };
    const first = await found({ file, ...readChoices(given) });
    expect(first.sums).toMatchObject({ orders: 2, revenue: 3 });
    await saveMapFile(kept, given, first.mapping);
    expect(await found({ file, ...readChoices(withMapFile(kept, {}, {})) })).toEqual(first);
  });

  it('does not hide a slip in what is said', async () => {
    const file = own.write('b.csv', 'who,at,sum\nana,2024-01-05,1\n');
    own.write('b.map.json', '{"map": {"customer_id": "who", "timestamp": "at", "total_amount": "sum"}}');
    const choices = readChoices(withMapFile(path.join(own.folder, 'b.map.json'), { map: 'totl=sum' }, {}));
    await expect(openReplay({ file, ...choices })).rejects.toThrow('names "totl"');
  });

  it('that does not exist is named once', () => {
    const file = path.join(own.folder, 'none.map.json');
    expect(() => withMapFile(file, {}, {})).toThrow(
      `There is no such map file (${file}). Check the path of --map-file, or write one with --dry-run --save FILE.`,
    );
  });

  it.each([
    ['{"map": {"customer_id": 5}}'],
    ['{"skip": 3}'],
    ['{"null": [1]}'],
    ['{"mapp": {}}'],
    ['[]'],
    ['{'],
  ])('that is %s is refused', (content) => {
    const file = own.write('bad.map.json', content);
    expect(() => withMapFile(file, {}, {})).toThrow(
      expect.objectContaining({ code: 'ECOM_REPLAY_MAP_FILE' }),
    );
  });
});

it.each([
  ['time-zone', '+02:00'],
  ['time-zone', 'Mars/Base'],
  ['encoding', 'morse'],
  ['rows', 'columns'],
  ['skip', 'ten'],
  ['delimiter', ';;'],
])('refuses --%s %s', (option, value) => {
  expect(() => readChoices({ [option]: value })).toThrow(
    expect.objectContaining({ code: 'ECOM_OPTION_RANGE', message: expect.stringContaining(value) }),
  );
});

describe('a dry run', () => {
  it.each([
    ['a run', {}, true],
    ['a dry run', { 'dry-run': true }, false],
    ['a map file', { 'map-file': 'g.map.json' }, false],
  ])('is pointed to where the mapping is a guess, by %s: %o', async (_what, more, isPointedTo) => {
    const file = own.write('g.csv', 'customer_id,timestamp,total_amount\nana,2024-01-05,1\n');
    own.write('g.map.json', '{}');
    const asked = askedReplay({ replay: [file], 'dry-run': false, ...more }, own.folder, {});
    const replay = await openReplay({ file, ...asked?.choices });
    replay.close();
    expect(replay.notes.join(' ').includes('Check the mapping with --dry-run.')).toBe(isPointedTo);
    expect(replay.notes[0]).toMatch(/^Unknown layout: columns were matched/);
  });

  it('shows the first day of the orders and the last', async () => {
    const row = (day: string): string => `ana,${day}T10:00:00Z,1\n`;
    const file = own.write(
      'h.csv',
      `customer_id,timestamp,total_amount\n${row('2024-02-07')}${row('2024-01-05')}${row('2024-01-09')}`,
    );
    const replay = await openReplay({ file });
    const { text, json } = await describeDryRun(replay);
    replay.close();
    expect(text).toContain('First orders, of 3 from 2024-01-05 to 2024-02-07\n');
    expect(json).toMatchObject({ from: '2024-01-05T10:00:00.000Z', to: '2024-02-07T10:00:00.000Z' });
  });

  it('shows no control characters of the file', async () => {
    const file = own.write(
      'e.csv',
      'who\u001b[31m,at,sum\nana\u009b1m,13/01/2024 \u001b]0;x,1\nben\u202e,2024-01-06,4\n',
    );
    const replay = await openReplay({
      file,
      map: 'customer_id="who\u001b[31m",timestamp=at,total_amount=sum',
    });
    const { text } = await describeDryRun(replay);
    replay.close();
    expect(text).toContain('First orders, of 1');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });

  it('prints a mapping that can be used as it stands', async () => {
    const file = own.write('c.csv', 'who,"paid (EUR)",on\nana,3,2024-01-05\nben,4,2024-01-06\n');
    const map = `customer_id=concat(who, '/', 'x'),timestamp=on,total_amount=paid (EUR)`;
    const replay = await openReplay({ file, map });
    const written = joinMapping(replay.plan.mapping);
    const { text, json } = await describeDryRun(replay);
    replay.close();
    expect(text).toContain('This mapping as an option: --map');
    expect(json).toMatchObject({ orders: 2, revenue: 7, first_orders: [{ customer_id: 'ana/x' }, {}] });
    expect((await found({ file, map: written })).sums).toMatchObject({ orders: 2, revenue: 7, customers: 2 });
  });
});
