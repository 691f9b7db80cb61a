import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import pipeline from '../../../../../pipeline/definition.ts';
import { withTopicPrefix } from '../../../core/pipeline.ts';
import { readTestConsumerRequest } from '../../../functions/test-consumer/request.ts';
import { kit } from '../../core/kit.ts';

const events = path.resolve(import.meta.dirname, '../../../../../functions/events/test-consumer');

describe('the event of the test consumer', () => {
  test('needs a topic alone', () => {
    expect(readTestConsumerRequest({ topic: 'ecommerce-orders' }, pipeline.topics)).toEqual({
      topic: 'ecommerce-orders',
      maxMessages: 10,
      timeoutSeconds: 10,
      from: 'earliest',
    });
  });

  test('means the topics of its stage by their own names, and any other by its name', () => {
    const stage = withTopicPrefix(kit, 'dev-').topics;
    const { refunds: _, ...withoutRefunds } = { ...stage, refunds: stage.orders };
    const own = { ...kit.topics, refunds: { ...kit.topics.orders, name: 'refunds' } };
    const topicOf = (topic: string) => readTestConsumerRequest({ topic }, withoutRefunds, own).topic;
    for (const [role, { name }] of Object.entries(kit.topics)) expect(topicOf(name)).toBe(stage[role]?.name);
    expect(topicOf(stage.alerts.name)).toBe(stage.alerts.name);
    expect(topicOf('shipments')).toBe('shipments');
    // A topic that this stage does not have is looked for as it is called.
    expect(topicOf('refunds')).toBe('refunds');
  });

  test.each([
    [undefined, 'topic is missing'],
    [{}, 'topic is missing'],
    [{ topic: '' }, 'topic must be the name of a topic'],
    [{ topic: 'a/b' }, 'topic must be the name of a topic'],
    [{ topic: 'a', maxMessages: 0 }, 'maxMessages must be a whole number from 1 to 1000'],
    [{ topic: 'a', maxMessages: 1001 }, 'maxMessages must be'],
    [{ topic: 'a', maxMessages: '10' }, 'maxMessages must be'],
    [{ topic: 'a', timeoutSeconds: 0.5 }, 'timeoutSeconds must be a whole number from 1 to 600'],
    [{ topic: 'a', from: 'yesterday' }, 'from must be earliest, newest, latest or a time like'],
    [{ topic: 'a', from: 1795473759000 }, 'from must be earliest, newest, latest or a time'],
    [{ topic: 'a', filter: 'x=1' }, 'filter must be an object of field and value'],
    [{ topic: 'a', filter: { x: [1] } }, 'filter.x must be a value, or {"min":…,"max":…}'],
    [{ topic: 'a', filter: { x: {} } }, 'filter.x needs min, max or both'],
    [{ topic: 'a', max: 5 }, 'The test consumer has no setting "max"'],
    ['ecommerce-orders', 'The event must be a JSON object'],
  ])('refuses %j', (event, message) => {
    expect(() => readTestConsumerRequest(event, pipeline.topics)).toThrow(message);
    expect(() => readTestConsumerRequest(event, pipeline.topics)).toThrow(
      expect.objectContaining({ code: 'ECOM_TEST_CONSUMER_EVENT' }),
    );
  });

  test.each(readdirSync(events))('the sample event %s is one', (file) => {
    const event: unknown = JSON.parse(readFileSync(path.join(events, file), 'utf8'));
    expect(readTestConsumerRequest(event, pipeline.topics).topic).toMatch(/^ecommerce-/);
  });
});
