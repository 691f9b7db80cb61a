import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Context } from 'aws-lambda';
import { alertMemoryOf } from '../core/alert.ts';
import { EcomError, type ExitCode, UsageError } from '../core/error.ts';
import { didYouMean, listed } from '../core/nearest.ts';
import type { PipelineDefinition } from '../core/pipeline.ts';
import { MemoryPersistence } from '../engine/memory-persistence.ts';
import { readNotifyFrom } from '../functions/alert-consumer/alert-consumer-settings.ts';
import { createAlertConsumer } from '../functions/alert-consumer/create-alert-consumer.ts';
import type { AlertConsumerFunction } from '../functions/alert-consumer/handler.ts';
import { notificationOf } from '../functions/alert-consumer/notification.ts';
import type { KafkaEvent } from '../functions/alert-consumer/read-alert.ts';
import { systemClock } from '../functions/clock.ts';
import { parseArguments } from '../functions/command-arguments.ts';
import { parseBrokers } from '../functions/kafka/kafka-settings.ts';
import { functionLogger } from '../functions/telemetry.ts';
import { startBroker } from '../machine/kafka/broker.ts';
import { createTopics } from '../machine/kafka/create-topics.ts';
import { loadTypeScript, projectFolder } from '../project/project.ts';

/** `npm run invoke`: a function on this machine. */

export const usage = `Usage: npm run invoke -- FUNCTION EVENT [options]

Runs a Lambda function on this machine with the event in a file, and prints its answer.

  FUNCTION   producer, testConsumer or alertConsumer
  EVENT      a JSON file, such as those in functions/events

  --brokers HOST:PORT,…   a Kafka broker that is running; without it, one is started for
                          this call (Java 17+), with a few orders in it for testConsumer
  --help                  this text

Example
  npm run invoke -- producer functions/events/producer/one-minute.json
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

/** The functions of a project, by their name in serverless.yml; their handlers are in `functions/`. */
const invocations: Readonly<Record<string, { file: string; kafka: boolean; reads: boolean }>> = {
  producer: { file: 'producer.ts', kafka: true, reads: false },
  testConsumer: { file: 'test-consumer.ts', kafka: true, reads: true },
  alertConsumer: { file: 'alert-consumer.ts', kafka: false, reads: false },
};

async function handlerOf(name: string, folder: string): Promise<unknown> {
  const file = path.join(folder, 'functions', invocations[name]?.file ?? '');
  const { handler } = (await loadTypeScript(file)) as { handler?: unknown };
  if (typeof handler === 'function') return handler;
  throw new EcomError('ECOM_HANDLER_MISSING', {
    what: `There is no function "handler" for ${name}`,
    where: path.relative(folder, file),
    fix: 'Export it, as serverless.yml names it: export const handler = …',
  });
}

/** The deployed handler asks for DynamoDB, SNS and S3; the same logic takes what is here in their place. */
function inMemory({ definition, options }: AlertConsumerFunction): Invocation {
  const consume = createAlertConsumer({
    ...options,
    persistence: new MemoryPersistence(1000),
    notify: async (alert) =>
      console.error(`Would notify: ${notificationOf(alert, definition.currency).subject}`),
    deadLetter: async (letter) => console.error(`Would keep as dead letter: ${JSON.stringify(letter)}`),
    metrics: { addMetric: () => undefined, publishStoredMetrics: () => undefined },
    logger: functionLogger('alert-consumer'),
    notifyFrom: readNotifyFrom(process.env),
    rememberedForSeconds: alertMemoryOf(definition.topics),
    clock: systemClock.now,
  });
  // The consumer checks every record itself, as it must on AWS.
  return (event, context) => consume(event as KafkaEvent, context);
}

async function invocationOf(name: string, folder: string): Promise<Invocation> {
  const handler = await handlerOf(name, folder);
  if (name === 'alertConsumer' && isAlertConsumer(handler)) return inMemory(handler);
  return handler as Invocation; // a function, which checks its event itself
}

function isAlertConsumer(handler: unknown): handler is AlertConsumerFunction {
  return typeof handler === 'function' && 'definition' in handler && 'options' in handler;
}

const fix = 'Run `npm run invoke -- --help` for the options.';

function misuse(what: string): UsageError {
  return new UsageError('ECOM_USAGE', { what, fix });
}

async function readEvent(file: string): Promise<unknown> {
  const because = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      'ECOM_USAGE',
      {
        what: `The event cannot be read: ${because(error)}`,
        where: file,
        fix: 'Name a JSON file; functions/events has some.',
      },
      { cause: error },
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    const parts = { what: `The event is not JSON: ${because(error)}`, where: file, fix: 'Correct the file.' };
    throw new UsageError('ECOM_USAGE', parts, { cause: error });
  }
}

/** Starts a broker with the pipeline's topics. Should this process end in whatever way, it ends too. */
async function startKafka(definition: PipelineDefinition): Promise<string> {
  console.error('Starting a Kafka broker');
  const broker = await startBroker();
  await createTopics(broker.bootstrapServers, definition);
  return broker.bootstrapServers;
}

export async function main(args: readonly string[], definition: PipelineDefinition): Promise<ExitCode> {
  const options = { brokers: { type: 'string' }, debug: { type: 'boolean' } } as const;
  const { values, positionals } = parseArguments(args, options, fix);
  const { brokers } = values;
  const [name = '', file, ...more] = positionals;
  const chosen = Object.hasOwn(invocations, name) ? invocations[name] : undefined;
  const names = Object.keys(invocations);
  if (name === '') throw misuse(`Name a function: ${listed(names)}`);
  if (!chosen) {
    const what = `There is no function "${name}"`;
    const todo = `${didYouMean(name, names)}The functions are ${names.join(', ')}.`;
    throw new UsageError('ECOM_USAGE', { what, fix: todo });
  }
  if (file === undefined || more.length > 0) throw misuse('Name one file with an event');
  const event = await readEvent(file);
  const folder = projectFolder();
  if (brokers !== undefined) parseBrokers(brokers, '--brokers', UsageError);

  if (chosen.kafka) {
    process.env.ECOM_BOOTSTRAP_BROKERS = brokers ?? (await startKafka(definition));
    process.env.ECOM_KAFKA_AUTH = 'none';
  }
  if (chosen.reads && brokers === undefined) {
    console.error('Sending a few orders to read');
    const produce = await invocationOf('producer', folder);
    await produce({ durationSeconds: 2, ordersPerMinute: 6000, fraudRate: 0.1 }, lambdaContext('producer'));
  }
  const invoke = await invocationOf(name, folder);
  const answer = await invoke(event, lambdaContext(name));
  process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  // A warm function keeps its connections, which Lambda freezes; here they would keep the process.
  process.exit(0);
}
