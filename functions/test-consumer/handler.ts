import type { Context } from 'aws-lambda';
import pipeline from '../../pipeline/definition.ts';
import { systemClock } from '../clock.ts';
import { kafkaSettings } from '../kafka/settings.ts';
import { stageDefinition } from '../stage.ts';
import { functionLogger } from '../telemetry.ts';
import { readTopic, type TopicReading } from './read-topic.ts';
import { readTestConsumerRequest } from './request.ts';

/** The Lambda function `testConsumer`: reads a topic back and checks every message. */

const logger = functionLogger('test-consumer');

/** Kept free of the time that Lambda gives: for connecting, deleting the group and answering. */
const overheadMs = 8000;

export async function handler(event: unknown, context: Context): Promise<TopicReading> {
  logger.addContext(context);
  const definition = stageDefinition(process.env, pipeline);
  const request = readTestConsumerRequest(event, definition.topics, pipeline.topics);
  const settings = kafkaSettings(process.env);
  const leftMs = Math.max(1000, context.getRemainingTimeInMillis() - overheadMs);
  const timeoutMs = Math.min(request.timeoutSeconds * 1000, leftMs);
  const reading = await readTopic(request, settings, definition, timeoutMs, systemClock, logger);
  const { messages, ...summary } = reading;
  logger.info('Topic read', { ...summary, returned: messages.length });
  return reading;
}
