import {
  type Kafka,
  KafkaJSConnectionError,
  KafkaJSProtocolError,
  type Message,
  type ProducerConfig,
  type ProducerRecord,
} from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { labelHeader } from '../../../core/generator/label.ts';
import type { GeneratedOrder } from '../../../core/generator/order-generator.ts';
import { tickHeader } from '../../../core/tick.ts';
import type { Clock } from '../../../functions/clock.ts';
import { KafkaSink } from '../../../functions/producer/kafka-sink.ts';
import type { Batch } from '../../../functions/producer/send-orders.ts';
import { kit } from '../../core/kit.ts';
import { orderAt, startMs } from '../../engine/order-stream.ts';
import { alertOf } from '../alert-consumer/alert-events.ts';
import { RecordingLog } from '../recording-log.ts';

/** Waiting takes no time; a deadline passes only when it is told to. */
class PatientClock implements Clock {
  #elapsedMs = 0;
  /** The clock on the wall, which somebody may set. */
  wallMs = startMs;
  readonly waited: number[] = [];
  /** How long there was until each deadline. */
  readonly deadlines: number[] = [];
  /** Those that are still waited for. */
  readonly pending = new Set<number>();
  deadlinePasses = false;

  readonly now = (): number => this.wallMs + this.#elapsedMs;
  readonly elapsed = (): number => this.#elapsedMs;

  pass(ms: number): void {
    this.#elapsedMs += ms;
  }

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal === undefined) {
      this.waited.push(ms);
      this.pass(ms);
      return;
    }
    this.deadlines.push(ms);
    if (this.deadlinePasses) this.pass(ms);
    else {
      const number = this.deadlines.length;
      this.pending.add(number);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      this.pending.delete(number);
    }
  };
}

type Outcome = 'taken' | 'hangs' | Error;

/** Clients of one cluster, whose topics have two partitions: what they sent, and what comes of each try. */
class Clients {
  readonly records: (Message & { readonly topic: string })[] = [];
  /** By partition, what comes of the next tries there; then all is taken. */
  readonly outcomes = new Map<number, Outcome[]>();
  readonly events: string[] = [];
  connecting: Outcome = 'taken';
  #made = 0;

  readonly create = (): { kafka: Pick<Kafka, 'producer'>; abort(): void } => {
    const number = ++this.#made;
    const kafka = {
      producer: (config?: ProducerConfig) => {
        const partitioner = config?.createPartitioner?.();
        return {
          connect: () => {
            this.events.push(`connect ${number}`);
            return come(this.connecting);
          },
          disconnect: async () => {
            this.events.push(`disconnect ${number}`);
          },
          send: async ({ topic, messages, acks }: ProducerRecord) => {
            expect(acks).toBe(-1);
            const partitionMetadata = [0, 1].map((partitionId) => ({
              partitionErrorCode: 0,
              partitionId,
              leader: 1,
              replicas: [1],
              isr: [1],
            }));
            const placed = messages.map((message) => ({
              ...message,
              partition: partitioner?.({ topic, partitionMetadata, message }) ?? 0,
            }));
            await come(this.outcomes.get(placed[0]?.partition ?? 0)?.shift() ?? 'taken');
            this.records.push(...placed.map((message) => ({ ...message, topic })));
            return [];
          },
        };
      },
    };
    return {
      kafka: kafka as unknown as Pick<Kafka, 'producer'>,
      abort: () => this.events.push(`abort ${number}`),
    };
  };

  /** In `topic`, in the order in which they arrived. */
  in(topic: string): Message[] {
    return this.records.filter((record) => record.topic === topic);
  }
}

async function come(outcome: Outcome): Promise<void> {
  if (outcome === 'hangs') await new Promise(() => {});
  if (outcome instanceof Error) throw outcome;
}

const away = (): Error => new KafkaJSConnectionError('connect ECONNREFUSED');
const denied = (): Error =>
  Object.assign(new KafkaJSProtocolError('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' });

function setUp(deadlineInMs = Number.POSITIVE_INFINITY) {
  const clock = new PatientClock();
  const clients = new Clients();
  const log = new RecordingLog();
  const settings = { brokers: ['b-1.shop:9098'], auth: 'none', region: null } as const;
  const sink = new KafkaSink(settings, kit.topics, clock, log, clients.create);
  const open = (inMs = deadlineInMs): Promise<void> => sink.open(clock.now() + inMs);
  return { clock, clients, log, sink, open };
}

const generated = (customer: string, label: GeneratedOrder['label'] = null): GeneratedOrder => ({
  order: orderAt(0, { customer_id: customer }),
  atMs: startMs,
  label,
});
const batchOf = (orders: readonly GeneratedOrder[], rest: Partial<Batch> = {}): Batch => ({
  orders,
  alerts: [],
  tickMs: null,
  ...rest,
});

/** Customers of both partitions. */
const customers = ['CUST_1', 'CUST_2', 'CUST_3', 'CUST_4', 'CUST_5', 'CUST_6'];
const idsIn = (messages: readonly Message[]): string[] =>
  messages.map(({ value }) => JSON.parse(String(value)).order_id).sort();

describe('a batch on its way to Kafka', () => {
  test('is orders by customer, with what was meant by them, then the tick, and alerts on their own topic', async () => {
    const { clients, sink, open } = setUp();
    await open();
    const label = { pattern: 'high-value', case: 'high-value-1', orders: 1, intent: 'fraud' } as const;
    const orders = [generated('CUST_1'), generated('CUST_1', label)];
    const ofCustomer = alertOf('x', 'medium', { order_id: null, customer_id: 'CUST_9' });
    await sink.send(batchOf(orders, { alerts: [alertOf('o-1'), ofCustomer], tickMs: startMs + 5 }));

    const sent = clients.in(kit.topics.orders.name);
    expect(sent.filter(({ value }) => value !== null)).toMatchObject(
      orders.map(({ order }) => ({ key: 'CUST_1', value: JSON.stringify(order) })),
    );
    const headers = sent.filter(({ value }) => value !== null).map((one) => one.headers?.[labelHeader]);
    expect(headers[0]).toBeUndefined();
    expect(JSON.parse(String(headers[1]))).toEqual(label);
    expect(sent.filter(({ value }) => value === null)).toMatchObject([
      { partition: 0, headers: { [tickHeader]: '2026-11-23T12:00:00.005Z' } },
    ]);
    expect(
      clients
        .in(kit.topics.alerts.name)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['CUST_9', 'o-1']);
  });

  test('of a tick alone sends nothing else, and of nothing sends nothing', async () => {
    const { clients, sink, open } = setUp();
    await open();
    await sink.send(batchOf([], { tickMs: startMs }));
    expect(clients.records).toHaveLength(1);
    await sink.send(batchOf([]));
    expect(clients.records).toHaveLength(1);
    await sink.send(batchOf([], { alerts: [alertOf('a')] }));
    expect(clients.records.map(({ topic }) => topic)).toEqual([
      kit.topics.orders.name,
      kit.topics.alerts.name,
    ]);
  });
});

describe('a batch that Kafka does not take', () => {
  test('is tried again, each time after a longer wait, until it is taken', async () => {
    const { clock, clients, log, sink, open } = setUp();
    await open();
    // So that the client knows the partitions.
    await sink.send(batchOf([generated('CUST_0')]));
    clients.records.length = 0;
    for (const partition of [0, 1]) clients.outcomes.set(partition, Array.from({ length: 8 }, away));
    const orders = customers.map((customer) => generated(customer));
    await sink.send(batchOf(orders));
    expect(clock.waited).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    expect(idsIn(clients.records)).toEqual(orders.map(({ order }) => order.order_id).sort());
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ attributes }) => attributes.backoffMs)).toEqual(clock.waited);
    for (const { attributes } of warnings)
      expect(attributes.failure).toContain('Kafka cannot be reached: connect ECONNREFUSED');
  });

  test('is sent again only as far as it was not acknowledged', async () => {
    const { clock, clients, sink, open } = setUp();
    await open();
    await sink.send(batchOf([generated('CUST_0')]));
    clients.records.length = 0;
    clients.outcomes.set(1, [away()]);
    const orders = customers.map((customer) => generated(customer));
    await sink.send(batchOf(orders));
    expect(clock.waited).toEqual([250]);
    expect(idsIn(clients.records)).toEqual(orders.map(({ order }) => order.order_id).sort());
  });

  test('is given up at once where no other try can help', async () => {
    const { clock, clients, sink, open } = setUp();
    await open();
    clients.outcomes.set(0, [denied()]);
    clients.outcomes.set(1, [denied()]);
    await expect(sink.send(batchOf([generated('CUST_1')]))).rejects.toMatchObject({
      code: 'ECOM_KAFKA_DENIED',
    });
    expect(clock.waited).toEqual([]);
    // What became of it is unknown, so nothing more goes through this connection.
    expect(clients.events).toEqual(['connect 1', 'abort 1']);
    await expect(sink.send(batchOf([generated('CUST_1')]))).rejects.toMatchObject({
      code: 'ECOM_KAFKA_UNREACHABLE',
    });
    await open();
    await sink.send(batchOf([generated('CUST_1')]));
    expect(clients.events).toEqual(['connect 1', 'abort 1', 'connect 2']);
  });

  test('is given up when the next try would come after the deadline', async () => {
    const { clock, clients, sink, open } = setUp(1750);
    await open();
    const failing = (): Outcome[] => Array.from({ length: 20 }, away);
    clients.outcomes.set(0, failing());
    clients.outcomes.set(1, failing());
    const sending = sink.send(batchOf([generated('CUST_1')]));
    await expect(sending).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
    await expect(sending).rejects.toThrow('ECONNREFUSED');
    expect(clock.waited).toEqual([250, 500]);
    expect(clients.events).toEqual(['connect 1', 'abort 1']);
  });

  test('is given up at the deadline where Kafka does not answer', async () => {
    const { clock, clients, sink, open } = setUp(1000);
    await open();
    clients.outcomes.set(0, ['hangs']);
    clients.outcomes.set(1, ['hangs']);
    clock.pass(400);
    clock.deadlinePasses = true;
    const sending = sink.send(batchOf([generated('CUST_1')]));
    await expect(sending).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
    await expect(sending).rejects.toThrow('Kafka gave no answer before the deadline (b-1.shop:9098)');
    expect(clock.deadlines).toEqual([1000, 600]);
    expect(clients.events).toEqual(['connect 1', 'abort 1']);
  });
});

describe('a deadline', () => {
  test('stays where it is when somebody sets the clock', async () => {
    const { clock, clients, sink, open } = setUp(1000);
    await open();
    clock.wallMs += 3_600_000;
    clock.pass(300);
    await sink.send(batchOf([generated('CUST_1')]));
    clock.wallMs -= 7_200_000;
    await sink.send(batchOf([generated('CUST_1')]));
    expect(clock.deadlines).toEqual([1000, 700, 700]);
    expect(clients.records).toHaveLength(2);
    // Nothing waits for them once the batch is there.
    expect([...clock.pending]).toEqual([]);
  });

  test('that has passed leaves no time', async () => {
    const { clock, sink, open } = setUp(1000);
    await open();
    clock.pass(5000);
    clock.deadlinePasses = true;
    await sink.send(batchOf([generated('CUST_1')])).catch(() => {});
    expect(clock.deadlines.at(-1)).toBe(0);
  });

  test('is not waited for where there is none', async () => {
    const { clock, sink, open } = setUp();
    await open();
    await sink.send(batchOf([generated('CUST_1')]));
    expect(clock.deadlines).toEqual([]);
  });
});

describe('a connection', () => {
  test('is used again by the next run, and made again once it was silent for eight minutes', async () => {
    const { clock, clients, sink, open } = setUp(1000);
    await open();
    clock.pass(7 * 60_000);
    await open();
    await sink.send(batchOf([generated('CUST_1')]));
    clock.pass(8 * 60_000 - 1);
    await open();
    expect(clients.events).toEqual(['connect 1']);
    clock.pass(1);
    await open();
    expect(clients.events).toEqual(['connect 1', 'abort 1', 'connect 2']);
    await sink.send(batchOf([generated('CUST_1')]));
    expect(clients.records).toHaveLength(2);
  });

  test('that cannot be made says why, and is tried again by the next run', async () => {
    const { clients, open } = setUp();
    clients.connecting = away();
    await expect(open()).rejects.toMatchObject({ code: 'ECOM_KAFKA_UNREACHABLE' });
    expect(clients.events).toEqual(['connect 1', 'abort 1']);
    clients.connecting = 'taken';
    await open();
    expect(clients.events).toEqual(['connect 1', 'abort 1', 'connect 2']);
  });

  test('is waited for until the deadline', async () => {
    const { clock, clients, open } = setUp(1000);
    clients.connecting = 'hangs';
    clock.deadlinePasses = true;
    await expect(open()).rejects.toThrow('Kafka gave no answer before the deadline');
    expect(clients.events).toEqual(['connect 1', 'abort 1']);
  });

  test('is ended by closing, and only then cut', async () => {
    const { clients, sink, open } = setUp();
    await open();
    await sink.close();
    expect(clients.events).toEqual(['connect 1', 'disconnect 1', 'abort 1']);
    await expect(sink.send(batchOf([generated('CUST_1')]))).rejects.toMatchObject({
      code: 'ECOM_KAFKA_UNREACHABLE',
    });
    await sink.close();
    expect(clients.events).toHaveLength(3);
  });
});
