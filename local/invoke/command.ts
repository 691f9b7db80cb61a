import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Context } from 'aws-lambda';
import { createAlertConsumer } from '../../functions/alert-consumer/alert-consumer.ts';
import { notificationOf } from '../../functions/alert-consumer/notification.ts';
import type { KafkaEvent } from '../../functions/alert-consumer/read-alert.ts';
import { readNotifyFrom } from '../../functions/alert-consumer/settings.ts';
import { systemClock } from '../../functions/clock.ts';
import { parseBrokers } from '../../functions/kafka/settings.ts';
import { functionLogger } from '../../functions/telemetry.ts';
import { alertMemoryOf } from '../../pipeline/alert.ts';
import pipeline from '../../pipeline/definition.ts';
import { type ExitCode, UsageError } from '../../pipeline/error.ts';
import { MemoryPersistence } from '../engine/memory-persistence.ts';
import { startBroker } from '../kafka/broker.ts';
import { createTopics } from '../kafka/topics.ts';

/** `npm run invoke`: a function on this machine. */

const help = `Usage: npm run invoke -- FUNCTION EVENT [options]

Runs a Lambda function on this machine with the event in a file, and prints its answer.

  FUNCTION   producer, testConsumer or alertConsumer
  EVENT      a JSON file, such as those in functions/*/events

  --brokers HOST:PORT,…   a Kafka broker that is running; without it, one is started for
                          this call (Java 17+), with a few orders in it for testConsumer
  --help                  this text

Example
  npm run invoke -- producer functions/producer/events/one-minute.json
`;

/** As long as Lambda gives the producer. */
const deadlineMs = 900_000;

type Invocation = (event: unknown, context: Context) => Promise<unknown>;

function lambdaContext(functionName: string): Context {
  const startedAtMs = performance.now();
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${functionName}`,
    memoryLimitInMB: '1024',
    awsRequestId: randomUUID(),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadlineMs - (performance.now() - startedAtMs),
    // Of the callback style, which the functions do not use.
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

const invokeProducer: Invocation = async (event, context) => {
  const { handler } = await import('../../functions/producer/handler.ts');
  return handler(event, context);
};

const invokeTestConsumer: Invocation = async (event, context) => {
  const { handler } = await import('../../functions/test-consumer/handler.ts');
  return handler(event, context);
};

/** The handler's own module asks for DynamoDB, SNS and S3; the logic behind it takes what stands here instead. */
const invokeAlertConsumer: Invocation = (event, context) => {
  const consume = createAlertConsumer({
    persistence: new MemoryPersistence(1000),
    notify: async (alert) =>
      console.error(`Would notify: ${notificationOf(alert, pipeline.currency).subject}`),
    deadLetter: async (letter) => console.error(`Would keep as dead letter: ${JSON.stringify(letter)}`),
    metrics: { addMetric: () => undefined, publishStoredMetrics: () => undefined },
    logger: functionLogger('alert-consumer'),
    notifyFrom: readNotifyFrom(process.env),
    rememberedForSeconds: alertMemoryOf(pipeline.topics),
    clock: systemClock.now,
  });
  // The consumer checks every record itself, as it must on AWS.
  return consume(event as KafkaEvent, context);
};

const invocations: Readonly<Record<string, { invoke: Invocation; kafka: boolean; reads: boolean }>> = {
  producer: { invoke: invokeProducer, kafka: true, reads: false },
  testConsumer: { invoke: invokeTestConsumer, kafka: true, reads: true },
  alertConsumer: { invoke: invokeAlertConsumer, kafka: false, reads: false },
};

function usage(what: string, cause?: unknown): UsageError {
  return new UsageError('ECOM_USAGE', { what, fix: 'See npm run invoke -- --help.' }, { cause });
}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { brokers: { type: 'string' }, help: { type: 'boolean' }, debug: { type: 'boolean' } },
      allowPositionals: true,
    });
    return { ...values, positionals };
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error), error);
  }
}

async function readEvent(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw usage(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`, error);
  }
}

/** Starts a broker with the pipeline's topics. Should this process end in whatever way, it ends too. */
async function startKafka(): Promise<string> {
  console.error('Starting a Kafka broker');
  const broker = await startBroker();
  await createTopics(broker.bootstrapServers, pipeline);
  return broker.bootstrapServers;
}

export async function main(args: readonly string[]): Promise<ExitCode> {
  const { brokers, help: wantsHelp, positionals } = readArguments(args);
  if (wantsHelp) {
    process.stdout.write(help);
    return 0;
  }
  const [name = '', file, ...more] = positionals;
  const chosen = Object.hasOwn(invocations, name) ? invocations[name] : undefined;
  if (!chosen) throw usage(`"${name}" is no function; they are ${Object.keys(invocations).join(', ')}`);
  if (file === undefined || more.length > 0) throw usage('Name one file with an event');
  const event = await readEvent(file);
  if (brokers !== undefined) parseBrokers(brokers, '--brokers', UsageError);

  if (chosen.kafka) {
    process.env.ECOM_BOOTSTRAP_BROKERS = brokers ?? (await startKafka());
    process.env.ECOM_KAFKA_AUTH = 'none';
  }
  if (chosen.reads && brokers === undefined) {
    console.error('Sending a few orders to read');
    await invokeProducer(
      { durationSeconds: 2, ordersPerMinute: 6000, fraudRate: 0.1 },
      lambdaContext('producer'),
    );
  }
  const answer = await chosen.invoke(event, lambdaContext(name));
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  // A warm function keeps its connections, which Lambda freezes; here they would keep the process.
  process.exit(0);
}
