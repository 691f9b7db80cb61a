import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import * as v from 'valibot';
import pipeline from '../pipeline/definition.ts';
import { generateOrders } from '../plugins/ecom-analytics/core/generator/order-generator.ts';
import type { Order } from '../plugins/ecom-analytics/core/order.ts';
import { createKafkaClient, type KafkaClient } from '../plugins/ecom-analytics/functions/kafka/client.ts';
import { silentLog } from '../plugins/ecom-analytics/functions/log.ts';
import { defaultChoices, type StreamingChoices } from '../plugins/ecom-analytics/job/job-settings.ts';
import { type Child, startChild } from '../plugins/ecom-analytics/machine/child/child.ts';
import { type Broker, startBroker } from '../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { type Installation, prepareSpark } from '../plugins/ecom-analytics/machine/spark/preparation.ts';
import { TestJob } from '../test/spark/test-job.ts';
import { flinkSql } from './flink.ts';

/** How often what has become due is sent. */
const sendEveryMs = 10;
const backlogBatch = 5000;

const StateSchema = v.object({
  queries: v.record(v.string(), v.object({ stateRows: v.number(), stateBytes: v.number() })),
});

/** Real Kafka, and real Spark with the streaming job on two cores, for one benchmark. */
export class StreamingSite {
  readonly folder: string;
  readonly broker: Broker;
  readonly installation: Installation;
  readonly kafka: KafkaClient['kafka'];
  readonly #jobs: TestJob[] = [];
  #flink: Child | undefined;

  private constructor(folder: string, broker: Broker, installation: Installation) {
    this.folder = folder;
    this.broker = broker;
    this.installation = installation;
    const settings = { brokers: [broker.bootstrapServers], auth: 'none', region: null } as const;
    this.kafka = createKafkaClient(settings, 'ecom-bench', silentLog).kafka;
  }

  /** Takes it down again, whatever becomes of `measure`. */
  static async use<Result>(measure: (site: StreamingSite) => Promise<Result>): Promise<Result> {
    const installation = await prepareSpark('4.1');
    const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
    const broker = await startBroker({ dir: path.join(folder, 'kafka'), heapMb: 512 });
    const site = new StreamingSite(folder, broker, installation);
    try {
      await createTopics(broker.bootstrapServers, pipeline);
      return await measure(site);
    } finally {
      await Promise.all([...site.#jobs.map((job) => job.kill()), site.#flink?.stop(0)]);
      await broker.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** As a stage has it, but for these choices. Each application has a folder of its own. */
  async startJob(choices: Partial<StreamingChoices> = {}): Promise<TestJob> {
    const { application = 'pipeline' } = choices;
    const { triggerSeconds, customerTriggerSeconds } = defaultChoices;
    const job = await TestJob.start({
      installation: this.installation,
      definition: pipeline,
      bootstrapServers: this.broker.bootstrapServers,
      folder: path.join(this.folder, application),
      choices: { triggerSeconds, customerTriggerSeconds, ...choices },
    });
    this.#jobs.push(job);
    return job;
  }

  /** Flink, with the rule over 1,000 USD alone, once it sends alerts. */
  async startFlink(): Promise<void> {
    const [command, ...args] = await flinkSql();
    this.#flink = await startChild(command, [...args, 'alerts', this.broker.bootstrapServers], {
      cwd: this.folder,
      logFile: path.join(this.folder, 'flink.log'),
      env: process.env,
    });
  }

  /** Orders of the last hours, as many, at once. */
  async sendBacklog(count: number, ordersPerMinute: number, customers?: number): Promise<void> {
    await producing(this.kafka, async (producer) => {
      const startMs = Date.now() - (count / ordersPerMinute) * 60_000 - 60_000;
      const orders = ordersAt(ordersPerMinute, startMs, customers);
      for (let at = 0; at < count; at += backlogBatch) {
        const size = Math.min(backlogBatch, count - at);
        await sendOrders(
          producer,
          Array.from({ length: size }, () => orders.next().value.order),
        );
      }
    });
  }
}

function ordersAt(ordersPerMinute: number, startMs: number, customers?: number) {
  const base = { seed: 1, ordersPerMinute, fraudRate: 0.02, startMs, definition: pipeline };
  return generateOrders(customers === undefined ? base : { ...base, customers });
}

async function producing(kafka: Kafka, work: (producer: Producer) => Promise<void>): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await work(producer).finally(() => producer.disconnect());
}

async function sendOrders(producer: Producer, orders: readonly Order[]): Promise<void> {
  await producer.send({
    topic: pipeline.topics.orders.name,
    acks: -1,
    messages: orders.map((order) => ({ key: order.customer_id, value: JSON.stringify(order) })),
  });
}

/** Orders at a steady rate, each sent when it is placed, until the signal. `sent` is called just before each is. */
export async function sendSteadily(
  kafka: Kafka,
  ordersPerSecond: number,
  signal: AbortSignal,
  sent: (order: Order) => void = () => undefined,
): Promise<void> {
  await producing(kafka, async (producer) => {
    const orders = ordersAt(ordersPerSecond * 60, Date.now());
    let next = orders.next().value;
    const sends = new Set<Promise<unknown>>();
    let failure: unknown;
    while (!signal.aborted && failure === undefined) {
      const due: Order[] = [];
      while (next.atMs <= Date.now()) {
        due.push(next.order);
        next = orders.next().value;
      }
      for (const order of due) sent(order);
      const send = due.length === 0 ? Promise.resolve() : sendOrders(producer, due);
      sends.add(send);
      send.then(
        () => sends.delete(send),
        (error: unknown) => {
          failure = error;
        },
      );
      await delay(sendEveryMs);
    }
    if (failure !== undefined) throw failure;
    await Promise.all(sends);
  });
}

/** What a job's queries keep at the moment, summed. */
export async function stateOf(job: TestJob): Promise<{ rows: number; bytes: number }> {
  const text = await readFile(path.join(job.options.folder, 'status.json'), 'utf8');
  const { queries } = v.parse(StateSchema, JSON.parse(text));
  const states = Object.values(queries);
  return {
    rows: states.reduce((sum, { stateRows }) => sum + stateRows, 0),
    bytes: states.reduce((sum, { stateBytes }) => sum + stateBytes, 0),
  };
}
