import type { Context } from 'aws-lambda';
import type { PipelineDefinition } from '../../core/pipeline.ts';
import { systemClock } from '../clock.ts';
import { kafkaSettings } from '../kafka/kafka-settings.ts';
import { definitionIn } from '../stage-definition.ts';
import { functionLogger } from '../telemetry.ts';
import { readTopic, type TopicReading } from './read-topic.ts';
import { readTestConsumerRequest } from './request.ts';

/** Kept free of the time that Lambda gives: for connecting, deleting the group and answering. */
const overheadMs = 8000;

/** A Lambda function that answers any event, for it checks the event itself. */
export type TestConsumerFunction = (event: unknown, context: Context) => Promise<TopicReading>;

/**
 * The Lambda function `testConsumer`: reads a topic back and checks every message.
 *
 *     export const handler = testConsumer(pipeline);
 *
 * Environment: `ECOM_BOOTSTRAP_BROKERS`, `ECOM_KAFKA_AUTH`, `ECOM_TOPIC_PREFIX`; the deployment sets it.
 *
 * @throws EcomError (the handler) `ECOM_TEST_CONSUMER_EVENT`, `ECOM_BROKERS_MISSING`, and where the topic cannot be read
 */
export function testConsumer(pipeline: PipelineDefinition): TestConsumerFunction {
  const logger = functionLogger('test-consumer');
  return async (event, context) => {
    logger.addContext(context);
    const definition = definitionIn(process.env, pipeline);
    const request = readTestConsumerRequest(event, definition.topics, pipeline.topics);
    const settings = kafkaSettings(process.env);
    const leftMs = Math.max(1000, context.getRemainingTimeInMillis() - overheadMs);
    const timeoutMs = Math.min(request.timeoutSeconds * 1000, leftMs);
    const reading = await readTopic(request, settings, definition, timeoutMs, systemClock, logger);
    const { messages, ...summary } = reading;
    logger.info('Topic read', { ...summary, returned: messages.length });
    return reading;
  };
}
