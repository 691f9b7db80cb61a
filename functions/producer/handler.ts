import type { Context } from 'aws-lambda';
import pipeline from '../../pipeline/definition.ts';
import { systemClock } from '../clock.ts';
import { type Environment, kafkaSettings } from '../kafka/settings.ts';
import { stageDefinition } from '../stage.ts';
import { functionLogger, functionMetrics } from '../telemetry.ts';
import { KafkaSink } from './kafka-sink.ts';
import { readProducerRequest, seedOf } from './request.ts';
import { type ProducerResult, runProducer } from './run-producer.ts';

/** The Lambda function `producer`: sends simulated orders for a while. */

const logger = functionLogger('producer');
const metrics = functionMetrics('producer', process.env);

/** Kept between invocations of a warm function. */
let sink: KafkaSink | undefined;

export async function handler(event: unknown, context: Context): Promise<ProducerResult> {
  logger.addContext(context);
  const environment: Environment = process.env;
  const now = systemClock.now();
  const request = readProducerRequest(event, seedOf(now));
  const definition = stageDefinition(environment, pipeline);
  sink ??= new KafkaSink(kafkaSettings(environment), definition.topics, systemClock, logger);
  const result = await runProducer(request, {
    sink,
    clock: systemClock,
    log: logger,
    definition,
    deadlineMs: now + context.getRemainingTimeInMillis(),
  });
  metrics.addMetric('OrdersSent', 'Count', result.sent);
  metrics.addMetric('OrdersFailed', 'Count', result.failed);
  metrics.addMetric('ProducerAlertsSent', 'Count', result.alertsSent);
  const { p99 } = result.ackLatencyMs;
  if (p99 !== null) metrics.addMetric('AckLatencyP99', 'Milliseconds', p99);
  metrics.publishStoredMetrics();
  return result;
}
