import { describe, expect, test } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { definitionIn } from '../../functions/stage-definition.ts';
import { readTestConsumerRequest } from '../../functions/test-consumer/request.ts';
import { kitWithRefunds as kit } from '../core/kit.ts';

describe('the definition as a stage runs it', () => {
  test('is that of the repository where nothing is set', () => {
    expect(definitionIn({}, pipeline)).toEqual(pipeline);
    expect(definitionIn({ ECOM_RULES_OFF: '', ECOM_TOPIC_PREFIX: '' }, pipeline)).toEqual(pipeline);
  });

  test('lacks the rules that are switched off', () => {
    const { rules } = definitionIn({ ECOM_RULES_OFF: 'region-hop, high-value' }, kit);
    expect(rules.map(({ id }) => id)).toEqual(['suspicious-location', 'order-burst']);
  });

  test('refuses to switch off a rule that there is not', () => {
    expect(() => definitionIn({ ECOM_RULES_OFF: 'no-such-rule' }, pipeline)).toThrow(
      expect.objectContaining({ code: 'ECOM_RULE_UNKNOWN' }),
    );
  });

  test('has topics of its own where they share a cluster', () => {
    const { topics, windows } = definitionIn({ ECOM_TOPIC_PREFIX: 'dev-' }, kit);
    expect(Object.values(topics).map(({ name }) => name)).toEqual([
      'dev-ecommerce-orders',
      'dev-ecommerce-alerts',
      'dev-ecommerce-orders-dlq',
      'dev-ecommerce-refunds',
    ]);
    expect(topics.orders.partitions).toBe(kit.topics.orders.partitions);
    expect(windows).toEqual(kit.windows);
  });

  test('is what the test consumer means by the name of a topic', () => {
    const { topics } = definitionIn({ ECOM_TOPIC_PREFIX: 'dev-' }, pipeline);
    const topicOf = (topic: string): string =>
      readTestConsumerRequest({ topic }, topics, pipeline.topics).topic;
    expect(topicOf('ecommerce-alerts')).toBe('dev-ecommerce-alerts');
    expect(topicOf('dev-ecommerce-alerts')).toBe('dev-ecommerce-alerts');
    expect(topicOf('prod-ecommerce-alerts')).toBe('prod-ecommerce-alerts');
  });
});
