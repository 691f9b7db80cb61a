import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import type { PipelineDefinition } from '../../../core/pipeline.ts';
import { type Batch, type OpenableSink, producer } from '../../../functions/index.ts';

/** `producer(pipeline, { sink })`: a shop sends orders elsewhere. The clock is the real one. */

const environment = {
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  ECOM_TOPIC_PREFIX: 'test-',
  ECOM_RULES_OFF: pipeline.rules[0]?.id ?? '',
  // Where Kafka is is not asked for.
  ECOM_BOOTSTRAP_BROKERS: undefined,
};
beforeEach(() => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => void vi.unstubAllEnvs());

// Of Lambda's context the function reads the remaining time, and its logger the name.
const context = { functionName: 'producer', getRemainingTimeInMillis: () => 60_000 } as Context;
const event = { durationSeconds: 1, ordersPerMinute: 6000, seed: 7, fraudRate: 0.2 };

class RecordingSink implements OpenableSink {
  opened = 0;
  readonly batches: Batch[] = [];

  async open(): Promise<void> {
    this.opened++;
  }

  async send(batch: Batch): Promise<void> {
    this.batches.push(batch);
  }
}

test('orders go to the sink in place of Kafka, which is made once and opened for each event', async () => {
  const sink = new RecordingSink();
  const make = vi.fn((_definition: PipelineDefinition) => sink);
  const handler = producer(pipeline, { sink: make });

  const first = await handler(event, context);
  expect(first).toMatchObject({ sent: 100, failed: 0, seed: 7, stoppedEarly: false });
  const ids = sink.batches.flatMap(({ orders }) => orders.map(({ order }) => order.order_id));
  expect(new Set(ids).size).toBe(100);

  await handler(event, context);
  expect(make).toHaveBeenCalledTimes(1);
  expect(sink.opened).toBe(2);
});

test('the sink is made with the definition of the stage', async () => {
  const make = vi.fn((_definition: PipelineDefinition) => new RecordingSink());
  await producer(pipeline, { sink: make })(event, context);
  const [definition] = make.mock.calls[0] ?? [];
  expect(definition?.topics.orders.name).toBe(`test-${pipeline.topics.orders.name}`);
  expect(definition?.rules.map(({ id }) => id)).toEqual(pipeline.rules.slice(1).map(({ id }) => id));
});

test('what was sent is a metric of its stage', async () => {
  // Then the metrics go where a test can see them.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('ECOM_STAGE', 'prod');
  vi.stubEnv('ECOM_RULES_OFF', undefined);
  const written = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const result = await producer(pipeline, { sink: () => new RecordingSink() })(event, context);
    expect(result.alertsSent).toBeGreaterThan(0);
    expect(written.mock.calls.map(([line]): unknown => JSON.parse(String(line)))).toEqual([
      expect.objectContaining({
        service: 'producer',
        stage: 'prod',
        OrdersSent: 100,
        OrdersFailed: 0,
        ProducerAlertsSent: result.alertsSent,
        AckLatencyP99: result.ackLatencyMs.p99,
      }),
    ]);
  } finally {
    written.mockRestore();
  }
});

test('a sink that takes nothing fails the function with its reason', async () => {
  const sink: OpenableSink = {
    open: async () => undefined,
    send: () => Promise.reject(new Error('the queue is gone')),
  };
  await expect(producer(pipeline, { sink: () => sink })(event, context)).rejects.toThrow('the queue is gone');
});
