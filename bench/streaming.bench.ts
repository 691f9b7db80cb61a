import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Kafka } from 'kafkajs';
import * as v from 'valibot';
import pipeline from '../pipeline/definition.ts';
import { AlertSchema } from '../plugins/ecom-analytics/core/alert.ts';
import { emitSpec } from '../plugins/ecom-analytics/core/spec.ts';
import { sparkEnvironment } from '../plugins/ecom-analytics/machine/spark/pyspark.ts';
import { TopicTail } from '../plugins/ecom-analytics/machine/spark/topic-tail.ts';
import { listWindowFiles, readWindowFile } from '../plugins/ecom-analytics/parquet/read-windows.ts';
import { onThisMachine, type TestJob } from '../test/spark/test-job.ts';
import { type Bench, type Figure, median, rounded } from './figure.ts';
import { flinkSql } from './flink.ts';
import { StreamingSite, sendSteadily, stateOf } from './streaming-site.ts';

const execute = promisify(execFile);
const { orders: ordersTopic, alerts: alertsTopic } = pipeline.topics;

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A figure where less is better, against the least it can be. */
export function cost(
  figure: string,
  unit: string,
  value: number,
  what: string,
  least: number,
  aim: string | null,
): Figure {
  const against = { what, value: rounded(least) };
  return { figure, value: rounded(value), unit, against, ratio: rounded(value / least), aim };
}

const alertRate = 1000;
/** Until the JVM has compiled what a batch runs: a job lives for weeks, and its first minute is no measure of it. */
const warmUpMs = 90_000;
const measureMs = 60_000;

/** What sends alerts: the streaming job in one of its modes, or Flink with the one rule. */
type AlertSender = 'micro-batch' | 'realtime' | 'Flink SQL';

async function startSender(site: StreamingSite, sender: AlertSender): Promise<void> {
  if (sender === 'Flink SQL') {
    await site.startFlink();
    return;
  }
  const jobs = [await site.startJob({ alerts: sender })];
  if (sender === 'realtime') jobs.push(await site.startJob({ application: 'alerts', alerts: sender }));
  await Promise.all(jobs.map((job) => job.running()));
}

/** Of the alerts, as far as a latency needs them: Flink's have no more. */
const SentAlertSchema = v.object({ alert_id: v.string(), order_id: v.nullable(v.string()) });

const latencyAims: Readonly<Record<AlertSender, readonly (string | null)[]>> = {
  'micro-batch': ['< 400 ms', '< 1200 ms'],
  realtime: ['< 10 ms', '< 50 ms'],
  'Flink SQL': [null, null],
};

/** Milliseconds from just before each order is sent until its alert, and until the order itself, can be consumed. */
export async function alertLatencies(kafka: Kafka): Promise<{ alertMs: number[]; orderMs: number[] }> {
  const sentAt = new Map<string, number>();
  const alertMs: number[] = [];
  const orderMs: number[] = [];
  const measureFrom = performance.now() + warmUpMs;
  const seen = new Set<string>();
  const note = (orderId: string, into: number[]): void => {
    const at = sentAt.get(orderId);
    if (at !== undefined && at >= measureFrom) into.push(performance.now() - at);
  };
  const tails = [
    new TopicTail(kafka, alertsTopic.name, async (records) => {
      for (const { message } of records) {
        const { alert_id, order_id } = v.parse(SentAlertSchema, JSON.parse(String(message.value)));
        if (order_id === null || seen.has(alert_id)) continue;
        seen.add(alert_id);
        note(order_id, alertMs);
      }
    }),
    new TopicTail(kafka, ordersTopic.name, async (records) => {
      for (const { message } of records) {
        const id = /"order_id":"([^"]+)"/.exec(String(message.value))?.[1];
        if (id !== undefined) note(id, orderMs);
      }
    }),
  ];
  await Promise.all(tails.map((tail) => tail.start()));
  await sendSteadily(kafka, alertRate, AbortSignal.timeout(warmUpMs + measureMs), (order) => {
    sentAt.set(order.order_id, performance.now());
  });
  await delay(3000);
  await Promise.all(tails.map((tail) => tail.stop()));
  if (alertMs.length < 100) throw new Error(`Only ${alertMs.length} alerts came`);
  return { alertMs, orderMs };
}

/** From just before an order is sent until someone who reads the alerts topic has its alert; beside it, an order itself. */
async function alertLatency(sender: AlertSender): Promise<Figure[]> {
  return StreamingSite.use(async (site) => {
    await startSender(site, sender);
    const { alertMs, orderMs } = await alertLatencies(site.kafka);
    const unit = `ms from produce to consumable alert at ${alertRate} orders/s, ${sender}`;
    const what = 'an order from produce to consumable, in the same run';
    return [0.5, 0.99].map((share, index) =>
      cost(
        `streaming-alert-latency-p${share * 100}`,
        unit,
        quantile(alertMs, share),
        what,
        quantile(orderMs, share),
        latencyAims[sender][index] ?? null,
      ),
    );
  });
}

/** From the moment when a window's watermark can come at the earliest until its rows can be read. */
async function windowLatency(triggerSeconds: number): Promise<Figure[]> {
  return StreamingSite.use(async (site) => {
    const job = await site.startJob({ triggerSeconds });
    await job.running();
    const over = new AbortController();
    const sending = sendSteadily(site.kafka, 200, over.signal);
    sending.catch(() => over.abort());
    const seen = new Set<string>();
    const latencies = new Map<number, number>();
    const deadline = Date.now() + 170_000;
    while (latencies.size < 4 && Date.now() < deadline && !over.signal.aborted) {
      for (const file of await listWindowFiles(job.output)) {
        if (seen.has(file)) continue;
        seen.add(file);
        const now = Date.now();
        for (const { window_end } of await readWindowFile(file)) {
          const end = Number(window_end);
          if (!latencies.has(end)) latencies.set(end, now - end - pipeline.windows.watermarkMs);
        }
      }
      await delay(20);
    }
    over.abort();
    await sending;
    if (latencies.size < 4) throw new Error(`Only ${latencies.size} windows came`);
    const values = [...latencies.values()].map((ms) => ms / 1000);
    const unit = 's from window end + watermark to readable rows';
    const what = 'the trigger, s';
    const aim = triggerSeconds < 10 ? '< 4 s' : null;
    return [
      cost('streaming-window-latency-median', unit, median(values), what, triggerSeconds, aim),
      cost('streaming-window-latency-longest', unit, Math.max(...values), what, triggerSeconds, aim),
    ];
  });
}

const backlogOrders = 300_000;
const backlogRounds = 3;
const RoundsSchema = v.record(v.string(), v.array(v.number()));

/** A task for each core, or as many as Spark has threads here: Flink is measured by the better, query by query. */
const flinkParallelism = [2, 4] as const;

interface FlinkSpeed {
  readonly parallelism: number;
  readonly ordersPerSecond: number;
}

async function flinkThroughput(servers: string): Promise<Map<string, FlinkSpeed>> {
  const [command, ...args] = await flinkSql();
  const best = new Map<string, FlinkSpeed>();
  for (const parallelism of flinkParallelism) {
    const asked = ['throughput', servers, String(backlogRounds), String(parallelism)];
    const { stdout } = await execute(command, [...args, ...asked]);
    const rounds = v.parse(RoundsSchema, JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    for (const [name, times] of Object.entries(rounds)) {
      const ordersPerSecond = (backlogOrders / median(times)) * 1000;
      if (ordersPerSecond > (best.get(name)?.ordersPerSecond ?? 0))
        best.set(name, { parallelism, ordersPerSecond });
    }
  }
  return best;
}

async function throughput(): Promise<Figure[]> {
  return StreamingSite.use(async (site) => {
    await site.sendBacklog(backlogOrders, 20_000);
    const files: string[] = [];
    for (const deduplicate of [true, false]) {
      const file = path.join(site.folder, `spec-${deduplicate}.json`);
      const windows = { ...pipeline.windows, deduplicate };
      await writeFile(file, JSON.stringify(emitSpec({ ...pipeline, windows })));
      files.push(file);
    }
    const jars = site.installation.jars.map((jar) => pathToFileURL(jar).href).join(',');
    const script = fileURLToPath(new URL('./contestants/spark_throughput.py', import.meta.url));
    const { stdout } = await execute(
      path.join(site.installation.pyspark.home, 'bin', 'spark-submit'),
      [
        ...onThisMachine,
        '--jars',
        jars,
        script,
        site.broker.bootstrapServers,
        ...files,
        String(backlogRounds),
      ],
      { env: sparkEnvironment(site.installation.pyspark), maxBuffer: 2 ** 26 },
    );
    const rounds = v.parse(RoundsSchema, JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    const perSecond = (name: string): number => (backlogOrders / median(rounds[name] ?? [])) * 1000;
    const ofFlink = await flinkThroughput(site.broker.bootstrapServers);

    const job = await site.startJob();
    await job.running();
    const started = performance.now();
    await job.until('through the backlog', ({ queries }) => {
      const all = Object.values(queries);
      return all.length === 3 && all.every(({ offsetsBehindLatest }) => offsetsBehindLatest === 0);
    });
    const jobPerSecond = (backlogOrders / (performance.now() - started)) * 1000;
    const bare = { what: 'from_json to noop on the same topic', value: rounded(perSecond('bare')) };
    const flink = (name: string) => {
      const { parallelism = 0, ordersPerSecond = 0 } = ofFlink.get(name) ?? {};
      const what = `Flink SQL on the same topic, ${name}, parallelism ${parallelism}`;
      return { what, value: rounded(ordersPerSecond) };
    };
    const figure = (name: string, value: number, against: typeof bare, aim: string | null): Figure => ({
      figure: `streaming-throughput-${name}`,
      value: rounded(value),
      unit: 'orders/s of a backlog',
      against,
      ratio: rounded(value / against.value),
      aim,
    });
    const [reading, plain, once] = ['reading', 'without deduplication', 'with deduplication'] as const;
    return [
      figure('reading', perSecond(reading), bare, '>= 1.3'),
      figure('reading', perSecond(reading), flink(reading), null),
      figure('windows', perSecond(plain), bare, '>= 0.7'),
      figure('windows', perSecond(plain), flink(plain), '>= 1.3'),
      figure('windows-deduplicated', perSecond(once), bare, '>= 0.55'),
      figure('windows-deduplicated', perSecond(once), flink(once), '>= 1'),
      figure('job', jobPerSecond, bare, '>= 0.25'),
    ];
  });
}

const stateOrders = 100_000;

/** What a process and those that it has started hold in memory, in MB. */
async function residentMb(pid: number): Promise<number> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,ppid=,rss=']);
  const processes = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const family = new Set([pid]);
  let kilobytes = 0;
  // Children come after their parents, as long as process ids do not start over.
  for (const [id = 0, parent = 0, resident = 0] of processes) {
    if (family.has(parent)) family.add(id);
    if (family.has(id)) kilobytes += resident;
  }
  return kilobytes / 1024;
}

/** The most that the state, and the memory of the job's processes, came to while a backlog was read. */
async function mostState(customers: number): Promise<{ rows: number; bytes: number; residentMb: number }> {
  return StreamingSite.use(async (site) => {
    await site.sendBacklog(stateOrders, 20_000, customers);
    const job = await site.startJob({ triggerSeconds: 1 });
    await job.running();
    const most = { rows: 0, bytes: 0, residentMb: 0 };
    let ahead = true;
    while (ahead) {
      const { rows, bytes } = await stateOf(job);
      most.rows = Math.max(most.rows, rows);
      most.bytes = Math.max(most.bytes, bytes);
      most.residentMb = Math.max(most.residentMb, await residentMb(job.child.pid));
      const queries = Object.values((await job.status())?.queries ?? {});
      ahead = queries.length < 3 || queries.some(({ offsetsBehindLatest }) => offsetsBehindLatest !== 0);
      if (job.child.end !== undefined) throw new Error('The job ended');
      await delay(200);
    }
    return most;
  });
}

async function state(): Promise<Figure[]> {
  const base = 1000;
  const least = await mostState(base);
  const figures: Figure[] = [];
  for (const times of [10, 100]) {
    const most = await mostState(base * times);
    const what = `with ${base} customers`;
    const of = `over ${stateOrders} orders of ${base * times} customers`;
    figures.push(cost('streaming-state-rows', `rows ${of}`, most.rows, what, least.rows, null));
    figures.push(cost('streaming-state-bytes', `bytes ${of}`, most.bytes, what, least.bytes, null));
    figures.push(
      cost('streaming-state-memory', `MB of the driver ${of}`, most.residentMb, what, least.residentMb, null),
    );
  }
  return figures;
}

/** From now until an alert is there that was found from now on. */
async function untilAlert(alerts: { last: number }): Promise<number> {
  const started = Date.now();
  const deadline = started + 120_000;
  while (alerts.last < started) {
    if (Date.now() > deadline) throw new Error('No alert came');
    await delay(20);
  }
  return (alerts.last - started) / 1000;
}

async function recovery(): Promise<Figure[]> {
  return StreamingSite.use(async (site) => {
    const alerts = { last: 0 };
    const tail = new TopicTail(site.kafka, alertsTopic.name, async (records) => {
      for (const { message } of records) {
        const { detected_at, source } = v.parse(AlertSchema, JSON.parse(String(message.value)));
        if (source === 'stream') alerts.last = Math.max(alerts.last, Date.parse(detected_at));
      }
    });
    await tail.start();
    const over = new AbortController();
    const sending = sendSteadily(site.kafka, 200, over.signal);
    sending.catch(() => undefined);
    let job: TestJob = await site.startJob();
    const first = await untilAlert(alerts);
    const recoveries: number[] = [];
    for (let kill = 0; kill < 3; kill++) {
      await delay(8000);
      await job.kill();
      job = await site.startJob();
      recoveries.push(await untilAlert(alerts));
    }
    over.abort();
    await sending;
    await tail.stop();
    const unit = 's from kill -9 to the next alert, at 200 orders/s';
    const what = 'a first start until its first alert, s';
    return [cost('streaming-recovery', unit, median(recoveries), what, first, null)];
  });
}

/** Seconds until `npm start` has a window file. */
async function firstWindow(engine: 'spark' | 'embedded', folder: string): Promise<number> {
  const run = fileURLToPath(new URL('../plugins/ecom-analytics/source.mjs', import.meta.url));
  const out = path.join(folder, engine);
  const options = ['--engine', engine, '--seed', '1', '--no-dashboard', '--out', out, '--duration', '170'];
  const started = performance.now();
  const child = spawn(process.execPath, [run, 'start', ...options], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    while ((await listWindowFiles(out)).length === 0) {
      if (child.exitCode !== null) throw new Error(`npm start with ${engine} ended before a window`);
      await delay(50);
    }
    return (performance.now() - started) / 1000;
  } finally {
    child.kill('SIGKILL'); // its watchdog ends what it started
    await ended;
  }
}

async function start(): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecom-bench-'));
  try {
    // Both at once, so that windows end at the same moments for both.
    const [spark, embedded] = await Promise.all([
      firstWindow('spark', folder),
      firstWindow('embedded', folder),
    ]);
    const unit = 's from npm start to the first window file, warm';
    const what = 'the embedded engine, which has but to wait for the window and its watermark, s';
    return [cost('streaming-start', unit, spark, what, embedded, null)];
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** The streaming job on real Kafka and real Spark; each takes up to four minutes. */
export const benches: readonly Bench[] = [
  { name: 'streaming-alert-latency', run: () => alertLatency('micro-batch') },
  { name: 'streaming-alert-latency-realtime', run: () => alertLatency('realtime') },
  { name: 'streaming-alert-latency-flink', run: () => alertLatency('Flink SQL') },
  { name: 'streaming-window-latency', run: () => windowLatency(10) },
  { name: 'streaming-window-latency-1s', run: () => windowLatency(1) },
  { name: 'streaming-throughput', run: throughput },
  { name: 'streaming-state', run: state },
  { name: 'streaming-recovery', run: recovery },
  { name: 'streaming-start', run: start },
];
