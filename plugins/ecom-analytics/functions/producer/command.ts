import { UsageError } from '../../core/error.ts';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { forwardClock, systemClock } from '../clock.ts';
import { parseArguments } from '../command-arguments.ts';
import { type KafkaSettings, parseAuth, parseBrokers } from '../kafka/kafka-settings.ts';
import type { Log } from '../log.ts';
import { clusterRegion, iamBrokers } from './cluster-brokers.ts';
import { KafkaSink } from './kafka-sink.ts';
import { checkProducerRequest, type ProducerRequest, seedOf } from './request.ts';
import { type ProducerResult, runProducer } from './run-producer.ts';

/** `npm run producer`: the producer from the command line. */

export const usage = `Usage: npm run producer -- --brokers HOST:PORT,… [options]
       npm run producer -- --cluster-arn ARN [options]

Sends simulated orders to Kafka, as the Lambda function does.

Where to
  --brokers HOST:PORT,…  brokers of any Kafka cluster
  --cluster-arn ARN      an Amazon MSK cluster; needs AWS credentials and a network that reaches it
  --auth none|iam        how to sign in (default: none with --brokers, iam with --cluster-arn)

What
  --duration SECONDS     how long to send, 1 to 86400 (default 60); Ctrl-C ends it earlier
  --rate N               orders per minute, 1 to 1000000 (default 1000)
  --seed N               the same seed makes the same orders (default: another one each time)
  --fraud-rate SHARE     share of orders that belong to a planted fraud case, 0 to 1 (default 0.02)

  --json                 print the result as one JSON object
  --help                 this text

Example
  npm run producer -- --brokers 127.0.0.1:9092 --duration 30 --rate 6000
`;

const options = {
  brokers: { type: 'string' },
  'cluster-arn': { type: 'string' },
  auth: { type: 'string' },
  duration: { type: 'string' },
  rate: { type: 'string' },
  seed: { type: 'string' },
  'fraud-rate': { type: 'string' },
  json: { type: 'boolean' },
  debug: { type: 'boolean' },
} as const;

const fix = 'Run `npm run producer -- --help` for the options.';

function misuse(what: string): UsageError {
  return new UsageError('ECOM_USAGE', { what, fix });
}

function readOptions(args: readonly string[]) {
  return parseArguments(args, options, fix, 'options').values;
}

type Options = ReturnType<typeof readOptions>;

/** The options that say what to send, by the key of the event that each is. */
const requestOptions = {
  durationSeconds: 'duration',
  ordersPerMinute: 'rate',
  seed: 'seed',
  fraudRate: 'fraud-rate',
} as const;

function readRequest(values: Options): ProducerRequest {
  const event: Record<string, number> = {};
  for (const [key, name] of Object.entries(requestOptions)) {
    const text = values[name];
    if (text === undefined) continue;
    event[key] = text.trim() === '' ? Number.NaN : Number(text);
  }
  const request = checkProducerRequest(event, seedOf(systemClock.now()));
  if (!('problem' in request)) return request;
  const name = Object.entries(requestOptions).find(([key]) => key === request.key)?.[1];
  throw misuse(`--${name} ${request.problem}`);
}

async function readSettings(values: Options): Promise<KafkaSettings> {
  const { brokers, 'cluster-arn': arn, auth } = values;
  if ((brokers === undefined) === (arn === undefined)) {
    throw misuse('Give either --brokers or --cluster-arn');
  }
  if (brokers !== undefined) {
    const settings = {
      brokers: parseBrokers(brokers, '--brokers', UsageError),
      auth: parseAuth(auth ?? 'none', '--auth', UsageError),
    };
    const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? null;
    if (settings.auth === 'iam' && region === null)
      throw misuse('--auth iam needs AWS_REGION in the environment');
    return { ...settings, region };
  }
  const cluster = arn ?? '';
  const region = clusterRegion(cluster);
  if (auth !== undefined && auth !== 'iam') throw misuse('--cluster-arn signs in with iam');
  return { brokers: await iamBrokers(cluster, region), auth: 'iam', region };
}

/** Progress for a person, on stderr. */
const terminalLog: Log = {
  debug: () => {},
  info: (message) => console.error(message),
  warn: (message, attributes) => console.error(`${message} (${attributes?.failure ?? ''})`),
  error: (message) => console.error(message),
};

function describe(result: ProducerResult): string {
  const { sent, failed, alertsSent, ticksSent, ackLatencyMs, achievedOrdersPerMinute, seed } = result;
  const latency =
    ackLatencyMs.p50 === null ? 'none' : `p50 ${ackLatencyMs.p50} ms, p99 ${ackLatencyMs.p99} ms`;
  return [
    `Sent ${sent} orders in ${result.durationSeconds.toFixed(1)} s (${achievedOrdersPerMinute} a minute), ${failed} failed`,
    `Alerts ${alertsSent}, ticks ${ticksSent}`,
    `Acknowledged after ${latency}`,
    `Seed ${seed}${result.stoppedEarly ? '; stopped early' : ''}`,
  ].join('\n');
}

/**
 * Runs the producer until its time is up or Ctrl-C; a second Ctrl-C ends it at once.
 *
 * @returns 0 done, 1 when orders failed, 130 when interrupted
 */
export async function main(args: readonly string[], definition: PipelineDefinition): Promise<number> {
  const values = readOptions(args);
  const request = readRequest(values);
  const settings = await readSettings(values);
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const clock = forwardClock(systemClock);
  const sink = new KafkaSink(settings, definition.topics, clock, terminalLog);
  try {
    console.error(`Sending ${request.ordersPerMinute} orders a minute to ${settings.brokers.join(', ')}`);
    const result = await runProducer(request, {
      sink,
      clock,
      log: terminalLog,
      definition,
      deadlineMs: Number.POSITIVE_INFINITY,
      signal: interrupted.signal,
    });
    process.stdout.write(`${values.json ? JSON.stringify(result) : describe(result)}\n`);
    if (interrupted.signal.aborted) return 130;
    return result.failed > 0 ? 1 : 0;
  } finally {
    await sink.close();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}
