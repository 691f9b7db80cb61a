/**
 * The three Lambda functions, made of a shop's pipeline.
 *
 *     import { alertConsumer } from 'ecom-analytics/functions';
 *     import pipeline from '../pipeline/definition.ts';
 *
 *     export const handler = alertConsumer(pipeline, { act: async (alert) => { await holdOrder(alert.order_id); } });
 *
 * @packageDocumentation
 */
export type { AlertOutcome } from './alert-consumer/create-alert-consumer.ts';
export {
  type AlertConsumerFunction,
  type AlertConsumerOptions,
  alertConsumer,
} from './alert-consumer/handler.ts';
export type { KafkaEvent } from './alert-consumer/read-alert.ts';
export { type ProducerFunction, type ProducerOptions, producer } from './producer/handler.ts';
export type { ProducerRequest } from './producer/request.ts';
export type { OpenableSink, ProducerResult } from './producer/run-producer.ts';
export type { Batch } from './producer/send-orders.ts';
export { type TestConsumerFunction, testConsumer } from './test-consumer/handler.ts';
export type { TopicReading } from './test-consumer/read-topic.ts';
