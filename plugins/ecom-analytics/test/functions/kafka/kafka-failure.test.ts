import {
  KafkaJSConnectionError,
  KafkaJSError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { EcomError } from '../../../core/error.ts';
import { isFinal, kafkaFailure } from '../../../functions/kafka/kafka-failure.ts';

const settings = { brokers: ['b-1.shop:9098'], auth: 'iam', region: 'eu-west-1' } as const;

function protocolError(type: string): KafkaJSProtocolError {
  const error = new KafkaJSProtocolError(`the broker said ${type}`);
  return Object.assign(error, { type, code: 1, retriable: false });
}

/** Some of KafkaJS's errors have constructors that its types do not know. */
function namedError(name: string): Error {
  return Object.assign(new KafkaJSError('Access denied'), { name });
}

/** As KafkaJS's retrier leaves it. */
function givenUp(cause: Error): Error {
  const exceeded = new KafkaJSNumberOfRetriesExceeded(cause, { retryCount: 3, retryTime: 1000 });
  const outer = new KafkaJSError(exceeded.message);
  return Object.assign(outer, { cause: Object.assign(exceeded, { cause }) });
}

describe('what a failure of Kafka means', () => {
  test.each([
    ['ECOM_KAFKA_AUTHENTICATION', namedError('KafkaJSSASLAuthenticationError'), true],
    ['ECOM_KAFKA_AUTHENTICATION', protocolError('SASL_AUTHENTICATION_FAILED'), true],
    ['ECOM_KAFKA_DENIED', protocolError('TOPIC_AUTHORIZATION_FAILED'), true],
    ['ECOM_KAFKA_DENIED', protocolError('CLUSTER_AUTHORIZATION_FAILED'), true],
    ['ECOM_KAFKA_DENIED', protocolError('GROUP_AUTHORIZATION_FAILED'), true],
    ['ECOM_TOPIC_MISSING', protocolError('UNKNOWN_TOPIC_OR_PARTITION'), true],
    ['ECOM_RECORD_TOO_LARGE', protocolError('MESSAGE_TOO_LARGE'), true],
    ['ECOM_RECORD_TOO_LARGE', protocolError('RECORD_LIST_TOO_LARGE'), true],
    ['ECOM_KAFKA_UNREACHABLE', namedError('KafkaJSConnectionClosedError'), false],
    ['ECOM_KAFKA_UNREACHABLE', namedError('KafkaJSRequestTimeoutError'), false],
    ['ECOM_KAFKA_UNREACHABLE', new KafkaJSConnectionError('connect ECONNREFUSED'), false],
    ['ECOM_KAFKA_FAILED', protocolError('NOT_ENOUGH_REPLICAS'), false],
    ['ECOM_KAFKA_FAILED', new KafkaJSError('something new'), false],
    ['ECOM_KAFKA_FAILED', 'not even an error', false],
  ])('%s from %s', (code, error, final) => {
    const failure = kafkaFailure(error, settings, 'ecommerce-orders');
    expect(failure).toMatchObject({ code, cause: error });
    expect(failure.message).toContain('b-1.shop:9098');
    expect(isFinal(failure)).toBe(final);
  });

  test('is found below what KafkaJS wraps it in', () => {
    const failure = kafkaFailure(
      givenUp(protocolError('UNKNOWN_TOPIC_OR_PARTITION')),
      settings,
      'ecommerce-orders',
    );
    expect(failure.code).toBe('ECOM_TOPIC_MISSING');
    expect(failure.message).toContain('(ecommerce-orders on b-1.shop:9098)');
  });

  test('tells what was at the bottom of it, and also where errors are causes of one another', () => {
    const why = new Error('gave up', {
      cause: new Error('retried', { cause: new Error('the disk is full') }),
    });
    const failure = kafkaFailure(why, settings, 'ecommerce-orders');
    expect(failure.message).toContain('Kafka failed: the disk is full (');
    const [one, other] = [new Error('one'), new Error('other')];
    Object.assign(one, { cause: other });
    Object.assign(other, { cause: one });
    expect(kafkaFailure(one, settings, 'ecommerce-orders').code).toBe('ECOM_KAFKA_FAILED');
    expect(kafkaFailure('no words', settings, 'ecommerce-orders').message).toContain(
      'Kafka failed: no words (',
    );
  });

  test('is wrapped once: an error of ours stays what it is', () => {
    const ours = new EcomError('ECOM_BROKERS_MISSING', { what: 'No brokers', fix: 'Name some.' });
    expect(kafkaFailure(ours, settings, 'ecommerce-orders')).toBe(ours);
  });
});
