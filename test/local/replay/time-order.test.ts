import { readdirSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { ReplayOrder, ReplayRow } from '../../../local/replay/replay.ts';
import { inTimeOrder } from '../../../local/replay/time-order.ts';
import { ownFolder, replayed } from './replayed.ts';

const { folder, write, remove } = ownFolder();
afterAll(remove);
afterEach(() => vi.unstubAllEnvs());

const header = 'customer_id,timestamp,total_amount';
const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();

function order(line: number, eventTimeMs: number): ReplayOrder {
  const fields = {
    order_id: `o${line}`,
    // Node 24's readline ends a line at both.
    customer_id: 'c "🦊"\u2028\u2029',
    product_id: 'p',
    product_name: 'p',
    category: 'k',
    quantity: 1,
    price: 1,
    total_amount: 1,
    timestamp: new Date(eventTimeMs).toISOString(),
    region: 'r',
  };
  return { kind: 'order', line, eventTimeMs, totalCents: 100, order: fields };
}

describe('orders that run backwards in time', () => {
  it('are sorted, and lose nothing', async () => {
    const lines = Array.from({ length: 9000 }, (_, index) => `c${index},${at((9000 - index) * 40)},0.25`);
    const { replay, orders } = await replayed({
      file: write('newest-first.csv', [header, ...lines].join('\n')),
    });
    expect(replay.notes).toMatchObject([/it is sorted/]);
    expect(orders.map(({ line }) => line)).toEqual(lines.map((_, index) => 9001 - index));
  });

  it('are sorted though each is but a second before the last', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `c${index},${at(500 - index)},0.25`);
    const { replay, orders } = await replayed({ file: write('busy.csv', [header, ...lines].join('\n')) });
    expect(replay.notes).toMatchObject([/it is sorted/]);
    expect(orders.map(({ line }) => line)).toEqual(lines.map((_, index) => 501 - index));
  });

  it('are not read to their end when the replay is over', async () => {
    let read = 0;
    async function* rows(): AsyncGenerator<ReplayRow[]> {
      for (;;) yield [order(read, -read++)];
    }
    const batches: (readonly ReplayRow[])[] = [];
    for await (const batch of inTimeOrder(rows(), () => read > 250, 100)) batches.push(batch);
    expect(batches).toEqual([]);
    expect(read).toBe(251);
  });

  it('are sorted in files where memory does not hold them, and the files are removed', async () => {
    vi.stubEnv('TMPDIR', folder);
    vi.stubEnv('TEMP', folder);
    const runs = 150;
    const inRun = 20;
    async function* rows(): AsyncGenerator<ReplayRow[]> {
      for (let run = 0; run < runs; run++) {
        const first = run * inRun;
        yield Array.from({ length: inRun }, (_, index) =>
          order(first + index, ((first + index) * 7919) % 1009),
        );
        yield [{ kind: 'bad-row', line: -run, reason: 'row', raw: Buffer.from('x') }];
      }
    }
    const orders: ReplayOrder[] = [];
    let bad = 0;
    for await (const batch of inTimeOrder(rows(), () => false, inRun)) {
      expect(readdirSync(folder).some((name) => name.startsWith('ecom-replay-')) || orders.length === 0).toBe(
        true,
      );
      for (const row of batch) {
        if (row.kind === 'order') orders.push(row);
        else bad++;
      }
    }
    const expected = Array.from({ length: runs * inRun }, (_, line) => order(line, (line * 7919) % 1009));
    expect(orders).toEqual(expected.sort((a, b) => a.eventTimeMs - b.eventTimeMs || a.line - b.line));
    expect(bad).toBe(runs);
    expect(readdirSync(folder).filter((name) => name.startsWith('ecom-replay-'))).toEqual([]);
  });

  it('leave no files behind when the reading stops early', async () => {
    vi.stubEnv('TMPDIR', folder);
    vi.stubEnv('TEMP', folder);
    async function* rows(): AsyncGenerator<ReplayRow[]> {
      for (let line = 5000; line > 0; line--) yield [order(line, line)];
    }
    for await (const _ of inTimeOrder(rows(), () => false, 100)) break;
    expect(readdirSync(folder).filter((name) => name.startsWith('ecom-replay-'))).toEqual([]);
  });

  it('keep the order of their lines within one time', async () => {
    const lines = Array.from(
      { length: 60 },
      (_, index) => `c${index},${at(Math.floor((59 - index) / 3) * 100)},1`,
    );
    const { orders } = await replayed({ file: write('ties.csv', [header, ...lines].join('\n')) });
    expect(orders.slice(0, 6).map(({ line }) => line)).toEqual([59, 60, 61, 56, 57, 58]);
  });

  it('are left as they are when only a few do: those are late', async () => {
    const lines = Array.from(
      { length: 60 },
      (_, index) => `c${index},${at(index % 10 === 9 ? 0 : index * 60)},1`,
    );
    const { replay, orders } = await replayed({ file: write('few-late.csv', [header, ...lines].join('\n')) });
    expect(replay.notes).toEqual([]);
    expect(orders.map(({ line }) => line)).toEqual(lines.map((_, index) => index + 2));
  });
});
