import { afterAll, describe, expect, it } from 'vitest';
import { anOrder } from '../core/kit.ts';
import { ownFolder, refusals, replayed } from './replayed.ts';

const { write, remove } = ownFolder();
afterAll(remove);

const good = anOrder({ customer_id: 'c1', timestamp: '2026-01-02T03:04:05.678Z' });
let orders = 0;
const line = (change: object = {}): string =>
  JSON.stringify({ ...good, order_id: `o${++orders}`, ...change });
let files = 0;
const jsonl = (...lines: string[]): string => write(`orders-${files++}.jsonl`, `${lines.join('\n')}\n`);

describe('JSON lines', () => {
  it('in our own form pass as they are', async () => {
    const { orders } = await replayed({ file: jsonl(line()) });
    expect(orders).toMatchObject([
      {
        eventTimeMs: Date.parse(good.timestamp),
        order: { ...good, order_id: expect.any(String), category: 'Electronics' },
      },
    ]);
  });

  it('that are no JSON, or no order, are refused with line and reason, and the rest is read', async () => {
    const rows: [text: string, reason: string | null][] = [
      [line(), null],
      [line().replaceAll('"', "'"), 'not-json'],
      [`${line()} trailing`, 'not-json'],
      [line().replace('"quantity":1', '"quantity":NaN'), 'quantity'],
      [`[${line()}]`, 'not-an-object'],
      ['"order"', 'not-an-object'],
      [line({ customer_id: '' }), 'customer-id'],
      [line({ customer_id: 'x'.repeat(129) }), 'customer-id'],
      [line({ customer_id: null }), 'customer-id'],
      [line({ quantity: 2.5 }), 'quantity'],
      [line({ quantity: 0 }), 'quantity'],
      [line({ quantity: 'two' }), 'quantity'],
      [line({ total_amount: 'free' }), 'total-amount'],
      [line({ timestamp: '12:00' }), 'timestamp'],
      [line({ timestamp: '2026-02-30' }), 'timestamp'],
      [line({ timestamp: null }), 'timestamp'],
      [line({ timestamp: '1969-12-31T23:59:59Z' }), 'before-1970'],
      [line({ timestamp: '2999-01-01T00:00:00Z' }), 'in-the-future'],
      [line({ quantity: 2.0, customer_id: 'O\'Brien "the 🦊"' }), null],
    ];
    const { orders, bad } = await replayed({ file: jsonl(...rows.map(([text]) => text)) });
    expect(refusals(bad).map(([at, reason]) => [at, reason])).toEqual(
      rows.flatMap(([, reason], index) => (reason === null ? [] : [[index + 1, reason]])),
    );
    expect(orders.map(({ order }) => order.customer_id)).toEqual(['c1', 'O\'Brien "the 🦊"']);
  });

  it('that are not UTF-8 are refused', async () => {
    const bytes = Buffer.from(line({ customer_id: 'José' }), 'latin1');
    const file = write(
      'latin1.jsonl',
      Buffer.concat([bytes, Buffer.from(`\n${line({ customer_id: 'Zoë' })}\n`)]),
    );
    const { orders, bad } = await replayed({ file });
    expect(bad).toMatchObject([{ line: 1, reason: 'not-utf8' }]);
    expect(orders.map(({ order }) => order.customer_id)).toEqual(['Zoë']);
  });

  it('may be nested, and have numbers for ids and text for numbers', async () => {
    const text = JSON.stringify({
      customer: { id: 4711, 'e.mail': 'x' },
      created_at: 1_700_000_000,
      totals: { usd: '$1,299.50' },
      qty: '3',
    });
    const file = jsonl(text);
    const map = 'customer_id=customer.id,timestamp=created_at,total_amount=totals.usd,quantity=qty';
    const { orders } = await replayed({ file, map });
    expect(orders).toMatchObject([
      {
        order: {
          customer_id: '4711',
          timestamp: '2023-11-14T22:13:20.000Z',
          total_amount: 1299.5,
          price: 433.17,
          quantity: 3,
        },
      },
    ]);
    await expect(replayed({ file })).rejects.toThrow(
      '"customer.id", "customer.e.mail", "created_at", "totals.usd", "qty"',
    );
  });

  it('of a list, or below the key of an answer, are read as they are', async () => {
    for (const text of [
      `[${line({ order_id: 'a' })},\n${line({ order_id: 'b' })}]`,
      `{"count":2,"orders":[${line({ order_id: 'a' })},${line({ order_id: 'b' })}]}`,
      // As PowerShell and .NET write it.
      `\ufeff[${line({ order_id: 'a' })},\r\n${line({ order_id: 'b' })}]`,
    ]) {
      const { orders, replay } = await replayed({ file: write('list.json', text) });
      replay.close();
      expect(orders.map(({ order }) => order.order_id)).toEqual(['a', 'b']);
    }
  });

  it('may have a key without a name, and keys that differ in case alone', async () => {
    const { orders } = await replayed({ file: jsonl(line({ '': 'x', Customer_ID: 'other', note: '' })) });
    expect(orders.map(({ order }) => order.customer_id)).toEqual(['c1']);
  });

  it('of pages leave out a page without orders, and refuse what is not a page', async () => {
    const page = (...lines: string[]): string => `{"orders":[${lines.join()}],"page":1}`;
    const file = jsonl(page(line(), line()), page(), '{"error":"rate limit"}', page(line()), page());
    const { orders, bad, replay } = await replayed({ file });
    expect([orders.length, replay.findings.rows]).toEqual([3, 4]);
    expect(refusals(bad)).toEqual([[3, 'not-an-object', '{"error":"rate limit"}']]);
  });

  it('of an answer are read whatever its size and its texts, and lists beside theirs are not', async () => {
    const note = '] } \\" [ {';
    // More than DuckDB takes for one object.
    const ids = Array.from({ length: 18 }, (_, at) => `order ${at}`);
    const list = ids.map((order_id) => line({ order_id, note: note + 'x'.repeat(1_000_000) })).join(',\n');
    const text = `{"count": 2, "page": {"of": 1}, "data": {"orders": [${list}]}, "errors": [{"at": "]"}]}`;
    const { orders, replay } = await replayed({ file: write('answer.json', `\ufeff${text}`) });
    expect(orders.map(({ order }) => order.order_id)).toEqual(ids);
    expect(replay.notes).toContain(
      'Only the list "data.orders" is read; the file holds another one beside it.',
    );
  });

  it.each([
    ['another list of objects', ', "refunds" : [ {"id": "r"} ]', true],
    ['lists of texts, and an empty one', ', "tags": ["[{"], "none": []', false],
    ['lists within what is beside it', ', "page": {"links": [{"to": 2}]}', false],
  ])('of an answer with %s say what is not read', async (_, beside, isSaid) => {
    const { replay } = await replayed({ file: write('beside.json', `{"orders": [${line()}]${beside}}`) });
    const said = replay.notes.filter((note) => note.startsWith('Only the list "orders" is read'));
    expect(said).toHaveLength(isSaid ? 1 : 0);
  });

  it('of an answer that was cut short are refused', async () => {
    const text = JSON.stringify({ count: 2, orders: [JSON.parse(line()), JSON.parse(line())] });
    for (const length of [text.length - 1, text.length - 40])
      await expect(replayed({ file: write('cut.json', text.slice(0, length)) })).rejects.toMatchObject({
        code: 'ECOM_REPLAY_READ',
        message: expect.stringContaining('JSON ends early'),
      });
  });

  it('of several answers over many lines each are all read', async () => {
    const page = (...ids: string[]): string =>
      JSON.stringify({ orders: ids.map((id) => JSON.parse(line({ order_id: id }))), page: 1 }, null, 2);
    const { orders } = await replayed({ file: write('answers.json', `${page('a', 'b')}\n${page('c')}\n`) });
    expect(orders.map(({ order }) => order.order_id)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a line each', undefined, '\n'],
    ['over many lines', 2, '\n'],
    ['one behind the other', undefined, ''],
  ])('of several lists, %s, are all read', async (_, indent, between) => {
    const list = (...ids: string[]): string =>
      JSON.stringify(
        ids.map((id) => JSON.parse(line({ order_id: id }))),
        null,
        indent,
      );
    const text = [list('a', 'b'), list(), list('c')].join(between);
    const { orders, bad } = await replayed({ file: write('lists.json', text) });
    expect(bad).toEqual([]);
    expect(orders.map(({ order }) => order.order_id)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    [
      'in a list of pages',
      (a: object, b: object) => [
        { orders: [a], page: 1 },
        { orders: [b], page: 2 },
      ],
    ],
    ['below keys of their own', (a: object, b: object) => ({ orders: { '-Nx1': a, '-Nx2': b } })],
  ])('of one document are read %s', async (_, document) => {
    const [a, b] = ['a', 'b'].map((order_id): object => JSON.parse(line({ order_id })));
    const text = JSON.stringify(document(a ?? {}, b ?? {}));
    const { orders } = await replayed({ file: write('document.json', text) });
    expect(orders.map(({ order }) => order.order_id)).toEqual(['a', 'b']);
  });

  it('say what is wrong when no row is an order', async () => {
    const rows = [1, 2, 3].map((n) => line({ timestamp: `at 1${n}` }));
    await expect(replayed({ file: jsonl(...rows) })).rejects.toMatchObject({
      code: 'ECOM_REPLAY_NO_ORDERS',
      message: expect.stringMatching(/Refused: 3 rows, first on line 1: timestamp/),
    });
  });
});
