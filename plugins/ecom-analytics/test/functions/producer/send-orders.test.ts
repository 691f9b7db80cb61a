import { describe, expect, test } from 'vitest';
import { EcomError } from '../../../core/error.ts';
import { formatMoney } from '../../../core/money.ts';
import { withoutRules } from '../../../core/pipeline.ts';
import type { ThresholdRule } from '../../../core/rule.ts';
import { defaultPace } from '../../../functions/producer/pace.ts';
import { type RunParts, runProducer } from '../../../functions/producer/run-producer.ts';
import type { Batch } from '../../../functions/producer/send-orders.ts';
import { kit } from '../../core/kit.ts';
import { RecordingLog } from '../recording-log.ts';
import { VirtualClock } from '../virtual-clock.ts';

const startMs = Date.parse('2026-11-23T12:00:00Z');
const request = { durationSeconds: 60, ordersPerMinute: 1200, seed: 7, fraudRate: 0.1 };

/** A sink in this process that takes `takesMs` for each batch. */
class MemorySink {
  readonly batches: Batch[] = [];
  readonly #clock: VirtualClock;
  readonly takesMs: number;
  #busy = false;
  overlapped = false;
  deadlineMs = 0;
  failFrom = Number.POSITIVE_INFINITY;

  constructor(clock: VirtualClock, takesMs = 0) {
    this.#clock = clock;
    this.takesMs = takesMs;
  }

  async open(deadlineMs: number): Promise<void> {
    this.deadlineMs = deadlineMs;
  }

  async send(batch: Batch): Promise<void> {
    this.overlapped ||= this.#busy;
    this.#busy = true;
    if (this.takesMs > 0) await this.#clock.sleep(this.takesMs);
    this.#busy = false;
    if (this.batches.length >= this.failFrom) {
      throw new EcomError('ECOM_KAFKA_UNREACHABLE', { what: 'Kafka is gone', fix: 'Find it.' });
    }
    this.batches.push(batch);
  }

  get orders() {
    return this.batches.flatMap((batch) => batch.orders);
  }
}

function setUp(takesMs = 0, changes: Partial<RunParts> = {}) {
  const clock = new VirtualClock(startMs);
  const sink = new MemorySink(clock, takesMs);
  const log = new RecordingLog();
  const parts: RunParts = {
    sink,
    clock,
    log,
    definition: kit,
    deadlineMs: Number.POSITIVE_INFINITY,
    ...changes,
  };
  return { clock, sink, log, parts };
}

describe('a run of the producer', () => {
  test('sends the asked rate for the asked time, and says so', async () => {
    const { sink, parts } = setUp(3);
    const result = await runProducer(request, parts);
    expect(result).toMatchObject({
      sent: 1200,
      failed: 0,
      seed: 7,
      stoppedEarly: false,
      failure: null,
    });
    expect(sink.orders).toHaveLength(1200);
    expect(Math.abs(result.achievedOrdersPerMinute - 1200)).toBeLessThan(12);
    expect(result.ackLatencyMs.p50).toBeGreaterThanOrEqual(3);
    expect(result.ackLatencyMs.p99).toBeLessThan(4);
  });

  test('sends the same orders for the same seed, and others for another', async () => {
    const ids = async (seed: number): Promise<string[]> => {
      const { sink, parts } = setUp();
      await runProducer({ ...request, seed }, parts);
      return sink.orders.map(({ order }) => order.order_id);
    };
    const [first, again, other] = [await ids(1), await ids(1), await ids(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('sends the alert of a rule that it evaluates itself, in the batch of its order', async () => {
    const { sink, parts } = setUp();
    const result = await runProducer(request, parts);
    for (const { orders, alerts } of sink.batches) {
      const high = orders.filter(({ order }) => order.total_amount > 1000);
      expect(alerts.map(({ alert_id, source }) => [alert_id, source])).toEqual(
        high.map(({ order }) => [`high-value:${order.order_id}`, 'producer']),
      );
    }
    expect(result.alertsSent).toBe(sink.batches.flatMap(({ alerts }) => alerts).length);
    expect(result.alertsSent).toBeGreaterThan(10);
  });

  test('leaves to the stream what is not its own to evaluate', async () => {
    const notFree: ThresholdRule = {
      id: 'not-free',
      kind: 'threshold',
      severity: 'low',
      field: 'price',
      moreThan: 0,
      reason: 'It costs something',
    };
    const definition = { ...kit, rules: [notFree, ...kit.rules] };
    const { sink, parts } = setUp(0, { definition });
    await runProducer(request, parts);
    const ids = new Set(sink.batches.flatMap(({ alerts }) => alerts.map(({ rule_id }) => rule_id)));
    expect(ids).toEqual(new Set(['high-value']));
  });

  test('sends no alert of a rule that the stage has switched off', async () => {
    const { parts } = setUp(0, { definition: withoutRules(kit, ['high-value']) });
    expect((await runProducer(request, parts)).alertsSent).toBe(0);
  });

  test('logs the first orders, and their alerts, once they are acknowledged', async () => {
    const { sink, log, parts } = setUp();
    await runProducer({ ...request, fraudRate: 1 }, parts);
    const expected = sink.orders
      .slice(0, 10)
      .flatMap(({ order }, index) => [
        `Sent order ${index + 1}: ${order.order_id} - ${formatMoney(order.total_amount, 'USD')}`,
        ...(order.total_amount > 1000 ? ['  -> High value alert sent!'] : []),
      ]);
    expect(log.messages('info')).toEqual(expected);
    expect(expected).toContain('  -> High value alert sent!');
    expect(expected[0]).toMatch(/^Sent order 1: [0-9a-f-]{36} - \$\d+\.\d\d$/);
  });

  test('keeps one batch on its way at a time, and still the rate, when acknowledgements are slow', async () => {
    const { sink, parts } = setUp(400);
    const result = await runProducer(request, parts);
    expect(sink.overlapped).toBe(false);
    expect(result.sent).toBe(1200);
  });

  test('sends fewer, and none late, when Kafka cannot take the rate', async () => {
    const { clock, sink, parts } = setUp(1000);
    const result = await runProducer({ ...request, ordersPerMinute: 300_000 }, parts);
    const batchSize = Math.max(...sink.batches.map(({ orders }) => orders.length));
    expect(batchSize).toBe(defaultPace.maxBatch);
    expect(result.sent).toBeLessThan(40_000);
    expect(result.achievedOrdersPerMinute).toBeLessThan(31_000);
    // Within the lag that is allowed, and the two batches that are under way or made.
    expect(clock.now() - startMs).toBeLessThan(60_000 + defaultPace.maxLagMs + 2 * 1000 + 1000);
  });

  test('moves event time on while it runs, and never past an order to come', async () => {
    const { sink, parts } = setUp(5);
    const result = await runProducer({ ...request, ordersPerMinute: 4 }, parts);
    const sent: string[] = [];
    let ticksMs = 0;
    for (const { orders, tickMs } of sink.batches) {
      sent.push(...orders.filter(({ atMs }) => atMs <= ticksMs).map(({ order }) => order.order_id));
      if (tickMs !== null) {
        expect(tickMs).toBeGreaterThan(ticksMs);
        ticksMs = tickMs;
      }
    }
    expect(sent).toEqual([]);
    expect(result.ticksSent).toBeGreaterThanOrEqual(5);
    expect(ticksMs).toBeGreaterThan(startMs + 49_000);
  });

  test('stops before the deadline, with time to flush, and says that it did', async () => {
    const { clock, sink, parts } = setUp(5, { deadlineMs: startMs + 30_000 });
    const result = await runProducer(request, parts);
    expect(result.stoppedEarly).toBe(true);
    expect(result.sent).toBe(sink.orders.length);
    expect(result.sent).toBeGreaterThan(450);
    expect(clock.now()).toBeLessThanOrEqual(startMs + 25_000 + 10);
    // Half a second is kept for the answer.
    expect(sink.deadlineMs).toBe(startMs + 29_500);
    expect(result.durationSeconds).toBeCloseTo(25, 1);
  });

  test('stops before a deadline that is closer than the time it likes to keep free', async () => {
    const { clock, parts } = setUp(5, { deadlineMs: startMs + 3000 });
    const result = await runProducer(request, parts);
    expect(result.sent).toBeGreaterThan(20);
    // A fifth of a short time is kept free.
    expect(clock.now()).toBeLessThanOrEqual(startMs + 2400 + 10);
    expect(clock.now()).toBeGreaterThanOrEqual(startMs + 2300);
    expect(result.stoppedEarly).toBe(true);
  });

  test.each([25, 60])(
    'does not make up what it is behind once there is no time left: %d s asked',
    async (seconds) => {
      const { clock, sink, parts } = setUp(1000, { deadlineMs: startMs + 30_000 });
      const busy = { ...request, durationSeconds: seconds, ordersPerMinute: 300_000 };
      const result = await runProducer(busy, parts);
      // Orders are five seconds behind, with a batch on its way and one made.
      expect(clock.now()).toBeLessThanOrEqual(startMs + 27_100);
      expect(clock.now()).toBeGreaterThan(startMs + 24_000);
      expect(sink.orders.length).toBe(result.sent);
      expect(result.stoppedEarly).toBe(true);
    },
  );

  test('is not stopped early by a deadline it does not need', async () => {
    const { parts } = setUp(5, { deadlineMs: startMs + 66_000 });
    expect(await runProducer(request, parts)).toMatchObject({ sent: 1200, stoppedEarly: false });
  });

  test('sends what was due and says that it stopped early when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { clock, sink, parts } = setUp(5, { signal: interrupt.signal });
    void clock.sleep(10_000).then(() => interrupt.abort());
    const result = await runProducer(request, parts);
    expect(result).toMatchObject({ failed: 0, stoppedEarly: true });
    expect(result.sent).toBe(sink.orders.length);
    expect(Math.abs(result.sent - 200)).toBeLessThan(5);
  });

  test('sends nothing where it is interrupted before it has begun', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    const { sink, parts } = setUp(5, { signal: interrupt.signal });
    expect(await runProducer(request, parts)).toEqual({
      sent: 0,
      failed: 0,
      alertsSent: 0,
      ticksSent: 0,
      achievedOrdersPerMinute: 0,
      ackLatencyMs: { p50: null, p99: null },
      seed: 7,
      durationSeconds: 0,
      stoppedEarly: true,
      failure: null,
    });
    expect(sink.batches).toEqual([]);
  });

  test('never sends a batch of nothing, and ticks every ten seconds where no orders come', async () => {
    const { sink, parts } = setUp(0);
    const result = await runProducer({ ...request, ordersPerMinute: 1 }, parts);
    expect(sink.batches.filter(({ orders, tickMs }) => orders.length === 0 && tickMs === null)).toEqual([]);
    const ticks = sink.batches.flatMap(({ tickMs }) => tickMs ?? []);
    expect(ticks).toHaveLength(result.ticksSent);
    const gaps = ticks.map((tick, index) => tick - (ticks[index - 1] ?? startMs));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(12_000);
  });

  test('counts as failed what was on its way and what was made meanwhile, and nothing that follows', async () => {
    const { sink, parts } = setUp(400);
    sink.failFrom = 5;
    const result = await runProducer(request, parts);
    expect(sink.batches).toHaveLength(5);
    // Twenty orders a second: two batches of 0.4 s.
    expect(result.failed).toBeGreaterThanOrEqual(14);
    expect(result.failed).toBeLessThanOrEqual(18);
    expect(result.durationSeconds).toBeLessThan(4);
  });

  test('gives the counts when Kafka is lost on the way, and the reason', async () => {
    const { sink, parts, log } = setUp(5);
    sink.failFrom = 10;
    const result = await runProducer(request, parts);
    expect(result.sent).toBe(sink.orders.length);
    expect(result.failed).toBeGreaterThan(0);
    expect(result).toMatchObject({
      stoppedEarly: true,
      failure: 'Kafka is gone. Find it. (ECOM_KAFKA_UNREACHABLE)',
    });
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      {
        message: 'Kafka is gone. Find it. (ECOM_KAFKA_UNREACHABLE)',
        attributes: { code: 'ECOM_KAFKA_UNREACHABLE' },
      },
    ]);
  });

  test('fails when not one order got through', async () => {
    const { sink, parts } = setUp(5);
    sink.failFrom = 0;
    await expect(runProducer(request, parts)).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
  });

  test('does not hide a bug of the sink behind what was sent before', async () => {
    const { sink, parts } = setUp(5);
    const send = sink.send.bind(sink);
    sink.send = async (batch) => {
      if (sink.batches.length === 3) throw new TypeError('a bug');
      await send(batch);
    };
    await expect(runProducer(request, parts)).rejects.toThrow('a bug');
    expect(sink.orders.length).toBeGreaterThan(0);
  });

  test('does not hide a bug of the sink', async () => {
    const { sink, parts } = setUp(5);
    sink.send = async () => {
      throw new TypeError('a bug');
    };
    await expect(runProducer(request, parts)).rejects.toThrow('a bug');
  });
});
