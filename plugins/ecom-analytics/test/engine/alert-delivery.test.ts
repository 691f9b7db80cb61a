import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultTopics } from '../../core/topic.ts';
import { AlertDelivery } from '../../engine/alert-delivery.ts';
import { AlertHandler } from '../../engine/alert-handler.ts';
import { JsonLinesFile } from '../../files/json-lines.ts';
import { alertOf, recordOf } from '../functions/alert-consumer/alert-events.ts';
import { VirtualClock } from '../functions/virtual-clock.ts';

/** What a test has made, to close and to remove. */
const opened: JsonLinesFile[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((file) => file.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const startMs = Date.parse('2026-11-23T12:00:00Z');

async function filesOf() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ecom alert-delivery-'));
  folders.push(folder);
  const paths = {
    alerts: path.join(folder, 'alerts.jsonl'),
    deadLetters: path.join(folder, 'dead-letters.jsonl'),
  };
  const files = {
    alerts: await JsonLinesFile.create(paths.alerts),
    deadLetters: await JsonLinesFile.create(paths.deadLetters),
  };
  opened.push(files.alerts, files.deadLetters);
  const read = (file: string): unknown[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  return { files, alerts: () => read(paths.alerts), deadLetters: () => read(paths.deadLetters) };
}

async function setUp() {
  const { files, ...written } = await filesOf();
  const clock = new VirtualClock(startMs);
  return { clock, delivery: new AlertDelivery(defaultTopics, files, clock), ...written };
}

describe('alerts of a run', () => {
  it('are in the file once they are delivered, in their order, however many there are', async () => {
    const { delivery, alerts } = await setUp();
    const sent = Array.from({ length: 250 }, (_, index) => alertOf(`o${index}`));
    for (const alert of sent) delivery.append(alert, startMs);
    const acted = await delivery.deliver();
    expect(acted.map(({ alert }) => alert.alert_id).sort()).toEqual(
      sent.map(({ alert_id }) => alert_id).sort(),
    );
    expect(alerts()).toEqual(acted.map(({ alert }) => alert));
    expect(await delivery.deliver()).toEqual([]);
  });

  it('tell how long they took from their order', async () => {
    const { clock, delivery } = await setUp();
    delivery.append(alertOf('a'), startMs - 40);
    delivery.append(alertOf('b', 'low', { order_id: null, alert_id: 'order-burst:0:CUST_1' }), startMs - 5);
    clock.skip(2);
    const latencies = new Map(
      (await delivery.deliver()).map(({ alert, latencyMs }) => [alert.alert_id, latencyMs]),
    );
    expect(latencies).toEqual(
      new Map([
        ['high-value:a', 42],
        ['order-burst:0:CUST_1', 7],
      ]),
    );
  });

  it('act once, also when they are found again later', async () => {
    const { delivery, alerts } = await setUp();
    delivery.append(alertOf('a'), startMs);
    delivery.append(alertOf('a', 'high', { source: 'producer' }), startMs);
    expect(await delivery.deliver()).toHaveLength(1);
    delivery.append(alertOf('a'), startMs);
    delivery.append(alertOf('b'), startMs);
    expect((await delivery.deliver()).map(({ alert }) => alert.order_id)).toEqual(['b']);
    expect(alerts()).toHaveLength(2);
  });
});

describe('the handler of a run', () => {
  it('keeps a record that is not an alert as a dead letter, and acts on the others', async () => {
    const { files, alerts, deadLetters } = await filesOf();
    const handler = new AlertHandler(defaultTopics, files, new VirtualClock(startMs));
    const records = [recordOf('not json', 7), { ...recordOf(alertOf('a'), 8), partition: 2 }];
    expect(await handler.handle(records)).toEqual([alertOf('a')]);
    expect(deadLetters()).toMatchObject([
      { reason: 'alert', topic: 'ecommerce-alerts', partition: 1, offset: '7' },
    ]);
    expect(alerts()).toEqual([alertOf('a')]);
  });

  it('answers with what it has acted on in these records, and not in earlier ones', async () => {
    const { files } = await filesOf();
    const handler = new AlertHandler(defaultTopics, files, new VirtualClock(startMs));
    expect(await handler.handle([recordOf(alertOf('a'), 0)])).toEqual([alertOf('a')]);
    expect(await handler.handle([recordOf(alertOf('b'), 1)])).toEqual([alertOf('b')]);
    expect(await handler.handle([])).toEqual([]);
  });
});
