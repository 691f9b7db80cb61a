import alterConfigs from 'kafkajs/src/protocol/requests/alterConfigs/v1/response.js';
import createTopics from 'kafkajs/src/protocol/requests/createTopics/v3/response.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { keepBrokerWords } from '../../../plugin/topics/broker-words.ts';
import { refusedConfigs } from '../../../plugin/topics/refused-configs.ts';

// https://kafka.apache.org/protocol#protocol_error_codes
const invalidConfig = 40;
const invalidPartitions = 37;
beforeAll(keepBrokerWords);

describe('what a broker says against a change', () => {
  const topic = (errorCode: number, errorMessage: string | null) => ({
    topic: 'orders',
    errorCode,
    errorMessage,
  });
  const resource = (errorCode: number, errorMessage: string | null) => ({
    errorCode,
    errorMessage,
    resourceType: 2,
    resourceName: 'orders',
  });

  test('is the message of the error, which is KafkaJS’s otherwise', async () => {
    const words = 'Invalid value -2 for configuration retention.ms';
    const answer = { topicErrors: [topic(invalidConfig, words)] };
    await expect(createTopics.parse(answer)).rejects.toMatchObject({
      name: 'KafkaJSAggregateError',
      message: words,
      errors: [{ message: words, type: 'INVALID_CONFIG', topic: 'orders' }],
    });
    const altered = { resources: [resource(invalidConfig, words)] };
    await expect(alterConfigs.parse(altered)).rejects.toMatchObject({
      message: words,
      type: 'INVALID_CONFIG',
    });
  });

  test('of several topics is all that it says', async () => {
    const answer = {
      topicErrors: [
        topic(invalidPartitions, 'too many'),
        topic(0, null),
        topic(invalidConfig, 'no such key'),
      ],
    };
    await expect(createTopics.parse(answer)).rejects.toThrow(/^too many; no such key$/);
  });

  test('is KafkaJS’s own words where the broker says nothing', async () => {
    const answer = { topicErrors: [topic(invalidConfig, null)] };
    await expect(createTopics.parse(answer)).rejects.toMatchObject({
      errors: [{ message: 'Configuration is invalid' }],
    });
    await expect(alterConfigs.parse({ resources: [resource(invalidConfig, null)] })).rejects.toThrow(
      'Configuration is invalid',
    );
  });

  test('is nothing where it agrees, and KafkaJS is changed once', async () => {
    const answer = { topicErrors: [topic(0, null)] };
    expect(await createTopics.parse(answer)).toBe(answer);
    const { parse } = createTopics;
    keepBrokerWords();
    expect(createTopics.parse).toBe(parse);
  });
});

describe('configs that are refused', () => {
  const configs = { 'retention.ms': '-2', 'cleanup.policy': 'compact' };
  const messageOf = (words: string): string =>
    refusedConfigs('orders', 'cluster shop', configs, new Error(words)).message;

  test('are those that the broker names', () => {
    const error = refusedConfigs(
      'orders',
      'cluster shop',
      configs,
      new Error('Invalid value -2 for retention.ms...'),
    );
    expect(error).toMatchObject({ code: 'ECOM_TOPIC_CONFIG', cause: expect.any(Error) });
    expect(error.message).toContain(
      'The cluster refuses retention.ms = -2: Invalid value -2 for retention.ms (topic orders, cluster shop).',
    );
  });

  test('are all that it was asked for where it names none', () => {
    expect(messageOf('Configuration is invalid')).toContain(
      'The cluster refuses retention.ms = -2, cleanup.policy = compact: Configuration is invalid (',
    );
  });
});
