import { describe, expect, it } from 'vitest';
import { pipeline, withoutRules, withTopicPrefix } from '../../pipeline/definition.ts';
import { byTopicRole, isTopicRole } from '../../pipeline/topic.ts';
import { kit } from './kit.ts';

describe('a pipeline without some of its rules', () => {
  it('keeps all others, in their order', () => {
    const [first, second, ...others] = kit.rules;
    expect(withoutRules(kit, [second?.id ?? ''])).toEqual({ ...kit, rules: [first, ...others] });
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

describe('the role of a topic', () => {
  it('is one that the pipeline has, and no property of every object', () => {
    expect(Object.keys(pipeline.topics).map(isTopicRole)).not.toContain(false);
    expect(['toString', 'orders2', ''].filter(isTopicRole)).toEqual([]);
  });

  it('has a value of its own in what is made for each', () => {
    expect(byTopicRole((role) => `of ${role}`)).toEqual(
      Object.fromEntries(Object.keys(pipeline.topics).map((role) => [role, `of ${role}`])),
    );
  });
});
