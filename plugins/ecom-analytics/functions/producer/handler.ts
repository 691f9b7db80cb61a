import type { Context } from 'aws-lambda';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { systemClock } from '../clock.ts';
import { type Environment, kafkaSettings } from '../kafka/kafka-settings.ts';
import { definitionIn } from '../stage-definition.ts';
import { functionLogger, functionMetrics } from '../telemetry.ts';
import { KafkaSink } from './kafka-sink.ts';
import { readProducerRequest, seedOf } from './request.ts';
import { type OpenableSink, type ProducerResult, runProducer } from './run-producer.ts';

/** What a shop changes of the function `producer`. */
export interface ProducerOptions {
  /** Where orders go in place of the stage's Kafka: called once, for the first event. */
  readonly sink?: (definition: PipelineDefinition) => OpenableSink;
}

/** A Lambda function that answers any event, for it checks the event itself. */
export type ProducerFunction = (event: unknown, context: Context) => Promise<ProducerResult>;

/**
 * The Lambda function `producer`: sends simulated orders for a while.
 *
 *     export const handler = producer(pipeline);
 *
 * Environment: `ECOM_BOOTSTRAP_BROKERS`, `ECOM_KAFKA_AUTH`, `ECOM_RULES_OFF`, `ECOM_TOPIC_PREFIX`; the deployment sets it.
 *
 * @throws EcomError (the handler) `ECOM_PRODUCER_EVENT`, `ECOM_BROKERS_MISSING`, and where not a single order got through
 */
export function producer(pipeline: PipelineDefinition, options: ProducerOptions = {}): ProducerFunction {
  const logger = functionLogger('producer');
  const metrics = functionMetrics('producer', process.env);
  /** Kept between invocations of a warm function. */
  let sink: OpenableSink | undefined;

  return async (event, context) => {
    logger.addContext(context);
    const environment: Environment = process.env;
    const now = systemClock.now();
    const request = readProducerRequest(event, seedOf(now));
    const definition = definitionIn(environment, pipeline);
    sink ??=
      options.sink?.(definition) ??
      new KafkaSink(kafkaSettings(environment), definition.topics, systemClock, logger);
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
  };
}
