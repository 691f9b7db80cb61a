import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pipeline from '../pipeline/definition.ts';
import { type Broker, startBroker } from '../plugins/ecom-analytics/machine/kafka/broker.ts';
import { createTopics } from '../plugins/ecom-analytics/machine/kafka/create-topics.ts';
import { findJava } from '../plugins/ecom-analytics/machine/kafka/java.ts';
import { fetchJars } from '../plugins/ecom-analytics/machine/maven/fetch-jars.ts';
import { readJarLock } from '../plugins/ecom-analytics/machine/maven/jar-lock.ts';
import { virtualEnvironment } from '../plugins/ecom-analytics/machine/python/virtual-environment.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';

const rounds = 5;
const orders = 100_000;
/** kafka-python takes a second for so many at best. */
const pythonOrders = 20_000;
const pythonWarmUp = 1000;
/** Fewer yet where each waits for its acknowledgement. */
const awaitedOrders = 3000;

const contestants = fileURLToPath(new URL('./contestants', import.meta.url));
const execute = promisify(execFile);
const { name: topic } = pipeline.topics.orders;

/** A way of sending orders to Kafka. Answers orders a second. */
type Contestant = () => Promise<number>;

async function entry(file: string, ...args: string[]): Promise<string> {
  const run = fileURLToPath(new URL('../plugins/ecom-analytics/source.mjs', import.meta.url));
  const { stdout } = await execute(process.execPath, [run, path.join(contestants, file), ...args], {
    maxBuffer: 2 ** 30,
  });
  return stdout;
}

function typescript(file: string, broker: Broker): Contestant {
  return async () => (orders / Number(await entry(file, broker.bootstrapServers, String(orders)))) * 1000;
}

async function python(
  broker: Broker,
  folder: string,
  mode: 'batched' | 'awaited',
  count: number,
): Promise<Contestant> {
  const requirements = path.join(contestants, 'kafka-python.txt');
  const environment = await virtualEnvironment({ name: 'kafka-python', requirements });
  const file = path.join(folder, `orders-${mode}.tsv`);
  await writeFile(file, await entry('order-lines.ts', String(count + pythonWarmUp)));
  const script = path.join(contestants, 'kafka_python.py');
  return async () => {
    const { stdout } = await execute(environment.python, [
      script,
      broker.bootstrapServers,
      topic,
      mode,
      file,
    ]);
    return (count / Number(stdout)) * 1000;
  };
}

/** Kafka's own measure of a producer: payloads made beforehand, batched and pipelined by the Java client. */
async function producerPerformance(broker: Broker, folder: string): Promise<Contestant> {
  const locks = [
    '../plugins/ecom-analytics/machine/kafka/jars.lock.json',
    './contestants/kafka-tools.lock.json',
  ];
  const jars = await Promise.all(
    locks.map(async (lock) => fetchJars(await readJarLock(fileURLToPath(new URL(lock, import.meta.url))))),
  );
  const payloads = path.join(folder, 'payloads.json');
  const lines = await entry('order-lines.ts', '20000');
  await writeFile(payloads, lines.replaceAll(/^[^\t]*\t/gm, ''));
  const { command } = await findJava();
  return async () => {
    const { stdout } = await execute(command, [
      '-Xmx256m',
      ...['-cp', jars.flat().join(path.delimiter), 'org.apache.kafka.tools.ProducerPerformance'],
      ...['--topic', topic, '--num-records', String(orders * 5), '--throughput', '-1'],
      ...['--payload-file', payloads],
      ...['--producer-props', `bootstrap.servers=${broker.bootstrapServers}`, 'acks=all'],
    ]);
    // The last line sums up: `500000 records sent, 180000.0 records/sec (54.1 MB/sec), …`
    const found = [...stdout.matchAll(/, ([\d.]+) records\/sec/g)].at(-1)?.[1];
    return Number(found);
  };
}

/** Runs each in turn, round after round, so that whatever else the machine does falls on all of them. */
async function takeTurns(runs: Readonly<Record<string, Contestant>>): Promise<Map<string, number>> {
  const results = new Map<string, number[]>(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) results.get(name)?.push(await run());
  }
  return new Map([...results].map(([name, values]) => [name, median(values)]));
}

async function throughput(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  const broker = await startBroker({ heapMb: 512 });
  try {
    await createTopics(broker.bootstrapServers, pipeline);
    const medians = await takeTurns({
      producer: typescript('our-producer.ts', broker),
      'a bare KafkaJS loop sending prebuilt messages in the same batches': typescript(
        'bare-kafkajs.ts',
        broker,
      ),
      'kafka-python 3, one send an order, batched by the client': await python(
        broker,
        folder,
        'batched',
        pythonOrders,
      ),
      'kafka-python 3, one send at a time': await python(broker, folder, 'awaited', awaitedOrders),
      "Kafka's ProducerPerformance": await producerPerformance(broker, folder),
    });
    // In the order of the peers above; what the client batches by itself has no aim.
    const aims = ['>= 0.9', null, '>= 6', null];
    const [[, own = Number.NaN] = [], ...peers] = [...medians];
    return peers.map(([what, value], index) => ({
      figure: 'producer-throughput',
      value: rounded(own),
      unit: 'acknowledged orders/s, acks=all',
      against: { what, value: rounded(value) },
      ratio: rounded(own / value),
      aim: aims[index] ?? null,
    }));
  } finally {
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Against what the same broker takes from others. */
export const benches: readonly Bench[] = [{ name: 'producer-throughput', run: throughput }];
