import { describe, expect, it } from 'vitest';
import pipeline from '../../../../pipeline/definition.ts';
import { inCurrency, stageDefinition, withoutRules, withTopicPrefix } from '../../core/pipeline.ts';
import { kit } from './kit.ts';

describe('a pipeline without some of its rules', () => {
  it('keeps all others, in their order', () => {
    const [first, second, ...others] = kit.rules;
    expect(withoutRules(kit, [second?.id ?? ''])).toEqual({ ...kit, rules: [first, ...others] });
  });
});

describe('a pipeline for amounts in another currency', () => {
  it('names it in every alert, and changes nothing else', () => {
    const [first, ...others] = kit.rules;
    const reason = 'The order total of {value} EUR is over {limit} EUR';
    expect(inCurrency(kit, 'EUR')).toEqual({
      ...kit,
      currency: 'EUR',
      rules: [{ ...first, reason }, ...others],
    });
    expect(inCurrency(kit, kit.currency)).toEqual(kit);
  });

  it('leaves words alone that only hold the code', () => {
    const [first] = kit.rules.map((rule) => ({ ...rule, reason: 'USDT over {limit} USD' }));
    if (first === undefined) throw new Error('no rule');
    expect(inCurrency({ ...kit, rules: [first] }, 'EUR').rules[0]?.reason).toBe('USDT over {limit} EUR');
  });
});

describe('a prefix of topics', () => {
  it('comes before the name of each, and changes nothing else', () => {
    const { topics, ...rest } = withTopicPrefix(pipeline, 'shop1-');
    const { topics: plain, ...same } = pipeline;
    expect(rest).toEqual(same);
    expect(Object.keys(topics)).toEqual(Object.keys(plain));
    for (const [role, topic] of Object.entries(plain))
      expect(topics[role]).toEqual({ ...topic, name: `shop1-${topic.name}` });
  });
});

it('a stage’s definition has its topic names and not the rules that it switches off', () => {
  const [off = ''] = kit.rules.map(({ id }) => id);
  const definition = stageDefinition(kit, { rulesOff: [off], topicPrefix: 'a.' });
  expect(definition.topics.deadLetters.name).toBe('a.ecommerce-orders-dlq');
  expect(definition.rules.map(({ id }) => id)).not.toContain(off);
});
