import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pipeline from '../../pipeline/definition.ts';
import { AlertSchema } from '../../plugins/ecom-analytics/core/alert.ts';
import { tickHeader } from '../../plugins/ecom-analytics/core/tick.ts';
import { formatTimestamp } from '../../plugins/ecom-analytics/core/timestamp.ts';
import type { SparkLineName } from '../../plugins/ecom-analytics/job/releases.ts';
import { type Broker, startBroker } from '../../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { prepareSpark } from '../../plugins/ecom-analytics/machine/spark/preparation.ts';
import { describeWithSpark } from '../../plugins/ecom-analytics/test/requirement.ts';
import {
  customerDefinition,
  idAgainAfter65Seconds,
  order152SecondsLate,
  randomSteps,
} from './customer-orders.ts';
import {
  alertIds,
  deadLetterSet,
  EmbeddedOracle,
  embeddedOutcome,
  readRows,
  sortedRows,
} from './embedded-oracle.ts';
import { messyRecords } from './messy-orders.ts';
import {
  OrderSender,
  Placement,
  readAlerts,
  readDeadLetters,
  sendRecords,
  type TestRecord,
} from './orders-topic.ts';
import { TestJob } from './test-job.ts';

const minute = 60_000;

/** Sent by producers whose clocks are wrong: one writes nanoseconds, the other is in the year 2100. */
function ofWrongClocks(orders: readonly TestRecord[]): TestRecord[] {
  const [first, second] = orders;
  if (first?.value == null || second?.value == null) throw new Error('Two orders are needed');
  const in2100 = { ...JSON.parse(new TextDecoder().decode(second.value)), timestamp: '2100-01-01T00:00:00Z' };
  return [
    { ...first, createdMs: '1795772998451000000' },
    {
      ...second,
      value: new TextEncoder().encode(JSON.stringify(in2100)),
      createdMs: String(Date.parse('2100-01-01T00:00:00Z')),
    },
  ];
}

describeWithSpark('the streaming job and the embedded engine', () => {
  let broker: Broker;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'ecom-equivalence-'));
    broker = await startBroker({ dir: path.join(folder, 'kafka') });
    await createTopics(broker.bootstrapServers, pipeline);
  });
  afterEach(async () => {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each<SparkLineName>(['4.1', '3.5'])('with Spark %s', (line) => {
    it('make the same of 20,000 messy orders', { timeout: 600_000 }, async () => {
      const placement = new Placement();
      const messy = messyRecords({
        seed: 11,
        orders: 20_000,
        startMs: Date.now() - 30 * minute,
        ordersPerMinute: 4000,
      });
      const wrongClocks = ofWrongClocks(messy.filter(({ refusedAs }) => refusedAs === null));
      const records = [...wrongClocks, ...messy].map((record) => placement.place(record));
      const expected = embeddedOutcome(pipeline, records);
      expect(expected.late).toBe(0);

      const half = Math.floor(records.length / 2);
      await sendRecords(broker.bootstrapServers, records.slice(0, half));
      const job = await TestJob.start({
        installation: await prepareSpark(line),
        definition: pipeline,
        bootstrapServers: broker.bootstrapServers,
        folder: path.join(folder, 'job ü'),
      });
      await job.running();
      await sendRecords(broker.bootstrapServers, records.slice(half));
      const { totals } = await job.drain();

      expect(sortedRows(await readRows(job.output))).toEqual(sortedRows(expected.rows));
      const alerts = await readAlerts(broker.bootstrapServers);
      expect(alertIds(alerts)).toEqual(alertIds(expected.alerts));
      expect(alerts.every((alert) => v.is(AlertSchema, alert))).toBe(true);
      const deadLetters = await readDeadLetters(broker.bootstrapServers);
      expect(deadLetterSet(deadLetters)).toEqual(deadLetterSet(expected.deadLetters));
      expect(totals).toMatchObject({
        orders: expected.orders + expected.duplicates,
        duplicates: expected.duplicates,
        late: 0,
        windowRows: expected.rows.length,
      });
    });

    it('judge customers alike, whose orders are late, repeated and reordered', {
      timeout: 600_000,
    }, async () => {
      const startMs = Math.floor(Date.now() / (5 * minute)) * 5 * minute - 120 * minute;
      const placement = new Placement();
      const oracle = new EmbeddedOracle(customerDefinition);
      const sender = await OrderSender.connect(broker.bootstrapServers);
      const send = async (record: Pick<TestRecord, 'key' | 'value' | 'headers'>[]): Promise<void> => {
        const placed = record.map((one) => placement.place({ ...one, timestampMs: Date.now() }));
        await sender.send(placed);
        oracle.take(placed);
      };
      const job = await TestJob.start({
        installation: await prepareSpark(line),
        definition: customerDefinition,
        bootstrapServers: broker.bootstrapServers,
        folder: path.join(folder, 'job'),
      });
      await job.running();

      for (const { orders, thenMs } of [
        ...idAgainAfter65Seconds(startMs),
        ...order152SecondsLate(startMs + 10 * minute),
        ...randomSteps(7, startMs + 30 * minute, 10),
      ]) {
        await send(
          orders.map((order) => ({
            key: order.customer_id,
            value: Buffer.from(JSON.stringify(order)),
            headers: {},
          })),
        );
        const { watermarkMs: judgedByMs } = oracle;
        // Until all of them are read nothing moves the watermark: then it does not matter which batch an order is in.
        await job.untilCommitted('customers', placement.offsets, judgedByMs);
        await send([{ key: null, value: null, headers: { [tickHeader]: formatTimestamp(thenMs) } }]);
        await job.untilCommitted('customers', placement.offsets, oracle.watermarkMs);
      }
      await sender.close();
      await job.drain();
      oracle.drain();

      const found = alertIds(await readAlerts(broker.bootstrapServers));
      expect(found).toEqual(alertIds(oracle.outcome.alerts));
      expect(found).toContain(`order-burst:${startMs + minute}:CUST_AGAIN`);
      expect(found.filter((id) => id.startsWith('region-hop:') && id.endsWith('CUST_LATE'))).toEqual([]);
      expect(found.filter((id) => /CUST_\d$/.test(id)).length).toBeGreaterThan(20);
    });
  });
});
