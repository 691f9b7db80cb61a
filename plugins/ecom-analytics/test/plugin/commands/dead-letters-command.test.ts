import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { generateOrders } from '../../../core/generator/order-generator.ts';
import { listDeadLettersCommand, replayCommand } from '../../../plugin/commands/dead-letters-command.ts';
import { clusterArn } from '../topics/sample-topics.ts';
import { StageCloud } from './stage-cloud.ts';

let cloud: StageCloud;
let folder: string;
beforeEach(async () => {
  cloud = await StageCloud.start();
  folder = mkdtempSync(path.join(os.tmpdir(), 'ecom-replay-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cloud.stop();
});

const refused = (offset: number) => ({
  partition: 0,
  offset: String(offset + 500),
  timestamp: `2026-11-23T10:00:0${offset}Z`,
  key: 'CUST_1',
  value: 'no JSON',
  headers: {
    'ecom-reason': 'not-json',
    'ecom-topic': 'ecommerce-orders',
    'ecom-partition': '2',
    'ecom-offset': String(offset),
  },
});

/** The test consumer, over a topic of so many dead letters of which retention has taken the first 500. */
function holding(count: number, timedOut = false): Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  cloud.account.functions.set('shop-dev-testConsumer', (event) => {
    events.push(event);
    const shown = Math.min(count, Number(event.maxMessages));
    return {
      timedOut,
      partitions: [{ partition: 0, earliest: '500', latest: String(500 + count) }],
      messages: Array.from({ length: shown }, (_, index) => refused(count - shown + index)),
    };
  });
  return events;
}

describe('listing dead letters', () => {
  test('asks for the newest, and says why each was refused and where it stood', async () => {
    const events = holding(2);
    const { code, printed } = await cloud.run(listDeadLettersCommand);
    expect(events).toEqual([
      { topic: 'ecommerce-orders-dlq', maxMessages: 100, timeoutSeconds: 60, from: 'newest' },
    ]);
    expect(code).toBe(0);
    expect(printed).toContain('2026-11-23T10:00:01Z ecommerce-orders 2:1 not-json (');
    expect(printed).not.toContain('older');
  });

  test('shows as many as asked, and says how many older ones there are', async () => {
    holding(9);
    const { printed } = await cloud.run(listDeadLettersCommand, { max: '2' });
    expect(printed).toContain('ecommerce-orders 2:8');
    expect(printed).not.toContain('ecommerce-orders 2:6');
    expect(printed).toContain('7 older ones are in the topic ecommerce-orders-dlq: --max shows up to 1000');
    const { printed: json } = await cloud.run(listDeadLettersCommand, { max: '2', json: true });
    expect(JSON.parse(json)).toMatchObject({ older: 7, records: [{ offset: '7' }, { offset: '8' }] });
  });

  test('shows a record once that was refused twice, by a job that died in between', async () => {
    holding(2);
    const answer = cloud.account.functions.get('shop-dev-testConsumer');
    cloud.account.functions.set('shop-dev-testConsumer', (event) => {
      const found = answer?.(event) as { messages: unknown[] };
      return { ...found, messages: [...found.messages, ...found.messages] };
    });
    const { printed } = await cloud.run(listDeadLettersCommand, { json: true });
    expect(JSON.parse(printed).records).toHaveLength(2);
  });

  test('says so where nothing has been refused', async () => {
    holding(0);
    expect((await cloud.run(listDeadLettersCommand)).printed).toBe('No record has been refused.');
  });

  test('does not call newest what ends before the end', async () => {
    holding(3, true);
    await expect(cloud.run(listDeadLettersCommand)).rejects.toMatchObject({ code: 'ECOM_DEAD_LETTERS_SLOW' });
  });

  test.each(['0', '1001', 'all', '1.5'])('refuses --max %s before anything is asked', async (max) => {
    const events = holding(1);
    await expect(cloud.run(listDeadLettersCommand, { max })).rejects.toMatchObject({ code: 'ECOM_OPTION' });
    expect(events).toEqual([]);
  });

  test('hands on what the function says where it fails', async () => {
    cloud.account.functions.set('shop-dev-testConsumer', () => {
      throw new Error('The brokers cannot be reached');
    });
    const failed = cloud.run(listDeadLettersCommand);
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_FUNCTION_FAILED' });
    await expect(failed).rejects.toThrow('The brokers cannot be reached');
  });

  test('needs a stage that is deployed', async () => {
    cloud.account.outputs = undefined;
    await expect(cloud.run(listDeadLettersCommand)).rejects.toMatchObject({ code: 'ECOM_NOT_DEPLOYED' });
  });
});

describe('replaying dead letters', () => {
  const sent: Record<string, unknown>[] = [];
  beforeEach(() => {
    sent.length = 0;
    cloud.account.functions.set('shop-dev-ecomReplay', (event) => {
      sent.push(event);
      return { sent: (event.records as unknown[]).length, failure: null };
    });
    refusing('0');
  });

  /** The topic of dead letters, whose first record is at an offset. */
  function refusing(earliest: string): void {
    cloud.account.functions.set('shop-dev-testConsumer', () => ({
      timedOut: false,
      partitions: [{ partition: 0, earliest, latest: String(Number(earliest) + 3) }],
      messages: [41, 42, 43].map((offset) => {
        const { headers, ...rest } = refused(offset);
        return { ...rest, headers: { ...headers, 'ecom-partition': '0' } };
      }),
    }));
  }

  test('refuses an offset at which nothing was refused, before anything is sent', async () => {
    const file = repairedFile(line(41), line(4200));
    const failed = cloud.run(replayCommand, { file });
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_REPLAY_UNKNOWN', exitCode: 2 });
    await expect(failed).rejects.toThrow('No record 0:4200 of ecommerce-orders has been refused');
    expect(sent).toEqual([]);
  });

  test('takes an offset whose dead letter may have left its topic', async () => {
    refusing('7');
    const { printed } = await cloud.run(replayCommand, { file: repairedFile(line(4200)) });
    expect(printed).toContain('1 record resent.');
  });

  function repairedFile(...lines: readonly string[]): string {
    const file = path.join(folder, 'repaired.jsonl');
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  }

  function line(offset: number, startMs = Date.now() - 60_000): string {
    const options = {
      seed: 7,
      ordersPerMinute: 60,
      fraudRate: 0,
      startMs,
      definition: { ...pipeline, rules: [] },
    };
    const { order } = generateOrders(options).next().value;
    // Node 24's readline ends a line at U+2028.
    const named = { ...order, product_name: 'Lamp\u2028White' };
    return JSON.stringify({ partition: 0, offset: String(offset), order: named });
  }

  test('sends each record once, however often it is asked to', async () => {
    const file = repairedFile(line(41), line(42));
    const first = await cloud.run(replayCommand, { file, json: true });
    expect(JSON.parse(first.printed)).toEqual({ sent: 2, skipped: 0, tooOld: 0 });
    const again = await cloud.run(replayCommand, { file: repairedFile(line(42), line(43)), json: true });
    expect(JSON.parse(again.printed)).toEqual({ sent: 1, skipped: 1, tooOld: 0 });
    expect(sent.map(({ topic }) => topic)).toEqual(['ecommerce-orders', 'ecommerce-orders']);
  });

  test('marks those before the one that was not taken, and goes on there', async () => {
    cloud.account.functions.set('shop-dev-ecomReplay', () => ({ sent: 1, failure: 'not enough replicas' }));
    const file = repairedFile(line(41), line(42), line(43));
    const failed = cloud.run(replayCommand, { file });
    await expect(failed).rejects.toMatchObject({ code: 'ECOM_FUNCTION_FAILED' });
    await expect(failed).rejects.toThrow('After 1 of 3 records: not enough replicas');
    cloud.account.functions.set('shop-dev-ecomReplay', (event) => {
      sent.push(event);
      return { sent: 2, failure: null };
    });
    const { printed } = await cloud.run(replayCommand, { file, json: true });
    expect(JSON.parse(printed)).toEqual({ sent: 2, skipped: 1, tooOld: 0 });
  });

  test('knows a record by its cluster: on another one the same offset is another record', async () => {
    const file = repairedFile(line(41));
    await cloud.run(replayCommand, { file });
    const other = clusterArn.replace(/[^/]+$/, 'ffffffff-0000-1111-2222-333344445555-3');
    cloud.account.outputs = { ...cloud.account.outputs, EcomKafkaClusterArn: other };
    const { printed } = await cloud.run(replayCommand, { file, json: true });
    expect(JSON.parse(printed)).toMatchObject({ sent: 1, skipped: 0 });
  });

  test('says which orders no window will count any more', async () => {
    await cloud.deploy();
    const now = Date.now();
    const windows = {
      batchId: 1,
      inputRowsPerSecond: 1,
      batchDurationMs: 100,
      watermark: new Date(now - 30_000).toISOString(),
      watermarkAgeMs: 30_000,
      offsetsBehindLatest: 0,
      stateRows: 0,
      stateBytes: 0,
      at: new Date(now).toISOString(),
    };
    const status = { ...cloud.spark.json('status/pipeline.json'), queries: { windows } };
    cloud.spark.objects.set('status/pipeline.json', JSON.stringify(status));
    const file = repairedFile(line(41, now - 3_600_000), line(42, now));
    const { printed } = await cloud.run(replayCommand, { file });
    expect(printed).toContain('2 records resent.\n1 of them are from before the windows that are still open');
  });

  test('leaves unmarked what could not be sent', async () => {
    cloud.account.functions.set('shop-dev-ecomReplay', () => {
      throw new Error('not enough replicas');
    });
    const file = repairedFile(line(41));
    await expect(cloud.run(replayCommand, { file })).rejects.toMatchObject({ code: 'ECOM_FUNCTION_FAILED' });
    expect([...cloud.spark.objects.keys()]).toEqual([]);
  });

  test.each([
    ['is not JSON', '{"partition":0', 'it is not JSON'],
    ['lacks where it stood', '{"order":{}}', 'Line 2 is not a repaired record'],
    ['replaces a record that another does too', line(41), 'it replaces the record 0:41, and so does line 1'],
    [
      'is still no order',
      '{"partition":0,"offset":"1","order":{"order_id":"1"}}',
      'Line 2 is not a repaired record',
    ],
  ])('sends nothing of a file of which a line %s', async (_, bad, words) => {
    const refusedFile = cloud.run(replayCommand, { file: repairedFile(line(41), bad) });
    await expect(refusedFile).rejects.toMatchObject({ code: 'ECOM_REPLAY_FILE' });
    await expect(refusedFile).rejects.toThrow(words);
    expect(sent).toEqual([]);
  });

  test.each([
    ['empty', ''],
    ['only blank lines', '\n \n'],
  ])('refuses a file that is %s: nothing would be sent', async (_, text) => {
    const replayed = cloud.run(replayCommand, { file: repairedFile(text) });
    await expect(replayed).rejects.toMatchObject({ code: 'ECOM_REPLAY_FILE', exitCode: 2 });
    await expect(replayed).rejects.toThrow('The file has no records');
  });

  test('names the option that is missing, and the file that is not there', async () => {
    await expect(cloud.run(replayCommand)).rejects.toMatchObject({ code: 'ECOM_OPTION' });
    for (const file of [path.join(folder, 'gone.jsonl'), folder])
      await expect(cloud.run(replayCommand, { file })).rejects.toMatchObject({
        code: 'ECOM_REPLAY_FILE',
        message: expect.stringContaining(`(${file})`),
      });
  });
});
