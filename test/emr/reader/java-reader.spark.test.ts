import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import pipeline from '../../../pipeline/definition.ts';
import { badRecordReasons } from '../../../plugins/ecom-analytics/core/order.ts';
import { emitSpec, type PipelineSpec } from '../../../plugins/ecom-analytics/core/spec.ts';
import { readerJar } from '../../../plugins/ecom-analytics/job/job-files.ts';
import { anOrder } from '../../../plugins/ecom-analytics/test/core/kit.ts';
import { describeWithJdk, describeWithJdk17 } from '../../../plugins/ecom-analytics/test/requirement.ts';
import { type Answer, compareReaders, readInJava } from './compare.ts';
import { mutatedRecords } from './mutated-records.ts';
import { buildReaderJar } from './reader-jar.ts';

const appendedMs = Date.UTC(2026, 10, 23, 12);
const order = anOrder({ price: 9.99, total_amount: 9.99, timestamp: '2026-11-23T12:00:00Z' });

/** The answers to values, by the names of its columns. */
async function read(spec: PipelineSpec, values: readonly string[]): Promise<Record<string, unknown>[]> {
  const columns = ['reason', 'is_order', 'event_ms', ...spec.order.fields.map(({ name }) => name), 'cents'];
  const records = values.map((value) => ({ value: Buffer.from(value), tick: null, appendedMs }));
  const answers: Answer[] = [];
  for await (const answer of readInJava(records, spec)) answers.push(answer);
  return answers.map((answer) => Object.fromEntries(columns.map((name, at) => [name, answer[at]])));
}

describeWithJdk('the reader in Java', () => {
  it('reads records as OrderReader does', { timeout: 120_000 }, async () => {
    const { compared, orders, reasons, differences } = await compareReaders(mutatedRecords(7, 30_000));
    expect(differences).toEqual([]);
    expect(compared).toBe(30_000);
    expect(orders).toBeGreaterThan(5000);
    // The one that is left is of a row of a file.
    expect(
      Object.keys(badRecordReasons(pipeline.orderFields)).filter((reason) => !reasons.has(reason)),
    ).toEqual(['row']);
  });

  it('reads fields, and types of fields, that only the spec knows', { timeout: 60_000 }, async () => {
    const spec = emitSpec(pipeline);
    const types = {
      ...spec.order.types,
      'free-text': { json: 'text' as const, max: 5, optional: true },
      weight: { json: 'number' as const, min: 0.5, max: 70, decimals: 3 },
    };
    const added = [
      { name: 'note', type: 'free-text', reason: 'note' },
      { name: 'kilograms', type: 'weight', reason: 'kilograms' },
      { name: 'packed_at', type: 'timestamp', reason: 'packed-at' },
    ] as unknown as PipelineSpec['order']['fields'];
    const widened = { ...spec, order: { ...spec.order, types, fields: [...spec.order.fields, ...added] } };
    const of = (more: object): string => JSON.stringify({ ...order, ...more });
    const packed_at = '2026-11-23T13:00:00+02:00';

    const [whole, none, ...refused] = await read(widened, [
      of({ note: 'fragile'.slice(0, 5), kilograms: 1.125, packed_at }),
      of({ kilograms: 70, packed_at }),
      of({ note: 'fragile', kilograms: 1, packed_at }),
      of({ note: 5, kilograms: 1, packed_at }),
      of({ kilograms: 1.1255, packed_at }),
      of({ kilograms: 0.4, packed_at }),
      of({ packed_at }),
      of({ kilograms: 1, packed_at: 'now' }),
    ]);
    expect(whole).toMatchObject({ is_order: true, note: 'fragi', kilograms: 1.125, packed_at, cents: 999 });
    expect(whole).toMatchObject({ event_ms: appendedMs });
    expect(none).toMatchObject({ is_order: true, note: null, kilograms: 70 });
    expect(refused.map(({ reason }) => reason)).toEqual([
      ...['note', 'note', 'kilograms', 'kilograms', 'kilograms', 'packed-at'],
    ]);
  });

  it('takes reasons, roles and categories from the spec', { timeout: 60_000 }, async () => {
    const spec = emitSpec(pipeline);
    const renamed: PipelineSpec = {
      ...spec,
      order: {
        ...spec.order,
        total: 'price',
        categories: { P001: 'Things' },
        unknownCategory: 'None',
        reasons: { ...spec.order.reasons, notJson: 'no-json', inTheFuture: 'too-early' },
        maxFutureMs: 1000,
      },
    };
    const answers = await read(renamed, [
      JSON.stringify({ ...order, price: 5 }),
      JSON.stringify({ ...order, product_id: 'P002' }),
      '{',
      JSON.stringify({ ...order, timestamp: '2026-11-23T12:00:01.001Z' }),
    ]);
    expect(answers.map(({ category, reason }) => category ?? reason)).toEqual([
      ...['Things', 'None', 'no-json', 'too-early'],
    ]);
    expect(answers[0]).toMatchObject({ cents: 500 });
  });

  it('reads what Jackson alone would refuse for its size', { timeout: 60_000 }, async () => {
    const long = 10 ** 5;
    const nested = `${'['.repeat(long)}${']'.repeat(long)}`;
    const more = [
      `"${'n'.repeat(long)}":1`,
      `"note":"${'t'.repeat(25_000_000)}"`,
      `"note":${'9'.repeat(long)}`,
      `"note":${nested}`,
    ];
    const values = more.map((member) => `{${member},${JSON.stringify(order).slice(1)}`);
    const answers = await read(emitSpec(pipeline), values);
    expect(answers.map(({ is_order }) => is_order)).toEqual([true, true, true, true]);
  });
});

// After a change of emr/reader/: npm run build-reader
describeWithJdk17('the jar of the reader', () => {
  it('is what its sources compile to', { timeout: 60_000 }, async () => {
    const committed = await readFile(readerJar());
    expect(committed.equals(await buildReaderJar())).toBe(true);
    expect(committed.length).toBeLessThan(12_000);
  });
});
