import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplay, ownFolder, type ReplayOptions, refusals, replayed } from './replayed.ts';

const { folder, write, remove } = ownFolder();
afterAll(remove);

const header = 'customer_id,timestamp,total_amount';
const day = '2026-01-02';
let files = 0;
const csv = (content: string | Uint8Array): string => write(`orders ${files++}.csv`, content);

async function read(content: string | Uint8Array, options: Partial<ReplayOptions> = {}) {
  const { replay, orders, bad } = await replayed({ file: csv(content), ...options });
  replay.close();
  return { orders: orders.map(({ order }) => order), bad, replay };
}

async function refusal(content: string | Uint8Array, options: Partial<ReplayOptions> = {}): Promise<string> {
  const file = csv(content);
  const error: unknown = await replayed({ file, ...options }).then(
    () => 'nothing was refused',
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: expect.stringMatching(/^ECOM_/) });
  return error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : '';
}

describe('a file', () => {
  it.each(['orders[1].csv', 'orders[1].jsonl', 'orders*?.csv', 'a\\[1]\\b.csv'])(
    'may be called %s, and is read alone',
    async (name) => {
      const rows = (customer: string): string =>
        name.endsWith('.csv')
          ? `${header}\n${customer},${day},1\n${customer},${day},2,3\n`
          : `{"customer_id":"${customer}","timestamp":"${day}","total_amount":1}\n{"customer_id"\n`;
      // A name that the first would match if it were a pattern.
      write(name.replace(/\[1\]|\*\?/, '1'), rows('other'));
      const { orders, bad } = await replayed({ file: write(name, rows('own')) });
      expect(orders.map(({ order }) => order.customer_id)).toEqual(['own']);
      expect(bad.map(({ line }) => line)).toEqual([name.endsWith('.csv') ? 3 : 2]);
    },
  );
});

describe('a CSV file', () => {
  it('may have a byte order mark, CRLF, quoted line breaks, doubled quotes and a last line without an end', async () => {
    const text = `\ufeff${header}\r\n"a\r\nb",${day},1\r\n"say ""x""",${day},2.5\r\nlast,${day},"3"`;
    const { orders, bad } = await read(text);
    expect(bad).toEqual([]);
    expect(orders.map((order) => [order.customer_id, order.total_amount])).toEqual([
      ['a\r\nb', 1],
      ['say "x"', 2.5],
      ['last', 3],
    ]);
  });

  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('may part its fields with %s', async (_, delimiter) => {
    const line = ['c,1', day, '4.50'].join(delimiter);
    const { orders } = await read(`${header.replaceAll(',', delimiter)}\n${line}\n${line}\n`);
    expect(orders.map(({ customer_id }) => customer_id)).toEqual(['c,1', 'c,1']);
  });

  it.each([
    ['says what parts its fields', `sep=;\r\n${header.replaceAll(',', ';')}\r\nc;${day};1\r\n`],
    ['mixes line ends', `${header}\nc,${day},1\r\nc,${day},1\n`],
    ['ends its lines as old Macs did', `${header}\rc,${day},1\r`],
    ['is UTF-16', Buffer.from(`\ufeff${header}\nc,${day},1\n`, 'utf16le')],
    ['is packed', gzipSync(`${header}\nc,${day},1\n`)],
    [
      'has its header over ten lines down',
      `${'Report of a shop\n'.repeat(12)}${header}\nc,${day},1\nc,${day},1\n`,
    ],
  ])('is read that %s', async (_, content) => {
    const { orders } = await read(content);
    expect(orders[0]).toMatchObject({ customer_id: 'c', total_amount: 1 });
  });

  it.each([
    ['its header', `${header},\nc1,${day},1\nc2,${day},2\nc3,${day},3\n`],
    ['its rows', `${header}\nc1,${day},1,\nc2,${day},2,\nc3,${day},3,\n`],
  ])('may end %s alone with a delimiter', async (_, text) => {
    const { orders, bad } = await read(text);
    expect(bad).toEqual([]);
    expect(orders.map(({ customer_id, total_amount }) => [customer_id, total_amount])).toEqual([
      ['c1', 1],
      ['c2', 2],
      ['c3', 3],
    ]);
  });

  it('may have spaces between a delimiter and a quote', async () => {
    const rows = ['a', 'b'].map((customer) => `${customer}, ${day}, 1, "Mug, blue"`);
    const { orders, bad } = await read(`${header}, product_name\n${rows.join('\n')}\nc, ${day}, 2, Jar\n`);
    expect(bad).toEqual([]);
    expect(orders.map(({ customer_id, product_name }) => [customer_id, product_name])).toEqual([
      ['a', 'Mug, blue'],
      ['b', 'Mug, blue'],
      ['c', 'Jar'],
    ]);
  });

  it('of tabs may have quotes that are text', async () => {
    const names = ['"Super" Mug', '"Big mug', '7" jar', 'plain'];
    const rows = names.map((name, at) => [`c${at}`, day, at + 1, name].join('\t'));
    const { orders, bad } = await read([`${header},product_name`.replaceAll(',', '\t'), ...rows].join('\n'));
    expect(bad).toEqual([]);
    expect(orders.map(({ product_name }) => product_name)).toEqual(names);
  });

  it('in Windows-1252 is read as that, and says so', async () => {
    const text = Buffer.from(`${header}\nGr\u00f6\u00dfe \u0080,${day},1\n`, 'latin1');
    const { orders, replay } = await read(text);
    expect(orders[0]?.customer_id).toBe('Größe €');
    expect(replay.notes).toContain('The text is read as windows-1252 (--encoding says otherwise).');
  });

  it('in Windows-1252 is read as that where its last line alone says so', async () => {
    const { orders, bad } = await read(Buffer.from(`${header}\nc,${day},1\nJos\u00e9,${day},2`, 'latin1'));
    expect(bad).toEqual([]);
    expect(orders.map(({ customer_id }) => customer_id)).toEqual(['c', 'José']);
  });

  it('refuses a row that has not the columns of its header, and reads on', async () => {
    const { orders, bad, replay } = await read(
      [header, `a,${day},1`, `c,${day}`, `d,${day},1,1`, `f,${day},1`].join('\n'),
    );
    expect(orders.map(({ customer_id }) => customer_id)).toEqual(['a', 'f']);
    expect(refusals(bad)).toEqual([
      [3, 'row', `c,${day}`],
      [4, 'row', `d,${day},1,1`],
    ]);
    expect(replay.notes.at(-1)).toBe('Warning: 50% of the rows were refused.');
  });

  it('whose quotes do not match is refused with the line, and not read in part', async () => {
    const rest = Array.from({ length: 60_000 }, (_, index) => `c${index},${day},1`);
    const message = await refusal([header, `a,${day},1`, `"open,${day},1`, ...rest].join('\n'));
    expect(message).toMatch(/^ECOM_REPLAY_QUOTES The quotes of line 3 do not match.*Close the quote/s);
  });

  it('of several files is one, if their columns are the same', async () => {
    const parts = path.join(folder, 'parts');
    mkdirSync(parts);
    const one = write('parts/a.csv', `${header}\nc1,${day},1\n`);
    const two = write('parts/b.csv', `${header}\nc2,2026-01-01,2\nc3,,3\n`);
    for (const file of [parts, path.join(parts, '*.csv'), [one, two]]) {
      const { orders, bad, replay } = await replayed({ file });
      replay.close();
      expect(orders.map(({ order }) => order.customer_id)).toEqual(['c2', 'c1']);
      expect(refusals(bad)).toMatchObject([[3, 'timestamp', expect.anything()]]);
    }
    const other = csv(`${header},region\nc,${day},1,EU\n`);
    await expect(replayed({ file: [one, other] })).rejects.toMatchObject({
      code: 'ECOM_REPLAY_COLUMNS',
      message: expect.stringMatching(/it has "region" besides/),
    });
  });
});

describe('a file packed by Zstandard', () => {
  const file = path.join(folder, 'packed.csv.zst');
  const rows = 40_000;
  beforeAll(async () => {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT 'Größe ' || hash(i) AS customer_id, '${day}' AS timestamp, i AS total_amount FROM range(${rows}) t(i)) TO '${file.replaceAll("'", "''")}' (HEADER, COMPRESSION zstd)`,
    );
    connection.closeSync();
  });

  it('is read as a whole', async () => {
    const { orders, replay } = await replayed({ file });
    expect(replay.findings.revenue).toBe((rows * (rows - 1)) / 2);
    expect(orders[0]?.order.customer_id).toMatch(/^Größe \d+$/);
  });

  it('and cut short is refused', async () => {
    const bytes = readFileSync(file);
    for (const length of [bytes.length - 1, Math.floor(bytes.length / 2)]) {
      const cut = write('cut.csv.zst', bytes.subarray(0, length));
      await expect(replayed({ file: cut })).rejects.toMatchObject({
        code: 'ECOM_REPLAY_READ',
        message: expect.stringMatching(/cut\.csv\.zst.*Download or export it again/),
      });
    }
  });
});

describe('times', () => {
  const at = async (time: string, options: Partial<ReplayOptions> = {}): Promise<string | undefined> => {
    const { orders } = await read(`${header}\nc,"${time}",1\n`, options);
    return orders[0]?.timestamp;
  };

  it.each([
    ['2024-1-5 9:05', '2024-01-05T09:05:00.000Z'],
    ['2024/01/05', '2024-01-05T00:00:00.000Z'],
    ['2024-01-05 10:00 PM', '2024-01-05T22:00:00.000Z'],
    ['2024-01-05 17:00:16 -0500', '2024-01-05T22:00:16.000Z'],
    ['2024-01-05 22:00:16 UTC', '2024-01-05T22:00:16.000Z'],
    ['Fri, 05 Jan 2024 22:00:16 +0000', '2024-01-05T22:00:16.000Z'],
    ['20240105T220016Z', '2024-01-05T22:00:16.000Z'],
    ['19970105', '1997-01-05T00:00:00.000Z'],
    ['Jan 5, 2024', '2024-01-05T00:00:00.000Z'],
    ['1704492016', '2024-01-05T22:00:16.000Z'],
    ['1704492016123', '2024-01-05T22:00:16.123Z'],
    ['1704492016123456', '2024-01-05T22:00:16.123Z'],
    ['1704492016123456789', '2024-01-05T22:00:16.123Z'],
    ['25/1/2024 9:05', '2024-01-25T09:05:00.000Z'],
    ['1/25/24 9:05 PM', '2024-01-25T21:05:00.000Z'],
    ['25.01.2024', '2024-01-25T00:00:00.000Z'],
    ['5 Jan 2024', '2024-01-05T00:00:00.000Z'],
    ['5 January 2024 21:05', '2024-01-05T21:05:00.000Z'],
    ['05 Jan, 2024', '2024-01-05T00:00:00.000Z'],
    ['Jan 5 2024', '2024-01-05T00:00:00.000Z'],
    ['Jan 5, 2024 9:05 PM', '2024-01-05T21:05:00.000Z'],
    ['Jan 5, 2024 at 9:05 PM', '2024-01-05T21:05:00.000Z'],
    ['Friday, January 5, 2024', '2024-01-05T00:00:00.000Z'],
    ['Fri Jan  5 22:00:16 2024', '2024-01-05T22:00:16.000Z'],
    ['Fri Jan 05 2024 22:00:16 GMT+0100 (Central European Standard Time)', '2024-01-05T21:00:16.000Z'],
    ['20240105 22:00:16', '2024-01-05T22:00:16.000Z'],
  ])('%s needs no option', async (time, expected) => {
    expect(await at(time)).toBe(expected);
  });

  it('of day and month in an order that no value proves are asked about, with both readings', async () => {
    const message = await refusal(`${header}\nc,1/5/2024 9:05,1\n`);
    expect(message).toMatch(/^ECOM_REPLAY_TIME .*1\/5\/2024 9:05 can be read in two ways/);
    expect(message).toContain("January 5: --time-format '%m/%d/%Y %H:%M'");
    expect(message).toContain("May 1: --time-format '%d/%m/%Y %H:%M'");
    expect(await at('1/5/2024 9:05', { timeFormat: '%d/%m/%Y %H:%M' })).toBe('2024-05-01T09:05:00.000Z');
  });

  it.each([
    [
      'change less often in the first place than in the last',
      ['24-01-05', '24-01-06', '24-02-07', '24-02-05'],
      '2024-01-05',
    ],
    ['cannot be days in the first place', ['45-01-05', '24-01-06'], '2024-01-06'],
    ['have a time', ['24-01-05 9:05', '24-01-06 9:05', '24-01-07 9:05'], '2024-01-05'],
  ])('have the year first where two digits %s', async (_, times, first) => {
    const rows = times.map((time, place) => `c${place},${time},1`);
    const { orders } = await read([header, ...rows].join('\n'));
    expect(orders[0]?.timestamp.slice(0, 10)).toBe(first);
  });

  it('that have the year or the day first are asked about', async () => {
    const message = await refusal(`${header}\nc,24-01-05,1\n`);
    expect(message).toContain('24-01-05 can be read in two ways');
    expect(message).toContain('January 5, 2024: --time-format %y-%m-%d');
    expect(message).toContain('January 24, 2005: --time-format %d-%m-%y');
  });

  it('without a zone are in the one that is said', async () => {
    expect(await at('2024-07-05 10:00', { timeZone: 'America/New_York' })).toBe('2024-07-05T14:00:00.000Z');
    expect(await at('2024-07-05T10:00:00Z', { timeZone: 'America/New_York' })).toBe(
      '2024-07-05T10:00:00.000Z',
    );
  });
});

describe('amounts', () => {
  it.each([
    ['29.330000000000002', 29.33],
    ['$1,299.95', 1299.95],
    ['USD 12', 12],
    ['12 kr', 12],
    ["1'299.95", 1299.95],
    ['1,29,999.50', 129_999.5],
    ['2.932,74', 2932.74],
    ['140,39 €', 140.39],
    ['1 299,95', 1299.95],
  ])('%s is read', async (text, amount) => {
    const { orders } = await read(`${header}\nc,${day},"${text}"\n`);
    expect(orders[0]?.total_amount).toBe(amount);
  });

  it('say their currency where no column does', async () => {
    const rows = (...amounts: string[]): string =>
      `customer_id;timestamp;total_amount\n${amounts.map((amount) => `c;${day};${amount}\n`).join('')}`;
    const { orders, replay } = await read(rows('12,50 EUR', '1.299,00 EUR', '3,00 EUR'));
    expect(orders.map(({ total_amount }) => total_amount)).toEqual([12.5, 1299, 3]);
    expect(replay.findings.currency).toBe('EUR');
    expect((await read(rows('£3.10', '£4'))).replay.findings).toMatchObject({
      currency: 'GBP',
      revenue: 7.1,
    });
    expect((await read(rows('$3', '$4'), { currency: 'CAD' })).replay.findings).toMatchObject({ revenue: 7 });
    const mixed = rows('$3.10', '€4.00', '£5.00');
    expect(await refusal(mixed)).toMatch(/EUR \(1 rows\), GBP \(1 rows\), USD \(1 rows\)/);
    expect((await read(mixed, { currency: 'EUR' })).replay.findings.revenue).toBe(4);
  });

  it('in the currency of their order are left out with it, though it stands in the first row alone', async () => {
    const items = [
      `1,a,${day},10,USD`,
      '1,,,,',
      `2,b,${day},20,CAD`,
      '2,,,,',
      '2,,,,',
      `3,c,${day},30,`,
      `4,d,${day},40,CAD`,
    ];
    const text = ['order_id,customer_id,timestamp,total_amount,currency', ...items].join('\n');
    const { replay } = await read(text, { currency: 'CAD' });
    expect(replay.findings).toMatchObject({
      orders: 2,
      revenue: 60,
      left_out: [
        { what: 'in USD', rows: 2, amount: 10 },
        { what: 'without a currency', rows: 1, amount: 30 },
      ],
    });
  });

  it('that are none are refused, and no order at all is an error', async () => {
    const message = await refusal(`${header}\nc,${day},free\n`);
    expect(message).toMatch(/^ECOM_REPLAY_NO_ORDERS .*line 2.*--map total_amount/s);
  });

  it('of three decimals are refused, of none are whole', async () => {
    const rows = (currency: string): string => `${header},currency\nc,${day},1234.4,${currency}\n`;
    expect(await refusal(rows('KWD'))).toMatch(/^ECOM_REPLAY_CURRENCY KWD has 3 decimals/);
    const { orders, replay } = await read(rows('JPY'));
    expect(orders[0]?.total_amount).toBe(1234);
    expect(replay.findings.currency).toBe('JPY');
  });
});

describe('expressions', () => {
  const items =
    'Day,Hour,Quantity,UnitPrice,id,mail,Status\n2024-01-05,09:05,3,1.10,0,a@b,Paid\n2024-01-05,09:06,2,5,7,,Open\n';
  const map = `timestamp="Day" || ' ' || "Hour",total_amount=Quantity * UnitPrice,customer_id=coalesce(nullif(id, '0'), mail)`;

  it('over the columns may give a field, and leave rows out', async () => {
    const { orders, replay } = await read(items, { map, where: "Status = 'Paid'" });
    expect(orders).toMatchObject([
      { customer_id: 'a@b', total_amount: 3.3, timestamp: '2024-01-05T09:05:00.000Z' },
    ]);
    expect(replay.findings.left_out).toEqual([{ what: 'not matched by --where', rows: 1, amount: 10 }]);
  });

  it('may say that a field is none', async () => {
    const text = `order_id,${header}\nA,c,${day},1\nA,c,${day},1\n`;
    expect((await read(text)).orders).toHaveLength(1);
    expect((await read(text, { map: 'order_id=' })).orders).toHaveLength(2);
  });

  const secret = write('secret.csv', 'x\n1\n');
  it.each([
    ['is wrong', 'Status = = 1'],
    ['names a column that is not there', "Stage = 'Paid'"],
    ['reads another file', `Quantity IN (SELECT x FROM '${secret}')`],
    ['is more than one', 'true) ; DROP TABLE item; SELECT (true'],
  ])('that %s is refused', async (_, where) => {
    expect(await refusal(items, { map, where })).toMatch(
      /^ECOM_REPLAY_EXPRESSION --where .*columns of the file/s,
    );
  });

  it.each([
    ['reads another file', `SELECT * FROM '${secret}'`],
    ['writes', `COPY (SELECT 1) TO '${path.join(folder, 'written.csv')}'`],
    ['changes the settings', 'SET enable_external_access = true'],
    ['reaches the network', "SELECT * FROM 'https://127.0.0.1:9/orders.csv'"],
  ])('of --sql that %s is refused', async (_, sql) => {
    expect(await refusal(items, { sql })).toMatch(/^ECOM_REPLAY_EXPRESSION --sql cannot be used/);
    expect(readdirSync(folder)).not.toContain('written.csv');
  });
});

describe('rows', () => {
  it('of one order are its items, whatever stands between them', async () => {
    const text = `order_id,customer_id,timestamp,product_id,quantity,price\nA,c,${day},P1,1,5\nB,d,${day},P2,1,7\nA,c,${day},P3,2,9\n`;
    const { orders } = await read(text);
    expect(orders).toMatchObject([
      { order_id: 'A', quantity: 3, total_amount: 23, product_id: 'P3' },
      { order_id: 'B', quantity: 1, total_amount: 7 },
    ]);
  });

  it('that repeat the total are not added up, unless they are said to be items', async () => {
    const text = `order_id,${header}\nA,c,${day},10\nA,c,${day},10\nB,d,${day},4\n`;
    expect((await read(text)).replay.findings.revenue).toBe(14);
    expect((await read(text, { rows: 'items' })).replay.findings.revenue).toBe(24);
  });

  it('are not added up with the row that sums them up before them', async () => {
    const rows = [
      'A,a,30,5,',
      'A,a,10,2,P1',
      'A,a,20,3,P2',
      'B,b,7,1,P1',
      'C,c,9,2,',
      'C,c,4,1,P1',
      'C,c,5,1,P3',
    ];
    const text = `order_id,customer_id,timestamp,total_amount,quantity,product_id\n${rows.map((row) => row.replace(/(,[ab c]),/, `$1,${day},`)).join('\n')}`;
    const { orders, replay } = await read(text);
    expect(
      orders.map((order) => [order.order_id, order.total_amount, order.quantity, order.product_id]),
    ).toEqual([
      ['A', 30, 5, 'P2'],
      ['B', 7, 1, 'P1'],
      ['C', 9, 2, 'P3'],
    ]);
    expect(replay.findings.items_per_order).toBe('total-in-first');
    const { notes } = (await read(text, { rows: 'items' })).replay;
    expect(notes.join()).toMatch(/Warning: --rows items adds up all rows.*sums up the others.*too high/);
  });

  it('taken for something that their values speak against are warned of', async () => {
    const repeated = `order_id,${header}\nA,c,${day},10\nA,c,${day},10\nB,d,${day},4\n`;
    const items = `order_id,${header}\nA,c,${day},10\nA,c,${day},11\nB,d,${day},4\n`;
    const warned = async (text: string, rows: 'orders' | 'items'): Promise<string[]> =>
      (await read(text, { rows })).replay.notes.filter((note) => note.startsWith('Warning'));
    expect(await warned(repeated, 'items')).toEqual([expect.stringMatching(/repeat its total.*too high/)]);
    expect(await warned(items, 'orders')).toEqual([expect.stringMatching(/different ones.*too low/)]);
    expect(await warned(repeated, 'orders')).toEqual([]);
    expect(await warned(items, 'items')).toEqual([]);
  });

  it('without a customer are refused, or count where that is said', async () => {
    const text = `${header}\nc,${day},1\n,${day},2\nNULL,${day},3\n`;
    expect((await read(text)).replay.notes.join('\n')).toMatch(
      /Refused: 2 rows, first on line 3.*--guests count/,
    );
    expect((await read(text, { guests: 'count' })).replay.findings).toMatchObject({
      orders: 3,
      customers: 3,
    });
  });

  it('leave no temporary files', async () => {
    const before = process.env.TMPDIR;
    const own = path.join(folder, 'temporary');
    mkdirSync(own);
    process.env.TMPDIR = own;
    try {
      const replay = await openReplay({ file: csv(`${header}\nc,${day},1\n`) });
      expect(readdirSync(own)).toHaveLength(1);
      replay.close();
      expect(readdirSync(own)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});

describe('a suggestion', () => {
  it('is never a constant, an amount of nothing or one customer for all', async () => {
    const message = await refusal(
      `Customer,Client Code,Date,Total,Grand Total\nShop,1,${day},0,5\nShop,2,${day},0,7\nShop,3,${day},0,9\n`,
    );
    expect(message).toContain("--map 'customer_id=Client Code,timestamp=Date,total_amount=Grand Total'");
  });

  it.each([
    [
      'German',
      'Bestellnummer;Bestelldatum;Kunde;Zwischensumme;Gesamtbetrag;Menge;Währung',
      '1;D;a;1,00;12,50;2;EUR',
    ],
    [
      'French',
      'Numéro de commande;Date de commande;Adresse e-mail;Frais;Montant total;Quantité;Devise',
      '1;D;a;1,00;12,50;2;EUR',
    ],
    [
      'Spanish',
      'Número de pedido;Fecha;Correo electrónico;Envío;Importe total;Cantidad;Moneda',
      '1;D;a;1,00;12,50;2;EUR',
    ],
    ['Italian', 'Numero ordine;Data ordine;Cliente;IVA;Totale;Quantità;Valuta', '1;D;a;1,00;12,50;2;EUR'],
    [
      'Dutch',
      'Bestelnummer;Besteldatum;Klant;Verzendkosten;Totaalbedrag;Aantal;Valuta',
      '1;D;a;1,00;12,50;2;EUR',
    ],
    [
      'Portuguese',
      'Número do pedido;Data do pedido;Cliente;Frete;Valor total;Quantidade;Moeda',
      '1;D;a;1,00;12,50;2;EUR',
    ],
  ])('finds %s names', async (_, names, row) => {
    const rows = [1, 2, 3].map((n) =>
      row.replace('1;D;a', `${n};${12 + n}.01.2024;c${n}@x.org`).replace('12,50', `1${n},50`),
    );
    const text = [names, ...rows].join('\n');
    const message = await refusal(text);
    const map = /--map (?:'([^']*)'|(\S+))/
      .exec(message)
      ?.slice(1)
      .find((one) => one !== undefined);
    const { orders, replay } = await read(text, { map });
    expect(
      orders.map((order) => [order.order_id, order.customer_id, order.total_amount, order.quantity]),
    ).toEqual([
      ['1', 'c1@x.org', 11.5, 2],
      ['2', 'c2@x.org', 12.5, 2],
      ['3', 'c3@x.org', 13.5, 2],
    ]);
    expect(replay.findings).toMatchObject({ currency: 'EUR', revenue: 37.5 });
  });

  it('is never of a list within an order, whose first alone would be read', async () => {
    const page = {
      shop: 'x',
      orders: [{ order_id: '1', customer_id: 'a', timestamp: day, total_amount: 5 }],
    };
    const message = await refusal(`${JSON.stringify(page)}\n${JSON.stringify(page)}\n`);
    expect(message).toContain('Its columns are: "shop", "orders", "orders[0].order_id"');
    expect(message).not.toMatch(/--map.*orders\[0\]/);
  });

  it('says that Instacart has no amounts', async () => {
    expect(
      await refusal('order_id,user_id,eval_set,order_number,order_dow,order_hour_of_day\n1,1,prior,1,2,8\n'),
    ).toMatch(/^ECOM_REPLAY_NO_AMOUNTS These are Instacart: Instacart publishes neither amounts nor dates/);
  });
});

describe('years of two digits', () => {
  it.each([
    ['day first', '13/01/24 10:05', '2024-01-13T10:05:00.000Z'],
    ['month first', '01/13/24 10:05 PM', '2024-01-13T22:05:00.000Z'],
    ['with the name of the month', 'Jan-13-24', '2024-01-13T00:00:00.000Z'],
    ['with the name of the month second', '13-Jan-24', '2024-01-13T00:00:00.000Z'],
  ])('are of this century: %s', async (_, time, instant) => {
    const { orders } = await read(`${header}\nc,${time},1\n`);
    expect(orders.map(({ timestamp }) => timestamp)).toEqual([instant]);
  });

  it('are read in the layout of Etsy, which has the month first', async () => {
    const { orders } = await read(
      'Sale Date,Order ID,Buyer User ID,Order Total,Currency\n01/09/24,7,ana,285.77,USD\n',
    );
    expect(orders.map(({ timestamp }) => timestamp)).toEqual(['2024-01-09T00:00:00.000Z']);
  });
});

describe('amounts of a file', () => {
  it('have points between thousands where nothing else could be meant', async () => {
    const { orders, replay } = await read(
      'customer_id;timestamp;total_amount\na;2026-01-02;286\nb;2026-01-02;2.933\n',
    );
    expect(orders.map((order) => order.total_amount)).toEqual([286, 2933]);
    expect(replay.notes.join()).toContain('--decimal .');
  });

  it('may have more decimals after a comma', async () => {
    const { orders } = await read(
      'customer_id;timestamp;total_amount\na;2026-01-02;285,7700\nb;2026-01-02;17,5000\n',
    );
    expect(orders.map((order) => order.total_amount)).toEqual([285.77, 17.5]);
  });
});

describe('an expression', () => {
  it.each([
    [{ where: 'sum(total_amount) > 1' }],
    [{ where: 'total_amount' }],
    [{ map: 'total_amount=sum(total_amount)' }],
    [{ map: 'total_amount=unnest([1, 2])' }],
  ])('that does not say something of each row is refused: %j', async (options) => {
    expect(await refusal(`${header}\nc,${day},1.5\n`, options)).toContain('ECOM_REPLAY_EXPRESSION');
  });

  it('that fails for the values of a row is reported as such', async () => {
    const message = await refusal(`${header}\nc,${day},1.5\n`, {
      map: 'region=CAST(customer_id AS INTEGER)',
    });
    expect(message).toMatch(/ECOM_REPLAY_EXPRESSION.*--map.*'c'.*try_cast/s);
  });

  it('of a query may end in a semicolon', async () => {
    const file = write('semicolon.csv', `${header}\nc,${day},1.5\n`);
    const { orders } = await replayed({ file, sql: 'SELECT * FROM semicolon ;\n' });
    expect(orders).toHaveLength(1);
  });
});

it('refuses a format of times that is none', async () => {
  expect(await refusal(`${header}\nc,${day},1.5\n`, { timeFormat: '%Q' })).toContain('--time-format');
});

it('reads charges of the Stripe API in cents, and the payments export in dollars', async () => {
  const charge = { id: 'ch_1', amount: 28577, currency: 'usd', created: 1704782868, customer: 'cus_1' };
  const api = await read(JSON.stringify({ object: 'list', data: [{ ...charge, status: 'succeeded' }] }));
  expect(api.orders.map((order) => order.total_amount)).toEqual([285.77]);
  const csvExport = await read(
    'id,Amount,Currency,Created,Status,Customer ID\nch_1,285.77,usd,2024-01-09 06:47:48,Paid,cus_1\n',
  );
  expect(csvExport.orders.map((order) => order.total_amount)).toEqual([285.77]);
});

it('suggests a mapping for a file whose ids are larger than its amounts may be', async () => {
  const text =
    'phone,who,when,price,qty\n5550000001060,ana,2024-01-05,2,3\n5550000001061,ben,2024-01-06,4,5\n';
  expect(await refusal(text, { map: 'customer_id=nobody' })).toContain('Run again with: --map');
});

it('asks for rows where there is only a header, whatever its names', async () => {
  expect(await refusal('who,when,sum\n')).toContain('ECOM_REPLAY_EMPTY');
});

it('suggests cents divided by a hundred', async () => {
  const text = 'customer,date,Total (cents)\nana,2024-01-05,150\nben,2024-01-06,275\n';
  const [, map] = /--map '([^']*)'/.exec(await refusal(text)) ?? [];
  const { orders } = await read(text, { map });
  expect(orders.map((order) => order.total_amount)).toEqual([1.5, 2.75]);
});

it('says what is left out of another currency in that currency', async () => {
  const text = `${header},currency\na,${day},1500,JPY\nb,${day},2.5,EUR\n`;
  const { replay } = await read(text, { currency: 'EUR' });
  expect(replay.notes).toContain('Left out: 1 row (in JPY), ¥1,500.');
});

it.each([
  ['that precede them', { meta: { page: 1, total: 2 } }],
  ['of pages', { object: 'list', pagination: { next: null }, count: 2 }],
])('finds the orders of an answer beside facts %s', async (_, facts) => {
  const list = ['ana', 'ben'].map((customer_id) => ({ customer_id, timestamp: day, total_amount: 2 }));
  const { orders } = await read(JSON.stringify({ ...facts, orders: list }));
  expect(orders.map(({ customer_id }) => customer_id)).toEqual(['ana', 'ben']);
});

it.each(['NULL', 'null', 'None', 'N/A', '#N/A', '\\N', 'nan', ''])('takes %j for no value', async (text) => {
  const { orders, bad } = await read(`${header},region\nc,${day},1,${text}\n${text},${day},1,EU\n`);
  expect(orders.map(({ region }) => region)).toEqual(['Unknown']);
  expect(bad.map(({ reason }) => reason)).toEqual(['customer-id']);
});

it('finds the orders below several keys of an answer', async () => {
  const list = ['ana', 'ben'].map((customer_id) => ({ customer_id, timestamp: day, total_amount: 2 }));
  const { orders } = await read(JSON.stringify({ status: 'ok', result: { page: 1, list } }));
  expect(orders.map(({ customer_id }) => customer_id)).toEqual(['ana', 'ben']);
});

it('takes an order by itself for one, and not for its items', async () => {
  const order = {
    id: 7,
    status: 'completed',
    currency: 'USD',
    customer_id: 0,
    date_created: '2026-01-02T10:00:00',
  };
  const line_items = [{ id: 1, name: 'Mug', quantity: 1, total: '2.00' }];
  const { orders } = await read(
    JSON.stringify({ ...order, line_items, billing: { email: 'ana@x.org' }, total: '9.50' }),
  );
  expect(orders.map(({ customer_id, total_amount }) => [customer_id, total_amount])).toEqual([
    ['ana@x.org', 9.5],
  ]);
});

describe('the line of a refused row', () => {
  it('counts blank lines, and all lines of a row in quotes', async () => {
    const rows = [
      '',
      `a,${day},1`,
      '',
      `"b`,
      `b",${day},2`,
      `c,,3`,
      `d,${day}`,
      '',
      `5" d,${day},x`,
      `e,${day},4`,
    ];
    const { bad, replay } = await read(['A report', header, ...rows].join('\n'), { skip: 1 });
    expect(refusals(bad).map(([line, reason]) => [line, reason])).toEqual([
      [9, 'row'],
      [8, 'timestamp'],
      [11, 'total-amount'],
    ]);
    expect(replay.findings.refused.map(({ reason, firstLine }) => [reason, firstLine])).toEqual([
      ['timestamp', 8],
      ['total-amount', 11],
      ['row', 9],
    ]);
  });

  it('is that of its own file, whose header may be longer', async () => {
    const one = csv(`${header}\na,${day},1\n`);
    const other = csv(`Report\n\n${header}\n\nb,${day},1\nc,,1\nd,${day}\n`);
    const { bad } = await replayed({ file: [one, other] });
    expect(refusals(bad).map(([line, reason]) => [line, reason])).toEqual([
      [7, 'row'],
      [6, 'timestamp'],
    ]);
  });

  it('counts blank lines of JSON', async () => {
    const line = JSON.stringify({ customer_id: 'a', timestamp: day, total_amount: 1 });
    const { bad } = await replayed({
      file: write('blank.jsonl', `${line}\n\n  \n{"customer_id"\n${line}\n`),
    });
    expect(refusals(bad).map(([at, reason]) => [at, reason])).toEqual([[4, 'not-json']]);
  });
});

describe('pages of an API, a line each', () => {
  const page = (number: number, ...customers: string[]): string =>
    JSON.stringify({
      orders: customers.map((customer_id) => ({ customer_id, timestamp: day, total_amount: 2 })),
      page: number,
      has_more: true,
    });

  it('are all read', async () => {
    const { orders, replay } = await replayed({
      file: write('pages.jsonl', `${page(1, 'ana', 'ben')}\n${page(2, 'cleo')}\n`),
    });
    expect(orders.map(({ order }) => order.customer_id)).toEqual(['ana', 'ben', 'cleo']);
    expect(replay.findings.revenue).toBe(6);
  });

  it('refuse a line that is not one', async () => {
    const lines = [page(1, 'ana'), '{"error":"too many requests"}', '{"orders":', page(3, 'ben')];
    const { orders, bad } = await replayed({ file: write('broken.jsonl', lines.join('\n')) });
    expect(orders).toHaveLength(2);
    expect(refusals(bad).map(([line, reason, raw]) => [line, reason, raw])).toEqual([
      [2, 'not-an-object', lines[1]],
      [3, 'not-an-object', lines[2]],
    ]);
  });

  it('are not orders with their items', async () => {
    const order = (total: number): string =>
      JSON.stringify({ lines: [{ sku: 'a', price: 1 }], total, customer_id: 'ana', timestamp: day });
    const { replay } = await replayed({
      file: write('items.jsonl', `${order(5)}\n${order(6)}\n`),
      map: 'total_amount=total',
    });
    expect(replay.findings.revenue).toBe(11);
  });
});

it('says that a layout is not known, in the summary and where a mapping is asked for', async () => {
  const said = 'Unknown layout';
  expect((await read(`${header}\nc,${day},1\n`)).replay.notes.join('\n')).toContain(said);
  expect(await refusal('who,when,sum\nana,2026-01-02,3\nben,2026-01-03,4\n')).toContain(said);
});

it.each([
  ['2026-01-02 10:00', true],
  ['2026-01-02T10:00:00.5', true],
  ['Jan 2 2026 10:00 PM', true],
  ['20260102101112', true],
  ['2026-01-02T10:00:00Z', false],
  ['2026-01-02 10:00:00 UTC', false],
  ['2026-01-02 10:00:00 +0200', false],
  ['2026-01-02T10:00:00-05:00', false],
  ['2026-01-02T10:00:00+02', false],
  ['2026-01-02 10:00:00 America/New_York', false],
  ['20260102T101112+0000', false],
  ['1767348000', false],
  [day, false],
])('says in which zone times are read that have none: %s', async (time, isSaid) => {
  const said = 'Times without a zone are read as UTC (--time-zone).';
  const { replay, orders } = await read(`${header}\nc,${time},1\n`);
  expect(orders).toHaveLength(1);
  expect(replay.notes.includes(said)).toBe(isSaid);
  const { replay: told } = await read(`${header}\nc,${time},1\n`, { timeZone: 'Asia/Tokyo' });
  expect(told.notes).not.toContain(said);
});

it('says of a row without a customer what it lacks', async () => {
  const { replay, bad } = await read(`${header}\nc,${day},1\n,${day},1\n`);
  expect(bad.map(({ reason }) => reason)).toEqual(['customer-id']);
  expect(replay.notes.join('\n')).toContain('Refused: 1 row, first on line 3: no customer');
});

it('says which currency is taken where the file has none', async () => {
  const said = 'No currency in the file: USD, from pipeline/definition.ts (--currency).';
  expect((await read(`${header}\nc,${day},1\n`)).replay.notes).toContain(said);
  expect((await read(`${header}\nc,${day},1\n`, { currency: 'EUR' })).replay.notes).not.toContain(said);
  const { replay } = await read(`${header},currency\nc,${day},1,USD\n`);
  expect(replay.notes).not.toContain(said);
});

it('names a few of many files in an error, and none for a wrong --sql', async () => {
  const many = path.join(folder, 'many');
  mkdirSync(many);
  for (let file = 0; file < 30; file++) write(`many/f${file}.csv`, `who,when,sum\nana,${day},3\n`);
  const errorOf = (options: Partial<ReplayOptions>): Promise<string> =>
    replayed({ file: many, ...options }).then(
      () => 'nothing was refused',
      (error: unknown) => String(error),
    );
  expect(await errorOf({})).toMatch(/f0\.csv, .*f1\.csv, .*f10\.csv and 27 others\)/);
  const wrong = await errorOf({ sql: 'SELECT nothing FROM nowhere' });
  expect(wrong).toContain('(--sql)');
  expect(wrong).toMatch(/names are tables: f0, f1, f10 and 27 others\./);
});

it.each(['quantity,', ''])(
  'says what rows with a negative amount take off their orders, with "%s"',
  async (quantity) => {
    const one = quantity === '' ? '' : '1,';
    const rows = [
      `o1,a,${day},${one}50`,
      `o1,a,${day},${one}30`,
      `o1,a,${day},${one}-20`,
      `o2,b,${day},${one}5`,
    ];
    const { replay } = await read([`order_id,customer_id,timestamp,${quantity}price`, ...rows].join('\n'));
    expect(replay.findings).toMatchObject({ revenue: 65, taken_off: { rows: 1, amount: 20 } });
    expect(replay.notes.join('\n')).toContain('Taken off: 1 row with a negative amount, $20.00');
  },
);

it('hands on texts of any characters as they stand, over more orders than are asked for at once', async () => {
  const pieces = ['"', '","', '\\', '\\u0041', '\n', "'", ',', ']', 'é', '🦊', '\u0001', 'plain', 'a b'];
  // The first page needs no escapes, the later ones do.
  const customer = (at: number): string =>
    at < 16_000 ? `c${at}` : `<${pieces[at % pieces.length]}${pieces[(at * 7) % 11]}${at % 900}>`;
  const count = 34_000;
  const expected = Array.from({ length: count }, (_, at) => customer(at));
  const start = Date.parse('2025-01-01T00:00:00Z');
  const lines = expected.map((customer_id, at) =>
    JSON.stringify({ customer_id, timestamp: start + at * 1000, total_amount: at / 100 }),
  );
  const { orders, bad } = await replayed({ file: write('any.jsonl', lines.reverse().join('\n')) });
  expect(bad).toEqual([]);
  expect(orders.map(({ order }) => order.customer_id)).toEqual(expected);
  expect(
    orders.every(({ totalCents, eventTimeMs }, at) => totalCents === at && eventTimeMs === start + at * 1000),
  ).toBe(true);
});
